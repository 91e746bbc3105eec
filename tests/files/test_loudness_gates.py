"""BS.1770's gates, weights and limits, each from both sides, against levels that are known by construction."""

import math
import warnings

import numpy as np
import pyloudnorm
import pytest

from semeq.eq import magnitude_db
from semeq.files.loudness import LoudnessMeter, k_weighting, loudness_lufs, match_gain_db
from semeq.plugin.live.levels import LevelFollower, peak_dbfs
from semeq.plugin.live.tap import Tap
from semeq.words.space import WordSpace

RATE = 48_000


def sine(level_lufs, seconds, channels=1):
    """1 kHz of a loudness in one channel (997 Hz at full scale reads −3.01), in all channels alike, (frames, c)."""
    time = np.arange(round(seconds * RATE)) / RATE
    wave = 10 ** ((level_lufs + 3.01) / 20) * np.sin(2 * np.pi * 997 * time)
    return np.repeat(wave[:, None], channels, axis=1)


def measure(audio, rate=RATE):
    meter = LoudnessMeter(rate, audio.shape[1])
    meter.add(audio)
    return meter.loudness_lufs


def reference(audio, rate=RATE):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pyloudnorm.Meter(rate, filter_class="DeMan").integrated_loudness(audio)


@pytest.mark.parametrize("level", [-23.0, -40.0, -69.5])
def test_a_tone_above_the_absolute_gate_reads_its_level(level):
    assert measure(sine(level, 3)) == pytest.approx(level, abs=0.05)


@pytest.mark.parametrize("level", [-70.5, -80.0])
def test_a_tone_below_minus_70_lufs_is_silence(level):
    assert measure(sine(level, 3)) == -math.inf


def test_quiet_parts_within_10_lu_count_and_beyond_do_not():
    """The gate stands 10 LU below the mean of what passed the absolute gate."""
    for below, counts in ((9.0, True), (9.6, True), (10.6, False), (12.0, False)):
        loud, quiet = sine(-30.0, 60), sine(-30.0 - below, 2)
        everything = 10 * math.log10((60 * 10**-3 + 2 * 10 ** ((-30 - below) / 10)) / 62)
        expected = everything if counts else -30.0
        assert measure(np.concatenate([loud, quiet])) == pytest.approx(expected, abs=0.02), below
        assert abs(everything + 30.0) > 0.1  # the two could be told apart


def test_the_relative_gate_is_above_what_passed_the_absolute_one_only():
    """Silence of any length moves nothing: else the mean, and the gate, would sink."""
    music = np.concatenate([sine(-20.0, 4), sine(-31.0, 4)])
    padded = np.concatenate([sine(-75.0, 60), music])
    assert measure(padded) == pytest.approx(measure(music), abs=0.1)


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5, 6, 8])
def test_surrounds_weigh_one_and_a_half_decibels_more_up_to_five_channels(channels):
    """Weights 1, 1, 1, 1.41, 1.41; of more channels nobody knows the places: all count 1."""
    for channel in range(channels):
        audio = np.zeros((3 * RATE, channels))
        audio[:, channel] = sine(-30.0, 3)[:, 0]
        surround = 4 <= channels <= 5 and channel >= 3
        assert measure(audio) == pytest.approx(-30.0 + (10 * math.log10(1.41) if surround else 0.0), abs=0.03)
        if channels <= 5:
            assert measure(audio) == pytest.approx(reference(audio), abs=0.01)
            assert loudness_lufs(audio.T, RATE) == pytest.approx(measure(audio), abs=0.05)
        else:
            assert loudness_lufs(audio.T, RATE) == pytest.approx(-30.0, abs=0.05)


def test_gating_blocks_are_400_ms_every_100_ms():
    """A burst of 100 ms is in four blocks, each a quarter of it; the shortest gated audio is one block."""
    burst = np.concatenate([sine(-120.0, 2), sine(-20.0, 0.1), sine(-120.0, 2)])
    assert measure(burst) == pytest.approx(-20.0 - 10 * math.log10(4), abs=0.3)
    assert measure(burst) == pytest.approx(reference(burst), abs=0.01)
    assert measure(sine(-72.0, 0.39)) == pytest.approx(-72.0, abs=0.3)  # no block: as it is, without gates
    assert measure(sine(-72.0, 0.41)) == -math.inf


def test_short_audio_is_repeated_to_one_gating_block():
    for seconds in (0.01, 0.2, 0.25, 0.39, 0.41):
        assert loudness_lufs(sine(-25.0, seconds).T, RATE) == pytest.approx(-25.0, abs=0.2), seconds
    assert loudness_lufs(np.zeros((2, 0)), RATE) == loudness_lufs(np.zeros((2, 100)), RATE) == -math.inf


@pytest.mark.parametrize(("apart", "gain"), [(-12.0, -12.0), (12.0, 12.0), (23.5, 23.5), (30.0, 24.0), (-30.0, -24.0)])
def test_the_matching_gain_brings_the_output_to_the_input_within_24_db(apart, gain):
    before, after = sine(-35.0 + apart / 2, 1).T, sine(-35.0 - apart / 2, 1).T
    assert match_gain_db(before, after, RATE) == pytest.approx(gain, abs=0.05)
    assert match_gain_db(before, np.zeros_like(before), RATE) == 0.0


