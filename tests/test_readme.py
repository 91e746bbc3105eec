"""What the README shows must run."""

import os
import re
import shutil
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"
SNIPPETS = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.S)


def test_the_readme_has_snippets():
    assert len(SNIPPETS) >= 2


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda text: text.split("\n")[0][:30])
def test_a_snippet_of_the_readme_runs(snippet, tmp_path, monkeypatch):
    if "load_native" in snippet:
        dpf = Path(os.environ.get("DPF_DIR", "/usr/share/dpf"))
        if not (dpf / "distrho").is_dir() or shutil.which("cmake") is None:
            pytest.skip("DPF or CMake is not installed (Debian: dpf-source, cmake)")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    exec(compile(snippet, "README.md", "exec"), {"__name__": "__main__"})


def test_files_that_the_readme_names_are_there():
    for target in re.findall(r"\]\(((?!http)[^)#]+)\)", README.read_text(encoding="utf-8")):
        assert (README.parent / target).exists(), target
