"""The engine: its response, precision, smoothness, invariance to blocks, and what it survives."""

import itertools
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal.windows import kaiser

from semeq import eq

RATES = (44_100, 48_000, 96_000, 192_000)


def random_events(random, frames, count, output=True):
    at = np.sort(random.integers(0, frames + 1, count))
    params = eq.denormalise(random.random((count, 13)))
    return eq.Events(at, params, random.uniform(-6, 6, count) if output else np.zeros(count))


@pytest.mark.parametrize("rate", RATES)
def test_impulse_response_has_the_analytic_magnitude(random, rate):
    frames = 1 << 19
    impulse = np.zeros(frames)
    impulse[0] = 1
    freqs = np.fft.rfftfreq(frames, 1 / rate)
    audible = (freqs >= 20) & (freqs <= 20_000)
    for params in eq.denormalise(random.random((4, 13))):
        engine = eq.Engine(rate, 1)
        engine.jump(params)
        measured = 20 * np.log10(np.abs(np.fft.rfft(engine.process(impulse))))[audible]
        assert np.abs(measured - eq.magnitude_db(params, freqs[audible], rate)).max() < 1e-3


@pytest.mark.parametrize("rate", [44_100, 192_000])
def test_against_a_long_double_reference(random, rate):
    # 25 Hz, Q 10, -12 dB: poles so close to the unit circle that a float32 biquad is 63 dB (44 dB at 192 kHz) clean.
    params = eq.Setting(bell_1_gain_db=-12.0, bell_1_freq_hz=25.0, bell_1_q=10.0).to_array()
    audio = random.uniform(-0.5, 0.5, 20_000)
    wide = np.longdouble
    w = 2 * wide(np.pi) * wide(25) / wide(rate)
    # pi to long double precision: numpy's constant is a double.
    w = 2 * (wide(np.pi) + wide(1.2246467991473532e-16)) * wide(25) / wide(rate)
    amp, alpha = wide(10) ** (wide(-12) / 40), np.sin(w) / 20
    b = np.array([1 + alpha * amp, -2 * np.cos(w), 1 - alpha * amp]) / (1 + alpha / amp)
    a1, a2 = -2 * np.cos(w) / (1 + alpha / amp), (1 - alpha / amp) / (1 + alpha / amp)
    x1 = x2 = y1 = y2 = wide(0)
    reference = np.empty(len(audio), dtype=wide)
    for n, x in enumerate(audio.astype(wide)):
        y = b[0] * x + b[1] * x1 + b[2] * x2 - a1 * y1 - a2 * y2
        x1, x2, y1, y2 = x, x1, y, y1
        reference[n] = y
    engine = eq.Engine(rate, 1)
    engine.jump(params)
    error = engine.process(audio) - reference
    level = 10 * np.log10(float((error**2).mean() / (reference**2).mean()))
    assert level < -200  # double against long double
    engine.reset()
    error32 = engine.process(audio.astype(np.float32)) - reference
    assert 10 * np.log10(float((error32**2).mean() / (reference**2).mean())) < -140


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_output_does_not_depend_on_the_block_split(data):
    random = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    channels, frames = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 700))
    dtype = data.draw(st.sampled_from([np.float32, np.float64]))
    cuts = sorted(data.draw(st.lists(st.integers(0, frames), max_size=6)))
    audio = random.standard_normal((channels, frames)).astype(dtype)
    events = random_events(random, frames, data.draw(st.integers(0, 8)))

    def fresh():
        engine = eq.Engine(44_100, channels)
        engine.jump(eq.FLAT)
        return engine

    whole = fresh().process(audio, events=events)
    engine, parts, edges = fresh(), [], [0, *cuts, frames]
    for i, (start, stop) in enumerate(itertools.pairwise(edges)):
        last = i == len(edges) - 2
        inside = (events.at >= start) & ((events.at < stop) | last)
        block = eq.Events(events.at[inside] - start, events.params[inside], events.output_db[inside])
        parts.append(engine.process(np.ascontiguousarray(audio[:, start:stop]), events=block))
    assert np.concatenate(parts, axis=1).tobytes() == whole.tobytes()


@pytest.mark.parametrize("channels", [1, 2, 3, 6, 64])
def test_every_channel_is_filtered_as_if_alone(random, channels):
    audio = random.standard_normal((channels, 500)).astype(np.float32)
    events = random_events(random, 500, 5)
    together = eq.Engine(48_000, channels).process(audio, events=events)
    for c in range(channels):
        np.testing.assert_array_equal(eq.Engine(48_000, 1).process(audio[c], events=events), together[c])


