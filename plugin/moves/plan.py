"""What ``--automate`` and ``--map`` ask for, read once and turned into the moves of every file that is rendered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ..controls import CONTROLS, ControlError, Controls, check_control
from ..midi import Change, MapError, MidiMap, TimedMessage, Translator, parse_mapping, read_midi_file
from .automation import Automation, Track
from .csv_tracks import read_curves
from .performance import Performance, SettingSource, translated

_CURVE = re.compile(r"(?:(?P<control>\w+)=)?(?P<path>.+?)(?::(?P<interpolation>linear|hold|smooth))?")


@dataclass(frozen=True)
class MovePlan:
    """Automation as the user asked for it.

    Parameters
    ----------
    tracks : tuple of Track
        From CSV files.
    messages : tuple
        Of a MIDI file, in time order.
    midi_map : MidiMap
        What the messages do.
    controls : Controls
        The state at the start: the one asked for, or the one a take was begun with.
    """

    tracks: tuple[Track, ...]
    messages: tuple[TimedMessage, ...]
    midi_map: MidiMap
    controls: Controls

    @classmethod
    def read(cls, specs: Sequence[str], midi_map: MidiMap | None, controls: Controls | None) -> MovePlan:
        """Read the files that `specs` name: ``morph=curve.csv[:hold]``, ``curves.csv``, ``performance.mid``.

        A take recorded by ``semeq live`` brings its own map and starting state; those given here replace them.

        Raises
        ------
        ControlError, MapError, MidiFileError
            A file that cannot be read, two files for one control, a MIDI file without a map.
        """
        tracks: list[Track] = []
        performances: list[Path] = []
        for spec in specs:
            form = _CURVE.fullmatch(spec)
            if form is None:
                raise ControlError(f"{spec!r} names no file; write morph=curve.csv or performance.mid")
            path = Path(form["path"])
            if path.suffix.lower() in (".mid", ".midi", ".smf"):
                performances.append(path)
            else:
                interpolation: Any = form["interpolation"] or "linear"
                tracks += read_curves(path, form["control"], interpolation)
        Automation(tracks)  # refuses two tracks of one control
        if len(performances) > 1:
            raise ControlError(f"{performances[0]} and {performances[1]}: one MIDI file at a time")
        messages = tuple(read_midi_file(performances[0])) if performances else ()
        taken = _take_of(messages)
        if taken is not None:
            controls = controls or taken[0]
            midi_map = midi_map or taken[1]
        if controls is None:
            raise ControlError("say which word to start from: --semantic WORD")
        if performances and not (midi_map and midi_map.mappings):
            raise MapError(f"{performances[0]}: say what its controllers do, with --map (for example --map 21=morph)")
        return cls(tuple(tracks), messages, midi_map or MidiMap(), controls)

    @property
    def words(self) -> tuple[str, ...]:
        """Every word it may ask for."""
        words = [*self.midi_map.words("semantic"), *self.midi_map.words("to")]
        words += [value for t in self.tracks if CONTROLS[t.control].kind == "word" for value in t.values if value]
        return tuple(dict.fromkeys(words))

    def check_length(self, duration_s: float, name: str) -> str:
        """Compare with the length of a file: "" where all is inside, else a sentence about what lies past its end.

        Raises
        ------
        ControlError
            All of it lies past the end, so that nothing would move.
        """
        times = [float(s) for track in self.tracks for s in track.seconds]
        times += [float(message.seconds) for message in self.messages if message.data or _is_set(message)]
        late = [seconds for seconds in times if seconds >= duration_s]
        length = f"{name} lasts {duration_s:.2f} s"
        if times and len(late) == len(times) and min(times) > 0.0:
            raise ControlError(f"{length}, and the automation begins at {min(times):.2f} s, past its end")
        return (
            f"{length}; {len(late)} of {len(times)} automation points lie past its end and do nothing" if late else ""
        )

    def movement(self, space: SettingSource, sample_rate_hz: float) -> Automation | Performance | None:
        """The moves of one file at its sample rate; None where nothing moves. Each is to be played once."""
        automation = Automation(self.tracks)
        if not self.messages:
            return automation if self.tracks else None
        translator = Translator(self.midi_map, self.controls)
        timed = translated(translator, self._changes(), sample_rate_hz)
        return Performance(space, self.controls, sample_rate_hz, timed, automation)

    def _changes(self) -> Iterable[tuple[float, bytes | Change]]:
        for message in self.messages:
            if message.data:
                yield float(message.seconds), message.data
            elif _is_set(message):
                yield float(message.seconds), _set_of(message)


def take_text(controls: Controls, mappings: Iterable[str]) -> str:
    """The text that stands at the head of a recorded take: the state it begins with, and its map in short form."""
    state = {field.name: getattr(controls, field.name) for field in fields(controls)}
    return "take " + json.dumps({"controls": state, "map": list(mappings)})


def set_text(change: Change) -> str:
    """The text that stands in a take for a change that no MIDI message made."""
    return f"set {json.dumps(change._asdict())}"


def _take_of(messages: tuple[TimedMessage, ...]) -> tuple[Controls, MidiMap] | None:
    text = next((message.text for message in messages if message.text.startswith("take ")), None)
    if text is None:
        return None
    try:
        content = json.loads(text[len("take ") :])
        return Controls(**content["controls"]), MidiMap(tuple(map(parse_mapping, content["map"])))
    except (ValueError, KeyError, TypeError) as error:
        raise ControlError(f"the take's own description cannot be read ({error})") from None


def _is_set(message: TimedMessage) -> bool:
    return message.text.startswith("set ")


def _set_of(message: TimedMessage) -> Change:
    try:
        content = json.loads(message.text[len("set ") :])
        control, glide_s = content["control"], float(content["glide_s"])
        return Change(control, check_control(control, content["value"]), min(max(glide_s, 0.0), 10.0))
    except (ValueError, KeyError, TypeError) as error:
        raise ControlError(f"the take has a change that cannot be read ({error})") from None
