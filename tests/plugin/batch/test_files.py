"""Files: formats kept, streams equal to one piece, outputs whole or absent, inputs untouched."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import soundfile

from semeq.files.errors import AudioFileError
from semeq.files.reading import probe
from semeq.plugin import Controls, Renderer, SemanticEQ, WordSpace
from semeq.plugin.batch.rendering import render_file

RATE = 48_000
FORMATS = [
    ("wav", "WAV", "PCM_16"),
    ("wav", "WAV", "PCM_24"),
    ("wav", "WAV", "PCM_32"),
    ("wav", "WAV", "FLOAT"),
    ("wav", "WAV", "DOUBLE"),
    ("wav", "RF64", "PCM_24"),
    ("aiff", "AIFF", "PCM_16"),
    ("flac", "FLAC", "PCM_16"),
    ("flac", "FLAC", "PCM_24"),
    ("ogg", "OGG", "VORBIS"),
    ("mp3", "MP3", "MPEG_LAYER_III"),
]


@pytest.fixture(scope="module")
def space():
    return WordSpace.open()


def make(path: Path, container="WAV", subtype="PCM_16", channels=2, seconds=0.5, rate=RATE):
    random = np.random.default_rng(5)
    audio = random.uniform(-0.3, 0.3, (int(seconds * rate), channels))
    soundfile.write(path, audio, rate, subtype=subtype, format=container)
    return path


def render(space, source, output, controls=None, **kwargs):
    form = probe(source)
    return render_file(
        source,
        output,
        Renderer(space, form.sample_rate_hz, form.channels, controls or Controls("warm")),
        form,
        **kwargs,
    )


@pytest.mark.parametrize(("suffix", "container", "subtype"), FORMATS)
def test_the_format_of_the_input_is_kept(space, tmp_path, suffix, container, subtype):
    source = make(tmp_path / f"in.{suffix}", container, subtype)
    before = hashlib.sha256(source.read_bytes()).hexdigest()
    output = tmp_path / "out" / f"in.{suffix}"
    render(space, source, output)
    got, given = soundfile.info(output), soundfile.info(source)
    assert (got.samplerate, got.channels, got.format, got.subtype) == (
        given.samplerate,
        given.channels,
        container,
        subtype,
    )
    assert got.frames == given.frames
    assert hashlib.sha256(source.read_bytes()).hexdigest() == before
    assert [p.name for p in output.parent.iterdir()] == [output.name]


@pytest.mark.parametrize(
    ("suffix", "container", "subtype"), [f for f in FORMATS if f[2] not in ("VORBIS", "MPEG_LAYER_III")]
)
def test_intensity_zero_keeps_every_sample(space, tmp_path, suffix, container, subtype):
    source = make(tmp_path / f"in.{suffix}", container, subtype)
    render(space, source, tmp_path / f"out.{suffix}", Controls("warm", intensity=0))
    dtype = "float64" if subtype == "DOUBLE" else "float32" if subtype == "FLOAT" else "int32"
    np.testing.assert_array_equal(
        soundfile.read(tmp_path / f"out.{suffix}", dtype=dtype)[0], soundfile.read(source, dtype=dtype)[0]
    )


def test_a_streamed_file_equals_the_effect_in_one_call(space, tmp_path):
    source = make(tmp_path / "in.wav", subtype="FLOAT", seconds=4)  # several blocks
    render(space, source, tmp_path / "out.wav", Controls("warm", "bright", 0.3))
    audio, _ = soundfile.read(source, dtype="float32")
    np.testing.assert_array_equal(
        soundfile.read(tmp_path / "out.wav", dtype="float32")[0],
        SemanticEQ("warm", to="bright", morph=0.3)(audio, RATE),
    )


def test_sixteen_bit_output_is_dithered_not_truncated(space, tmp_path):
    source = make(tmp_path / "in.wav", seconds=2)
    render(space, source, tmp_path / "out.wav")
    audio, _ = soundfile.read(source, dtype="float32")
    error = (
        soundfile.read(tmp_path / "out.wav", dtype="int16")[0] - SemanticEQ("warm")(audio, RATE).astype(float) * 32768
    )
    assert abs(error.mean()) < 0.01
    assert error.var() == pytest.approx(0.25, rel=0.05)


def test_overs_are_counted(space, tmp_path):
    source = make(tmp_path / "in.wav")
    done = render(space, source, tmp_path / "out.wav", Controls("bright", output_db=20))
    assert done.peak > 1
    assert done.overs > 0
    assert render(space, source, tmp_path / "soft.wav", Controls("bright", output_db=-20)).overs == 0


def broken(tmp_path, kind):
    path = tmp_path / f"{kind}.wav"
    if kind == "text":
        path.write_text("this is not audio at all, whatever its name says")
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "no frames":
        soundfile.write(path, np.zeros((0, 2)), RATE)
    elif kind == "truncated":
        make(path)
        path.write_bytes(path.read_bytes()[:-10_000])
    elif kind == "cut header":
        make(path)
        path.write_bytes(path.read_bytes()[:30])
    elif kind in ("nan", "inf"):
        audio = np.zeros((5000, 2), np.float32)
        audio[4321, 1] = np.nan if kind == "nan" else np.inf
        soundfile.write(path, audio, RATE, subtype="FLOAT")
    elif kind == "folder":
        path.mkdir()
    return path


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("text", "is not audio"),
        ("empty", "the file is empty"),
        ("no frames", "there is no audio in it"),
        ("truncated", "is truncated"),
        ("cut header", "is not audio|is truncated"),
        ("nan", r"1 samples are not finite, the first at 0\.09 s"),
        ("inf", "not finite"),
        ("missing", "there is no such file"),
        ("folder", "is a folder"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_nothing(space, tmp_path, kind, says):
    source = broken(tmp_path, kind)
    with pytest.raises(AudioFileError, match=says) as caught:
        render(space, source, tmp_path / "out" / "x.wav")
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.glob("out/*"))


def test_a_truncated_flac_is_noticed(space, tmp_path):
    source = make(tmp_path / "in.flac", "FLAC", seconds=3)
    source.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    with pytest.raises(AudioFileError, match=r"truncated|decoded"):
        render(space, source, tmp_path / "out.flac")
    assert not (tmp_path / "out.flac").exists()


def test_the_input_is_never_overwritten(space, tmp_path):
    source = make(tmp_path / "in.wav")
    before = source.read_bytes()
    with pytest.raises(AudioFileError, match="never overwritten"):
        render(space, source, source, overwrite=True)
    (tmp_path / "link.wav").symlink_to(source)
    with pytest.raises(AudioFileError, match="never overwritten"):
        render(space, source, tmp_path / "link.wav", overwrite=True)
    assert source.read_bytes() == before


def test_an_existing_output_stays_unless_asked(space, tmp_path):
    source, output = make(tmp_path / "in.wav"), tmp_path / "out.wav"
    output.write_bytes(b"precious")
    with pytest.raises(AudioFileError, match="exists already"):
        render(space, source, output)
    assert output.read_bytes() == b"precious"
    render(space, source, output, overwrite=True)
    assert soundfile.info(output).frames == soundfile.info(source).frames


def test_a_failure_on_the_way_leaves_no_partial_file(space, tmp_path):
    source = make(tmp_path / "in.wav", seconds=3)

    def stop(frames):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render(space, source, tmp_path / "out" / "x.wav", progress=stop)
    assert not list((tmp_path / "out").iterdir())


def test_an_output_folder_that_cannot_be_made_is_named(space, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(AudioFileError, match="cannot be written"):
        render(space, make(tmp_path / "in.wav"), tmp_path / "file" / "out.wav")
