"""The commands of `semeq-train`, a module each; the group is in ``training/cli.py``."""