def test_shapes_layouts_and_in_place_agree(random):
    params = eq.denormalise(random.random(13))
    audio = random.standard_normal((3, 800)).astype(np.float32)

    def run(block, **kwargs):
        engine = eq.Engine(44_100, 3)
        engine.jump(params)
        return engine.process(block, **kwargs)

    planar = run(audio)
    np.testing.assert_array_equal(run(np.ascontiguousarray(audio.T)).T, planar)
    np.testing.assert_array_equal(run(np.repeat(audio, 2, axis=1)[:, ::2]), planar)
    own = audio.copy()
    assert run(own, out=own) is own
    np.testing.assert_array_equal(own, planar)


def test_flat_returns_every_bit(random):
    audio = random.standard_normal((2, 1000)).astype(np.float32)
    audio[0, :8] = [0.0, -0.0, 1e-45, -1e-45, 3.4e38, -3.4e38, 1.0, -1.0]
    engine = eq.Engine(44_100, 2)
    engine.jump(eq.denormalise(random.random(13)) * np.where(np.isin(np.arange(13), eq.GAIN_INDEX), 0, 1))
    assert engine.process(audio).tobytes() == audio.tobytes()
    # Also after a ramp into flat has ended.
    engine.set_target(eq.denormalise(random.random(13)))
    engine.process(audio)
    engine.set_target(eq.FLAT)
    engine.process(audio)
    assert engine.process(audio).tobytes() == audio.tobytes()


def sweep_events(rate, hop=64):
    """1 kHz bell and 4 kHz shelf, 0 to 12 dB in .2 s while the bell goes to 2 kHz (FINDINGS, engine)."""
    at = np.arange(0, rate, hop)
    part = np.minimum((at + hop) / (0.2 * rate), 1.0)
    params = np.tile(eq.FLAT, (len(at), 1))
    params[:, 5], params[:, 6], params[:, 7] = 12 * part, 1000 * (1 + part), 1.0
    params[:, 11], params[:, 12] = 12 * part, 4000.0
    return eq.Events(at, params, np.zeros(len(at)))


def test_a_sweep_leaves_a_low_sine_clean():
    rate = 44_100
    sine = 0.25 * np.sin(2 * np.pi * 200 * np.arange(rate) / rate)
    out = eq.Engine(rate, 1).process(sine, events=sweep_events(rate))
    power = np.abs(np.fft.rfft(out * np.hanning(rate))) ** 2
    stray = power[np.fft.rfftfreq(rate, 1 / rate) > 1500].sum() / power.sum()
    assert 10 * np.log10(stray) < -115


