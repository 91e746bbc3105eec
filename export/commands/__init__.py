"""The commands of `semeq-export`, a module each; the group is in ``export/cli.py``."""
