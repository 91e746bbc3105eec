"""Bands without signal: what is missing is filled in, what is there is left alone, and nothing jumps."""

import numpy as np
import pytest
import torch

from semeq.eq import FLAT, FREQ_INDEX, GAIN_INDEX
from semeq.training.audio.bands import BANDS, BIN_FREQS_HZ, band_centres_hz, band_energy, levels_of
from semeq.training.audio.confidence import BandError, FilledLean, band_error_db, filled_lean, precision
from semeq.training.audio.evaluation import equalise
from semeq.training.audio.lean import Ear, LeanHearer
from semeq.training.audio.robustness import CURES, TREATMENTS
from semeq.training.audio.spectra import RATE_HZ, long_term_power, pink_noise

CENTRES = band_centres_hz()
KEPT = ("low-pass 3.4 kHz", "high-pass 300 Hz", "telephone, 300–3,400 Hz", "MP3, 32 kbit/s", "resampled to 8 kHz")


def music_like(seed):
    """Five seconds of noise with a spectrum as a piece of music may have, −3 to −6 dB an octave and a few humps."""
    random = np.random.default_rng(seed)
    spectrum = np.fft.rfft(pink_noise(5 * RATE_HZ, seed))
    octaves = np.log2(np.maximum(np.fft.rfftfreq(5 * RATE_HZ, 1 / RATE_HZ), 40.0) / 1000)
    shape = -1.5 * random.random() * octaves
    for centre in random.uniform(-4, 4, 4):
        shape += random.normal(0, 4) * np.exp(-((octaves - centre) ** 2))
    return np.fft.irfft(spectrum * 10 ** (shape / 20))


@pytest.fixture(scope="module")
def pieces():
    return [music_like(seed) for seed in range(40)]


@pytest.fixture(scope="module")
def hearer(pieces):
    leans = levels_of(band_energy(np.array([long_term_power(piece) for piece in pieces])))
    words = np.tile(FLAT, (2, 1))
    words[0, GAIN_INDEX[0]], words[1, GAIN_INDEX[-1]], words[1, FREQ_INDEX[-1]] = 6.0, 6.0, 4000.0
    head = np.random.default_rng(0).normal(0, 0.01, (8, BANDS))
    ear = Ear(leans.mean(axis=0), head, np.eye(BANDS) / 100, np.cov(leans.T), 1.0)
    return LeanHearer(ear, words)


def test_what_fills_all_bands_is_heard_as_it_is(hearer, pieces):
    power = np.array([long_term_power(piece) for piece in pieces])
    energy = band_energy(power)
    full = (band_error_db(energy) == 0).all(axis=1)
    assert full.sum() > 20
    measured = (levels_of(energy) - hearer.ear.mean_music_db)[full]
    np.testing.assert_allclose(hearer.lean(power)[full], measured, atol=1e-12)
    torch_lean = torch.tensor(measured - measured.mean(axis=1, keepdims=True), dtype=torch.float32)
    layer = FilledLean(precision(hearer.ear.music_covariance))
    assert (layer(torch_lean, torch.zeros_like(torch_lean)) - torch_lean).abs().max() < 1e-5


@pytest.mark.slow
@pytest.mark.parametrize("treatment", KEPT)
def test_a_narrow_copy_moves_less_than_as_measured(hearer, pieces, treatment):
    clean = np.array([long_term_power(piece) for piece in pieces[:12]])
    narrow = np.array([long_term_power(TREATMENTS[treatment](piece)) for piece in pieces[:12]])
    moved = {name: np.abs(cure(hearer, narrow) - cure(hearer, clean)).mean() for name, cure in CURES.items()}
    assert moved["filled in"] < 0.8 * moved["as measured"]


def test_what_is_missing_is_the_conditional_mean():
    """Against the textbook: S_mo S_oo⁻¹ x_o where bands are missing altogether, of a covariance without null space."""
    random = np.random.default_rng(1)
    root = random.normal(size=(BANDS, BANDS))
    covariance = root @ root.T + np.eye(BANDS)
    lean = random.multivariate_normal(np.zeros(BANDS), covariance)
    missing = CENTRES > 5000
    found = filled_lean(lean[None], np.where(missing, 1e5, 0.0)[None], np.linalg.inv(covariance))[0]
    wanted = lean.copy()
    rest = covariance[np.ix_(~missing, ~missing)]
    wanted[missing] = covariance[np.ix_(missing, ~missing)] @ np.linalg.solve(rest, lean[~missing])
    np.testing.assert_allclose(found, wanted - wanted.mean(), atol=1e-4)


