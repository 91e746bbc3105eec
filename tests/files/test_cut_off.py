"""A file that was cut off is not taken for a shorter one."""

import shutil
import subprocess

import numpy as np
import pytest
import soundfile

from semeq.files import AudioFileError, probe

RATE = 48_000
CASES = {
    "x.aiff": ("AIFF", "PCM_24"),
    "x.aifc": ("AIFF", "FLOAT"),
    "x.caf": ("CAF", "PCM_16"),
    "x.w64": ("W64", "PCM_16"),
    "x.au": ("AU", "PCM_16"),
    "x.rf64": ("RF64", "PCM_16"),
    "x.ogg": ("OGG", "VORBIS"),
    "x.opus": ("OGG", "OPUS"),
}


def write(path, container, subtype):
    audio = np.random.default_rng(1).uniform(-0.2, 0.2, (RATE * 3, 2))
    soundfile.write(path, audio, RATE, subtype=subtype, format=container)
    return path


@pytest.mark.parametrize("name", CASES)
def test_whole_files_are_read(tmp_path, name):
    assert probe(write(tmp_path / name, *CASES[name])).frames == 3 * RATE


@pytest.mark.parametrize("part", [0.02, 0.5, 0.98])
@pytest.mark.parametrize("name", CASES)
def test_a_file_that_was_cut_off_is_refused(tmp_path, name, part):
    path = write(tmp_path / name, *CASES[name])
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    with pytest.raises(AudioFileError, match=r"truncated|not audio"):
        probe(path)


@pytest.mark.parametrize("name", ["x.ogg", "x.opus", "x.aiff", "x.caf", "x.w64", "x.au"])
@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
def test_files_of_ffmpeg_are_whole(tmp_path, name):
    """Also those that it streamed into a pipe, without knowing their length."""
    source = write(tmp_path / "in.wav", "WAV", "PCM_16")
    command = ["ffmpeg", "-loglevel", "error", "-y", "-i", source]
    subprocess.run([*command, tmp_path / name], check=True)
    assert probe(tmp_path / name).frames == pytest.approx(3 * RATE, abs=2)


def test_bytes_behind_the_last_page_do_not_matter(tmp_path):
    path = write(tmp_path / "x.ogg", *CASES["x.ogg"])
    path.write_bytes(path.read_bytes() + b"TAG".ljust(128, b"\0"))
    assert probe(path).frames == 3 * RATE
