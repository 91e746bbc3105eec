"""The effect among pedalboard's own plugins: shapes, layouts, threads, neutrality, a list that is closed."""

import copy
import threading

import numpy as np
import pytest
from pedalboard import Gain, Invert, LowShelfFilter, Pedalboard

from semeq.plugin import SemanticEQ

RATE = 44_100
DTYPES = [np.float32, np.float64]


def noise(*shape, dtype=np.float32, seed=0):
    return np.random.default_rng(seed).uniform(-0.5, 0.5, shape).astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(0,), (0, 1), (1, 0), (2, 0), (0, 2), (6, 0), (1, 1), (3, 2), (2, 3)])
@pytest.mark.parametrize("options", [{}, {"adaptive": True}, {"level_match": True}, {"intensity": 0.0}])
def test_arrays_of_any_shape_come_back_as_they_are(shape, dtype, options):
    eq = SemanticEQ("warm", **options)
    for reset in (True, False):
        out = eq(np.ones(shape, dtype), RATE, reset=reset)
        assert (out.shape, out.dtype) == (shape, dtype)
    assert Gain(1)(np.ones(shape, np.float32), RATE).shape == shape


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(0, 0), (2, 2), (64, 64)])
def test_a_first_block_that_does_not_tell_its_channels_is_refused_as_pedalboard_does(shape, dtype):
    for plugin in (SemanticEQ("warm"), LowShelfFilter()):
        with pytest.raises(RuntimeError, match="shape"):
            plugin(np.ones(shape, dtype), RATE)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("first", [(100, 2), (2, 100), (0, 2), (2, 0)])
@pytest.mark.parametrize("reset", [True, False])
def test_a_square_block_is_read_as_the_one_before(first, dtype, reset):
    eq, before, square = SemanticEQ("bright"), noise(*first, dtype=dtype), noise(2, 2, dtype=dtype, seed=1)
    planar = first[0] == 2
    eq(before, RATE)
    got = eq(square, RATE, reset=reset)
    reference, turned = SemanticEQ("bright"), before if planar else before.T
    reference(np.zeros((2, 3), dtype), RATE)  # tells it that planes come
    reference.reset()
    if turned.size and not reset:
        reference(np.ascontiguousarray(turned), RATE)
    wanted = reference(np.ascontiguousarray(square if planar else square.T), RATE, reset=False)
    np.testing.assert_array_equal(got if planar else got.T, wanted)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("channels", [2, 3, 5])
@pytest.mark.parametrize("block", [1, 2, 3, 5, 64])
def test_an_interleaved_stream_in_blocks_is_the_same_as_in_one_piece(dtype, channels, block):
    """Square blocks and blocks of fewer frames than channels too."""
    audio = noise(block * 7 + channels, channels, dtype=dtype)
    audio = np.concatenate([noise(64, channels, dtype=dtype, seed=2), audio])
    whole = SemanticEQ("warm")(audio, RATE)
    eq = SemanticEQ("warm")
    parts = [eq(audio[:64], RATE)]
    parts += [eq(audio[at : at + block], RATE, reset=False) for at in range(64, len(audio), block)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    np.testing.assert_array_equal(SemanticEQ("warm")(np.ascontiguousarray(audio.T), RATE).T, whole)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("layout", ["planes", "frames", "mono"])
@pytest.mark.parametrize("count", [2, 8])
def test_one_instance_in_several_threads_gives_right_audio(dtype, layout, count):
    eq = SemanticEQ("warm", to="bright", morph=0.3)
    shapes = {"planes": (2, 30_000), "frames": (30_000, 2), "mono": (30_000,)}
    inputs = [noise(*shapes[layout], dtype=dtype, seed=seed) for seed in range(count)]
    wanted = [SemanticEQ("warm", to="bright", morph=0.3)(audio, RATE) for audio in inputs]
    wrong: list[int] = []
    ready = threading.Barrier(count)

    def work(number):
        ready.wait()
        for _ in range(5):
            if not np.array_equal(eq(inputs[number], RATE), wanted[number]):
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_threads_may_differ_in_rate_channels_and_automation():
    eq = SemanticEQ("warm", to="bright")
    calls = [
        ((noise(2, 20_000),), 44_100, {}),
        ((noise(5, 9_000),), 96_000, {}),
        ((noise(20_000),), 48_000, {"automation": {"morph": [(0.0, 0.0), (0.2, 0.0)]}}),
    ]
    wanted = [SemanticEQ("warm", to="bright")(*audio, rate, **more) for audio, rate, more in calls]
    wrong = []

    def work(number):
        audio, rate, more = calls[number]
        for _ in range(10):
            if not np.array_equal(eq(*audio, rate, **more), wanted[number]):
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize("options", [{"intensity": 0.0}, {"bypass": True}, {"bypass": True, "output_db": 6.0}])
@pytest.mark.parametrize("channels", [1, 2])
def test_what_does_nothing_is_exactly_neutral_inside_a_board(options, channels):
    audio = noise(channels, 50_000)
    board = Pedalboard([SemanticEQ("warm", **options)])
    np.testing.assert_array_equal(board(audio, RATE), audio)
    np.testing.assert_array_equal(Pedalboard([Invert(), board[0], Invert()])(audio, RATE), audio)


def test_the_native_filters_come_back_with_the_intensity():
    audio, eq = noise(2, 20_000), SemanticEQ("warm")
    board = Pedalboard([eq])
    wanted = board(audio, RATE)
    for _ in range(3):
        eq.intensity = 0.0
        np.testing.assert_array_equal(board(audio, RATE), audio)
        eq.intensity = 1.0
        np.testing.assert_array_equal(board(audio, RATE), wanted)
    np.testing.assert_allclose(wanted, eq(audio, RATE), atol=1e-3)  # float32 at low frequencies


@pytest.mark.parametrize(
    "change",
    [
        lambda eq: eq.append(Gain(6)),
        lambda eq: eq.insert(0, Gain(6)),
        lambda eq: eq.remove(eq[0]),
        lambda eq: eq.__setitem__(0, Gain(6)),
        lambda eq: eq.__delitem__(0),
        lambda eq: setattr(eq[0], "gain_db", 6.0),
        lambda eq: setattr(eq[1], "cutoff_frequency_hz", 100.0),
        lambda eq: setattr(eq[-1], "gain_db", 6.0),
    ],
)
def test_a_change_that_only_a_board_would_play_is_refused(change):
    eq, audio = SemanticEQ("warm"), noise(2, 5000)
    direct, native = eq(audio, RATE), Pedalboard([eq])(audio, RATE)
    with pytest.raises((TypeError, AttributeError), match="follow"):
        change(eq)
    np.testing.assert_array_equal(eq(audio, RATE), direct)
    np.testing.assert_array_equal(Pedalboard([eq])(audio, RATE), native)


def test_copies_are_instances_of_their_own():
    eq, audio = SemanticEQ("warm"), noise(2, 5000)
    twin = copy.deepcopy(eq)
    twin.intensity = 0.0
    np.testing.assert_array_equal(twin(audio, RATE), audio)
    assert not np.array_equal(eq(audio, RATE), audio)
