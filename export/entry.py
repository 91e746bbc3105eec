"""Where `semeq-export` starts: says in one line what to install where the training stack is missing."""

import sys

_STACK = {"torch", "onnx", "onnxscript", "safetensors", "sklearn", "matplotlib"}


def main() -> None:
    """Run the command; `eq` by itself, because it needs no training stack."""
    if sys.argv[1:2] == ["eq"]:
        from .eq_command import eq_command
        from .running import run as run_one

        run_one(eq_command, sys.argv[2:], "semeq-export eq")
    try:
        from .cli import main as run
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in _STACK:
            raise
        print(
            f"semeq-export: needs {error.name}, which is not installed; try: pip install 'semeq[train]'",
            file=sys.stderr,
        )
        sys.exit(1)
    run()