def test_a_sudden_target_makes_no_click():
    # A jump of the target from -12 to +12 dB: the ramp spreads it, so nothing appears far above a 200 Hz sine.
    rate = 48_000
    sine = 0.25 * np.sin(2 * np.pi * 200 * np.arange(rate) / rate)
    low, high = (eq.Setting(bell_1_gain_db=g, bell_1_freq_hz=200.0).to_array() for g in (-12.0, 12.0))
    engine = eq.Engine(rate, 1, ramp_frames=2048)
    engine.jump(low)
    out = engine.process(sine, events=eq.Events(np.array([rate // 2]), high[None], np.zeros(1)))
    power = np.abs(np.fft.rfft(out * kaiser(rate, 20))) ** 2
    stray = power[np.fft.rfftfreq(rate, 1 / rate) > 5000].sum() / power.sum()
    assert 10 * np.log10(stray) < -110


@given(st.integers(0, 2**32))
@settings(max_examples=30, deadline=None)
def test_random_targets_at_any_speed_stay_bounded(seed):
    random = np.random.default_rng(seed)
    frames = 20_000
    params = eq.denormalise(random.random((frames // 7, 13)))
    params[:, eq.FREQ_INDEX] = random.choice([20.0, 100.0, 5000.0, 20_000.0], (len(params), 5))
    events = eq.Events(np.arange(len(params)) * 7, params, np.zeros(len(params)))
    out = eq.Engine(44_100, 1, ramp_frames=int(random.integers(1, 64))).process(
        random.uniform(-1, 1, frames), events=events
    )
    # Five bands of +12 dB at most, and their transients: a direct form reaches 1e4 to 1e13 here.
    assert np.abs(out).max() < 10 ** (5 * 12 / 20) * 2


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 3e38, -2e12])
def test_a_bad_sample_counts_as_silence(random, dtype, bad):
    params = eq.denormalise(random.random(13))
    audio = random.standard_normal((2, 900)).astype(dtype)
    broken, muted = audio.copy(), audio.copy()
    broken[0, 200:230], muted[0, 200:230] = bad, 0
    outputs = []
    for block in (broken, muted):
        engine = eq.Engine(44_100, 2)
        engine.jump(params)
        outputs.append(engine.process(block))
    np.testing.assert_array_equal(*outputs)


def test_the_loudest_samples_stay_within_float32(random):
    engine = eq.Engine(44_100, 1)
    engine.jump(
        np.where(
            np.isin(np.arange(13), eq.GAIN_INDEX), 24.0, np.where(np.isin(np.arange(13), eq.Q_INDEX), 10.0, 1000.0)
        )
    )
    loud = (random.choice([-1, 1], 4096) * 0.99e12).astype(np.float32)
    assert np.isfinite(engine.process(loud)).all()


def test_silence_becomes_exact_zero_without_denormals(random):
    engine = eq.Engine(44_100, 2)
    engine.jump(eq.Setting(bell_1_gain_db=12.0, bell_1_freq_hz=20.0, bell_1_q=10.0).to_array())
    engine.process(random.uniform(-1, 1, (2, 4096)))
    tail = engine.process(np.zeros((2, 44_100 * 60)))
    assert not tail[:, -1000:].any()
    quiet = np.abs(tail[tail != 0])
    assert quiet.min() > 1e-200


def test_a_target_that_is_not_finite_is_refused_or_ignored(random):
    engine = eq.Engine(44_100, 1)
    with pytest.raises(eq.SettingError, match="finite"):
        engine.set_target(np.full(13, np.nan))
    audio = random.standard_normal(300)
    bad = eq.Events(np.array([10]), np.full((1, 13), np.inf), np.zeros(1))
    assert engine.process(audio, events=bad).tobytes() == audio.tobytes()


def test_output_gain_is_exact_decibels(random):
    engine = eq.Engine(44_100, 1)
    engine.jump(eq.FLAT, output_db=-6.0)
    audio = random.standard_normal(100)
    np.testing.assert_allclose(engine.process(audio), audio * 10 ** (-6 / 20), rtol=1e-14)


def test_reset_starts_the_same_stream_again(random):
    engine = eq.Engine(44_100, 2)
    engine.jump(eq.denormalise(random.random(13)))
    audio = random.standard_normal((2, 333))
    first = engine.process(audio)
    engine.reset()
    assert engine.frame == 0
    np.testing.assert_array_equal(engine.process(audio), first)


@pytest.mark.parametrize(
    ("audio", "error", "says"),
    [
        (np.zeros((2, 10), np.int16), TypeError, "int16"),
        ([0.0, 1.0], TypeError, "list"),
        (np.zeros((3, 10)), ValueError, "no axis of 2 channels"),
        (np.zeros((2, 3, 4)), ValueError, "one or two axes"),
    ],
)
def test_wrong_audio_is_named(audio, error, says):
    with pytest.raises(error, match=says):
        eq.Engine(44_100, 2).process(audio)


@pytest.mark.parametrize("events", [[5, 3], [-1], [101]])
def test_events_outside_the_block_are_refused(events):
    at = np.array(events)
    with pytest.raises(ValueError, match="ascend inside the block"):
        eq.Engine(44_100, 1).process(
            np.zeros(100), events=eq.Events(at, np.tile(eq.FLAT, (len(at), 1)), np.zeros(len(at)))
        )


@pytest.mark.parametrize("arguments", [(0, 1), (float("nan"), 1), (44_100, 0), (44_100, 65), (44_100, 1, 0)])
def test_impossible_engines_are_refused(arguments):
    with pytest.raises(ValueError):
        eq.Engine(*arguments)


def test_the_gil_is_free_while_audio_is_processed():
    engine, audio = eq.Engine(44_100, 2), np.zeros((2, 8_000_000), np.float32)
    engine.jump(eq.Setting(low_shelf_gain_db=3.0).to_array())
    worker = threading.Thread(target=engine.process, args=(audio,))
    worker.start()
    ticks = 0
    while worker.is_alive():
        time.sleep(0.001)
        ticks += 1
    # With the GIL held for the whole call this loop would wake once, after it.
    assert ticks > 10


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_channel_alone_has_the_bits_of_one_beside_another(random, dtype):
    """One channel is computed band beside band, two are computed channel beside channel: the same numbers."""
    audio = random.normal(0, 0.3, (3, 3000)).astype(dtype)
    asked = random_events(random, 2999, 8)

    def rendered(planes: np.ndarray, cuts: np.ndarray) -> np.ndarray:
        engine, parts = eq.Engine(48_000, len(planes)), []
        for start, end in itertools.pairwise([0, *cuts, planes.shape[1]]):
            inside = (asked.at >= start) & (asked.at < end)
            events = eq.Events(asked.at[inside] - start, asked.params[inside], asked.output_db[inside])
            parts.append(engine.process(np.ascontiguousarray(planes[:, start:end]), events=events))
        return np.concatenate(parts, axis=1)

    pair = rendered(audio[:2], np.array([], int))
    for _ in range(6):
        cuts = np.sort(random.choice(np.arange(1, 3000), 200, replace=False))  # many runs shorter than five samples
        np.testing.assert_array_equal(rendered(audio[:1], cuts)[0], pair[0])
        three = rendered(audio, cuts)
        np.testing.assert_array_equal(three[:2], pair)
        np.testing.assert_array_equal(three[2], rendered(audio[2:], np.array([], int))[0])
