"""The length of an MP3 is that of its frames, whatever a header says, or lets one guess."""

import shutil
import subprocess

import numpy as np
import pytest
import soundfile

from semeq.files import AudioFileError, blocks, check_end, probe

RATE, SECONDS = 44_100, 12
FFMPEG = shutil.which("ffmpeg")
pytestmark = pytest.mark.skipif(FFMPEG is None, reason="ffmpeg is not installed")


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """Noise that becomes nearly silent: a bit rate that varies makes any guess from the start wrong."""
    path = tmp_path_factory.mktemp("mp3") / "x.wav"
    audio = np.random.default_rng(3).normal(0, 0.1, (RATE * SECONDS, 2))
    audio[RATE * 4 :] *= 1e-4
    soundfile.write(path, audio, RATE)
    return path


def encode(source, name, *options):
    path = source.with_name(name)
    subprocess.run([FFMPEG, "-loglevel", "error", "-y", "-i", source, *options, path], check=True)
    return path


def decoded(path):
    form = probe(path)
    return form, np.concatenate(list(blocks(path, form)))


@pytest.mark.parametrize(
    "options",
    [("-q:a", "4"), ("-b:a", "128k"), ("-b:a", "320k"), ("-b:a", "64k", "-ar", "22050"), ("-b:a", "32k", "-ac", "1")],
    ids=" ".join,
)
def test_without_a_xing_header_all_frames_are_read(source, options):
    with_header, without = encode(source, "i.mp3", *options), encode(source, "n.mp3", *options, "-write_xing", "0")
    (whole, reference), (form, audio) = decoded(with_header), decoded(without)
    # The header tells how much of the encoder's delay to cut; without it the same audio comes with that around it.
    assert whole.frames == whole.sample_rate_hz * SECONDS
    assert 0 < form.frames - whole.frames < 4 * 1152
    assert len(audio) == form.frames
    delay = 576  # of the encoder; the decoder's own is taken off either way
    np.testing.assert_allclose(audio[delay : delay + 20_000], reference[:20_000], atol=1e-6)
    check_end(without, form)


def test_two_streams_in_one_file_are_both_read(source, tmp_path):
    one = encode(source, "one.mp3", "-b:a", "128k")
    both = tmp_path / "both.mp3"
    both.write_bytes(one.read_bytes() * 2)
    form, audio = decoded(both)
    assert form.duration_s == pytest.approx(2 * SECONDS, abs=0.2)
    assert len(audio) == form.frames


@pytest.mark.parametrize("part", [0.02, 0.5, 0.98])
def test_a_stream_that_ends_before_its_count_is_truncated(source, tmp_path, part):
    one = encode(source, "one.mp3", "-b:a", "128k").read_bytes()
    cut = tmp_path / "cut.mp3"
    cut.write_bytes(one[: int(len(one) * part)])
    with pytest.raises(AudioFileError, match="truncated"):
        probe(cut)


def test_tags_before_and_behind_do_not_matter(source, tmp_path):
    plain = encode(source, "n.mp3", "-b:a", "128k", "-write_xing", "0", "-id3v2_version", "0", "-write_id3v1", "0")
    tagged = tmp_path / "tagged.mp3"
    id3 = b"ID3\x04\x00\x00\x00\x00\x10\x00" + bytes(2048)
    tagged.write_bytes(id3 + plain.read_bytes() + b"TAG".ljust(128, b"\0"))
    np.testing.assert_array_equal(decoded(tagged)[1], decoded(plain)[1])


def test_nothing_is_printed_about_it(source, tmp_path, capfd):
    """libmpg123 warns on the process's own stderr where a count and the size of the file do not agree."""
    one = encode(source, "one.mp3", "-b:a", "128k")
    both = tmp_path / "both.mp3"
    both.write_bytes(one.read_bytes() * 2)
    decoded(both)
    assert capfd.readouterr().err == ""
