"""What knobs and requests do to a live stream, without an audio system."""

import copy
import dataclasses

import numpy as np
import pytest

from semeq.eq import Engine
from semeq.plugin import Controls, UnknownWordError, WordSpace
from semeq.plugin.live import LiveProcessor, NoAdaptation, TooManyPairs, open_adaptation
from semeq.plugin.live.audio.native_stream import NativeStream
from semeq.plugin.live.workers import Listener
from semeq.plugin.midi import Change, Mapping, MidiMap, Source, read_maps

from .playing import BLOCK, RATE, cc, noise, play

START = Controls("warm", to="bright")


@pytest.fixture(scope="module")
def space():
    return WordSpace.open()


def start(space, maps=("21=morph",), controls=START, channels=2, record=False):
    live = LiveProcessor(space, controls, read_maps(maps), RATE, channels, BLOCK, record)
    return live, NativeStream(live, BLOCK)


@pytest.mark.parametrize("words", [("warm", "bright"), ("deep", "tinny"), ("boomy", "airy")])
@pytest.mark.parametrize("seconds", [0.2, 1.0, 5.0])
@pytest.mark.parametrize("at_block_starts", [False, True])
def test_127_steps_of_a_knob_are_one_movement(space, words, seconds, at_block_starts):
    """The sweep measure: a 200 Hz tone, and the energy above 1.5 kHz that only the movement can have made."""
    _, stream = start(space, controls=Controls(words[0], to=words[1]), channels=1)
    frames = int((seconds + 1.0) * RATE)
    tone = (0.25 * np.sin(2 * np.pi * 200 * np.arange(frames) / RATE)).astype(np.float32)[None]
    at = [int((0.5 + seconds * k / 127) * RATE) for k in range(128)]
    messages = [(f // 128 * 128 if at_block_starts else f, cc(k)) for k, f in enumerate(at)]
    out = play(stream, tone, messages)[0, int(0.3 * RATE) :].astype(float)
    power = np.abs(np.fft.rfft(out * np.kaiser(len(out), 30))) ** 2
    freqs = np.fft.rfftfreq(len(out), 1 / RATE)
    assert 10 * np.log10(power[freqs > 1500].sum() / power.sum()) <= -100.0


def test_requests_take_effect_with_the_next_block_before_its_messages(space):
    live, stream = start(space, record=True)
    audio = noise(512)
    play(stream, audio[:, :128])
    live.request(Change("morph", 0.5, 0.0))
    live.request(cc(127, 99))  # not mapped, but part of what was played
    play(stream, audio[:, 128:256], [(3, cc(127))])
    assert live.performer.values["morph"] == 1.0
    assert [(frame, what) for frame, what in live.taken] == [
        (128 + BLOCK, Change("morph", 0.5, 0.0)),
        (128 + BLOCK, cc(127, 99)),
        (131 + BLOCK, cc(127)),
    ]


def test_every_word_a_knob_can_ask_for_is_prepared(space):
    live, stream = start(space, ("pc=semantic{warm,airy}", "24=to{thin,bright,deep}"))
    assert len(live.morphs) == 2 * 3
    play(stream, noise(256), [(0, bytes((0xC0, 1))), (1, cc(0, 24)), (2, cc(127, 24))])
    assert (live.performer.values["semantic"], live.performer.values["to"]) == ("airy", "deep")


def test_unknown_words_and_too_many_pairs_are_refused_before_it_starts(space):
    with pytest.raises(UnknownWordError):
        start(space, ("pc=semantic{warm,brihgt}",))
    names = space.vocabulary.names
    many = tuple(names[i % len(names)] for i in range(21))
    both = [Mapping(Source("cc", n), c, words=many) for n, c in ((1, "semantic"), (2, "to"))]
    if len(set(many)) >= 20:
        with pytest.raises(TooManyPairs):
            LiveProcessor(space, START, MidiMap(tuple(both)), RATE, 2, 128)


class HalfStrength:
    """An adaptation that finds half of everything enough, once it has heard something."""

    def __init__(self):
        self.frames = 0

    def hear(self, audio, sample_rate_hz):
        assert sample_rate_hz == RATE
        self.frames += audio.shape[1]

    def amount(self, params):
        assert params.shape == (13,)
        return 0.5


def test_an_adaptation_scales_the_words_while_adaptive_is_on(space):
    live, stream = start(space, ("20=adaptive:follow",))
    adaptation = HalfStrength()
    listener = Listener(live, adaptation)
    play(stream, noise(4096))
    listener.listen_once()
    play(stream, noise(128))
    assert np.array_equal(live.target, space.params("warm", "bright", 0.0, 1.0))
    play(stream, noise(128), [(0, cc(127, 20))])
    for _ in range(100):
        listener.listen_once()
        play(stream, noise(2400))
    assert live.target == pytest.approx(space.params("warm", "bright", 0.0, 0.5), abs=0.02)
    assert adaptation.frames >= 4096
    play(stream, noise(128), [(0, cc(0, 20))])
    assert np.array_equal(live.target, space.params("warm", "bright", 0.0, 1.0))


def test_the_encoder_asks_for_less_warmth_where_the_music_is_warm(space, random):
    adaptation = open_adaptation(space)
    params = space.params("warm", None, 0.0, 1.0)
    assert adaptation.amount(params) == 1.0  # nothing heard yet
    spectrum = np.fft.rfft(random.standard_normal((2, 8 * RATE)))
    spectrum /= np.maximum(np.arange(spectrum.shape[1]), 320) ** 1.2  # darker than music: some warmth is there
    noise = (0.1 * np.fft.irfft(spectrum)).astype(np.float32)
    noise *= np.float32(0.1 / noise.std())
    amounts = []
    for word in (None, "warm"):
        engine = Engine(RATE, 2)
        if word:
            engine.jump(params)
        adaptation = open_adaptation(space)
        adaptation.hear(engine.process(noise), RATE)
        amounts.append(adaptation.amount(params))
        adaptation.hear(np.zeros((2, 9 * RATE), np.float32), RATE)
        assert adaptation.amount(params) == amounts[-1]  # silence teaches nothing
    assert amounts[1] < amounts[0] - 0.2


def test_a_model_without_an_audio_encoder_cannot_adapt(space):
    deaf = WordSpace(copy.copy(space.decoder))
    deaf.decoder.bundle = dataclasses.replace(space.decoder.bundle, audio_encoder_path=None)
    with pytest.raises(NoAdaptation, match=r"adaptive mode is not available: the model .* has no audio encoder"):
        open_adaptation(deaf)
