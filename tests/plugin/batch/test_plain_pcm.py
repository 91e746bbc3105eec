"""PCM in WAV is filtered byte for byte: the same file and the same report as by way of floats."""

import dataclasses

import numpy as np
import pytest
import soundfile

from semeq.files import AudioFileError, probe
from semeq.plugin import Controls, Renderer, WordSpace
from semeq.plugin.batch import rendering
from semeq.plugin.moves import Automation

BYTES = rendering._move_bytes


@pytest.fixture(scope="module")
def space():
    return WordSpace.open()


def file_of(folder, audio, subtype, container="WAV", rate=44_100):
    path = folder / "in.wav"
    soundfile.write(path, audio, rate, subtype=subtype, format=container)
    return path


def rendered(source, output, space, monkeypatch, by_bytes, controls=None, **options):
    """Render, and make sure which way it went."""
    went = []
    with monkeypatch.context() as patch:
        patch.setattr(rendering, "_move_bytes", lambda *words: went.append(1) or BYTES(*words))
        if not by_bytes:
            patch.setattr(rendering, "pcm_at", lambda *words: None)
        form = probe(source)
        renderer = Renderer(space, form.sample_rate_hz, form.channels, controls or Controls("warm", output_db=-6.0))
        done = rendering.render_file(source, output, renderer, form, overwrite=True, **options)
    assert bool(went) == by_bytes
    return output.read_bytes(), dataclasses.replace(done, output=source, true_peak=0.0), done.true_peak_dbtp


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "PCM_32", "FLOAT"])
@pytest.mark.parametrize(
    ("channels", "container", "rate", "frames"),
    [
        (1, "WAV", 44_100, 70_001),
        (2, "WAV", 96_000, 140_000),
        (3, "WAVEX", 192_000, 800_001),  # more than is taken at once, in blocks of an odd length
        (2, "RF64", 48_000, 70_001),
        (2, "WAV", 8000, 7),
    ],
)
@pytest.mark.parametrize("options", [{}, {"gain_db": -3.0}, {"exact_true_peak": True}])
def test_bytes_and_floats_agree(
    tmp_path, random, space, monkeypatch, subtype, channels, container, rate, frames, options
):
    audio = random.normal(0, 0.1, (frames, channels)).clip(-1, 1)
    audio[: frames // 2] = 0  # a silent block is not dithered
    source = file_of(tmp_path, audio, subtype, container, rate)
    ways = [rendered(source, tmp_path / "out.wav", space, monkeypatch, way, **options) for way in (True, False)]
    assert ways[0] == ways[1]
    assert np.isclose(soundfile.info(tmp_path / "out.wav").frames, frames)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "PCM_32", "FLOAT"])
def test_loud_music_is_measured_alike(tmp_path, random, space, monkeypatch, subtype):
    audio = random.normal(0, 0.5, (200_000, 2)).clip(-0.99, 0.99)
    source = file_of(tmp_path, audio, subtype)
    loud = {"controls": Controls("warm", output_db=3.0)}
    ways = [rendered(source, tmp_path / "out.wav", space, monkeypatch, way, **loud) for way in (True, False)]
    assert ways[0] == ways[1]
    assert ways[0][1].overs > 100
    if subtype == "FLOAT":  # which does not clip
        return
    found = []
    for way in (True, False):
        with pytest.raises(rendering.WouldClip) as clipped:
            rendered(source, tmp_path / "out.wav", space, monkeypatch, way, guard=True, **loud)
        found.append(clipped.value.true_peak_dbtp)
    assert found[0] == found[1] > 0


def test_what_is_not_changed_passes_byte_for_byte(tmp_path, random, space, monkeypatch):
    source = file_of(tmp_path, random.uniform(-1, 1, (100_000, 2)), "PCM_24")
    flat = Controls("warm", intensity=0.0)
    data, _, _ = rendered(source, tmp_path / "out.wav", space, monkeypatch, True, controls=flat, guard=True)
    assert data[44:] == source.read_bytes()[44:]


@pytest.mark.parametrize("subtype", ["PCM_U8", "DOUBLE", "ULAW"])
def test_other_sample_formats_go_by_way_of_floats(tmp_path, random, space, subtype, monkeypatch):
    source = file_of(tmp_path, random.uniform(-0.1, 0.1, (5000, 2)), subtype)
    monkeypatch.setattr(rendering, "_move_bytes", None)
    form = probe(source)
    rendering.render_file(source, tmp_path / "out.wav", Renderer(space, 44_100, 2, Controls("warm")), form)


def test_automation_goes_by_way_of_floats(tmp_path, random, space, monkeypatch):
    source = file_of(tmp_path, random.uniform(-0.1, 0.1, (5000, 2)), "PCM_16")
    monkeypatch.setattr(rendering, "_move_bytes", None)
    moves = Automation.of({"intensity": [(0.0, 0.0), (0.1, 1.0)]}, 0.0, 1.0)
    renderer = Renderer(space, 44_100, 2, Controls("warm"))
    rendering.render_file(source, tmp_path / "out.wav", renderer, probe(source), automation=moves)


@pytest.mark.parametrize(("value", "says"), [(np.nan, "not finite"), (-np.inf, "not finite"), (2e12, "no audio")])
def test_floats_that_are_no_audio_are_told_alike(tmp_path, random, space, monkeypatch, value, says):
    audio = random.normal(0, 0.1, (1_200_000, 2)).astype(np.float32)
    audio[1_100_003, 1] = value
    source, told = file_of(tmp_path, audio, "FLOAT"), []
    for way in (True, False):
        with pytest.raises(AudioFileError, match=says) as error:
            rendered(source, tmp_path / "out.wav", space, monkeypatch, way)
        told.append(str(error.value))
    assert told[0] == told[1]
    assert "24.94 s" in told[0]
    assert [path.name for path in tmp_path.iterdir()] == ["in.wav"]


def test_a_file_that_shrinks_meanwhile_is_an_error(tmp_path, random, space):
    source = file_of(tmp_path, random.uniform(-0.1, 0.1, (200_000, 2)), "PCM_16")
    form = probe(source)
    with source.open("r+b") as file:
        file.truncate(500_000)
    with pytest.raises(AudioFileError, match=r"ends after 2\.83 s of 4\.54 s"):
        rendering.render_file(source, tmp_path / "out.wav", Renderer(space, 44_100, 2, Controls("warm")), form)
    assert [path.name for path in tmp_path.iterdir()] == ["in.wav"]
