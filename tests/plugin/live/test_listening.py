"""Meters, level matching against BS.1770, the tap, and the timing figures."""

import numpy as np
import pytest
import soundfile

from semeq.eq import Engine, Setting
from semeq.files.loudness import match_gain_db
from semeq.plugin import WordSpace
from semeq.plugin.live.audio._callback import Callback
from semeq.plugin.live.levels import LevelFollower, peak_dbfs
from semeq.plugin.live.tap import Tap
from semeq.plugin.live.timing import CallbackTimes

RATE = 44_100


def tapped(channels, frames):
    """A tap, and a callback that writes it, turning everything down by 6 dB."""
    tap, times = Tap(channels, frames), CallbackTimes(1.0)
    faded = np.full(1, -1, np.int64)
    callback = Callback(RATE, tap.ring, tap.written, times.histogram, times.counts, faded, np.zeros(1, np.float32))
    callback.jump(Setting().to_array(), -6.0)
    return tap, callback


@pytest.mark.parametrize("block", [1, 33, 128, 1000])
def test_the_tap_gives_back_what_went_through_in_order(block, random):
    tap, callback = tapped(2, 8192)
    audio = random.standard_normal((2, 20_000)).astype(np.float32)
    out = np.empty_like(audio)
    position, heard = 0, []
    for i in range(0, 20_000, block):
        callback.process(audio[:, i : i + block], out[:, i : i + block], [])
        if i % 3 == 0:
            new, position = tap.since(position, 0)
            heard.append(new)
    new, position = tap.since(position, 0)
    assert np.array_equal(np.hstack([*heard, new]), audio)
    assert np.array_equal(tap.last(500, 1), out[:, -500:])
    assert np.abs(out).max() == pytest.approx(np.abs(audio).max() * 10 ** (-6 / 20), rel=1e-6)


def test_a_late_reader_gets_the_newest_half_of_the_ring(random):
    tap, callback = tapped(1, 8192)
    audio = random.standard_normal((1, 20_000)).astype(np.float32)
    for i in range(0, 20_000, 100):
        callback.process(audio[:, i : i + 100], np.empty((1, 100), np.float32), [])
    new, position = tap.since(0, 0)
    assert position == 20_000
    assert np.array_equal(new, audio[:, -4096:])


def test_peaks():
    assert peak_dbfs(np.array([[0.5, -1.0], [0.0, 0.0]], np.float32)) == pytest.approx([0.0, -120.0])


@pytest.mark.parametrize("word", ["warm", "bright", "boomy", "airy", "thin"])
@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_the_predicted_match_is_that_of_bs_1770(word, rate, random):
    """On 10 s of pink noise: what the follower predicts, against rendering it and measuring both."""
    spectrum = np.fft.rfft(random.standard_normal((2, 10 * rate)))
    spectrum /= np.sqrt(np.maximum(np.arange(spectrum.shape[1]), 200))
    audio = np.fft.irfft(spectrum, axis=1)
    audio = (0.1 * audio / audio.std()).astype(np.float32)
    predicted, measured = predict_and_measure(audio, rate, word)
    assert predicted == pytest.approx(measured, abs=0.25)


def test_the_predicted_match_holds_on_music(data_dir):
    songs = sorted(path for path in data_dir.rglob("*.ogg"))[:4] or sorted(data_dir.rglob("*.wav"))[:4]
    if not songs:
        pytest.skip("no music in SEMEQ_DATA")
    errors = []
    for song in songs:
        audio, rate = soundfile.read(song, dtype="float32", always_2d=True, frames=12 * 48_000)
        for word in ("warm", "bright"):
            predicted, measured = predict_and_measure(np.ascontiguousarray(audio.T), rate, word, memory_s=30.0)
            errors.append(abs(predicted - measured))
    assert max(errors) <= 0.75
    assert np.median(errors) <= 0.3


def predict_and_measure(audio, rate, word, memory_s=3.0):
    params = WordSpace.open().params(word, None, 0.0, 1.0)
    follower = LevelFollower(rate, memory_s)
    size = follower._size
    for i in range(0, audio.shape[1] - size, size // 2):
        follower.hear(audio[:, i : i + size])
    engine = Engine(rate, audio.shape[0])
    engine.jump(params)
    return follower.match_db(params), match_gain_db(audio, engine.process(audio), rate)


def test_silence_asks_for_no_gain():
    follower = LevelFollower(RATE)
    follower.hear(np.zeros((2, follower._size), np.float32))
    assert follower.match_db(WordSpace.open().params("warm", None, 0.0, 1.0)) == 0.0


def test_quantiles_are_those_of_the_durations_to_a_microsecond(random):
    times = CallbackTimes(2667.0)
    assert times.report()["callback_us"] == {"p50": 0.0, "p99": 0.0, "p99.9": 0.0, "max": 0.0}
    durations = random.exponential(40.0, 5000)
    np.add.at(times.histogram, durations.astype(int), 1)
    times.counts[2] = int(1000 * durations.max())
    report = times.report()["callback_us"]
    for name, fraction in (("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)):
        assert report[name] == pytest.approx(np.quantile(durations, fraction, method="inverted_cdf"), abs=1.0)
    assert report["max"] == pytest.approx(durations.max(), abs=0.1)
    assert times.report()["callback_p99_share_of_block"] == pytest.approx(report["p99"] / 2667, abs=1e-4)


def test_durations_beyond_20_ms_are_told_as_the_longest():
    times = CallbackTimes(2667.0)
    times.histogram[[10, 20_000]] = 98, 2
    times.counts[2] = 123_456_000
    assert times.report()["callback_us"] == {"p50": 11.0, "p99": 123_456.0, "p99.9": 123_456.0, "max": 123_456.0}


def test_the_report_gives_every_count_its_name():
    times = CallbackTimes(1000.0)
    times.counts[:] = 1, 2, 3, 4, 5, 6, 7  # as in callback.hpp
    names = ("callbacks", "slow_callbacks", "late_targets", "lost_messages", "xruns")
    assert [times.report()[name] for name in names] == [1, 4, 5, 6, 7]
    assert (times.busy_ns, times.longest_ns) == (2, 3)
