"""Formats of FFmpeg: files made by ffmpeg, rendered, and judged by ffmpeg and ffprobe."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from semeq.files import AudioFileError, expand, opened, probe
from semeq.files.ffmpeg.codecs import layout_name, mask_of
from semeq.plugin import SemanticEQ
from semeq.plugin.cli import semeq

pytest.importorskip("av", reason="needs PyAV (extra av)")
pytestmark = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")
RATE, FRAMES = 48_000, 48_000 * 2 + 123

#: Suffix, what ffmpeg is told, whether every sample is kept, whether the length is, and the name of the codec.
FORMATS = {
    "aac": (".m4a", ["-c:a", "aac", "-b:a", "192k"], False, True, "aac"),
    "alac16": (".m4a", ["-c:a", "alac", "-sample_fmt", "s16p"], True, True, "alac"),
    "alac24": (".m4a", ["-c:a", "alac", "-sample_fmt", "s32p"], True, True, "alac"),
    "wavpack": (".wv", ["-c:a", "wavpack", "-sample_fmt", "s32p"], True, True, "wavpack"),
    "wavpack float": (".wv", ["-c:a", "wavpack", "-sample_fmt", "fltp"], True, True, "wavpack"),
    "wma": (".wma", ["-c:a", "wmav2", "-b:a", "192k"], False, False, "wmav2"),
    "ac3": (".ac3", ["-c:a", "ac3", "-b:a", "192k"], False, False, "ac3"),
    "matroska flac": (".mka", ["-c:a", "flac"], True, True, "flac"),
    "matroska pcm": (".mka", ["-c:a", "pcm_s24le"], True, True, "pcm_s24le"),
    "matroska opus": (".mka", ["-c:a", "libopus", "-b:a", "160k"], False, True, "opus"),
    "adts": (".aac", ["-c:a", "aac", "-b:a", "192k"], False, False, "aac"),
}
TAGGED = ("aac", "alac16", "wavpack", "wma", "matroska flac")


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """Pink noise with a tone, 24 bit."""
    rng = np.random.default_rng(1)
    spectrum = np.fft.rfft(rng.standard_normal((2, FRAMES))) / np.sqrt(np.arange(1, FRAMES // 2 + 2))
    audio = np.fft.irfft(spectrum, FRAMES)
    audio = 0.1 * audio / np.abs(audio).max() + 0.1 * np.sin(2 * np.pi * 440 * np.arange(FRAMES) / RATE)
    path = tmp_path_factory.mktemp("ffmpeg") / "source.wav"
    soundfile.write(path, audio.T, RATE, subtype="PCM_24")
    return path


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, arguments)], check=True, capture_output=True)


def decoded(path, channels=2):
    """What ffmpeg makes of a file, (frames, channels)."""
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:a:0", "-f", "f64le", "-"], check=True, capture_output=True
    )
    return np.frombuffer(done.stdout).reshape(-1, channels)


def probed(path):
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-of", "json", "-show_streams", "-show_format", str(path)],
        check=True,
        capture_output=True,
    )
    return json.loads(done.stdout)


def tags(path):
    found = probed(path)
    both = {**found["streams"][0].get("tags", {}), **found["format"].get("tags", {})}
    return {key.lower(): value for key, value in both.items()}


def made(source, folder, name, *more):
    suffix, how, *_ = FORMATS[name]
    path = folder / f"made{suffix}"
    ffmpeg("-i", source, *how, *more, path)
    return path


def process(path, out, *more, status=0):
    done = CliRunner().invoke(semeq, ["process", str(path), "--out", str(out), *map(str, more)])
    assert done.exit_code == status, (done.output, done.exception)
    return done.output


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_read_as_ffmpeg_reads_it(source, tmp_path, name):
    path = made(source, tmp_path, name)
    expected = decoded(path)
    with opened(path) as file:
        found = file.read(file.frames)
        assert file.frames == len(found) == probe(path).frames
        middle = file.frames // 2
        file.seek(middle)
        np.testing.assert_array_equal(file.read(1000), found[middle : middle + 1000])
    kept = FORMATS[name][3]
    assert len(found) == (FRAMES if kept else len(expected))
    np.testing.assert_allclose(found, expected[: len(found)], atol=1e-7)


@pytest.mark.parametrize("name", FORMATS)
def test_an_output_has_the_inputs_codec_rate_length_and_bit_rate_and_the_words_sound(source, tmp_path, name):
    path = made(source, tmp_path, name)
    process(path, tmp_path / "out", "--semantic", "warm")
    output = tmp_path / "out" / path.name
    _, _, lossless, _, codec = FORMATS[name]
    (stream,) = probed(output)["streams"]
    assert (stream["codec_name"], stream["sample_rate"], stream["channels"]) == (codec, str(RATE), 2)
    before, after = decoded(path), decoded(output)
    assert abs(len(after) - len(before)) <= (0 if FORMATS[name][3] else 4096)
    expected = SemanticEQ("warm")(before.T.astype(np.float32), RATE).T
    if lossless:
        bits = 16 if name == "alac16" else 24
        assert np.abs(after - expected).max() < 3 * 2.0 ** (1 - bits)
    else:
        assert probe(output).bit_rate_kbps > 0.9 * probe(path).bit_rate_kbps
        spectra = [np.abs(np.fft.rfft(x[4096 : 4096 + 65_536, 0])) for x in (expected, after)]
        octaves = [slice(2**n, 2 ** (n + 1)) for n in range(8, 14)]
        levels = np.array([[10 * np.log10(np.mean(s[o] ** 2)) for o in octaves] for s in spectra])
        assert np.abs(levels[0] - levels[1]).max() < 2.0  # WMA's second generation adds noise


@pytest.mark.parametrize("name", [name for name, made_so in FORMATS.items() if made_so[2]])
def test_intensity_zero_keeps_every_sample(source, tmp_path, name):
    path = made(source, tmp_path, name)
    process(path, tmp_path / "out", "--semantic", "warm", "--intensity", 0)
    np.testing.assert_array_equal(decoded(tmp_path / "out" / path.name), decoded(path))


#: ffmpeg calls a date so in every format; Windows and APEv2 have names of their own.
STANDARD = {"date": ("wm/year", "year")}


@pytest.mark.parametrize("name", TAGGED)
def test_tags_are_kept(source, tmp_path, name):
    said = {"title": "Größe", "artist": "A; B", "album": "C", "date": "2001", "genre": "Dub", "comment": "x=y"}
    path = made(source, tmp_path, name, *(part for k, v in said.items() for part in ("-metadata", f"{k}={v}")))
    before = {key: value for key, value in tags(path).items() if key in said}
    assert len(before) >= 5
    process(path, tmp_path / "out", "--semantic", "warm")
    after = tags(tmp_path / "out" / path.name)
    assert {
        key: next((after[name] for name in (key, *STANDARD.get(key, ())) if name in after), None) for key in before
    } == before


def test_a_cover_and_numbers_go_from_m4a_to_m4a_and_to_flac(source, tmp_path):
    from mutagen.flac import FLAC
    from mutagen.mp4 import MP4, MP4Cover

    path = made(source, tmp_path, "alac16")
    file = MP4(path)
    file["trkn"], file["tmpo"], file["covr"] = [(3, 12)], [128], [MP4Cover(b"\x89PNGdata", MP4Cover.FORMAT_PNG)]
    file["----:com.apple.iTunes:MOOD"] = [b"calm"]
    file.save()
    process(path, tmp_path / "out", "--semantic", "warm")
    kept = MP4(tmp_path / "out" / path.name)
    assert (kept["trkn"], kept["tmpo"], bytes(kept["covr"][0])) == ([(3, 12)], [128], b"\x89PNGdata")
    assert kept["----:com.apple.iTunes:MOOD"] == [b"calm"]
    process(path, tmp_path / "flac", "--semantic", "warm", "--format", "flac")
    flac = FLAC(tmp_path / "flac" / "made.flac")
    assert (flac["tracknumber"], flac["bpm"], flac["mood"]) == (["3"], ["128"], ["calm"])
    assert flac.pictures[0].data == b"\x89PNGdata"


@pytest.mark.parametrize(
    ("container", "codec"),
    [("m4a", "aac"), ("alac", "alac"), ("wv", "wavpack"), ("wma", "wmav2"), ("ac3", "ac3"), ("mka", "flac")],
)
def test_a_wav_is_converted(source, tmp_path, container, codec):
    process(source, tmp_path, "--semantic", "warm", "--format", container)
    (output,) = tmp_path.iterdir()
    assert probed(output)["streams"][0]["codec_name"] == codec
    audio, rate = soundfile.read(source, dtype="float32", always_2d=True)
    expected = SemanticEQ("warm")(audio.T, rate).T
    if codec in ("alac", "wavpack", "flac"):
        assert np.abs(decoded(output) - expected).max() < 3 * 2.0**-23
    elif container == "m4a":
        assert len(decoded(output)) >= FRAMES
        assert probe(output).frames == FRAMES


def test_bits_and_bit_rates_are_chosen(source, tmp_path):
    process(source, tmp_path, "--semantic", "warm", "--format", "wv", "--bits", 16)
    assert probe(tmp_path / "source.wv").subtype == "WAVPACK_16"
    process(source, tmp_path, "--semantic", "warm", "--format", "wv", "--bits", "float", "--overwrite")
    assert probe(tmp_path / "source.wv").subtype == "FLOAT_WAVPACK"
    rates = []
    for quality in (2, 9):
        process(source, tmp_path, "--semantic", "warm", "--format", "m4a", "--quality", quality, "--overwrite")
        rates.append(probe(tmp_path / "source.m4a").bit_rate_kbps)
    assert rates[0] * 1.5 < rates[1]


@pytest.mark.parametrize(
    ("codec", "muxer", "layout", "rear"),
    [("aac", "ipod", "5.1", "B"), ("wavpack", "wv", "5.1(side)", "S"), ("flac", "matroska", "5.1(side)", "S")],
)
def test_surround_keeps_its_layout(tmp_path, codec, muxer, layout, rear):
    pan = f"pan={layout}|FL=c0|FR=c0|FC=c0|LFE=c0|{rear}L=c0|{rear}R=c0"
    ffmpeg("-f", "lavfi", "-i", "sine=440:d=1:r=48000", "-af", pan, "-c:a", codec, "-f", muxer, tmp_path / "six.bin")
    path = tmp_path / "six.bin"
    process(path, tmp_path / "out", "--semantic", "warm")
    layouts = [probed(p)["streams"][0].get("channel_layout") for p in (path, tmp_path / "out" / "six.bin")]
    assert layouts[0] == layouts[1]
    assert layouts[0].startswith("5.1")
    process(path, tmp_path / "wav", "--semantic", "warm", "--format", "wav")
    assert probed(next((tmp_path / "wav").iterdir()))["streams"][0]["channel_layout"] == layouts[0]


@pytest.mark.parametrize("name", ["aac", "alac16", "wavpack", "matroska flac", "wma"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_cut_off_file_is_refused_and_leaves_nothing(source, tmp_path, name, share):
    path = made(source, tmp_path, name)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    process(path, tmp_path / "out", "--semantic", "warm", status=1)
    assert not list((tmp_path / "out").glob("*"))


@pytest.mark.parametrize(
    "content", [b"", b"hello, world\n" * 100, b"\x00\x00\x00\x20ftypM4A " + bytes(500), bytes(5000)]
)
def test_what_is_no_audio_is_refused_in_one_line(tmp_path, content):
    path = tmp_path / "x.m4a"
    path.write_bytes(content)
    with pytest.raises(AudioFileError) as caught:
        probe(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_a_film_gives_its_sound_and_says_what_is_left_out(source, tmp_path):
    path = tmp_path / "film.mkv"
    ffmpeg("-f", "lavfi", "-i", "testsrc=d=1:s=64x64", "-i", source, "-c:v", "mpeg4", "-c:a", "flac", "-shortest", path)
    said = process(path, tmp_path / "out", "--semantic", "warm", "--format", "wav")
    assert "left out: video stream 0" in said


def test_folders_hold_these_formats_too(source, tmp_path):
    made(source, tmp_path, "aac")
    assert [found.path.name for found in expand([tmp_path]).found] == ["made.m4a"]


def test_without_pyav_one_line_says_what_to_install(source, tmp_path):
    path = made(source, tmp_path, "aac")
    script = "import sys; sys.modules['av'] = None; from semeq.plugin.cli import main; main()"
    for more in ([str(path)], [str(source), "--format", "wv"]):
        done = subprocess.run(
            [sys.executable, "-c", script, "process", *more, "-s", "warm", "--out", str(tmp_path / "out")],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert "pip install 'semeq[av]'" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_format_that_is_only_read_is_refused_with_what_to_choose(source, tmp_path):
    path = tmp_path / "x.mka"
    ffmpeg("-i", source, "-c:a", "vorbis", "-strict", "experimental", path)
    said = process(path, tmp_path / "out", "--semantic", "warm", status=1)
    assert "is read, not written; choose another --format" in said
    process(path, tmp_path / "out", "--semantic", "warm", "--format", "flac")


@pytest.mark.parametrize("mask", [0x3, 0x7, 0x33, 0x3F, 0x60F, 0x63F, 0xFF])
def test_masks_and_layouts_round_trip(mask):
    name = layout_name(mask, mask.bit_count())
    assert mask_of(tuple(name.split("+"))) == (None if mask == 0x3 else mask)
