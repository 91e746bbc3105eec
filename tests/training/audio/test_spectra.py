"""Spectra: true pink noise, exact EQ, sources kept apart, and folders of all sorts."""

import numpy as np
import pytest
import scipy.signal
import soundfile
import torch

from semeq import eq
from semeq.training import DataError
from semeq.training.audio.bands import (
    BANDS,
    BIN_FREQS_HZ,
    FFT_SIZE,
    HOP,
    RATE_HZ,
    band_centres_hz,
    band_levels_db,
    band_weights,
)
from semeq.training.audio.closed_loop import bin_response
from semeq.training.audio.evaluation import equalise
from semeq.training.audio.front_end import BandLevels, MeanPower
from semeq.training.audio.spectra import long_term_power, music_spectra, pink_noise, pink_spectra


def test_pink_noise_falls_by_three_decibels_an_octave():
    power = np.mean([long_term_power(pink_noise(12 * RATE_HZ, seed)) for seed in range(6)], axis=0)
    edges = 40.0 * 2 ** np.arange(9)
    octaves = [power[(lo <= BIN_FREQS_HZ) & (2 * lo > BIN_FREQS_HZ)].mean() for lo in edges]
    np.testing.assert_allclose(np.diff(10 * np.log10(octaves)), -10 * np.log10(2), atol=0.5)


def test_bands_cover_the_range_evenly_and_sum_to_one():
    weights = band_weights()
    assert weights.shape == (BANDS, len(BIN_FREQS_HZ))
    np.testing.assert_allclose(weights.sum(axis=1), 1.0)
    centres = band_centres_hz()
    assert (np.diff(centres) > 0).all()
    assert centres[0] < 80
    assert centres[-1] > 14_000


def test_torch_and_numpy_agree_on_levels():
    power = np.stack([long_term_power(pink_noise(2 * RATE_HZ, s)) for s in (1, 2)])
    graph = BandLevels()
    audio = torch.tensor(np.stack([pink_noise(2 * RATE_HZ, s) for s in (1, 2)]), dtype=torch.float32)
    np.testing.assert_allclose(graph(graph.energy(graph.power(audio))).numpy(), band_levels_db(power), atol=1e-3)


def test_an_eq_on_the_spectrum_is_the_eq_on_the_audio(random):
    audio = pink_noise(6 * RATE_HZ, 9)
    for params in eq.denormalise(random.random((4, 13))):
        engine = eq.Engine(RATE_HZ, 1)
        engine.jump(params)
        played = band_levels_db(long_term_power(engine.process(audio)))
        computed = band_levels_db(equalise(long_term_power(audio), params))
        # Where a narrow bell falls inside one bin the two differ; elsewhere they are one.
        assert np.median(np.abs(played - computed)) < 0.1


def test_the_differentiable_response_is_the_engines(random):
    params = eq.denormalise(random.random((5, 13)))
    freqs = BIN_FREQS_HZ[1:1800]
    found = bin_response()(torch.tensor(params, dtype=torch.float32)).numpy()[:, 1:1800]
    np.testing.assert_allclose(found, eq.magnitude_db(params, freqs), atol=0.02)


@pytest.fixture
def folder(tmp_path):
    music = tmp_path / "music"
    (music / "album").mkdir(parents=True)
    for name, rate, seconds in (("a.wav", 44_100, 3), ("b.flac", 22_050, 2), ("album/c.ogg", 48_000, 30)):
        soundfile.write(music / name, pink_noise(int(seconds * rate), 1), rate)
    soundfile.write(music / "silent.wav", np.zeros(100_000), 44_100)
    soundfile.write(music / "short.wav", pink_noise(4000, 1), 44_100)
    (music / "broken.wav").write_text("no audio")
    (music / "cover.jpg").write_bytes(b"no audio either")
    return music


def test_a_folder_is_read_and_what_is_unusable_is_listed(folder, tmp_path):
    found = music_spectra(folder, cache=tmp_path / "cache")
    assert {name.split("#")[0] for name in found.names} == {"a.wav", "b.flac", "album/c.ogg"}
    assert sum(name.startswith("album/c.ogg") for name in found.names) == 2  # crops of a long file
    assert sorted(line.split(":")[0] for line in found.skipped) == ["broken.wav", "short.wav", "silent.wav"]
    again = music_spectra(folder, cache=tmp_path / "cache")
    np.testing.assert_array_equal(again.power, found.power)
    assert (again.sources, again.names, again.skipped) == (found.sources, found.names, found.skipped)


def test_a_folder_without_audio_is_an_error(tmp_path):
    with pytest.raises(DataError, match="no audio below"):
        music_spectra(tmp_path)
    with pytest.raises(DataError, match="there is no music folder"):
        music_spectra(tmp_path / "missing")


def test_pink_spectra_are_their_own_sources():
    assert len(set(pink_spectra(3, seed=1, seconds=1.0).sources)) == 3


@pytest.mark.parametrize("samples", [4096, 4097, 6143, 6144, 50_000])
def test_the_mean_power_is_that_of_a_fourier_transform_of_every_frame(samples, random):
    audio = random.standard_normal((3, samples)).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(audio.astype(np.float64), FFT_SIZE, axis=1)[:, ::HOP]
    wanted = (np.abs(np.fft.rfft(frames * scipy.signal.get_window("hann", FFT_SIZE))) ** 2).mean(axis=1)
    got = MeanPower()(torch.tensor(audio)).numpy()
    assert got.shape == wanted.shape == (3, 2049)
    assert np.abs(got - wanted).max() < 1e-5 * wanted.max()


@pytest.mark.parametrize("bin_", [1, 31, 32, 33, 63, 64, 1000, 2047])
def test_a_tone_stands_in_its_own_bin(bin_):
    tone = torch.sin(2 * torch.pi * bin_ * torch.arange(8192, dtype=torch.float64) / FFT_SIZE).float()
    power = MeanPower()(tone[None])[0]
    assert power.argmax() == bin_
    far = torch.ones(2049, dtype=torch.bool)
    far[max(bin_ - 1, 0) : bin_ + 2] = False
    assert power[far].max() < 1e-10 * power.max()
