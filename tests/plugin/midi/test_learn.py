"""Learning: each kind of knob, turned as people turn it, is told from the others."""

from __future__ import annotations

import pytest

from semeq.plugin.midi import Learner, MapError, parse_mapping

SWEEP = list(range(20, 110, 3))


def learnt(*messages: tuple[int, ...]) -> Learner:
    learner = Learner()
    for message in messages:
        learner.feed(message)
    return learner


@pytest.mark.parametrize(
    ("messages", "control", "mapping"),
    [
        ([(0xB1, 21, v) for v in SWEEP], "morph", "ch2:21=morph"),
        (
            [m for v in range(0, 9000, 300) for m in ((0xB0, 1, v >> 7), (0xB0, 33, v & 127))],
            "morph",
            "ch1:cc1+33=morph",
        ),
        (
            [m for v in SWEEP for m in ((0xB0, 99, 2), (0xB0, 98, 44), (0xB0, 6, v), (0xB0, 38, 5))],
            "intensity",
            "ch1:nrpn300=intensity",
        ),
        ([(0xB0, 99, 2), (0xB0, 98, 44), *((0xB0, 6, v) for v in SWEEP)], "intensity", "ch1:nrpn300=intensity"),
        ([(0xB0, 16, v) for v in [1, 1, 2, 1, 3, 1, 1, 127, 126, 1, 2, 1, 1]], "morph", "ch1:16=morph:twos-complement"),
        ([(0xB0, 16, 1)] * 14, "morph", "ch1:16=morph:twos-complement"),
        (
            [(0xB0, 16, v) for v in [65, 65, 66, 65, 63, 62, 65, 65, 65, 67, 65, 65, 63]],
            "morph",
            "ch1:16=morph:offset-64",
        ),
        ([(0xB0, 48, 127), (0xB0, 48, 0)], "bypass", "ch1:48=bypass"),
        ([(0x9A, 8, 127)], "bypass", "ch11:note8=bypass"),
        ([(0xC3, 5)], "semantic", "ch4:pc=semantic{warm,airy}"),
    ],
)
def test_a_knob_is_recognised(messages, control, mapping):
    learner = learnt(*messages)
    assert learner.enough
    words = ("warm", "airy") if control == "semantic" else ()
    assert learner.mapping(control, words) == parse_mapping(mapping)


def test_the_knob_that_moves_most_wins_over_a_nudged_one():
    assert learnt((0xB0, 7, 3), *((0xB0, 21, v) for v in SWEEP), (0xB0, 7, 4)).mapping("morph") == parse_mapping(
        "ch1:21=morph"
    )


def test_silence_and_a_single_nudge_are_not_enough():
    assert not Learner().enough
    assert not learnt((0xB0, 21, 64), (0xF8,), (0xB0, 123, 0)).enough
    with pytest.raises(MapError, match="no knob moved"):
        Learner().mapping("morph")


def test_knobs_that_are_taken_are_not_heard():
    learner = Learner([parse_mapping("ch1:21=morph").source, parse_mapping("ch1:cc1+33=intensity").source])
    for value in SWEEP:
        for number in (21, 1, 33):
            learner.feed((0xB0, number, value))
    assert learner.source is None
    learner.feed((0x90, 60, 1))
    assert learner.mapping("bypass") == parse_mapping("ch1:note60=bypass")
