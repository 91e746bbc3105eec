"""Where `semeq-train` starts: says in one line what to install where the training stack is missing."""

import sys

_STACK = {"torch", "onnx", "onnxscript", "safetensors", "sklearn", "matplotlib"}


def main() -> None:
    """Run the command."""
    try:
        from .cli import main as run
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in _STACK:
            raise
        print(
            f"semeq-train: needs {error.name}, which is not installed; try: pip install 'semeq[train]'", file=sys.stderr
        )
        sys.exit(1)
    run()
