"""What a knob does to a control: ranges, takeover, encoders, words, switches; nothing it sends can break it."""

from __future__ import annotations

import itertools
import random as std_random

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semeq.plugin import CONTROLS, Controls
from semeq.plugin.controls import check_control
from semeq.plugin.midi import Translator, read_maps
from semeq.plugin.midi.stream import StreamSplitter

START = Controls("warm", to="bright")
EVERYTHING = (
    "21=morph",
    "ch2:22=intensity[1.5..0.25]:exponential",
    "cc1+33=output_db[-6..6]:pickup",
    "nrpn300=output_db:s",
    "70=morph[.2..0.9]:twos-complement:step0.3",
    "71=intensity:offset-64",
    "pc=semantic{warm,bright,airy}",
    "24=to{warm,bright,airy}",
    "25=to{airy,thin}:offset-64",
    "note60=bypass",
    "note61=semantic{deep,thin}",
    "26=bypass:follow",
    "27=level_match",
    "28=adaptive:follow",
)


def cc(number: int, value: int, channel: int = 0) -> bytes:
    return bytes((0xB0 | channel, number, value))


def turned(mapping: str, *messages: bytes, controls: Controls = START) -> list:
    translator = Translator(read_maps([mapping]), controls)
    return [change.value for message in messages for change in translator.feed(message)]


def test_a_knob_covers_its_range_and_only_its_range():
    values = turned("21=intensity[0.5..1.5]", *(cc(21, v) for v in range(128)), controls=START.changed(intensity=0.0))
    assert values == pytest.approx([0.5 + v / 127 for v in range(128)])
    assert turned("21=intensity[1.5..0.5]", cc(21, 0), cc(21, 127)) == [1.5, 0.5]


def test_channel_is_kept_and_omni_is_any():
    assert turned("ch3:21=morph", cc(21, 127, 1), cc(21, 127, 2)) == [1.0]
    assert turned("21=morph", cc(21, 127, 1), cc(21, 0, 9)) == [1.0, 0.0]


def test_pickup_waits_for_the_knob_to_reach_the_control():
    here = START.changed(morph=0.5)
    assert turned("21=morph:pickup", cc(21, 0), cc(21, 30), cc(21, 60), controls=here) == []
    values = turned("21=morph:pickup", cc(21, 0), cc(21, 30), cc(21, 70), cc(21, 90), controls=here)
    assert values == pytest.approx([70 / 127, 90 / 127])  # crossed between 30 and 70
    assert turned("21=morph", cc(21, 0), controls=here) == [0.0]


def test_pickup_lets_go_when_something_else_moves_the_control():
    translator = Translator(read_maps(["21=morph:pickup"]), START)
    assert translator.feed(cc(21, 0)) == []
    assert [c.value for c in translator.feed(cc(21, 20))] == [20 / 127]
    translator.set("morph", 0.9)
    assert translator.feed(cc(21, 21)) == []
    assert [c.value for c in translator.feed(cc(21, 120))] == [120 / 127]


@pytest.mark.parametrize(("encoding", "up", "down", "up3"), [("twos-complement", 1, 127, 3), ("offset-64", 65, 63, 67)])
def test_encoders_move_by_steps_and_stop_at_the_ends(encoding, up, down, up3):
    mapping = f"21=morph:{encoding}:step0.1"
    here = START.changed(morph=0.5)
    assert turned(mapping, cc(21, up), cc(21, down), cc(21, up3), controls=here) == pytest.approx([0.6, 0.5, 0.8])
    assert turned(mapping, *(cc(21, up) for _ in range(30)), controls=here)[-1] == 1.0
    assert turned(mapping, *(cc(21, down) for _ in range(30)), controls=here)[-1] == 0.0


def test_an_encoder_follows_the_curve_from_where_the_control_stands():
    up = turned(
        "21=intensity:exponential:twos-complement",
        *(cc(21, 1) for _ in range(200)),
        controls=START.changed(intensity=0.0),
    )
    assert up[-1] == 2.0
    assert all(b > a for a, b in itertools.pairwise(up))
    assert up[1] - up[0] < (up[-1] - up[-2]) / 10


