"""MIDI files: time with tempo changes, takes to the sample, and files that are none."""

from __future__ import annotations

import struct
from fractions import Fraction

import mido
import pytest

from semeq.plugin.midi import MidiFileError, read_midi_file, write_take
from semeq.plugin.midi.recording import ticks_for


def cc(value: int, time: int = 0) -> mido.Message:
    return mido.Message("control_change", control=21, value=value, time=time)


def test_tempo_changes_on_another_track_move_what_follows(tmp_path):
    midi = mido.MidiFile(type=1, ticks_per_beat=480)
    midi.tracks.append(
        mido.MidiTrack(
            [mido.MetaMessage("set_tempo", tempo=600_000), mido.MetaMessage("set_tempo", tempo=300_000, time=960)]
        )
    )
    midi.tracks.append(mido.MidiTrack([cc(1, 480), cc(2, 480), cc(3, 480), cc(4, 1)]))
    midi.save(tmp_path / "t.mid")
    times = [event.seconds for event in read_midi_file(tmp_path / "t.mid")]
    assert times == [
        Fraction(6, 10),
        Fraction(12, 10),
        Fraction(15, 10),
        Fraction(15, 10) + Fraction(300_000, 480 * 10**6),
    ]


def test_without_a_tempo_a_beat_lasts_half_a_second(tmp_path):
    midi = mido.MidiFile(type=0, ticks_per_beat=96)
    midi.tracks.append(mido.MidiTrack([cc(1, 96 * 7)]))
    midi.save(tmp_path / "t.mid")
    assert [event.seconds for event in read_midi_file(tmp_path / "t.mid")] == [Fraction(7, 2)]


def test_time_code_division(tmp_path):
    track = b"\x00\xb0\x15\x40" + b"\x64\xb0\x15\x41" + b"\x00\xff\x2f\x00"  # 100 ticks apart
    header = b"MThd" + struct.pack(">Lhh", 6, 0, 1) + bytes((256 - 25, 40))  # 25 frames a second, 40 ticks a frame
    (tmp_path / "t.mid").write_bytes(header + b"MTrk" + struct.pack(">L", len(track)) + track)
    assert [event.seconds for event in read_midi_file(tmp_path / "t.mid")] == [0, Fraction(1, 10)]


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 32000, 44100, 48000, 88200, 96000, 176400, 192000])
def test_a_take_comes_back_to_the_sample(tmp_path, rate):
    events = [
        (0, b"\xb0\x15\x00"),
        (1, b"\xb0\x15\x01"),
        (rate * 3600 + 17, b"\x90\x3c\x40"),
        (rate * 3600 + 18, "set morph=0.5"),
    ]
    write_take(tmp_path / "take.mid", rate, events, text='take {"a": "warm"}')
    back = list(read_midi_file(tmp_path / "take.mid"))
    assert back[0].text == 'take {"a": "warm"}'
    assert [(event.seconds * rate, event.data or event.text) for event in back[1:]] == events
    ticks, tempo = ticks_for(rate)
    assert Fraction(ticks * 1_000_000, tempo) == rate


def test_bad_files_are_one_sentence(tmp_path):
    def complaint(content: bytes) -> str:
        (tmp_path / "bad.mid").write_bytes(content)
        with pytest.raises(MidiFileError) as caught:
            list(read_midi_file(tmp_path / "bad.mid"))
        assert "\n" not in str(caught.value)
        assert "bad.mid" in str(caught.value)
        return str(caught.value)

    independent = mido.MidiFile(type=2)
    independent.tracks += [mido.MidiTrack([cc(1)]), mido.MidiTrack([cc(2)])]
    independent.save(tmp_path / "two.mid")
    assert "type 2" in complaint((tmp_path / "two.mid").read_bytes())
    good = mido.MidiFile(type=0)
    good.tracks.append(mido.MidiTrack([cc(1), cc(2, 10)]))
    good.save(tmp_path / "good.mid")
    content = (tmp_path / "good.mid").read_bytes()
    complaint(b"")
    complaint(b"RIFFxxxxWAVE")
    complaint(content[:12] + b"\x00\x00" + content[14:])
    for length in range(len(content) - 1):
        complaint(content[:length])
    with pytest.raises(MidiFileError, match="No such file"):
        list(read_midi_file(tmp_path / "missing.mid"))
