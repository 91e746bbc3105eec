"""MIDI files: reading a performance with its tempo changes, and writing a take to the exact sample.

Source: Standard MIDI Files 1.0. Times are summed as whole numbers (ticks × microseconds), so they do not drift.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from semeq.files import whole

if TYPE_CHECKING:
    from fractions import Fraction

    import mido

_DEFAULT_TEMPO_US = 500_000
_MAX_TICKS = 32_767
#: A text event that starts with this is ours: ``semeq take {json}``, ``semeq set morph=0.5``.
TEXT_MARK = "semeq "


class MidiFileError(ValueError):
    """A file that is not a MIDI file, is damaged, or has no common time (type 2)."""


class TimedMessage(NamedTuple):
    """A message and when it comes. `seconds` is exact; `text` is set for our own text events, else `data`."""

    seconds: Fraction
    data: bytes
    text: str


def read_midi_file(path: str | Path) -> Iterator[TimedMessage]:
    """Channel messages and our text events of a MIDI file of type 0 or 1, in time order, tempo changes applied.

    Raises
    ------
    MidiFileError
        It cannot be read, or it is of type 2, whose tracks are independent songs.
    """
    import mido  # takes a while, and most who import this read no MIDI file

    path = Path(path)
    try:
        midi = mido.MidiFile(path, clip=True)
    except OSError as error:  # mido also raises it for what is not a MIDI file, without an errno
        reason = error.strerror or "not a MIDI file, or cut short"
        raise MidiFileError(f"{path}: {reason}") from None
    except Exception as error:  # mido raises several types for damaged files, EOFError and its own among them
        raise MidiFileError(f"{path} is damaged ({error or type(error).__name__})") from None
    if midi.type == 2:
        raise MidiFileError(f"{path} is a MIDI file of type 2 (independent songs); save it as type 0 or 1")
    return _timed(path, midi)


def _timed(path: Path, midi: mido.MidiFile) -> Iterator[TimedMessage]:
    from fractions import Fraction

    ticks_per_beat, tempo = midi.ticks_per_beat, _DEFAULT_TEMPO_US
    fixed: Fraction | None = None
    if ticks_per_beat < 0 or ticks_per_beat > _MAX_TICKS:  # SMPTE time: frames a second, ticks a frame
        division = ticks_per_beat & 0xFFFF
        frames = 256 - (division >> 8)
        # 29 means 30 drop frame, 29.97 frames a second.
        rate = Fraction(30_000, 1001) if frames == 29 else Fraction(frames)
        fixed = 1 / (rate * max(division & 0xFF, 1))
    elif ticks_per_beat == 0:
        raise MidiFileError(f"{path} is damaged (0 ticks a beat)")
    microticks = 0  # ticks × µs per beat since the start
    seconds = Fraction(0)
    from mido import merge_tracks

    for message in merge_tracks(midi.tracks):
        if fixed is not None:
            seconds += message.time * fixed
        else:
            microticks += message.time * tempo
            seconds = Fraction(microticks, ticks_per_beat * 1_000_000)
        if message.type == "set_tempo":
            tempo = message.tempo
        elif message.type == "text" and message.text.startswith(TEXT_MARK):
            yield TimedMessage(seconds, b"", message.text[len(TEXT_MARK) :])
        elif not message.is_meta:
            yield TimedMessage(seconds, bytes(message.bytes()), "")


def ticks_for(sample_rate_hz: int) -> tuple[int, int]:
    """Ticks a beat and µs a beat that make one tick one sample.

    Raises
    ------
    ValueError
        No whole numbers do for this rate.
    """
    for beats_per_second in range(1, 1001):
        if sample_rate_hz % beats_per_second == 0 and 1_000_000 % beats_per_second == 0:
            ticks = sample_rate_hz // beats_per_second
            if ticks <= _MAX_TICKS:
                return ticks, 1_000_000 // beats_per_second
    raise ValueError(f"no MIDI time base counts samples at {sample_rate_hz} Hz")


def write_take(
    path: str | Path, sample_rate_hz: int, events: Iterable[tuple[int, bytes | str]], text: str = ""
) -> None:
    """Write a take as a type 0 file: `events` are (frame, message bytes or text), ascending; `text` stands at its head.

    One tick is one sample, so a take replays where it was played, to the sample. Text is ASCII, as MIDI files have it.
    The file appears only when complete. Raises `OSError`.
    """
    import mido

    path = Path(path)
    ticks, tempo = ticks_for(sample_rate_hz)
    midi = mido.MidiFile(type=0, ticks_per_beat=ticks)
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=tempo)])
    if text:
        track.append(mido.MetaMessage("text", text=TEXT_MARK + text))
    last = 0
    for frame, event in events:
        if isinstance(event, str):
            message = mido.MetaMessage("text", text=TEXT_MARK + event, time=frame - last)
        else:
            message = mido.Message.from_bytes(event, time=frame - last)
        track.append(message)
        last = frame
    midi.tracks.append(track)
    with whole(path, parents=False) as partial:
        midi.save(partial)