def test_words_by_program_zone_key_and_encoder():
    words = "{warm,bright,airy}"
    programs = [bytes((0xC0, p)) for p in (1, 2, 3, 127, 0)]
    assert turned(f"pc=semantic{words}", *programs) == ["bright", "airy", "warm"]
    zones = {
        v: turned(f"21=semantic{words}", cc(21, v), controls=START.changed(semantic="deep"))[0] for v in range(128)
    }
    counts = [list(zones.values()).count(word) for word in ("warm", "bright", "airy")]
    assert sum(counts) == 128
    assert max(counts) - min(counts) <= 1
    press, release = bytes((0x90, 60, 100)), bytes((0x80, 60, 0))
    assert turned(f"note60=semantic{words}", *[press, release] * 4) == ["bright", "airy", "warm", "bright"]
    assert turned(f"21=semantic{words}:offset-64", cc(21, 65), cc(21, 66), cc(21, 62)) == ["bright", "airy", "warm"]


def test_switches_toggle_on_presses_or_follow_the_value():
    assert turned("20=bypass", cc(20, 127), cc(20, 0), cc(20, 127), cc(20, 127)) == [True, False]
    assert turned("20=bypass:follow", cc(20, 64), cc(20, 127), cc(20, 63)) == [True, False]
    assert turned("note60=bypass", bytes((0x90, 60, 1)), bytes((0x90, 60, 0)), bytes((0x90, 60, 9))) == [True, False]


def test_smoothing_comes_with_numbers_only():
    translator = Translator(read_maps(["21=morph:35ms", "22=bypass"]), START)
    assert translator.feed(cc(21, 127))[0].glide_s == pytest.approx(0.035)
    assert translator.feed(cc(22, 127))[0].glide_s == 0.0


def check_state(translator: Translator) -> None:
    for name, value in translator.values.items():
        assert check_control(name, value) == value


def test_a_hundred_thousand_random_messages_leave_every_control_in_its_range():
    random = std_random.Random(5)
    translator = Translator(read_maps(EVERYTHING), START)
    mapped = [21, 22, 1, 33, 6, 38, 96, 97, 98, 99, 100, 101, 70, 71, 24, 25, 26, 27, 28]
    changes = 0
    for _ in range(100_000):
        shape = random.random()
        if shape < 0.6:  # likely to be mapped
            number = random.choice(mapped)
            data = bytes((0xB0 | random.randrange(16), number, random.choice((random.randrange(128), 0, 127, 2, 44))))
        elif shape < 0.8:  # any bytes: out of range, truncated, too long
            data = random.randbytes(random.randrange(6))
        else:
            data = bytes((random.choice((0x80, 0x90, 0xC0, 0xE0, 0xF0)) | random.randrange(16), *random.randbytes(2)))
        for change in translator.feed(data):
            changes += 1
            check_control(change.control, change.value)
            assert change.value == translator.values[change.control]
    check_state(translator)
    assert changes > 10_000


def test_random_byte_streams_never_raise():
    """Running status, system exclusive, real-time bytes inside messages, truncated messages; by two parsers."""
    random = std_random.Random(6)
    translator, parser, splitter = Translator(read_maps(EVERYTHING), START), mido.Parser(), StreamSplitter()
    changes = 0
    for _ in range(2_000):
        piece = random.randbytes(100) if random.random() < 0.5 else bytes(random.choices(range(0x40), k=100))
        parser.feed(piece)
        for change in [c for message in parser for c in translator.message(message)]:
            check_control(change.control, change.value)
        for change in [c for message in splitter.feed(piece) for c in translator.feed(message)]:
            check_control(change.control, change.value)
            changes += 1
    check_state(translator)
    assert changes > 100


@settings(max_examples=150, deadline=None)
@given(st.lists(st.binary(max_size=5), max_size=60))
def test_any_messages_leave_every_control_in_its_range(messages):
    translator = Translator(read_maps(EVERYTHING), START)
    for message in messages:
        for change in translator.feed(message):
            assert change.control in CONTROLS
    check_state(translator)
