"""What comes along: chunks byte for byte, tags and covers, and a word about what could not be kept."""

import shutil
import struct
import subprocess

import numpy as np
import pytest
import soundfile
from mutagen import File
from mutagen.id3 import ID3

from semeq.files.containers import CAFF, FORM, RIFF, chunk_body, walk
from semeq.files.formats import Conversion
from semeq.files.reading import probe
from semeq.plugin import Controls, Renderer, WordSpace
from semeq.plugin.batch.rendering import render_file

from . import rich_files as rich


@pytest.fixture(scope="module")
def space():
    return WordSpace.open()


def render(space, source, output, conversion=None):
    form = probe(source)
    renderer = Renderer(space, form.sample_rate_hz, form.channels, Controls("warm"))
    target = conversion.target(form, source) if conversion else None
    return render_file(source, output, renderer, form, target=target)


def bodies(path, family):
    return {chunk.name: chunk_body(path, chunk) for chunk in walk(path, family) if chunk.name not in family.own}


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT", "ULAW"])
@pytest.mark.parametrize("container", ["WAV", "WAVEX", "RF64"])
@pytest.mark.parametrize("behind", [True, False])
def test_chunks_of_wav_are_kept(space, tmp_path, container, subtype, behind):
    # libsndfile finds no audio behind odd chunks in RF64.
    even = {n: b + bytes(len(b) & 1) for n, b in rich.WAV_CHUNKS.items()} if container == "RF64" else None
    source = rich.write_wav(tmp_path / "in.wav", even, subtype, container, behind)
    done = render(space, source, tmp_path / "out.wav")
    before, after = bodies(source, RIFF), bodies(tmp_path / "out.wav", RIFF)
    assert set(after) == set(before)
    assert {n: b for n, b in after.items() if n != b"bext"} == {n: b for n, b in before.items() if n != b"bext"}
    assert done.notes == ("the loudness values in bext are those of the input and were marked as not set",)
    written = tmp_path / "out.wav"
    assert soundfile.info(written).frames == soundfile.info(source).frames
    head = written.read_bytes()[:64]
    size = struct.unpack_from("<Q", head, 20)[0] if container == "RF64" else struct.unpack_from("<I", head, 4)[0]
    assert size == written.stat().st_size - 8


def test_the_audio_is_the_same_with_and_without_chunks(space, tmp_path):
    render(space, rich.write_wav(tmp_path / "in.wav"), tmp_path / "with.wav")
    render(space, rich.write_wav(tmp_path / "bare.wav", {}), tmp_path / "without.wav")
    with_, without = (soundfile.read(tmp_path / name)[0] for name in ("with.wav", "without.wav"))
    np.testing.assert_array_equal(with_, without)


@pytest.mark.parametrize("version", [0, 1, 2])
def test_bext_keeps_all_but_the_loudness_and_gains_a_line_of_history(space, tmp_path, version):
    source = rich.write_wav(tmp_path / "in.wav", {b"bext": rich.bext(version)})
    render(space, source, tmp_path / "out.wav")
    before, after = rich.bext(version), bodies(tmp_path / "out.wav", RIFF)[b"bext"]
    assert after[:412] == before[:412]
    if version == 2:
        assert struct.unpack("<5H", after[412:422]) == (0x7FFF,) * 5
    else:
        assert after[412:422] == before[412:422]
    assert after[602:].rstrip(b"\0") == before[602:] + b"A=PCM,F=48000,W=24,M=stereo,T=semeq\r\n"


def test_what_describes_the_old_audio_and_what_is_cut_off_is_left_out_and_named(space, tmp_path):
    source = rich.write_wav(tmp_path / "in.wav", {b"MD5 ": bytes(16), b"levl": bytes(128), b"iXML": b"<a/>"})
    with source.open("ab") as file:
        file.write(struct.pack("<4sI", b"cue ", 1000) + b"short")
    done = render(space, source, tmp_path / "out.wav")
    assert bodies(tmp_path / "out.wav", RIFF) == {b"iXML": b"<a/>"}
    assert [note.split()[2] for note in done.notes] == ["MD5", "levl", "cue"]


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
def test_chunks_of_aiff_are_kept(space, tmp_path, subtype):
    source = rich.write_aiff(tmp_path / "in.aiff", subtype)
    assert render(space, source, tmp_path / "out.aiff").notes == ()
    assert bodies(tmp_path / "out.aiff", FORM) == bodies(source, FORM)
    assert len(bodies(source, FORM)) == 4
    assert soundfile.info(tmp_path / "out.aiff").frames == soundfile.info(source).frames


def test_chunks_of_caf_are_kept(space, tmp_path):
    source = tmp_path / "in.caf"
    soundfile.write(source, rich.noise(), 48_000, subtype="PCM_24", format="CAF")
    with source.open("ab") as file:
        file.write(struct.pack(">4sQ", b"info", 16) + struct.pack(">I", 1) + b"title\0A nam\0")
    render(space, source, tmp_path / "out.caf")
    assert bodies(tmp_path / "out.caf", CAFF) == bodies(source, CAFF) != {}
    np.testing.assert_array_equal(soundfile.info(tmp_path / "out.caf").frames, soundfile.info(source).frames)


