"""From MIDI bytes to readings of knobs, joining what MIDI spreads over several messages (14-bit pairs, NRPN).

Source: MIDI 1.0 Detailed Specification, "Control Change" and "Registered and Non-Registered Parameter Numbers".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .source import SourceKind

_FULL_14_BIT = 16383


class Reading(NamedTuple):
    """What a knob, key or program selector said.

    `channel` counts from 1. `raw` is 0–127, or 0–16383 from ``cc14`` and ``nrpn``; for ``note`` the velocity (0: key
    released); for ``pc`` the program. `position` is `raw` as 0–1.
    """

    kind: SourceKind
    channel: int
    number: int
    raw: int
    position: float


class Reader:
    """Reads complete MIDI messages, one at a time, remembering per channel what later ones refer to.

    A coarse byte (of a pair or an NRPN) alone reads as 7 bits: it is taken as ``coarse * 129``, which is the same
    fraction of 16383 as ``coarse`` is of 127, so that a sender of coarse bytes only still reaches both ends. A fine
    byte that follows completes it.
    """

    def __init__(self) -> None:
        self._coarse: list[dict[int, int]] = [{} for _ in range(16)]
        self._selected: list[tuple[int, int] | None] = [None] * 16
        self._half_selected: list[dict[int, int]] = [{} for _ in range(16)]
        self._nrpn: list[dict[int, int]] = [{} for _ in range(16)]

    def read(self, data: Sequence[int]) -> list[Reading]:
        """Readings of one message; none of what is not a complete, valid channel message of a kind used here."""
        if len(data) < 2:
            return []
        status, first = data[0], data[1]
        if first > 127:
            return []
        kind, channel = status & 0xF0, status & 0x0F
        if kind == 0xC0:
            return [Reading("pc", channel + 1, 0, first, first / 127)]
        if len(data) < 3 or data[2] > 127:
            return []
        second = data[2]
        if kind == 0xB0:
            return self._controller(channel, first, second)
        if kind == 0x90:
            return [Reading("note", channel + 1, first, second, second / 127)]
        if kind == 0x80:
            return [Reading("note", channel + 1, first, 0, 0.0)]
        return []

    def _controller(self, channel: int, number: int, value: int) -> list[Reading]:
        readings = [Reading("cc", channel + 1, number, value, value / 127)]
        if number < 32:
            self._coarse[channel][number] = value
            readings.append(_wide("cc14", channel, number, value * 129))
        elif number < 64 and number - 32 in self._coarse[channel]:
            readings.append(_wide("cc14", channel, number - 32, self._coarse[channel][number - 32] << 7 | value))
        if number in (98, 99):
            self._select(channel, number, value)
        elif number in (100, 101):  # a registered parameter: data entry is not ours until the next NRPN
            self._selected[channel] = None
            self._half_selected[channel].clear()
        elif number in (6, 38, 96, 97) and self._selected[channel] is not None:
            readings += self._data(channel, number, value)
        return readings

    def _select(self, channel: int, number: int, value: int) -> None:
        half = self._half_selected[channel]
        half[number] = value
        if len(half) == 2:
            self._selected[channel] = None if half[99] == half[98] == 127 else (half[99], half[98])

    def _data(self, channel: int, number: int, value: int) -> list[Reading]:
        selected = self._selected[channel]
        if selected is None:
            return []
        parameter = selected[0] << 7 | selected[1]
        values = self._nrpn[channel]
        if number == 6:
            values[parameter] = value * 129
        elif parameter not in values:  # a fine byte or a step needs a value to refine
            return []
        elif number == 38:
            values[parameter] = values[parameter] & ~127 | value
        else:
            values[parameter] = min(max(values[parameter] + (1 if number == 96 else -1), 0), _FULL_14_BIT)
        return [_wide("nrpn", channel, parameter, values[parameter])]


def _wide(kind: SourceKind, channel: int, number: int, raw: int) -> Reading:
    return Reading(kind, channel + 1, number, raw, raw / _FULL_14_BIT)
