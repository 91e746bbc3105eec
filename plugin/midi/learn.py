"""Finding out which knob someone is turning, and what kind of knob it is, from the messages it sends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from ..controls import CONTROLS
from .mapping import Encoding, Mapping
from .reading import Reader
from .source import NRPN_DATA_CCS, RESERVED_CCS, MapError, Source

#: A knob is known once it has said this much; a key, a button or a program change at once.
ENOUGH_READINGS = 12


class Learner:
    """Watches messages until one knob stands out.

    Feed it messages until `enough`, then ask `mapping`. An NRPN or a 14-bit pair is told from a plain controller by the
    messages that belong to it, an encoder by values that stay around 0/128 or around 64 instead of travelling.

    Parameters
    ----------
    known : iterable of Source
        Knobs that are spoken for: what they still send is ignored.
    """

    def __init__(self, known: Iterable[Source] = ()) -> None:
        self._reader, self._known = Reader(), tuple(known)
        self._heard: dict[Source, list[int]] = {}

    def feed(self, data: Sequence[int]) -> None:
        """Take note of the bytes of one message; what is not a channel message is ignored."""
        for reading in self._reader.read(data):
            is_released = reading.kind == "note" and not reading.raw
            if is_released or (reading.kind == "cc" and reading.number in RESERVED_CCS):
                continue
            source = Source(reading.kind, reading.number, reading.channel)
            if not any(known.clashes(source) for known in self._known):
                self._heard.setdefault(source, []).append(reading.raw)

    @property
    def source(self) -> Source | None:
        """The source that is clear, or else the one that spoke most; the widest where several are one knob."""
        heard = [source for source in self._heard if self._is_itself(source)]
        return max(heard, key=lambda source: (self._is_clear(source), len(self._heard[source])), default=None)

    @property
    def enough(self) -> bool:
        """Whether the knob and its kind are known."""
        return self.source is not None and self._is_clear(self.source)

    def _is_clear(self, source: Source) -> bool:
        values = self._heard[source]
        if source.kind in ("note", "pc"):
            return True
        return len(values) >= ENOUGH_READINGS or (set(values) == {0, 127} and len(values) >= 2)

    def mapping(self, control: str, words: tuple[str, ...] = ()) -> Mapping:
        """Map what was heard to a control. Raises `MapError` if nothing was, or if it cannot drive that control."""
        source = self.source
        if source is None:
            raise MapError("no knob moved")
        is_switch = control in CONTROLS and CONTROLS[control].kind == "switch"
        encoding: Encoding = "absolute"
        if source.kind == "cc" and not is_switch:
            encoding = _encoding(self._heard[source])
        return Mapping(source, control, encoding=encoding, words=words)

    def _is_itself(self, source: Source) -> bool:
        """Whether a source is a knob, and no part of a wider one that was heard too."""
        channel, number = source.channel, source.number
        if source.kind in ("cc", "cc14") and number in NRPN_DATA_CCS:
            return not any(other.kind == "nrpn" and other.channel == channel for other in self._heard)
        if source.kind == "cc14":  # a pair only if the fine half spoke; the coarse half alone is a plain controller
            fine = self._heard.get(Source("cc", number + 32, channel), [])
            coarse = self._heard.get(Source("cc", number, channel), [])
            return len(fine) * 2 >= len(coarse) > 0
        if source.kind == "cc" and number < 64:
            pair = Source("cc14", number % 32, channel)
            return not (pair in self._heard and self._is_itself(pair))
        return True


def _encoding(values: list[int]) -> Encoding:
    counts = Counter(values)
    if len(values) >= ENOUGH_READINGS and counts[0] + counts[127] != len(values):
        if all(value != 64 and abs(value - 64) <= 8 for value in values):
            return "offset-64"
        if all(1 <= value <= 8 or 120 <= value <= 127 for value in values):
            return "twos-complement"
    if set(values) in ({1}, {127}, {1, 127}) and len(values) >= ENOUGH_READINGS:
        return "twos-complement"
    return "absolute"
