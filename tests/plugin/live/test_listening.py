"""Meters, level matching against BS.1770, the tap, and the timing figures."""

import numpy as np
import pytest
import soundfile

from semeq.eq import Engine
from semeq.files.loudness import match_gain_db
from semeq.plugin import WordSpace
from semeq.plugin.live.levels import LevelFollower, peak_dbfs
from semeq.plugin.live.tap import Tap
from semeq.plugin.live.timing import CallbackTimes

RATE = 44_100


@pytest.mark.parametrize("block", [1, 33, 128, 1000])
def test_the_tap_gives_back_what_went_through_in_order(block, random):
    tap = Tap(2, 8192)
    audio = random.standard_normal((2, 20_000)).astype(np.float32)
    position, heard = 0, []
    for i in range(0, 20_000, block):
        part = audio[:, i : i + block]
        tap.write(part, -part)
        if i % 3 == 0:
            new, position = tap.since(position, 0)
            heard.append(new)
    new, position = tap.since(position, 0)
    assert np.array_equal(np.hstack([*heard, new]), audio)
    assert np.array_equal(tap.last(500, 1), -audio[:, -500:])


def test_a_late_reader_gets_the_newest_half_of_the_ring(random):
    tap = Tap(1, 1024)
    audio = random.standard_normal((1, 5000)).astype(np.float32)
    for i in range(0, 5000, 100):
        tap.write(audio[:, i : i + 100], audio[:, i : i + 100])
    new, position = tap.since(0, 0)
    assert position == 5000
    assert np.array_equal(new, audio[:, -512:])


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
    durations = random.exponential(40.0, 5000)
    for duration in durations:
        times.called(0, int(duration * 1000), int(duration * 500), 10.0)
    report = times.report()["callback_us"]
    for name, fraction in (("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)):
        assert report[name] == pytest.approx(np.quantile(durations, fraction, method="inverted_cdf"), abs=1.0)
    assert report["max"] == pytest.approx(durations.max(), abs=0.1)


def test_an_xrun_is_ours_only_after_a_callback_longer_than_its_block():
    import time

    times = CallbackTimes(1000.0)
    now = time.perf_counter_ns()
    times.called(now - 900_000, now, 0, 200.0)  # called late, done late, but short of a block: not the cause
    times.xrun()
    assert (times.xruns, times.xruns_ours, times.late, times.slow) == (1, 0, 1, 0)
    times.called(now - 1_100_000, now, 0, 0.0)
    times.xrun()
    assert (times.xruns, times.xruns_ours, times.slow) == (2, 1, 1)
    times.called(now - 1_100_000, now, 0, 0.0, 0)
    assert (times.slow, times.put_aside) == (2, 1)
    times = CallbackTimes(1000.0)
    times.called(now - 1_100_000, now, 300_000, 0.0, 0)  # another program took its processor
    times.xrun()
    assert times.xruns_ours == 0
    times.called(now - 1_100_000, now, 300_000, 0.0, 1)  # it waited, too
    times.xrun()
    assert times.xruns_ours == 1
    assert (times.put_aside, times.waited, times.computed) == (1, 1, 0)
    times = CallbackTimes(1000.0)
    times.called(now - 1_100_000, now, 1_050_000, 0.0, 0)  # it computed that long
    times.xrun()
    assert (times.xruns_ours, times.computed) == (1, 1)
    times = CallbackTimes(1000.0)
    times.called(now - 60_000_000, now - 50_000_000, 0, None)  # long ago
    times.xrun()
    assert times.xruns_ours == 0


def test_an_xrun_while_the_host_took_time_away_is_stolen_unless_something_was_waited_for(monkeypatch):
    import time

    from semeq.plugin.live import timing

    ticks = [100]
    monkeypatch.setattr(timing, "stolen_ticks", lambda: ticks[0])
    times = CallbackTimes(1000.0)

    def slow(cpu_ns, waits):
        now = time.perf_counter_ns()
        times.called(now - 1_500_000, now, cpu_ns, 0.0, waits)
        times.xrun()

    slow(1_400_000, 0)  # computed, and nothing was stolen
    assert (times.xruns_ours, times.xruns_stolen) == (1, 0)
    ticks[0] += 1
    slow(1_400_000, 0)
    assert (times.xruns_ours, times.xruns_stolen) == (1, 1)
    slow(300_000, 1)  # waited: stolen or not, that is ours
    assert (times.xruns_ours, times.xruns_stolen) == (2, 1)
    times.look()
    slow(1_400_000, 0)  # what was stolen before the last look does not count
    assert (times.xruns_ours, times.xruns_stolen) == (3, 1)


def test_stolen_time_only_grows():
    from semeq.plugin.live.timing import stolen_ticks

    first = stolen_ticks()
    assert 0 <= first <= stolen_ticks()
