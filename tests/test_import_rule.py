"""Who may import whom: the folders' rule, as docs/architecture.md states it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "console": set(),
    "eq": set(),
    "presets": {"eq"},
    "words": {"eq", "presets"},
    "plugin": {"eq", "presets", "console"},
    "training": {"eq", "presets", "words", "console"},
    "export": {"eq", "presets", "words", "console", "training"},
}
TRAINING_STACK = {"torch", "onnx", "onnxscript", "sklearn", "safetensors"}


def imports(path: Path) -> set[str]:
    """Dotted names a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found |= {f"{node.module}.{alias.name}" if node.module == "semeq" else node.module for alias in node.names}
    return found


def modules() -> list[tuple[str, Path]]:
    """Every module of every folder."""
    return [(folder, path) for folder in MAY_IMPORT for path in sorted((ROOT / folder).rglob("*.py"))]


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_folders_import_only_those_below_them(folder):
    for home, path in modules():
        if home != folder:
            continue
        for name in imports(path):
            if not name.startswith("semeq."):
                continue
            other = name.split(".")[1]
            assert other == folder or other in MAY_IMPORT[folder], f"{path.relative_to(ROOT)} imports {name}"


def test_what_runs_never_imports_the_training_stack():
    for folder, path in modules():
        if folder in ("console", "eq", "presets", "words", "plugin"):
            stack = {name.split(".")[0] for name in imports(path)} & TRAINING_STACK
            assert not stack, f"{path.relative_to(ROOT)} imports {stack}"


def test_importing_the_effect_imports_nothing_slow():
    """What takes most of a second to import is imported where it is used."""
    slow = {"scipy.signal", "scipy.stats", "scipy.optimize", "pyloudnorm", "matplotlib", "mutagen", "rich", "torch"}
    code = "import sys, semeq.plugin; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not slow & set(done.stdout.split())
