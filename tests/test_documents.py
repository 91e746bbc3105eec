"""What README and docs show must run, or, where it cannot run here, be a command that exists with options it has."""

import csv
import importlib.util
import json
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

import semeq.eq
from semeq.eq import PARAMETER_NAMES, denormalise
from semeq.presets import MODELS_FOLDER

from .plugin.live.rig import Server

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PROGRAMS = {
    "semeq": ("semeq.plugin.cli", "semeq"),
    "semeq-train": ("semeq.training.cli", "cli"),
    "semeq-export": ("semeq.export.cli", "cli"),
}
#: What is quick and needs no device, compiler or data set. What needs one is run below, where there is one.
QUICK = {
    *(("semeq", name) for name in ("process", "words", "show", "analyze", "import-eq", "preset", "demo")),
    ("semeq", "midi check"),
    ("semeq-export", "eq"),
    ("semeq-export", "page"),
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
    ".ci/nightly",
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
def test_a_python_snippet_runs(page, snippet, project, tmp_path, monkeypatch, request):
    if "load_native" in snippet:
        dpf = Path(os.environ.get("DPF_DIR", "/usr/share/dpf"))
        if not (dpf / "distrho").is_dir() or shutil.which("cmake") is None:
            pytest.skip("DPF or CMake is not installed (Debian: dpf-source, cmake)")
        monkeypatch.setenv("XDG_CACHE_HOME", str(request.getfixturevalue("native_cache")))
    monkeypatch.setenv("SEMEQ_PRESETS", str(tmp_path / "presets"))
    shutil.copytree(project, tmp_path / "project", symlinks=True)
    monkeypatch.chdir(tmp_path / "project")
    exec(compile(snippet, str(page), "exec"), {"__name__": "__main__"})


def lines(block: str) -> list[str]:
    """The commands of a block, each on one line."""
    joined = block.replace("\\\n", " ")
    return [line.strip() for line in joined.splitlines() if line.strip() and not line.strip().startswith("#")]


def find_command(program: str, words: list[str]) -> tuple[click.Command, click.Context, list[str], list[str]]:
    """The command that a line names, the program's context, the names on the way, and what is left of the line."""
    module, attribute = PROGRAMS[program]
    command: click.Command = getattr(importlib.import_module(module), attribute)
    context, names = click.Context(command, info_name=program), []
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name, *words = words
        command = command.get_command(context, name)
        assert command is not None, f"{program} has no command {name}"
        names.append(name)
    return command, context, names, words


def command_of(program: str, words: list[str]) -> str:
    """Parse a command line as click would; the name of the command. Raises `click.UsageError` where it is wrong."""
    command, context, names, rest = find_command(program, words)
    if not isinstance(command, click.Group):
        command.make_context(" ".join(names), list(rest), parent=context)
    return " ".join(names)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_shell_snippets_run_or_at_least_parse(page, project, tmp_path, monkeypatch):
    here = tmp_path / "project"
    shutil.copytree(project, here, symlinks=True)
    monkeypatch.chdir(here)
    environment = os.environ | {
        "PATH": f"{here / '.bin'}{os.pathsep}{os.environ['PATH']}",
        "SEMEQ_PRESETS": str(tmp_path / "presets"),
        "SEMEQ_WORDS": str(tmp_path / "words.toml"),
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


def test_the_readme_quotes_the_systems_as_this_bench_measured_them():
    """Figures published elsewhere are of other trainers and do not compare."""
    table = (ROOT / "docs" / "comparison.md").read_text(encoding="utf-8").split("### Annotators")[0]
    error = {
        row.split(" | ")[0].strip("| "): row.split(" | ")[2] for row in table.splitlines() if row.startswith("| v3")
    }
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"the first published V3 has {error['v3-2026-01'].split(' ')[0]} dB" in " ".join(readme.split())
    assert f"| curve error, mean / 95 % | {error['v3'].split(' ')[0]} / " in readme


def test_every_page_is_on_the_site():
    site = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for page in sorted((ROOT / "docs").glob("*.md")):
        assert f" {page.name}\n" in site, f"{page.name} is not in mkdocs.yml"


# ------------------------------------------------------------------------------------------------- types of snippets


@pytest.mark.slow
def test_python_snippets_are_typed(tmp_path):
    """What readers copy passes mypy as the package does; pedalboard exports its names without saying so."""
    if importlib.util.find_spec("mypy") is None:
        pytest.skip("mypy is not installed (extra: lint)")
    files = []
    for page in PAGES:
        for number, text in enumerate(snippets(page, "python")):
            files.append(tmp_path / f"{page.stem.replace('-', '_')}_{number}.py")
            files[-1].write_text(text, encoding="utf-8")
    tree = Path(semeq.eq.__file__).parent.parent.parent
    installed = "site-packages" in tree.parts  # mypy finds it by itself there, and refuses to be told
    environment = os.environ | ({} if installed else {"MYPYPATH": str(tree)})
    options = ["--config-file", str(ROOT / "pyproject.toml"), "--python-executable", sys.executable]
    command = [sys.executable, "-m", "mypy", *options, "--implicit-reexport", "--cache-dir", str(tmp_path / "cache")]
    done = subprocess.run(
        [*command, *map(str, files)], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr


# ----------------------------------------------------------------------- commands that need a compiler, data or JACK

#: Named in pages and not run by any test, with the reason.
NOT_RUN = {
    "semeq-train bench": "takes hours",
    "semeq-train ablation": "takes half an hour",
    "semeq-train ladder": "takes half an hour; tests/training/test_ladder.py",
    "semeq-train data fetch": "needs the network",
    "semeq-train listening-test analyze": "needs listeners",
    "semeq midi learn": "needs a controller",
    "semeq desk": "serves until it is ended; tests/desk",
    "sounddevice": "needs an audio device",
}
#: What makes a training command short enough for a test, and what stands for one that would take hours.
SHORTER = dict.fromkeys(("v3", "v2", "beta-vae"), "--steps 20 --split random --device cpu")
INSTEAD = {"bench": f"semeq-train v3 --out runs/bench/v3-s0 {SHORTER['v3']}"}


def commands(page: Path) -> list[tuple[str, str, str]]:
    """Program, name of the command, and the line without its comment, of every command of ours on a page."""
    found = []
    for line in (line for block in snippets(page, "sh") for line in lines(block)):
        words = shlex.split(line, comments=True)
        if words and words[0] in PROGRAMS:
            name = " ".join(find_command(words[0], words[1:])[2])
            found.append((words[0], name, re.sub(r"\s+# .*$", "", line)))
    return found


def kind_of(program: str, name: str, line: str) -> str:
    """What a command needs: nothing, a compiler, data, JACK; or why it is not run."""
    if {(program, name), (program, name.split(" ")[0])} & QUICK:
        return "nothing"
    why = next((why for what, why in NOT_RUN.items() if f"{program} {name}".startswith(what) or what in line), None)
    if why is not None:
        return why
    if (program, name) == ("semeq-export", "plugin"):
        return "a compiler"
    if program == "semeq-train" or (program == "semeq-export" and name in ("onnx", "audio", "words")):
        return "data"
    return "JACK" if (program, name) == ("semeq", "live") else "unknown"


def needing(what: str) -> list[str]:
    """The distinct lines that need something, in their order."""
    return list(dict.fromkeys(line for page in PAGES for p, n, line in commands(page) if kind_of(p, n, line) == what))


def run_line(line: str, folder: Path, **environment: str) -> None:
    """Run a line as a reader would, in a copy of the project; its programs are this checkout's."""
    path = f"{folder / '.bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env=os.environ
        | {
            "PATH": path,
            "COLUMNS": "100",
            "HOME": str(folder / "home"),
            "SEMEQ_WORDS": str(folder / "home" / "words.toml"),
        }
        | environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"


@pytest.fixture
def reader(project, tmp_path):
    """A copy of the project, with a home of its own."""
    here = tmp_path / "reader"
    shutil.copytree(project, here, symlinks=True)
    (here / "home").mkdir()
    return here


def test_every_command_of_a_page_is_run_or_says_why_not():
    kinds = {kind_of(*command) for page in PAGES for command in commands(page)}
    assert "unknown" not in kinds
    assert {"nothing", "a compiler", "data", "JACK"} <= kinds


@pytest.mark.slow
@pytest.mark.xdist_group("native")
# Installing is run, in an empty folder, by tests/export/test_plugin_command.py.
@pytest.mark.parametrize("line", [line for line in needing("a compiler") if "--install" not in line])
def test_commands_that_need_a_compiler(line, reader):
    dpf = Path(os.environ.get("DPF_DIR", "/usr/share/dpf"))
    if not (dpf / "distrho").is_dir() or shutil.which("cmake") is None or shutil.which("c++") is None:
        pytest.skip("DPF, CMake or a compiler is not installed (Debian: dpf-source, cmake, g++)")
    # The window is compiled by the tests of installing; here it would double the time.
    run_line(f"{line} --no-gui", reader)
    built = [path for path in (reader / "plugins").iterdir() if not path.name.startswith(".")]
    assert {path.suffix for path in built} == {".vst3", ".clap", ".lv2"}


def own_settings(path: Path) -> None:
    """Settings of a reader's own: two words, twelve people."""
    params = denormalise(np.random.default_rng(3).uniform(0.2, 0.8, (96, 13)))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["word", *PARAMETER_NAMES, "person"])
        for i, row in enumerate(params):
            writer.writerow([("warm", "bright")[i % 2], *map(float, row), f"p{i // 2 % 12}"])


@pytest.mark.slow
@pytest.mark.parametrize(
    "page", [p for p in PAGES if any(kind_of(*c) == "data" for c in commands(p))], ids=lambda page: page.stem
)
def test_commands_that_need_data(page, reader, data_dir):
    """In the order of the page, since one makes what the next one takes; trained for a few steps, on a little music."""
    songs = sorted((data_dir / "music").glob("*.ogg"))[::40]
    if not songs or not (data_dir / "socialfx").is_dir():
        pytest.skip("SEMEQ_DATA holds no music or no socialfx")
    music = reader / "data" / "music"
    music.mkdir(parents=True)
    for song in songs:
        shutil.copy(song, music)
    (reader / "data" / "safe-db").symlink_to(data_dir / "safe-db")
    described = json.loads((data_dir / "socialfx" / "eqdescriptors.json").read_bytes())
    (reader / "data" / "socialfx").mkdir()
    (reader / "data" / "socialfx" / "eqdescriptors.json").write_text(json.dumps(described[:30]))  # fitting takes time
    (reader / "home" / "Music").symlink_to(music)
    own_settings(reader / "my-settings.csv")
    for program, name, line in commands(page):
        if kind_of(program, name, line) == "data":
            run_line(f"{line} {SHORTER.get(name, '')}", reader, SEMEQ_DATA=str(reader / "data"), OMP_NUM_THREADS="1")
        elif name in INSTEAD:
            run_line(INSTEAD[name], reader, SEMEQ_DATA=str(reader / "data"), OMP_NUM_THREADS="1")
        elif "--model my-model" in line:
            run_line(line, reader)


@pytest.fixture(scope="module")
def jack_server():
    """A JACK server without a device; skips where there is none."""
    running = Server()
    yield running
    running.stop()


@pytest.mark.parametrize("line", needing("JACK"))
def test_commands_that_need_jack(line, reader, jack_server):
    run_line(line if "--list" in line else f"{line} --seconds 0.5", reader, JACK_DEFAULT_SERVER=jack_server.name)
