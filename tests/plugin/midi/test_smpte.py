"""MIDI files that count in SMPTE frames: 24, 25, 29 (drop frame: 29.97) and 30 a second; and in beats."""

import struct
from fractions import Fraction

import mido
import pytest

from semeq.plugin.midi import read_midi_file
from semeq.plugin.midi.recording import MidiFileError


def write(path, division, events, form=0):
    """A MIDI file of one track, byte by byte: `events` are (ticks since the last, message)."""
    track = b""
    for ticks, message in (*events, (0, b"\xff\x2f\x00")):
        track += bytes([0x80 | ticks >> 14, 0x80 | ticks >> 7 & 0x7F, ticks & 0x7F]) + message
    header = struct.pack(">4sIHHH", b"MThd", 6, form, 1, division)
    path.write_bytes(header + struct.pack(">4sI", b"MTrk", len(track)) + track)
    return path


def smpte(frames, ticks):
    """The division of so many frames a second, negative in its upper byte, and ticks a frame."""
    return (256 - frames) << 8 | ticks


CC = b"\xb0\x15\x40"


@pytest.mark.parametrize(
    ("frames", "rate"), [(24, Fraction(24)), (25, Fraction(25)), (29, Fraction(30_000, 1001)), (30, Fraction(30))]
)
@pytest.mark.parametrize("ticks", [1, 4, 100, 255])
def test_smpte_frames_are_counted_exactly(tmp_path, frames, rate, ticks):
    path = write(tmp_path / "a.mid", smpte(frames, ticks), [(0, CC), (ticks * 7, CC), (1, CC)])
    at = [message.seconds for message in read_midi_file(path)]
    assert at == [0, 7 / rate, 7 / rate + 1 / (rate * ticks)]


def test_drop_frame_is_a_thousandth_slower_than_30(tmp_path):
    """An hour of it is 3.6 s off where it is taken as 30, and 2 minutes where it is taken as 29."""
    path = write(tmp_path / "a.mid", smpte(29, 100), [(100 * 10_000, CC)])
    (message,) = read_midi_file(path)
    assert float(message.seconds) == pytest.approx(10_000 * 1001 / 30_000)


def test_a_tempo_changes_nothing_in_a_file_that_counts_frames(tmp_path):
    tempo = b"\xff\x51\x03" + (1_000_000).to_bytes(3, "big")
    path = write(tmp_path / "a.mid", smpte(25, 40), [(0, tempo), (1000, CC)])
    (message,) = read_midi_file(path)
    assert message.seconds == 1


def test_beats_are_half_a_second_until_a_tempo_says_otherwise(tmp_path):
    tempo = b"\xff\x51\x03" + (250_000).to_bytes(3, "big")
    path = write(tmp_path / "a.mid", 480, [(480, CC), (0, tempo), (480, CC)])
    assert [message.seconds for message in read_midi_file(path)] == [Fraction(1, 2), Fraction(3, 4)]


@pytest.mark.parametrize("form", [0, 1])
def test_types_0_and_1_are_read_and_type_2_is_refused(tmp_path, form):
    assert len(list(read_midi_file(write(tmp_path / "a.mid", 96, [(0, CC)], form)))) == 1
    independent = mido.MidiFile(type=2)
    independent.add_track()
    independent.save(tmp_path / "b.mid")
    with pytest.raises(MidiFileError, match="type 2"):
        list(read_midi_file(tmp_path / "b.mid"))
