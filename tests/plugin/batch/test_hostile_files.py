"""Hostile inputs: one line each, never a traceback, never half an output; thousands of damaged bytes."""

import json
import os
import resource
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from . import rich_files as rich
from .batch_tools import hashes, semeq

FOUR_GIB = 1 << 32


def limited():
    """A header that claims terabytes must not be believed."""
    resource.setrlimit(resource.RLIMIT_AS, (FOUR_GIB, FOUR_GIB))


def wav_head(channels=2, rate=48_000, bits=16, data=b"\0" * 4000, code=1):
    block = channels * bits // 8
    head = struct.pack("<HHIIHH", code, channels, rate, (rate * block) % 2**32, block % 2**16, bits)
    body = b"WAVE" + rich.riff_chunk(b"fmt ", head) + rich.riff_chunk(b"data", data)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def hostile(folder):
    """One of each kind; what is said of it by name."""
    folder.mkdir()
    says = {}

    def put(name, data, what):
        (folder / name).write_bytes(data)
        says[name] = what

    good = wav_head()
    put("empty.wav", b"", "the file is empty")
    put("text.wav", b"not audio at all" * 20, "is not audio")
    put("truncated.wav", good[:-1000], "is truncated")
    put("cut-head.wav", good[:30], "is not audio")
    put("no-data.wav", good[:36], "is truncated|is not audio|no audio")
    put("no-channels.wav", wav_head(channels=0), "is not audio")
    put("65-channels.wav", wav_head(channels=65, data=bytes(65 * 2 * 100)), "has 65 channels")
    put("rate-0.wav", wav_head(rate=0), "is not audio|sample rate")
    put("rate-1.wav", wav_head(rate=1), "sample rate of 1 Hz")
    put("rate-2G.wav", wav_head(rate=2_000_000_000), "sample rate")
    put("unknown-code.wav", wav_head(code=0x7777), "is not audio")
    put("endless-chunks.wav", good[:12] + b"LIST\0\0\0\0" * 5000, "is not audio|is truncated")
    put("huge-chunk.wav", good[:12] + b"LIST\xff\xff\xff\x7f" + good[12:], "is not audio|is truncated")
    put("raw.raw", b"\0" * 100, "is not audio")
    put("text.mp3", b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + b"\0" * 500, "is not audio|no audio|truncated")
    for name, value in (("nan", np.nan), ("inf", -np.inf)):
        audio = np.zeros((5000, 2), np.float32)
        audio[4321, 1] = value
        soundfile.write(folder / f"{name}.wav", audio, 48_000, subtype="FLOAT")
        says[f"{name}.wav"] = "1 samples are not finite, the first at 0.09 s"
    (folder / "folder.wav").mkdir()
    (folder / "dangling.wav").symlink_to(folder / "nowhere.wav")
    says["dangling.wav"] = "is a link to a file that is not there"
    (folder / "loop.wav").symlink_to(folder / "loop.wav")
    says["loop.wav"] = "cannot be read|not there"
    os.mkfifo(folder / "pipe.wav")
    says["pipe.wav"] = "is a pipe or device"
    return says


def test_every_kind_is_one_line_and_leaves_nothing(tmp_path):
    folder = tmp_path / "in"
    says = hostile(folder)
    names = [folder / name for name in (*says, "folder.wav")]
    soundfile.write(tmp_path / "good.wav", rich.noise(), 48_000)
    command = ["process", *names, tmp_path / "good.wav", "-s", "warm", "--level-match", "--true-peak-guard"]
    status, _, err = semeq(*command, "--out", tmp_path / "out", preexec_fn=limited)
    lines = err.splitlines()
    assert status == 1
    assert len(lines) == len(says) + 1, err
    for name, what in says.items():
        (line,) = [line for line in lines if f"{name}:" in line]
        assert any(part in line for part in what.split("|")), line
    assert "there is no audio below this folder" in lines[-1]
    assert list(hashes(tmp_path / "out")) == ["good.wav"]


def test_a_suffix_that_lies_does_no_harm(tmp_path):
    rich.write_flac(tmp_path / "really.flac")
    (tmp_path / "really.flac").rename(tmp_path / "flac.wav")
    rich.write_wav(tmp_path / "wav.flac")
    status, said, _ = semeq("process", tmp_path, "-s", "warm", "--out", tmp_path / "out", "--json")
    assert status == 0
    assert {Path(row["output"]).name: row["format"] for row in json.loads(said)["files"]} == {
        "flac.wav": "FLAC PCM_24",
        "wav.flac": "WAV PCM_24",
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_named(tmp_path):
    source = rich.write_wav(tmp_path / "in.wav")
    source.chmod(0)
    status, _, err = semeq("process", source, "-s", "warm", "--out", tmp_path / "out")
    assert (status, len(err.splitlines())) == (1, 1)
    assert "Permission denied" in err


def damaged(data, random):
    """Some bytes flipped, most of them at the front, or an end that is not there, or a piece of it twice."""
    data = bytearray(data)
    kind = random.integers(0, 5)
    if kind == 0:
        return bytes(data[: random.integers(1, len(data))])
    if kind == 1:
        start, length = random.integers(0, len(data)), random.integers(1, 400)
        return bytes(data[:start] + data[start : start + length] + data[start:])
    reach = len(data) if kind == 2 else min(len(data), 1500)
    for place in random.integers(0, reach, random.integers(1, 12)):
        data[place] = random.integers(0, 256)
    return bytes(data)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["wav", "rf64", "aiff", "flac", "ogg", "opus", "mp3", "caf"])
def test_damaged_bytes_end_as_a_file_or_a_line(tmp_path, name, random):
    source = tmp_path / f"source.{name}"
    makers = {"flac": rich.write_flac, "aiff": rich.write_aiff, "ogg": rich.write_ogg, "mp3": rich.write_mp3}
    if name in makers:
        makers[name](source)
    elif name == "opus":
        rich.write_ogg(source, "OPUS")
    elif name == "caf":
        soundfile.write(source, rich.noise(), 48_000, subtype="PCM_24", format="CAF")
    else:
        rich.write_wav(source, container=name.upper(), behind=name == "wav")
    folder = tmp_path / "in"
    folder.mkdir()
    suffix = "wav" if name == "rf64" else name
    for number in range(60):
        (folder / f"{number:03}.{suffix}").write_bytes(damaged(source.read_bytes(), random))
    before = hashes(folder)
    out = tmp_path / "out"
    command = ["process", folder, "-s", "warm", "--out", out, "--true-peak-guard", "--json"]
    status, said, err = semeq(*command, preexec_fn=limited)
    assert status in (0, 1), err
    assert "unexpected" not in err
    rows = json.loads(said)["files"]
    assert len(rows) == 60
    done = {Path(row["output"]).name for row in rows if row["status"] == "done"}
    assert set(hashes(out)) == done if out.exists() else not done
    for row in rows:
        assert (row["status"] == "failed") == bool(row["error"])
        if row["status"] == "done":
            assert soundfile.info(row["output"]).frames > 0
    assert hashes(folder) == before


def test_a_chunk_of_impossible_size_is_not_followed(tmp_path):
    source = tmp_path / "in.caf"
    soundfile.write(source, rich.noise(), 48_000, subtype="PCM_24", format="CAF")
    with source.open("ab") as file:
        file.write(struct.pack(">4sQ", b"info", 2**63) + b"x")
    status, _, err = semeq("process", source, "-s", "warm", "--out", tmp_path / "out")
    assert status == 0
    assert err == "in.caf: the chunk info is cut off in the input and was left out\n"
