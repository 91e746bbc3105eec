"""Lossy outputs have the input's bit rate or more, or what was asked for."""

import shutil
import subprocess

import numpy as np
import pytest
import soundfile
from scipy.signal import lfilter

from semeq.files import probe
from semeq.plugin.batch import process_files

from ..plugin.batch.batch_tools import semeq

RATE, SECONDS = 48_000, 8
FFMPEG = shutil.which("ffmpeg")
needs_ffmpeg = pytest.mark.skipif(FFMPEG is None, reason="ffmpeg is not installed")


@pytest.fixture(scope="module")
def music(tmp_path_factory):
    """Noise that falls off as music does, with beats."""
    path = tmp_path_factory.mktemp("lossy") / "x.wav"
    random = np.random.default_rng(1)
    audio = lfilter([0.05], [1, -0.95], random.normal(0, 0.5, (RATE * SECONDS, 2)), axis=0)
    audio *= (0.2 + 0.8 * np.exp(-4 * (np.arange(len(audio)) % RATE) / RATE))[:, None]
    soundfile.write(path, 0.3 * audio, RATE)
    return path


def kbps(path):
    """By the size of a file without tags; headers count a little."""
    return path.stat().st_size * 8e-3 / SECONDS


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("320.mp3", ("-b:a", "320k")),
        ("128.mp3", ("-b:a", "128k")),
        ("v0.mp3", ("-q:a", "0")),
        ("mono.mp3", ("-b:a", "96k", "-ac", "1")),
        ("low.mp3", ("-b:a", "160k", "-ar", "22050")),
        ("q9.ogg", ("-c:a", "libvorbis", "-q:a", "9")),
        ("q3.ogg", ("-c:a", "libvorbis", "-q:a", "3")),
        ("mono.ogg", ("-c:a", "libvorbis", "-q:a", "6", "-ac", "1")),
        ("256.opus", ("-c:a", "libopus", "-b:a", "256k")),
        ("64.opus", ("-c:a", "libopus", "-b:a", "64k")),
    ],
)
@needs_ffmpeg
def test_the_bit_rate_of_the_input_is_kept_or_bettered(music, tmp_path, name, options):
    source = tmp_path / name
    bare = ("-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact")
    subprocess.run([FFMPEG, "-loglevel", "error", "-i", music, *options, *bare, source], check=True)
    assert probe(source).bit_rate_kbps >= 0.95 * kbps(source)
    (done,) = process_files([source], tmp_path / "out", "warm")
    assert done.status == "done", done.error
    assert 0.97 * kbps(source) <= kbps(done.output) <= 1.6 * kbps(source)


@pytest.mark.parametrize("container", ["mp3", "ogg", "opus"])
def test_a_bit_rate_can_be_asked_for(music, tmp_path, container):
    for asked in (96, 192, 256):
        (done,) = process_files([music], tmp_path / str(asked), "warm", container=container, bit_rate_kbps=asked)
        assert kbps(done.output) == pytest.approx(asked, rel=0.25)
        if container == "mp3":
            assert probe(done.output).bit_rate_kbps == pytest.approx(asked, rel=0.01)


@pytest.mark.parametrize("container", ["mp3", "ogg", "opus"])
def test_quality_is_heard_in_the_error(music, tmp_path, container):
    """The better the quality, the larger the file and the smaller the error against the same without an encoder."""
    reference = soundfile.read(process_files([music], tmp_path / "wav", "warm", bits="float")[0].output)[0]
    sizes, errors = [], []
    for quality in (0.0, 4.0, 10.0):
        (done,) = process_files([music], tmp_path / str(quality), "warm", container=container, quality=quality)
        sizes.append(kbps(done.output))
        audio = soundfile.read(done.output)[0][: len(reference)]
        errors.append(np.sqrt(np.mean((audio - reference[: len(audio)]) ** 2)))
    assert sizes == sorted(sizes)
    assert sizes[2] > 2 * sizes[0]
    assert errors == sorted(errors, reverse=True)


def test_a_lossless_input_is_encoded_well(music, tmp_path):
    for container, least in (("mp3", 150), ("ogg", 150), ("opus", 130)):
        (done,) = process_files([music], tmp_path, "warm", container=container)
        assert kbps(done.output) > least


def test_the_command_takes_them_and_one_of_them(music, tmp_path):
    command = ["process", music, "-s", "warm", "--out", tmp_path, "--format", "mp3"]
    assert semeq(*command, "--bitrate", 192)[0] == 0
    assert probe(tmp_path / "x.mp3").bit_rate_kbps == pytest.approx(192, rel=0.01)
    assert semeq(*command, "--overwrite", "--quality", 0)[0] == 0
    assert probe(tmp_path / "x.mp3").bit_rate_kbps < 100
    status, _, err = semeq(*command, "--quality", 3, "--bitrate", 128)
    assert (status, "exclude" in err) == (2, True)
