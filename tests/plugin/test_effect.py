"""`SemanticEQ`: inside and outside pedalboard's chains, and as a Python object."""

import copy
import pickle

import numpy as np
import pytest
from pedalboard import Compressor, Gain, Limiter, Pedalboard

from semeq import eq
from semeq.plugin import ControlError, SemanticEQ, UnknownWordError

RATE = 44_100


@pytest.fixture
def music(random):
    noise = random.standard_normal((2, RATE)).astype(np.float32)
    return noise / np.abs(noise).max() * np.float32(0.25)


def response_db(process, rate=RATE, frames=1 << 16):
    impulse = np.zeros((1, frames), np.float32)
    impulse[0, 0] = 0.5
    freqs = np.fft.rfftfreq(frames, 1 / rate)
    audible = (freqs >= 40) & (freqs <= 20_000)
    return freqs[audible], 20 * np.log10(np.abs(np.fft.rfft(process(impulse)[0].astype(np.float64) / 0.5))[audible])


def test_it_is_a_pedalboard_and_keeps_its_identity_in_a_native_chain(music):
    effect = SemanticEQ("warm")
    board = Pedalboard([Compressor(), effect, Limiter()])
    assert board[1] is effect
    assert board(music, RATE).shape == music.shape
    board[1].morph = 0.0
    assert isinstance(board[1], SemanticEQ)


@pytest.mark.parametrize("rate", [44_100, 96_000])
def test_native_chain_and_engine_have_the_same_response(rate):
    effect = SemanticEQ("warm", to="bright", morph=0.4, intensity=1.3, output_db=-3)
    freqs, inside = response_db(lambda x: Pedalboard([effect])(x, rate), rate)
    _, direct = response_db(lambda x: effect(x, rate), rate)
    # pedalboard's filters are direct forms in float32: with a shelf at 30 Hz they are .07 dB off at 40 Hz and 96 kHz.
    heard = freqs >= 55
    np.testing.assert_allclose(inside[heard], direct[heard], atol=0.05)
    np.testing.assert_allclose(inside, direct, atol=0.15)
    np.testing.assert_allclose(direct, eq.magnitude_db(effect.params, freqs, rate) - 3, atol=1e-3)


def test_changes_reach_the_native_chain():
    effect = SemanticEQ("warm")
    board = Pedalboard([effect])
    for change in ({"semantic": "bright"}, {"intensity": 0.5}, {"output_db": 6.0}, {"bypass": True}):
        for name, value in change.items():
            setattr(effect, name, value)
        freqs, measured = response_db(lambda x: board(x, RATE))
        wanted = eq.magnitude_db(effect.params, freqs) + (0 if effect.bypass else effect.output_db)
        np.testing.assert_allclose(measured, wanted, atol=0.05)


@pytest.mark.parametrize("shape", [(1000,), (1, 1000), (2, 1000), (1000, 2), (6, 1000)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_intensity_zero_returns_the_input_bit_for_bit(random, shape, dtype):
    audio = random.standard_normal(shape).astype(dtype)
    out = SemanticEQ("bright", intensity=0.0)(audio, RATE)
    assert out.dtype == dtype
    assert out.tobytes() == audio.tobytes()


def test_bypass_returns_the_input_whatever_else_is_set(music):
    assert SemanticEQ("bright", output_db=6, bypass=True, level_match=True)(music, RATE).tobytes() == music.tobytes()


def test_a_stream_in_blocks_equals_one_call(music):
    effect = SemanticEQ("warm", to="bright", morph=0.5)
    whole = effect(music, RATE)
    parts = [effect.process(music[:, i : i + 700], RATE, reset=i == 0) for i in range(0, music.shape[1], 700)]
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), whole)


def test_reset_makes_calls_independent(music):
    effect = SemanticEQ("warm")
    first = effect(music, RATE)
    np.testing.assert_array_equal(effect(music, RATE), first)
    continued = effect(music, RATE, reset=False)
    assert not np.array_equal(continued, first)


def test_the_end_of_automation_is_where_the_controls_stand(music):
    effect = SemanticEQ("warm", to="bright")
    out = effect(music, RATE, automation={"morph": [(0.0, 0.0), (0.5, 0.75)], "intensity": np.linspace(1, 1.5, 10)})
    assert out.shape == music.shape
    assert effect.morph == pytest.approx(0.75)
    assert effect.intensity == pytest.approx(1.5)


def test_level_match_keeps_the_loudness(music):
    import pyloudnorm

    meter = pyloudnorm.Meter(RATE)
    before = meter.integrated_loudness(music.T)
    for word in ("warm", "bright", "thin"):
        plain = meter.integrated_loudness(SemanticEQ(word, intensity=2)(music, RATE).T)
        matched = meter.integrated_loudness(SemanticEQ(word, intensity=2, level_match=True)(music, RATE).T)
        assert matched == pytest.approx(before, abs=0.05)
        assert abs(plain - before) > 0.1


def test_silence_stays_silence_with_level_match():
    silence = np.zeros((2, RATE), np.float32)
    assert not SemanticEQ("warm", level_match=True)(silence, RATE).any()


def test_pickle_copy_compare_and_repr(music):
    effect = SemanticEQ("warm", to="bright", morph=0.3, intensity=1.2, output_db=-1)
    for twin in (pickle.loads(pickle.dumps(effect)), copy.copy(effect), copy.deepcopy(effect)):
        assert twin == effect
        np.testing.assert_array_equal(twin(music, RATE), effect(music, RATE))
    twin.morph = 0.31
    assert twin != effect
    assert effect != Gain()
    assert eval(repr(effect), {"SemanticEQ": SemanticEQ}) == effect


def test_a_refused_change_changes_nothing():
    effect = SemanticEQ("warm", to="bright", morph=0.3)
    before = effect.controls
    with pytest.raises(ControlError, match="morph is 2"):
        effect.morph = 2
    with pytest.raises(UnknownWordError, match="bright"):
        effect.semantic = "brigt"
    assert effect.controls == before


def test_a_nan_block_does_not_poison_the_next(music):
    effect, clean = SemanticEQ("warm"), SemanticEQ("warm")
    bad = np.full((2, 512), np.nan, np.float32)
    assert np.isfinite(effect.process(bad, RATE)).all()
    clean.process(np.zeros_like(bad), RATE)
    np.testing.assert_array_equal(effect.process(music, RATE, reset=False), clean.process(music, RATE, reset=False))


def test_real_stems_keep_shape_and_stay_finite(data_dir):
    import soundfile

    stems = sorted((data_dir / "stems" / "mdn-funk").glob("*.flac"))
    if not stems:
        pytest.skip(f"there is no stem in {data_dir / 'stems' / 'mdn-funk'}")
    for path in stems:
        audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
        out = SemanticEQ("warm", to="bright")(audio, rate, automation={"morph": [(0, 0.0), (10, 1.0)]})
        assert out.shape == audio.shape
        assert np.isfinite(out).all()
        assert not np.array_equal(out, audio)
