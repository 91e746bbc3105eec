"""What a mapping listens to: a controller, a 14-bit pair, an NRPN, a note or program changes, on one channel or all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..controls import ControlError

SourceKind = Literal["cc", "cc14", "nrpn", "note", "pc"]

#: Controllers that are part of other messages: NRPN and RPN selection, and channel modes (MIDI 1.0, table III).
RESERVED_CCS = frozenset([98, 99, 100, 101, *range(120, 128)])
#: Data entry and increment, which carry the value of an NRPN: they cannot be a controller of their own beside one.
NRPN_DATA_CCS = frozenset([6, 38, 96, 97])

_HIGHEST = {"cc": 127, "cc14": 31, "nrpn": 16383, "note": 127, "pc": 0}


class MapError(ControlError):
    """A mapping, or a map file, that cannot work."""


@dataclass(frozen=True)
class Source:
    """One thing on a controller.

    Parameters
    ----------
    kind : str
        ``cc`` (7 bits), ``cc14`` (the pair n, n+32), ``nrpn``, ``note``, or ``pc`` (program change).
    number : int
        Controller, NRPN or note number; 0 for ``pc``. Of a pair, the number of the coarse half, 0–31.
    channel : int, optional
        1–16; None for any.

    Raises
    ------
    MapError
        A number or channel out of range, or a controller that MIDI reserves (98–101, 120–127).
    """

    kind: SourceKind
    number: int = 0
    channel: int | None = None

    def __post_init__(self) -> None:
        """Check the ranges."""
        highest = _HIGHEST.get(self.kind)
        if highest is None:
            raise MapError(f"{self.kind!r} is not a kind of MIDI source; there are {', '.join(_HIGHEST)}")
        if not _whole(self.number) or not 0 <= self.number <= highest:
            raise MapError(f"{self.kind} {repr(self.number)[:60]} is outside 0 to {highest}")
        if self.channel is not None and (not _whole(self.channel) or not 1 <= self.channel <= 16):
            raise MapError(f"channel {repr(self.channel)[:60]} is outside 1 to 16")
        if self.kind == "cc" and self.number in RESERVED_CCS:
            raise MapError(f"cc {self.number} is reserved by MIDI (98–101 choose parameters, 120–127 are modes)")

    def __str__(self) -> str:
        """The short form, as in ``ch2:cc74``."""
        channel = "" if self.channel is None else f"ch{self.channel}:"
        if self.kind == "cc14":
            return f"{channel}cc{self.number}+{self.number + 32}"
        return channel + (self.kind if self.kind == "pc" else f"{self.kind}{self.number}")

    def clashes(self, other: Source) -> bool:
        """Whether one message could drive both."""
        if self.channel is not None and other.channel is not None and self.channel != other.channel:
            return False
        if self.kind == other.kind == "nrpn":
            return self.number == other.number
        if self._ccs() or other._ccs():
            return bool(self._ccs() & other._ccs())
        return (self.kind, self.number) == (other.kind, other.number)

    def _ccs(self) -> frozenset[int]:
        if self.kind == "nrpn":
            return NRPN_DATA_CCS
        if self.kind == "cc14":
            return frozenset([self.number, self.number + 32])
        return frozenset([self.number]) if self.kind == "cc" else frozenset()


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
