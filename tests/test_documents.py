"""What README and docs show must run, or, where it cannot run here, be a command that exists with options it has."""

import importlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import mido
import numpy as np
import pytest
import soundfile

from semeq.words.bundle import MODELS_FOLDER

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PROGRAMS = {
    "semeq": ("semeq.plugin.cli", "semeq"),
    "semeq-train": ("semeq.training.cli", "cli"),
    "semeq-export": ("semeq.export.cli", "cli"),
}
#: What is quick and needs no device, compiler or data set; of the rest only the words are checked.
QUICK = {
    *(("semeq", name) for name in ("process", "words", "show", "analyze", "import-eq", "preset", "demo")),
    ("semeq", "midi check"),
    ("semeq-export", "eq"),
}
OTHER_PROGRAMS = {
    "pip",
    "apt",
    "export",
    "make",
    "printf",
    "for",
    "done",
    "ffmpeg",
    "dask",
    ".ci/run",
    "python",
    "eval",
}


def snippets(page: Path, *languages: str) -> list[str]:
    """The fenced blocks of a page in some languages."""
    return re.findall(rf"```(?:{'|'.join(languages)})\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.S)


def python_snippets():
    """Every Python block."""
    return [
        pytest.param(page, text, id=f"{page.stem}-{n}")
        for page in PAGES
        for n, text in enumerate(snippets(page, "python"))
    ]


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """A folder like that of a reader: a song, stems, a performance, settings of their own."""
    folder = tmp_path_factory.mktemp("project")
    random = np.random.default_rng(0)
    names = ("song.wav", "mix.wav", "stems/drums.wav", "stems/bass.wav", "album/one.wav", "album/two.wav")
    for name in (*names, "music/a/one.flac", "music/b/two.flac"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, random.normal(0, 0.05, (3 * 44_100, 2)), 44_100)
    (folder / "curve.csv").write_text("seconds,morph\n0,0\n2,1\n")
    (folder / "curves.csv").write_text("seconds,morph,intensity\n0,0,1\n2,1,0.5\n")
    (folder / "headphone.txt").write_text("Preamp: -5 dB\nFilter 1: ON LSC Fc 105 Hz Gain 5 dB Q 0.71\n")
    performance = mido.MidiFile()
    performance.add_track().extend(
        mido.Message("control_change", control=21, value=value, time=60) for value in (0, 64, 127)
    )
    for name in ("performance.mid", "take.mid"):
        performance.save(folder / name)
    (folder / "my-knobs.toml").write_text('format = 1\n[[map]]\ncc = 21\ncontrol = "morph"\n')
    (folder / "my-settings.csv").write_text("word\n")
    shutil.copytree(MODELS_FOLDER / "v3", folder / "my-model")
    shims = folder / ".bin"
    shims.mkdir()
    for program, (module, _) in PROGRAMS.items():
        shim = shims / program
        shim.write_text(f"#!{sys.executable}\nfrom {module} import main\nif __name__ == '__main__':\n    main()\n")
        shim.chmod(0o755)
    return folder


def test_there_are_snippets():
    assert len(snippets(ROOT / "README.md", "python")) >= 2
    assert sum(len(snippets(page, "sh")) for page in PAGES) >= 20


@pytest.mark.parametrize(("page", "snippet"), python_snippets())
def test_a_python_snippet_runs(page, snippet, project, tmp_path, monkeypatch):
    if "load_native" in snippet:
        dpf = Path(os.environ.get("DPF_DIR", "/usr/share/dpf"))
        if not (dpf / "distrho").is_dir() or shutil.which("cmake") is None:
            pytest.skip("DPF or CMake is not installed (Debian: dpf-source, cmake)")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("SEMEQ_PRESETS", str(tmp_path / "presets"))
    shutil.copytree(project, tmp_path / "project", symlinks=True)
    monkeypatch.chdir(tmp_path / "project")
    exec(compile(snippet, str(page), "exec"), {"__name__": "__main__"})


def lines(block: str) -> list[str]:
    """The commands of a block, each on one line."""
    joined = block.replace("\\\n", " ")
    return [line.strip() for line in joined.splitlines() if line.strip() and not line.strip().startswith("#")]


def command_of(program: str, words: list[str]) -> str:
    """Parse a command line as click would; the name of the command. Raises `click.UsageError` where it is wrong."""
    module, attribute = PROGRAMS[program]
    command: click.Command = getattr(importlib.import_module(module), attribute)
    context, names = click.Context(command, info_name=program), []
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name, *words = words
        command = command.get_command(context, name)
        assert command is not None, f"{program} has no command {name}"
        names.append(name)
    if not isinstance(command, click.Group):
        command.make_context(" ".join(names), list(words), parent=context)
    return " ".join(names)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_shell_snippets_run_or_at_least_parse(page, project, tmp_path, monkeypatch):
    here = tmp_path / "project"
    shutil.copytree(project, here, symlinks=True)
    monkeypatch.chdir(here)
    environment = os.environ | {
        "PATH": f"{here / '.bin'}{os.pathsep}{os.environ['PATH']}",
        "SEMEQ_PRESETS": str(tmp_path / "presets"),
        "COLUMNS": "100",
    }
    for block in snippets(page, "sh"):
        for line in lines(block):
            words = shlex.split(line, comments=True)
            program = words[0]
            if program == "make":
                for target in (word for word in words[1:] if "=" not in word):
                    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.M), f"make {target}"
                continue
            name = command_of(program, words[1:]) if program in PROGRAMS else ""
            if program not in PROGRAMS:
                assert program in OTHER_PROGRAMS, f"{page.name}: what is {program}?"
                if program != "printf":
                    continue
            elif not {(program, name), (program, name.split(" ")[0])} & QUICK:
                continue
            shutil.rmtree(here / "semeq-out", ignore_errors=True)  # each line stands for itself
            done = subprocess.run(
                ["bash", "-c", line], cwd=here, env=environment, capture_output=True, text=True, timeout=120
            )
            assert done.returncode == 0, f"{page.name}: {line}\n{done.stderr}"


def test_a_wrong_option_would_be_seen():
    with pytest.raises(click.UsageError):
        command_of("semeq", ["process", "a.wav", "--no-such-option"])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_files_that_a_page_names_are_there(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    for target in re.findall(r"\]\(((?!http)[^)#]+)\)", text):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_page_is_on_the_site():
    site = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for page in sorted((ROOT / "docs").glob("*.md")):
        assert f" {page.name}\n" in site, f"{page.name} is not in mkdocs.yml"