def test_comments_and_covers_are_kept_without_loudness(space, tmp_path):
    for source in (
        rich.write_flac(tmp_path / "in.flac"),
        rich.write_ogg(tmp_path / "in.ogg"),
        rich.write_ogg(tmp_path / "in.opus", "OPUS"),
    ):
        done = render(space, source, tmp_path / "out" / source.name)
        tags = File(done.output).tags
        assert [(k.lower(), v) for k, v in tags if k.lower() in ("title", "artist", "take")] == rich.COMMENTS
        pictures = File(done.output).pictures if source.suffix == ".flac" else tags["metadata_block_picture"]
        assert len(pictures) == 1
        assert not [k for k, _ in tags if k.lower().startswith(("replaygain", "r128"))]
        assert done.notes == ("ReplayGain values describe the input and were left out",)


@pytest.mark.parametrize("version", [3, 4])
def test_id3_is_kept_in_its_version(space, tmp_path, version):
    source = rich.write_mp3(tmp_path / "in.mp3")
    ID3(source).save(source, v2_version=version)
    render(space, source, tmp_path / "out.mp3")
    tags = ID3(tmp_path / "out.mp3")
    assert tags.version[1] == version
    assert str(tags["TIT2"]) == "Título ñ"
    assert tags["APIC:front"].data == rich.PNG
    assert "TXXX:replaygain_track_gain" not in tags


def test_id3_in_a_wav_is_kept_byte_for_byte(space, tmp_path):
    source = rich.write_wav(tmp_path / "in.wav", {b"iXML": b"<a/>"})
    rich.add_wav_id3(source)
    done = render(space, source, tmp_path / "out.wav")
    assert bodies(tmp_path / "out.wav", RIFF) == bodies(source, RIFF)
    assert done.notes == ("ReplayGain values in its ID3 chunk are those of the input",)


@pytest.mark.parametrize("container", ["wav", "aiff", "flac", "ogg", "opus", "mp3"])
@pytest.mark.parametrize("make", [rich.write_flac, rich.write_ogg, rich.write_mp3, rich.write_wav])
def test_title_artist_and_cover_survive_another_format(space, tmp_path, make, container):
    suffix = {"write_flac": ".flac", "write_ogg": ".ogg", "write_mp3": ".mp3", "write_wav": ".wav"}[make.__name__]
    source = make(tmp_path / f"in{suffix}")
    if suffix == ".wav":
        rich.add_wav_id3(source)
    output = tmp_path / f"out.{container}"
    done = render(space, source, output, Conversion(container))
    file = File(output)
    said = str(dict(file.tags))
    assert "Título ñ" in said
    assert "take" in said
    assert any(
        mark in str(file.tags.keys()) + str(getattr(file, "pictures", "")) for mark in ("APIC", "picture", "Picture")
    )
    if suffix == ".wav" and container != "wav":
        assert "bext, iXML, cue" in done.notes[0]


def test_tags_that_cannot_be_read_are_named_and_the_audio_rendered(space, tmp_path):
    source = rich.write_mp3(tmp_path / "in.mp3")
    data = bytearray(source.read_bytes())
    data[3:5] = b"\x09\x00"  # ID3v2.9 is not known to anybody
    source.write_bytes(data)
    done = render(space, source, tmp_path / "out.mp3")
    assert "cannot be read" in done.notes[0]
    assert soundfile.info(tmp_path / "out.mp3").samplerate == 48_000


@pytest.mark.parametrize(
    ("suffix", "subtype"), [("wav", "FLOAT"), ("aiff", "FLOAT"), ("wav", "PCM_16"), ("flac", "PCM_24")]
)
def test_renders_are_equal_byte_for_byte(space, tmp_path, suffix, subtype, monkeypatch):
    source = tmp_path / f"in.{suffix}"
    soundfile.write(source, rich.noise(), 48_000, subtype=subtype)
    outputs = []
    for number in range(2):
        render(space, source, tmp_path / f"{number}.{suffix}")
        outputs.append((tmp_path / f"{number}.{suffix}").read_bytes())
    assert outputs[0] == outputs[1]
    if subtype == "FLOAT":  # where libsndfile puts the time of day
        place = outputs[0].index(b"PEAK")
        assert outputs[0][place + 12 : place + 16] == bytes(4)


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="needs ffmpeg")
def test_ffmpeg_reads_what_was_kept(space, tmp_path):
    source = rich.write_wav(tmp_path / "in.wav")
    render(space, source, tmp_path / "out.wav")
    said = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "format_tags", tmp_path / "out.wav"], capture_output=True, text=True
    )
    assert "time_reference=123456789" in said.stdout
    assert "title=A name" in said.stdout
    assert said.stderr == ""
