"""The commands of `semeq`, a module each; its `command` is what the group runs."""