# ------------------------------------------------------------------------------------------------------------- live


def follower_after(windows, rate=RATE, memory_s=3.0):
    follower = LevelFollower(rate, memory_s)
    for window in windows:
        follower.hear(window.astype(np.float32))
    return follower


def boosted(db=6.0):
    params = WordSpace.open().params("boomy", None, 0.0, 1.0).copy()
    params[[0, 2, 5, 8, 11]] = (db, 0, 0, 0, 0)
    params[1] = 200.0
    return params


@pytest.mark.parametrize(("level", "heard"), [(-60.0, True), (-69.5, True), (-70.5, False), (-90.0, False)])
def test_the_live_gate_is_at_minus_70_lufs(level, heard):
    size = LevelFollower(RATE)._size
    window = sine(level, size / RATE + 0.01).T[:, :size]
    matched = follower_after([window] * 4).match_db(boosted())
    assert (matched != 0.0) == heard


def test_what_is_too_quiet_does_not_dilute_what_was_heard(random):
    """A pause under the gate leaves the estimate where it was; above it, it takes part."""
    size = LevelFollower(RATE)._size
    low = 0.1 * np.sin(2 * np.pi * 60 * np.arange(size) / RATE)[None]
    high = np.sin(2 * np.pi * 4000 * np.arange(size) / RATE)[None]
    before = follower_after([low] * 20).match_db(boosted())
    assert before < -3.0  # what is low is boosted
    assert follower_after([low] * 20 + [1e-6 * high] * 2000).match_db(boosted()) == before
    assert follower_after([low] * 20 + [high] * 200).match_db(boosted()) > -0.5


def test_old_music_is_forgotten_with_a_time_constant_of_three_seconds():
    follower = LevelFollower(RATE)
    size = follower._size
    low = 0.5 * np.sin(2 * np.pi * 60 * np.arange(size) / RATE)[None]
    silent_low = np.sin(2 * np.pi * 4000 * np.arange(size) / RATE)[None]
    for _ in range(2000):
        follower.hear(low.astype(np.float32))
    full = follower._power.sum()
    hops = round(3.0 * RATE / (size // 2))
    for _ in range(hops):
        follower.hear((1e-2 * silent_low).astype(np.float32))
    left = follower._power[follower._freqs < 200].sum() / full
    assert left == pytest.approx(math.exp(-hops * (size // 2) / RATE / 3.0), rel=0.02)


def test_the_live_meter_weighs_as_bs_1770_does():
    """A band near 3 kHz counts 3.3 dB more than one at 400 Hz: the shelf of the K-weighting."""
    size = LevelFollower(RATE)._size
    time = np.arange(size) / RATE
    params = boosted(0.0)
    params[[11, 12]] = (12.0, 1200.0)

    def matched(freq_hz):
        both = np.sin(2 * np.pi * 400 * time) + np.sin(2 * np.pi * freq_hz * time)
        return follower_after([0.1 * both[None]] * 4).match_db(params)

    def expected(freq_hz):
        z = np.exp(-2j * np.pi * np.array([400, freq_hz])[:, None] * np.arange(3) / RATE)
        sos = k_weighting(RATE)
        weight = np.abs(np.prod((z @ sos[:, :3].T) / (z @ sos[:, 3:].T), axis=1)) ** 2
        after = 10 ** (magnitude_db(params, np.array([400.0, freq_hz]), RATE) / 10)
        return 10 * math.log10(weight.sum() / (weight * after).sum())

    for freq_hz in (100.0, 3000.0, 8000.0):
        assert matched(freq_hz) == pytest.approx(expected(freq_hz), abs=0.1)


def test_meters_stop_at_minus_120_dbfs():
    assert peak_dbfs(np.array([[1e-5], [1e-6], [1e-9]], np.float32)) == pytest.approx(
        [-100.0, -120.0, -120.0], abs=1e-3
    )
    assert peak_dbfs(np.zeros((2, 0), np.float32)).tolist() == [-120.0, -120.0]


def test_a_follower_takes_each_window_of_the_tap_once():
    follower, tap = LevelFollower(RATE), Tap(1, RATE)
    heard = []
    follower.hear = lambda window: heard.append(window.copy())
    audio = np.arange(RATE // 2, dtype=np.float32)[None]
    for at in range(0, audio.shape[1], 1000):
        where = np.arange(at, at + 1000) & (tap.ring.shape[2] - 1)
        tap.ring[:, :, where] = audio[:, at : at + 1000]
        tap.written[0] += 1000
        follower.listen(tap)
    size = follower._size
    starts = [int(window[0, 0]) for window in heard]
    assert starts == list(range(0, audio.shape[1] - size + 1, size // 2))[: len(starts)]
    assert len(starts) >= (audio.shape[1] - size) // (size // 2)
