"""A WAV stream through pipes: the same audio as from a file, whatever its format, in constant memory."""

import io
import os
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from semeq.plugin.batch import process_files

from .batch_tools import START

RATE = 48_000


def pipe(data, *options):
    command = [*START, "process", "-", "--out", "-", "-s", "warm", *options]
    done = subprocess.run(command, input=data, capture_output=True, check=False, timeout=60)
    return done.returncode, done.stdout, done.stderr.decode()


def wav(subtype, channels=2, peak=0.2, seconds=1.0, container="WAV"):
    audio = np.random.default_rng(6).uniform(-peak, peak, (int(seconds * RATE), channels))
    file = io.BytesIO()
    soundfile.write(file, audio, RATE, subtype=subtype, format=container)
    return file.getvalue()


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
@pytest.mark.parametrize(("container", "channels"), [("WAV", 2), ("WAV", 1), ("WAVEX", 6), ("RF64", 2)])
def test_a_stream_is_rendered_as_the_file_is(tmp_path, subtype, container, channels):
    data = wav(subtype, channels, container=container)
    (tmp_path / "in.wav").write_bytes(data)
    (done,) = process_files([tmp_path / "in.wav"], tmp_path / "out", "warm", guard=False)
    status, out, err = pipe(data)
    assert (status, err) == (0, "")
    with soundfile.SoundFile(io.BytesIO(out)) as file:
        assert (file.subtype, file.channels, file.samplerate) == (subtype, channels, RATE)
        np.testing.assert_array_equal(file.read(always_2d=True), soundfile.read(done.output, always_2d=True)[0])


def test_lengths_that_the_head_does_not_know(tmp_path):
    """As ffmpeg writes them into a pipe."""
    data = bytearray(wav("PCM_16"))
    data[4:8] = data[40:44] = b"\xff" * 4
    status, out, _ = pipe(bytes(data))
    assert status == 0
    assert out[40:44] == b"\xff" * 4
    assert out[44:] == pipe(wav("PCM_16"))[1][44:]


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
def test_between_two_ffmpegs(tmp_path):
    (tmp_path / "in.wav").write_bytes(wav("PCM_16"))
    semeq = f"{sys.executable} -c 'from semeq.plugin.cli import main; main()' process - -s warm --out -"
    line = f"ffmpeg -loglevel error -i in.wav -f wav - | {semeq} | ffmpeg -loglevel error -i - out.flac"
    subprocess.run(line, shell=True, check=True, cwd=tmp_path, timeout=60)
    (done,) = process_files([tmp_path / "in.wav"], tmp_path / "out", "warm")
    np.testing.assert_array_equal(soundfile.read(tmp_path / "out.flac")[0], soundfile.read(done.output)[0])


def test_chunks_before_and_behind_are_passed_over():
    data = wav("PCM_16")
    size = int.from_bytes(data[4:8], "little")
    extra = b"LIST\x03\x00\x00\x00abc\x00"
    more = data[:4] + (size + 2 * len(extra)).to_bytes(4, "little") + data[8:36] + extra + data[36:] + extra
    assert pipe(more)[1] == pipe(data)[1]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "ends before the audio"),
        (b"ID3" + bytes(100), "is not a WAV stream"),
        (wav("PCM_16")[:30], "ends before the audio"),
        (wav("PCM_16")[:50_000], "truncated"),
        (wav("ULAW"), "not streamed"),
        (b"RIFF\0\0\0\0WAVEfmt \xff\xff\xff\x7f" + bytes(100), "cannot be read|can be read"),
    ],
)
def test_what_is_no_whole_wav_stream_is_one_line(data, says):
    status, _, err = pipe(data)
    assert (status, len(err.splitlines())) == (1, 1)
    assert re.search(says, err)


def test_what_clips_is_counted_on_stderr():
    status, out, err = pipe(wav("PCM_16", peak=0.99), "--output-db", "6")
    assert (status, "samples clipped; use --output-db" in err) == (0, True)
    assert np.abs(soundfile.read(io.BytesIO(out))[0]).max() <= 1


@pytest.mark.parametrize("options", [["--level-match"], ["--format", "flac"], ["--ceiling", "-3"], ["--dry-run"]])
def test_what_a_stream_cannot_be_asked_for_is_refused(options):
    assert pipe(b"", *options)[0] == 2


def test_automation_moves_in_the_streams_own_time(tmp_path):
    (tmp_path / "i.csv").write_text("0,0\n0.5,1\n")
    data = wav("FLOAT")
    out = soundfile.read(io.BytesIO(pipe(data, "--automate", f"intensity={tmp_path / 'i.csv'}:hold")[1]))[0]
    dry = soundfile.read(io.BytesIO(data))[0]
    assert np.flatnonzero((out != dry).any(axis=1))[0] == RATE // 2


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="reads /proc")  # noqa: PTH112
def test_memory_does_not_grow_with_the_stream():
    program = """
import sys
sys.argv = ["semeq", "process", "-", "-s", "warm", "--out", "-"]
try:
    from semeq.plugin.cli import main; main()
finally:
    print(next(line for line in open("/proc/self/status") if "VmHWM" in line).split()[1], file=sys.stderr)
"""
    sizes = []
    for seconds in (5, 120):
        done = subprocess.run(
            [sys.executable, "-c", program], input=wav("PCM_16", seconds=seconds), capture_output=True
        )
        assert done.returncode == 0
        sizes.append(int(done.stderr))
    assert sizes[1] < sizes[0] + 15_000