def test_level_and_what_stands_in_missing_bands_do_not_matter(hearer):
    matrix = precision(hearer.ear.music_covariance)
    np.testing.assert_allclose(matrix @ np.ones(BANDS), 0, atol=1e-9)
    random = np.random.default_rng(2)
    lean, error = random.normal(0, 5, BANDS), np.where(CENTRES > 5000, 1e6, 0.0)
    other = np.where(error > 0, -40.0, lean) + 7.0
    np.testing.assert_allclose(
        filled_lean(other[None], error[None], matrix), filled_lean(lean[None], error[None], matrix), atol=1e-5
    )


@pytest.mark.parametrize("edge", ["level", "slope", "void"])
def test_nothing_jumps_as_a_level_crosses_a_threshold(hearer, edge):
    """Where a step of .05 dB moves the lean most, a fiftieth of it moves it by about a fiftieth."""

    def leans(steps):
        energy = 10 ** ((base + fall(steps[:, None])) / 10)
        error = band_error_db(energy)
        filled = filled_lean(levels_of(energy) - hearer.ear.mean_music_db, error, matrix)
        return error, np.abs(np.diff(filled, axis=0)).max(axis=1)

    base, top, matrix = np.linspace(0, -45, BANDS), CENTRES > 6000, precision(hearer.ear.music_covariance)
    fall = {
        "level": lambda steps: -steps * (np.arange(BANDS) == 40),
        "slope": lambda steps: -steps * np.where(top, np.log2(CENTRES / 6000), 0),
        "void": lambda steps: -steps * top,
    }[edge]
    steps = np.arange(0, 120, 0.05)
    error, coarse = leans(steps)
    assert np.ptp(error, axis=0).max() > 20
    most = int(coarse.argmax())
    _, fine = leans(np.linspace(steps[most], steps[most + 1], 51))
    assert fine.max() < coarse[most] / 20


@pytest.mark.parametrize("gain", [1e-12, 1e6])
def test_the_level_of_a_recording_is_no_reason_for_doubt(pieces, gain):
    power = long_term_power(TREATMENTS["telephone, 300–3,400 Hz"](pieces[0]))[None]
    np.testing.assert_allclose(band_error_db(band_energy(power * gain)), band_error_db(band_energy(power)), atol=1e-6)


def test_silence_and_one_tone_give_numbers(hearer):
    power = np.zeros((2, 2049))
    power[1, 93] = 1.0
    assert np.isfinite(hearer.lean(power)).all()
    assert np.isfinite(band_error_db(band_energy(power))).all()


def test_an_equaliser_empties_no_band(pieces):
    """Shelves of 6 dB at both ends, up and down; the first octave of a low-pass of 24 dB, which is to be heard."""
    settings = np.tile(FLAT, (2, 1))
    settings[:, GAIN_INDEX[0]], settings[:, GAIN_INDEX[-1]] = (-6.0, 6.0), (6.0, -6.0)
    power = np.array([long_term_power(piece) for piece in pieces[:10]])
    for setting in settings:
        assert (band_error_db(band_energy(equalise(power, setting))) < 10).mean() > 0.95
    octaves = np.log2(np.maximum(BIN_FREQS_HZ / 4000, 1))
    behind = (CENTRES > 4000) & (CENTRES < 8000)
    assert (band_error_db(band_energy(power * 10 ** (-2.4 * octaves)))[:, behind] < 10).mean() > 0.9


@pytest.mark.slow
def test_torch_says_what_the_exact_solution_says(hearer, pieces):
    matrix = precision(hearer.ear.music_covariance)
    error_layer, fill = BandError(), FilledLean(matrix)
    for name in KEPT:
        energy = band_energy(np.array([long_term_power(TREATMENTS[name](piece)) for piece in pieces[:6]]))
        error = band_error_db(energy)
        single = torch.tensor(energy, dtype=torch.float32)
        np.testing.assert_allclose(error_layer(single).numpy(), error, atol=2e-2)
        lean = levels_of(energy) - hearer.ear.mean_music_db
        found = fill(torch.tensor(lean, dtype=torch.float32), torch.tensor(error, dtype=torch.float32)).numpy()
        np.testing.assert_allclose(found, filled_lean(lean, error, matrix), atol=2e-4)
