"""Degraded copies: each treatment does what its name says, sources stay apart, and the figures mean what they say."""

import numpy as np
import pytest
import soundfile

from semeq.eq import FLAT, GAIN_INDEX
from semeq.training.audio.lean import LabelledCurves
from semeq.training.audio.robustness import CURES, TREATMENTS, TreatedSpectra, measure_robustness, treated_spectra
from semeq.training.audio.robustness.measures import AS_IT_IS
from semeq.training.audio.robustness.treatments import CLIPS_PER_SOURCE
from semeq.training.audio.spectra import RATE_HZ, Spectra, long_term_power, pink_noise, pink_spectra
from semeq.training.errors import DataError

FREQS = np.arange(2049) * RATE_HZ / 4096


@pytest.fixture(scope="module")
def noise():
    return pink_noise(4 * RATE_HZ, seed=11)


def gain_db(noise, name, low_hz, high_hz):
    inside = (low_hz < FREQS) & (high_hz > FREQS)
    after, before = (long_term_power(audio)[inside].sum() for audio in (TREATMENTS[name](noise), noise))
    return 10 * np.log10(max(after, 1e-30) / before)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "kept_hz", "lost_hz"),
    [
        ("low-pass 8 kHz", (300, 6000), (16_000, 20_000)),
        ("high-pass 300 Hz", (500, 15_000), (40, 120)),
        ("telephone, 300–3,400 Hz", (500, 2500), (8000, 20_000)),
        ("resampled to 8 kHz", (100, 3000), (4200, 20_000)),
        ("resampled to 22.05 kHz", (100, 9000), (11_500, 20_000)),
    ],
)
def test_what_should_be_gone_is_gone_and_the_rest_is_there(noise, name, kept_hz, lost_hz):
    assert abs(gain_db(noise, name, *kept_hz)) < 1
    assert gain_db(noise, name, *lost_hz) < -40


@pytest.mark.slow
@pytest.mark.parametrize("name", ["MP3, 64 kbit/s", "MP3, 32 kbit/s", "Opus, 64 kbit/s", "Opus, 32 kbit/s"])
def test_codecs_keep_the_middle_of_the_spectrum_and_the_length(noise, name):
    treated = TREATMENTS[name](noise)
    assert abs(len(treated) - len(noise)) < RATE_HZ / 4
    coded, plain = (10 * np.log10(long_term_power(audio)) for audio in (treated, 0.89 * noise / np.abs(noise).max()))
    middle = (FREQS > 300) & (FREQS < 4000)
    assert abs(np.median((coded - plain)[middle])) < 3


def test_noise_floors_lie_where_they_should(noise):
    added = TREATMENTS["white noise at −50 dB"](noise) - noise
    assert 10 * np.log10(np.mean(added**2) / np.mean(noise**2)) == pytest.approx(-50, abs=0.1)
    quiet = TREATMENTS["16 bit, peaks at −50 dBFS"](noise)
    assert 20 * np.log10(np.abs(quiet).max()) == pytest.approx(-50, abs=0.5)
    assert np.abs(quiet * 2**15 - np.round(quiet * 2**15)).max() < 1e-6


def test_a_folder_is_read_evenly_by_source_and_once(tmp_path, monkeypatch):
    monkeypatch.setattr("semeq.training.audio.robustness.treatments.TREATMENTS", {"−20 dB": TREATMENTS["−20 dB"]})
    for i in range(CLIPS_PER_SOURCE + 5):
        soundfile.write(tmp_path / f"many__{i:02}.wav", pink_noise(RATE_HZ + 1, seed=i), RATE_HZ)
    soundfile.write(tmp_path / "one__1.wav", pink_noise(RATE_HZ + 1, seed=99), RATE_HZ)
    soundfile.write(tmp_path / "silent__1.wav", np.zeros(RATE_HZ + 1), RATE_HZ)
    found = treated_spectra(tmp_path, tmp_path / "cache")
    assert found.clean.sources.count("many") == CLIPS_PER_SOURCE
    assert set(found.clean.sources) == {"many", "one"}
    ratio = found.treated["−20 dB"][:, 100:400].sum() / found.clean.power[:, 100:400].sum()
    assert ratio == pytest.approx(0.01, rel=1e-3)
    monkeypatch.setattr("semeq.training.audio.robustness.treatments.read_crops", None)
    again = treated_spectra(tmp_path, tmp_path / "cache")
    assert again.clean.names == found.clean.names
    np.testing.assert_allclose(again.clean.power, found.clean.power, rtol=1e-5)


def test_a_folder_without_usable_audio_says_so(tmp_path):
    soundfile.write(tmp_path / "silent.wav", np.zeros(RATE_HZ + 1), RATE_HZ)
    with pytest.raises(DataError, match="none of the 1 audio files"):
        treated_spectra(tmp_path, tmp_path / "cache")


@pytest.fixture(scope="module")
def measured():
    """Made pieces of ten sources: untouched, with their top cut off, and made brighter by an EQ."""
    random = np.random.default_rng(4)
    power = pink_spectra(40, seed=70, seconds=1.5).power * (FREQS + 40.0) ** random.uniform(-1.2, 0.2, (40, 1))
    sources = tuple(f"s{i % 10}" for i in range(40))
    clean = Spectra(power, sources, tuple(f"c{i}" for i in range(40)))
    params = np.tile(FLAT, (60, 1))
    params[:, GAIN_INDEX[-1]] = np.where(np.arange(60) % 2, 1, -1) * random.uniform(3, 8, 60)
    semantic = np.repeat(params[:, GAIN_INDEX[-1]][:, None] / 20, 8, axis=1)
    people = np.array([f"p{i // 2}" for i in range(60)])
    settings = LabelledCurves(params, np.arange(60) % 2, people, semantic)
    treated = {"cut": power * np.where(FREQS > 8000, 1e-13, 1.0), "nothing": power.copy()}
    return measure_robustness(TreatedSpectra(clean, treated), clean, settings, params[:2], CURES)


def test_what_nothing_was_done_to_has_not_moved(measured):
    for cure in CURES:
        assert measured["nothing"][cure] == measured[AS_IT_IS][cure]
        assert measured["nothing"][cure].shift == 0
        assert measured["nothing"][cure].order == 1


def test_what_lost_its_top_has_moved_and_least_where_it_is_filled_in(measured):
    cut = measured["cut"]
    assert cut["as measured"].shift > 0.3
    assert cut["as measured"].bias < 0
    assert cut["filled in"].shift < 0.4 * cut["as measured"].shift
    for found in cut.values():
        low, high = found.shift_interval
        assert low <= found.shift <= high
