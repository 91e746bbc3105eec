"""The desk's command, which `semeq` finds by its entry point."""
