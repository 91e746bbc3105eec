"""Adaptive mode's limits and the live estimate's memory, by leans whose share of the word is known exactly."""

import numpy as np
import pytest

import semeq.plugin.live.adapting as adapting
from semeq.eq import curve, rms_db, scale_gains
from semeq.words.hearing.adaptive import AdaptedSpace, adapt, needed, share_of
from semeq.words.hearing.encoder import Hearing, HearingError
from semeq.words.space import WordSpace


@pytest.fixture(scope="module")
def hearing():
    return Hearing(WordSpace.open())


@pytest.fixture(scope="module")
def warm(hearing):
    return hearing.space.params("warm", None, 0.0, 1.0)


@pytest.mark.parametrize(
    ("share", "amount"),
    [
        (0.0, 1.0),
        (1.0, 0.35),  # 65 % of the estimate is believed
        (-0.01, 1.0),
        (-1.0, 1.0),  # never more than the word itself
        (0.01, 0.9935),
        (1.53, 0.0055),
        (1.54, 0.0),  # as warm already as warm gets: nothing, and never the opposite
        (5.0, 0.0),
        (-9.0, 1.0),
    ],
)
def test_what_is_applied_falls_with_the_share_and_is_held(hearing, warm, share, amount):
    lean = share * hearing.band_curves(warm)
    assert share_of(hearing, warm, lean) == pytest.approx(share)
    assert needed(hearing, warm, lean) == pytest.approx(amount, abs=1e-9)


def test_the_setting_is_the_word_times_what_is_needed(hearing, warm):
    for share in (0.25, 0.5, 1.0):
        lean = share * hearing.band_curves(warm)
        amount = 1 - 0.65 * share
        assert rms_db(curve(adapt(hearing, warm, lean)) - amount * curve(warm)) < 0.1
        half = curve(adapt(hearing, warm, lean, intensity=0.5))
        assert rms_db(half - 0.5 * amount * curve(warm)) < 0.1


def test_beyond_12_db_the_gains_are_scaled_as_they_are(hearing, warm):
    lean = -3.0 * hearing.band_curves(warm)
    np.testing.assert_allclose(adapt(hearing, warm, lean, intensity=2.0), scale_gains(warm, 2.0))


def test_a_flat_setting_has_no_share(hearing, warm):
    flat = scale_gains(warm, 0.0)
    assert share_of(hearing, flat, hearing.band_curves(warm)) == 0.0
    assert needed(hearing, flat, hearing.band_curves(warm)) == 1.0


@pytest.mark.parametrize("intensity", [0.0, 0.5, 1.0])
def test_the_adapted_space_scales_by_intensity(hearing, warm, intensity):
    lean = 0.5 * hearing.band_curves(warm)
    adapted = AdaptedSpace(hearing.space, hearing, lean)
    one = adapted.params("warm", None, 0.0, intensity)
    many = adapted.params("warm", None, np.zeros(2), np.full(2, intensity))
    wanted = 0.675 * intensity * curve(warm)
    assert rms_db(curve(one) - wanted) < 0.1
    assert rms_db(curve(many) - wanted).max() < 0.35  # without the refit


class Ear:
    """Stands for `Hearing`: notes what it is given."""

    def __init__(self):
        self.heard, self.silent = [], False

    def hear(self, audio, rate):
        if self.silent:
            raise HearingError("the audio is silent")
        self.heard.append(audio.copy())
        return type("Heard", (), {"lean_db": np.full(64, float(audio[0, -1]))})


def test_the_live_estimate_hears_the_last_eight_seconds_once_a_second(monkeypatch):
    monkeypatch.setattr(adapting, "needed", lambda hearing, params, lean_db: lean_db[0])
    now, ear = [0.0], Ear()
    follower = adapting.EncoderAdaptation(ear, clock=lambda: now[0])
    assert follower.amount(np.zeros(13)) == 1.0
    rate, step = 1000, 250
    for n in range(48):  # twelve seconds
        follower.hear(np.arange(n * step, (n + 1) * step, dtype=np.float32)[None], rate)
        now[0] = (n + 1) * step / rate
        follower.amount(np.zeros(13))
    ends = [audio[0, -1] + 1 for audio in ear.heard]
    assert ends == [250 + 1000 * n for n in range(12)]
    for audio, end in zip(ear.heard, ends, strict=True):
        assert audio.shape[1] == min(end, 8 * rate)
        np.testing.assert_array_equal(audio[0], np.arange(end - audio.shape[1], end))


def test_through_silence_it_keeps_what_it_found_last(monkeypatch):
    monkeypatch.setattr(adapting, "needed", lambda hearing, params, lean_db: lean_db[0])
    now, ear = [0.0], Ear()
    follower = adapting.EncoderAdaptation(ear, clock=lambda: now[0])
    follower.hear(np.full((1, 1000), 0.25, np.float32), 1000)
    assert follower.amount(np.zeros(13)) == 0.25
    ear.silent, now[0] = True, 5.0
    assert follower.amount(np.zeros(13)) == 0.25
