"""What cannot be taken, or does nothing, is said; and one bad name does not end a batch."""

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from semeq.console import printable
from semeq.files import AudioFileError, blocks, expand, probe
from semeq.plugin.batch import process_files
from semeq.plugin.cli import semeq as group

from .batch_tools import RATE, library, semeq, start, wait_for

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("name", ["x" * 300, "a/" + "y" * 5000, "not-there.wav"])
def test_a_name_that_cannot_be_read_does_not_end_the_batch(tmp_path, name):
    folder = library(tmp_path / "in", 2, 0.1)
    status, _, err = semeq("process", folder / "00.wav", name, folder / "01.wav", "-s", "warm", "--out", tmp_path / "o")
    assert status == 1
    assert err.count("semeq: ") == 1
    assert names(tmp_path / "o") == ["00.wav", "01.wav"]


@pytest.mark.parametrize("name", ["", " "])
def test_an_empty_name_is_refused(tmp_path, name):
    library(tmp_path, 1, 0.1)
    status, _, err = semeq("process", name, "-s", "warm", cwd=tmp_path)
    assert (status, "empty" in err) == (2, True)
    assert semeq("process", "00.wav", "-s", "warm", "--out", name, cwd=tmp_path)[0] == 2
    assert names(tmp_path) == ["00.wav"]
    assert expand([name]).found == []
    assert "empty" in expand([name]).missing[0]


def test_a_folder_that_cannot_be_read_is_named(tmp_path, monkeypatch):
    folder = library(tmp_path / "in", 1, 0.1)
    library(folder / "closed", 1, 0.1)
    scandir = os.scandir

    def refusing(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    found = expand([folder])
    assert [item.path.name for item in found.found] == ["00.wav"]
    assert "closed: cannot be read (Permission denied)" in found.missing[0]


def test_audio_that_semeq_does_not_read_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)  # without FFmpeg's libraries
    folder = library(tmp_path / "in", 1, 0.1)
    for name in ("a.m4p", "b.ape", "deep/c.TAK", "notes.txt", ".hidden.ape"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"something")

    def process(*options):
        arguments = ["process", folder, "-s", "warm", "--out", tmp_path / "out", *options]
        return CliRunner().invoke(group, list(map(str, arguments)))

    done = process("--dry-run", "--json")
    left = [row["source"] for row in json.loads(done.stdout)["files"] if "leave out" in row["would"]]
    assert (done.exit_code, sorted(Path(name).name for name in left)) == (0, ["b.ape", "c.TAK"])
    done = process()
    assert (done.exit_code, "2 files are left out" in done.stderr, ".ape, .tak" in done.stderr) == (0, True, True)
    assert "semeq[av]" in done.stderr
    assert "b.ape: left out" in process("--overwrite", "--verbose").stderr


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--morph", "0.5"], "--morph does nothing without --to"),
        (["--map", "21=morph"], "--map does nothing without --automate"),
        (["--quality", "5"], "--quality and --bitrate do nothing for WAV PCM_16"),
        (["--format", "mp3", "--bits", "24"], "--bits does nothing for MPEG_LAYER_III"),
    ],
)
def test_an_option_that_does_nothing_says_so(tmp_path, options, says):
    folder = library(tmp_path / "in", 1, 0.2)
    status, _, err = semeq("process", folder, "-s", "warm", *options, "--out", tmp_path / "out")
    assert (status, says in err) == (0, True), err
    _, _, err = semeq("process", folder, "-s", "warm", "--out", tmp_path / "out2")
    assert err == ""


def test_a_morph_that_nobody_places_stands_half_way(tmp_path):
    """As in ``semeq-export eq``; where something moves it, it begins at the first word."""
    folder = library(tmp_path / "in", 1, 0.2)
    command = ["process", folder, "-s", "warm", "--to", "bright", "--out"]
    assert semeq(*command, tmp_path / "plain")[0] == 0
    assert semeq(*command, tmp_path / "half", "--morph", 0.5)[0] == 0
    assert (tmp_path / "plain" / "00.wav").read_bytes() == (tmp_path / "half" / "00.wav").read_bytes()
    (tmp_path / "i.csv").write_text("0,1\n")
    assert semeq(*command, tmp_path / "moved", "--automate", f"intensity={tmp_path / 'i.csv'}")[0] == 0
    assert semeq(*command, tmp_path / "zero", "--morph", 0)[0] == 0
    assert (tmp_path / "moved" / "00.wav").read_bytes() == (tmp_path / "zero" / "00.wav").read_bytes()


@needs_ffmpeg
@pytest.mark.parametrize("codec", ["adpcm_ima_wav", "adpcm_ms"])
def test_adpcm_is_rendered(tmp_path, codec):
    library(tmp_path / "in", 1, 1.0)
    source = tmp_path / "a.wav"
    subprocess.run(
        ["ffmpeg", "-loglevel", "error", "-i", tmp_path / "in" / "00.wav", "-c:a", codec, source], check=True
    )
    (done,) = process_files([source], tmp_path / "out", "warm")
    assert done.status == "done", done.error
    assert soundfile.info(done.output).subtype == soundfile.info(source).subtype
    wet, reference = (soundfile.read(path)[0] for path in (done.output, source))
    assert 0 <= len(wet) - len(reference) < 2048
    assert process_files([source], tmp_path / "out", "warm", existing="skip")[0].status == "skipped"


@pytest.mark.parametrize("value", [2e12, -1e30])
def test_samples_beyond_all_reason_are_an_error_as_nan_is(tmp_path, value):
    audio = np.zeros((1000, 2))
    audio[500, 1] = value
    soundfile.write(tmp_path / "a.wav", audio, RATE, subtype="FLOAT")
    (outcome,) = process_files([tmp_path / "a.wav"], tmp_path / "out", "warm")
    assert (outcome.status, "is no audio" in outcome.error) == ("failed", True)


