"""The commands on files that someone meddled with: one line and a status, never a traceback; no network, no pickles."""

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semeq.plugin.cli import main
from semeq.presets import TomlError, write_toml
from semeq.words import load_bundle

from ...hostile import mutations

RATE = 44_100
PRESET = {
    "format": "1.0",
    "semantic": "warm",
    "to": "bright",
    "morph": 0.5,
    "intensity": 0.5,
    "level_match": False,
    "about": "for me",
    "map": [{"cc": 21, "control": "morph", "range": [0.0, 1.0]}],
    "later": {"deep": [1, {"b": 2}]},
}
BRIEFLY = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


@pytest.fixture
def semeq(capsys):
    """Run the command in this process: (status, stdout); a traceback or an error of several lines is a failure."""

    def run(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as done:
            main([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        if done.value.code:
            assert shown.err.startswith("semeq: "), shown.err
            assert len(shown.err.strip().splitlines()) == 1, shown.err
        return done.value.code, shown.out

    return run


@settings(max_examples=60, **BRIEFLY)
@given(table=mutations(PRESET))
def test_presets_with_odd_values(semeq, tmp_path, table):
    try:
        (tmp_path / "odd.toml").write_text(write_toml(table), encoding="utf-8")
    except (TomlError, AttributeError):
        return
    shown, _ = semeq("preset", "show", tmp_path / "odd.toml", "--json")
    assert shown in (0, 1, 2)
    used, out = semeq("show", "--preset", tmp_path / "odd.toml", "--json")
    if shown == 0:
        assert used == 0
        assert np.isfinite(json.loads(out)["settings"][0]["response_db"]).all()


@settings(max_examples=30, **BRIEFLY)
@given(content=st.binary(max_size=100))
def test_any_bytes_as_preset_and_map(semeq, tmp_path, content):
    (tmp_path / "odd.toml").write_bytes(content)
    assert semeq("preset", "show", tmp_path / "odd.toml")[0] == 1
    semeq("midi", "check", tmp_path / "odd.toml")


@pytest.mark.parametrize("text", ["", "a\0b", "x" * 3000, "/", "-", "../..", "\udcff", "a\nb", "{}", "[bold]"])
@pytest.mark.parametrize(
    "command",
    [["show"], ["words", "--near"], ["preset", "show"], ["preset", "delete"], ["midi", "check"], ["words", "--model"]],
)
def test_any_argument_is_refused_in_one_line(semeq, command, text):
    separator = [] if command[-1].startswith("--") else ["--"]
    assert semeq(*command, *separator, text)[0] in (1, 2)


@pytest.fixture
def model(tmp_path):
    shutil.copytree(load_bundle().path, tmp_path / "model")
    return tmp_path / "model"


@pytest.mark.parametrize("file", ["decoder.onnx", "vocabulary.json", "model.json"])
@pytest.mark.parametrize("vouched", [False, True])
def test_a_model_whose_files_are_nonsense(semeq, model, file, vouched):
    content = (model / file).read_bytes()[:1000]
    (model / file).write_bytes(content)
    if vouched and file != "model.json":
        table = json.loads((model / "model.json").read_text())
        table["files"][file] = hashlib.sha256(content).hexdigest()
        (model / "model.json").write_text(json.dumps(table))
    for command in (["words"], ["show", "warm"]):
        assert semeq(*command, "--model", model)[0] == 1


def test_graphs_that_are_swapped_are_refused(semeq, model):
    decoder, encoder = (model / name for name in ("decoder.onnx", "encoder.onnx"))
    swapped = encoder.read_bytes(), decoder.read_bytes()
    table = json.loads((model / "model.json").read_text())
    for path, content in zip((decoder, encoder), swapped, strict=True):
        path.write_bytes(content)
        table["files"][path.name] = hashlib.sha256(content).hexdigest()
    (model / "model.json").write_text(json.dumps(table))
    assert semeq("show", "warm", "--model", model)[0] == 1


def test_no_command_reaches_for_the_network(semeq, tmp_path, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("a socket was opened")

    for name in ("socket", "create_connection", "getaddrinfo", "socketpair"):
        monkeypatch.setattr(socket, name, refuse)
    soundfile.write(tmp_path / "in.wav", np.random.default_rng(0).uniform(-0.1, 0.1, (2 * RATE, 2)), RATE)
    for arguments in (
        ["process", tmp_path / "in.wav", "-s", "warm", "--adaptive", "--out", tmp_path / "out"],
        ["words", "--near", "warm"],
        ["show", "warm", "--svg", tmp_path / "warm.svg"],
        ["analyze", tmp_path / "in.wav"],
        ["preset", "list"],
    ):
        assert semeq(*arguments)[0] == 0


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="limits of a process as POSIX has them")
def test_a_demo_on_a_full_disk_is_one_sentence_and_leaves_no_partial_file(tmp_path):
    """A limit on the size of files stands for the disk."""
    import resource

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    code = "from semeq.plugin.cli import main; main()"
    command = [sys.executable, "-c", code, "demo", "--out", str(tmp_path / "demo")]
    done = subprocess.run(command, preexec_fn=limit, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert done.stderr.strip().count("\n") == 0
    assert not [path for path in (tmp_path / "demo").rglob("*") if path.is_file()]
