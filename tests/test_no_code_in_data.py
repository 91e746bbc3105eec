"""Data never becomes code: no module of ours unpickles, evaluates or executes what it reads."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("console", "eq", "presets", "plugin", "training", "export")
MODULES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
FORBIDDEN_IMPORTS = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "yaml.load", "yaml.unsafe_load", "pd.read_pickle"}


def faults(source):
    """Line and name of each thing that could run what a file says."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            yield from ((node.lineno, name) for name in names if name.split(".")[0] in FORBIDDEN_IMPORTS)
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            if (
                called in FORBIDDEN_CALLS
                or (called.endswith("torch.load") and keywords.get("weights_only") != "True")
                or (called.split(".")[-1] == "load" and keywords.get("allow_pickle", "False") != "False")
                or (called in ("subprocess.run", "subprocess.Popen") and keywords.get("shell", "False") != "False")
            ):
                yield node.lineno, called


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_runs_nothing_that_it_reads(path):
    assert not list(faults(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "source",
    ["import pickle", "from pickle import loads", "torch.load(f)", "np.load(f, allow_pickle=True)", "eval(x)"]
    + ["def f():\n import shelve", "torch.load(f, weights_only=False)", "subprocess.run(x, shell=True)"],
)
def test_the_scan_sees_what_it_looks_for(source):
    assert list(faults(source))


def test_the_scan_reads_everything():
    assert len(MODULES) > 150
