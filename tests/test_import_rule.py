"""The rooms: who may import whom, by which names, and how full a folder may be, as docs/architecture.md says."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
import soundfile

ROOT = Path(__file__).parent.parent
TRAINING_STACK = {"torch", "onnx", "onnxscript", "sklearn", "safetensors"}
WITHOUT_TORCH = ("console", "eq", "files", "presets", "words", "plugin")
MOST_FILES = 12


def rooms() -> dict[str, set[str]]:
    """The table of docs/architecture.md: a room, and the rooms it may import."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)/` \|[^|]*\|([^|]*)\|$", page, flags=re.MULTILINE)
    return {room: set(re.findall(r"`(\w+)`", may)) - {"torch"} for room, may in rows}


ROOMS = rooms()


def modules() -> list[Path]:
    """Every module of every room, relative to the root."""
    return sorted(path.relative_to(ROOT) for room in ROOMS for path in (ROOT / room).rglob("*.py"))


@lru_cache
def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[tuple[str, str | None]]:
    """What a module imports, wherever in it: the module's dotted name, without ``semeq.`` inside, and the name or None.

    A relative import is made absolute: ``plugin.midi``, ``Change``.
    """
    package = list(path.parent.parts)
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                base = package[: len(package) - node.level + 1]
                where = ".".join(["semeq", *base, *([node.module] if node.module else [])])
            else:
                where = node.module or ""
            yield from ((where, alias.name) for alias in node.names)


def is_folder(dotted: str) -> bool:
    return (ROOT / dotted.replace(".", "/") / "__init__.py").is_file()


@lru_cache
def public(dotted: str) -> set[str]:
    """The names in the ``__all__`` of a folder."""
    for node in tree(Path(dotted.replace(".", "/")) / "__init__.py").body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def test_the_table_names_every_room():
    """A room that is not in the table would be held to nothing."""
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert packages == set(ROOMS)
    assert len(ROOMS) >= 8
    order = list(ROOMS)
    for room, may in ROOMS.items():
        assert may <= set(order), f"{room} may import what is not a room"


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_the_table_allows(room):
    for path in modules():
        if path.parts[0] != room:
            continue
        for where, name in imports(path):
            if where != "semeq" and not where.startswith("semeq."):
                continue
            other = name if where == "semeq" else where.split(".")[1]
            assert other == room or other in ROOMS[room], f"{path} imports {where}: {name}"


def test_folders_are_entered_by_their_doors():
    """Modules of one's own folder and of those above it are near; elsewhere only a folder's public names count."""
    wrong = []
    for path in modules():
        here = ".".join(path.parent.parts)
        for where, name in imports(path):
            if not where.startswith("semeq.") or name is None:
                continue
            target = where.removeprefix("semeq.")
            folder = target if is_folder(target) else target.rpartition(".")[0]
            near = here == folder or here.startswith(f"{folder}.")
            lazy = path.name == "cli.py" and here in ROOMS and target.startswith(f"{here}.commands.")
            if near or lazy:
                continue
            if folder != target:
                wrong.append(f"{path}: {target} is inside {folder}")
            elif name not in public(folder):
                wrong.append(f"{path}: {name} is not public in {folder}")
    assert not wrong, "\n".join(wrong)


def test_no_room_is_called_by_a_string():
    """Starting another room by its name in a string would hide the import from the rule."""
    for path in modules():
        nodes = list(ast.walk(tree(path)))
        documents = {node.value for node in nodes if isinstance(node, ast.Expr)}
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in documents:
                found = re.findall(r"\bsemeq[./](\w+)", node.value)
                others = {name for name in found if name in ROOMS} - {path.parts[0]}
                assert not others, f"{path}: {node.value!r}"


def test_folders_import_each_other_in_one_direction():
    """No cycle between folders, whether in one room or not; a room's own top level counts with what lies below it."""
    graph: dict[str, set[str]] = {}
    for path in modules():
        here = ".".join(path.parent.parts)
        for where, _ in imports(path):
            if not where.startswith("semeq."):
                continue
            target = where.removeprefix("semeq.")
            folder = target if is_folder(target) else target.rpartition(".")[0]
            if folder and folder != here and not here.startswith(f"{folder}.") and not folder.startswith(f"{here}."):
                graph.setdefault(here, set()).add(folder)

    def walk(node: str, trail: tuple[str, ...]) -> None:
        assert node not in trail, " → ".join([*trail, node])
        for other in graph.get(node, ()):
            walk(other, (*trail, node))

    for start in graph:
        walk(start, ())


def test_no_folder_is_crowded():
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=False)
    files = [Path(line) for line in listed.stdout.splitlines()] or modules()
    levels: dict[Path, int] = {}
    for path in files:
        if path.parts[0] in ROOMS:
            levels[path.parent] = levels.get(path.parent, 0) + 1
    crowded = {str(folder): count for folder, count in levels.items() if count > MOST_FILES}
    assert not crowded


def test_what_runs_never_imports_the_training_stack():
    for path in modules():
        if path.parts[0] in WITHOUT_TORCH:
            stack = {where.split(".")[0] for where, _ in imports(path)} & TRAINING_STACK
            assert not stack, f"{path} imports {stack}"


def test_importing_the_effect_imports_nothing_slow():
    """What takes most of a second to import is imported where it is used."""
    slow = {"scipy.signal", "scipy.stats", "scipy.optimize", "matplotlib", "mutagen", "rich", "torch"}
    code = "import sys; from semeq.plugin import SemanticEQ; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not slow & set(done.stdout.split())


def test_a_quiet_render_imports_nothing_slow(tmp_path):
    """What a command says where nobody watches is plain text: tables and bars take as long to import as NumPy."""
    soundfile.write(tmp_path / "in.wav", np.zeros(4410), 44_100)
    slow = {"scipy", "matplotlib", "mutagen", "rich", "soxr", "av", "mido", "pyloudnorm", "click.shell_completion"}
    words = ["process", str(tmp_path / "in.wav"), "-s", "warm", "--out", str(tmp_path / "out"), "--quiet"]
    code = f"""
import sys
from semeq.plugin.cli import main
try:
    main({words})
finally:
    print(*sorted(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (tmp_path / "out" / "in.wav").exists()
    assert not slow & set(done.stdout.split())


@pytest.mark.parametrize("room", ["plugin", "export", "training"])
def test_a_command_tells_numpy_to_start_no_threads_before_it_is_imported(room):
    code = f"""
import os, sys
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "numpy":
            print(os.environ.get("OPENBLAS_NUM_THREADS"))
sys.meta_path.insert(0, Watch())
import semeq.{room}.cli
"""
    environment = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.split() in (["1"], [])


def test_every_command_starts_without_the_extras():
    """The base install has no matplotlib, torch, sounddevice or JACK: what needs them says so when it is asked for."""
    code = """
import sys
EXTRAS = {"matplotlib", "torch", "onnx", "sklearn", "sounddevice", "jack", "rtmidi", "distributed", "pyloudnorm"}
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in EXTRAS:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
import click
from semeq.export.commands.eq import eq_command
from semeq.plugin.cli import semeq
for name in semeq.list_commands(click.Context(semeq)):
    assert semeq.get_command(click.Context(semeq), name) is not None
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