def test_escape_characters_do_not_reach_the_terminal(tmp_path):
    name = "red\x1b[31m\x07\x9b.wav"
    library(tmp_path / "in", 1, 0.1)
    (tmp_path / "in" / "00.wav").rename(tmp_path / name)
    for options in (["--verbose"], ["--dry-run"], ["--overwrite"]):
        _, out, err = semeq("process", tmp_path / name, "-s", "warm", "--out", tmp_path / "out", *options)
        assert not {"\x1b", "\x07", "\x9b"} & set(out + err)
        assert "\\x1b" in out + err
    assert printable("one\ntwo\tñ") == "one\ntwo\tñ"


@pytest.mark.parametrize("part", [0.5, 0.9])
def test_where_a_flac_was_cut_is_told(tmp_path, part):
    audio = np.random.default_rng(0).uniform(-0.5, 0.5, (RATE, 2))
    soundfile.write(tmp_path / "a.flac", audio, RATE)
    data = (tmp_path / "a.flac").read_bytes()
    (tmp_path / "a.flac").write_bytes(data[: int(len(data) * part)])
    with pytest.raises(AudioFileError, match="after 0") as error:
        list(blocks(tmp_path / "a.flac", probe(tmp_path / "a.flac")))
    seconds = float(str(error.value).partition("after ")[2].split()[0])
    assert seconds == pytest.approx(part, abs=0.15)


@pytest.mark.parametrize("suffix", ["flac", "ogg", "opus", "mp3"])
@pytest.mark.parametrize("how", ["cut", "short"])
def test_an_output_of_half_the_length_is_not_taken_for_done(tmp_path, suffix, how):
    audio = np.random.default_rng(0).uniform(-0.2, 0.2, (48_000 * 2, 2))
    source, out = tmp_path / f"a.{suffix}", tmp_path / "out"
    kind = {"opus": {"format": "OGG", "subtype": "OPUS"}}.get(suffix, {})
    soundfile.write(source, audio, 48_000, **kind)
    assert process_files([source], out, "warm")[0].status == "done"
    assert process_files([source], out, "warm", existing="skip")[0].status == "skipped"
    if how == "cut":
        data = (out / source.name).read_bytes()
        (out / source.name).write_bytes(data[: len(data) // 2])
    else:
        soundfile.write(out / source.name, audio[:48_000], 48_000, **kind)
    (outcome,) = process_files([source], out, "warm", existing="skip")
    assert outcome.status == "failed"
    assert "not whole" in outcome.error or "another length" in outcome.error


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no hang-ups here")
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_terminal_that_goes_away_leaves_nothing_unfinished(tmp_path, jobs):
    folder, out = library(tmp_path / "in", 3, 60.0), tmp_path / "out"
    process = start("process", folder, "-s", "warm", "--out", out, "--jobs", jobs, start_new_session=True)
    wait_for(lambda: out.is_dir() and any(".partial" in name for name in names(out)))
    os.killpg(process.pid, signal.SIGHUP)
    process.communicate(timeout=60)
    assert process.returncode == 129
    assert not [name for name in names(out) if ".partial" in name]


def test_an_interruption_while_the_threads_begin_leaves_nothing_unfinished(tmp_path, monkeypatch):
    folder, out = library(tmp_path / "in", 3, 60.0), tmp_path / "out"

    class Interrupted(threading.Thread):
        def start(self):
            super().start()
            wait_for(lambda: out.is_dir() and any(".partial" in name for name in names(out)))
            raise KeyboardInterrupt

    monkeypatch.setattr("semeq.plugin.batch.jobs.threading", SimpleNamespace(Thread=Interrupted))
    with pytest.raises(KeyboardInterrupt):
        process_files(sorted(folder.iterdir()), out, "warm", jobs=2)
    assert not names(out)


def test_closed_and_narrow_streams(tmp_path):
    library(tmp_path / "in", 1, 0.1)
    closed = [*semeq_shell("show warm"), ">&-"]
    done = subprocess.run(" ".join(closed), shell=True, capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    status, out, _ = semeq("words", "--language", "es", env=environment)
    assert (status, "\\xed" in out) == (0, True)


def semeq_shell(arguments):
    return [shlex.quote(sys.executable), "-c", shlex.quote("from semeq.plugin.cli import main; main()"), arguments]


@needs_ffmpeg
def test_libraries_do_not_talk_to_the_terminal(tmp_path):
    """libmpg123 complains on the process's own stderr about a size that is not the stream's."""
    library(tmp_path / "in", 1, 3.0)
    source = tmp_path / "a.mp3"
    subprocess.run(["ffmpeg", "-loglevel", "error", "-i", tmp_path / "in" / "00.wav", source], check=True)
    data = bytearray(source.read_bytes())
    at = data.index(b"Info") + 12
    data[at : at + 4] = (10 * len(data)).to_bytes(4, "big")
    source.write_bytes(data)
    program = f"import soundfile; soundfile.SoundFile({str(source)!r})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "Warning" in done.stderr
    status, _, err = semeq("process", source, "-s", "warm", "--out", tmp_path / "out")
    assert (status, err) == (0, "")


@needs_ffmpeg
def test_a_format_that_is_not_read_says_how_to_go_about_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    library(tmp_path / "in", 1, 0.2)
    source = tmp_path / "a.m4a"
    subprocess.run(["ffmpeg", "-loglevel", "error", "-i", tmp_path / "in" / "00.wav", source], check=True)
    (outcome,) = process_files([source], tmp_path / "out", "warm")
    assert (outcome.status, "ffmpeg -i" in outcome.error) == ("failed", True)
