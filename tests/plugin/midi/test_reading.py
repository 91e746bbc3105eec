"""Bytes to readings, against what the MIDI 1.0 specification says a receiver has to understand."""

from __future__ import annotations

import mido
import pytest

from semeq.plugin.midi import Reader


def values(reader: Reader, kind: str, *messages: tuple[int, ...]) -> list[tuple[int, int]]:
    return [(r.number, r.raw) for message in messages for r in reader.read(message) if r.kind == kind]


@pytest.mark.parametrize("value", [0, 1, 64, 127])
def test_controller_position(value):
    (reading, *_rest) = Reader().read(mido.Message("control_change", channel=4, control=74, value=value).bytes())
    assert (reading.kind, reading.channel, reading.number, reading.position) == ("cc", 5, 74, value / 127)


@pytest.mark.parametrize("value", [0, 1, 127, 128, 8192, 16382, 16383])
def test_fourteen_bit_pair_reaches_every_value(value):
    heard = values(Reader(), "cc14", (0xB0, 1, value >> 7), (0xB0, 33, value & 127))
    assert heard[-1] == (1, value)


@pytest.mark.parametrize("coarse", range(0, 128, 7))
def test_a_coarse_byte_alone_reads_as_seven_bits(coarse):
    (reading,) = [r for r in Reader().read((0xB0, 1, coarse)) if r.kind == "cc14"]
    assert reading.position == pytest.approx(coarse / 127, abs=1e-12)


def test_pairs_on_different_channels_do_not_mix():
    reader = Reader()
    heard = values(reader, "cc14", (0xB0, 1, 100), (0xB1, 1, 5), (0xB0, 33, 7))
    assert heard[-1] == (1, 100 << 7 | 7)


def test_nrpn_in_either_order_of_selection_and_with_steps():
    for select in (((0xB0, 99, 2), (0xB0, 98, 44)), ((0xB0, 98, 44), (0xB0, 99, 2))):
        reader = Reader()
        assert values(reader, "nrpn", *select) == []
        assert values(reader, "nrpn", (0xB0, 6, 100), (0xB0, 38, 3)) == [(300, 100 * 129), (300, 100 << 7 | 3)]
        assert values(reader, "nrpn", (0xB0, 96, 0), (0xB0, 97, 0), (0xB0, 97, 0)) == [
            (300, 12804),
            (300, 12803),
            (300, 12802),
        ]


@pytest.mark.parametrize("ending", [((0xB0, 101, 0), (0xB0, 100, 1)), ((0xB0, 99, 127), (0xB0, 98, 127))])
def test_data_entry_belongs_to_no_nrpn_after_an_rpn_or_the_null_parameter(ending):
    reader = Reader()
    values(reader, "nrpn", (0xB0, 99, 0), (0xB0, 98, 1), (0xB0, 6, 9))
    assert values(reader, "nrpn", *ending, (0xB0, 6, 64), (0xB0, 38, 1), (0xB0, 96, 0)) == []


def test_note_on_with_velocity_zero_is_a_release():
    reader = Reader()
    assert values(reader, "note", (0x90, 60, 100), (0x90, 60, 0), (0x80, 60, 64)) == [(60, 100), (60, 0), (60, 0)]


@pytest.mark.parametrize(
    "data", [(), (0xB0,), (0xB0, 1), (0xB0, 200, 1), (0xB0, 1, 200), (0xF0, 1, 2), (0xF8,), (0xE0, 0, 64)]
)
def test_what_is_no_complete_channel_message_of_ours_reads_as_nothing(data):
    assert Reader().read(data) == []
