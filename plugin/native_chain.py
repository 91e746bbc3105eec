"""The native half of the effect: pedalboard's own filters in a chain, which follow a setting and nothing else."""

from __future__ import annotations

from typing import Any, NoReturn

from pedalboard import Gain, HighShelfFilter, LowShelfFilter, PeakFilter
from pedalboard._pedalboard import Pedalboard  # the package re-exports it, but not for type checkers

from semeq.eq import FREQ_INDEX, GAIN_INDEX, Q_INDEX, SHELF_Q, FloatArray


class _Following:
    """A native plugin whose values only its owner sets: a direct call of the effect would not hear of a change."""

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(
            f"{name} follows the controls of the SemanticEQ; set those (semantic, morph, intensity …), or put "
            "a filter of your own beside it in a Pedalboard"
        )


class _LowShelf(_Following, LowShelfFilter):
    pass


class _Peak(_Following, PeakFilter):
    pass


class _HighShelf(_Following, HighShelfFilter):
    pass


class _Level(_Following, Gain):
    pass


class NativeChain(Pedalboard):
    """Five filters and a gain that follow a setting. The list is closed: nothing can be put in, taken out or replaced.

    A setting without any gain has no filters, for in float32 even a filter of 0 dB leaves traces at −120 dB.
    """

    def __init__(self) -> None:
        self._bands: list[Any] = [_LowShelf(), _Peak(), _Peak(), _Peak(), _HighShelf()]
        self._level = _Level(0.0)
        super().__init__([*self._bands, self._level])
        self._flat = False

    def _follow(self, params: FloatArray, output_db: float) -> None:
        """Take a setting (13,) and a level in dB."""
        gains, freqs, qs = params[GAIN_INDEX], params[FREQ_INDEX], (SHELF_Q, *params[Q_INDEX], SHELF_Q)
        flat = not gains.any()
        if not flat:
            for item, gain, freq, q in zip(self._bands, gains, freqs, qs, strict=True):
                for name, value in (("cutoff_frequency_hz", freq), ("gain_db", gain), ("q", q)):
                    object.__setattr__(item, name, float(value))
        object.__setattr__(self._level, "gain_db", output_db)
        if flat == self._flat:
            return
        for place, item in enumerate(self._bands):
            if flat:
                super().remove(item)
            else:
                item.reset()  # what it heard before it was left out is over
                super().insert(place, item)
        self._flat = flat

    def append(self, *_: object) -> NoReturn:
        """Refuse."""
        _refuse()

    def insert(self, *_: object) -> NoReturn:
        """Refuse."""
        _refuse()

    def remove(self, *_: object) -> NoReturn:
        """Refuse."""
        _refuse()

    def __setitem__(self, *_: object) -> None:
        """Refuse."""
        _refuse()

    def __delitem__(self, *_: object) -> None:
        """Refuse."""
        _refuse()


def _refuse() -> NoReturn:
    raise TypeError(
        "the filters of a SemanticEQ follow its controls, and no others can be added; put it into a Pedalboard with "
        "others"
    )
