"""Single key presses from the terminal, without waiting for them, and what they do."""

from __future__ import annotations

import contextlib
import os
import select
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from semeq.words import UnknownWordError

from ..controls import CONTROLS
from .companion import LiveDoor

_STEPS = {"right": ("morph", 0.02), "left": ("morph", -0.02), "up": ("intensity", 0.05), "down": ("intensity", -0.05)}
_SWITCHES = {"b": "bypass", "l": "level_match"}
_WORDS = {"s": "semantic", "t": "to"}
_PROMPTS = {"semantic": "start word", "to": "target word"}
_MOST_OFFERED = 4
_ESCAPES = {"[A": "up", "[B": "down", "[C": "right", "[D": "left"}


@contextmanager
def reading_keys() -> Iterator[bool]:
    """Let the terminal hand over every key at once; yields whether it can (a terminal, on a system with termios)."""
    try:
        import termios
        import tty
    except ImportError:
        yield False
        return
    try:
        handle = sys.stdin.fileno()
        before = termios.tcgetattr(handle)
    except (termios.error, OSError, ValueError, AttributeError):  # no terminal, or no standard input at all
        yield False
        return
    tty.setcbreak(handle)
    try:
        yield True
    finally:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(handle, termios.TCSADRAIN, before)


def pressed() -> list[str]:
    """Keys pressed since the last call: characters, and up, down, left, right."""
    handle = sys.stdin.fileno()
    typed = ""
    while select.select([handle], [], [], 0)[0]:
        data = os.read(handle, 64)
        if not data:
            break
        typed += data.decode("utf-8", errors="ignore")
    keys = []
    while typed:
        if typed.startswith("\x1b") and typed[1:3] in _ESCAPES:
            keys.append(_ESCAPES[typed[1:3]])
            typed = typed[3:]
        else:
            keys.append(typed[0])
            typed = typed[1:]
    return keys


class Keyboard:
    """Keys that move a session: steps, switches, and words by name."""

    def __init__(self, door: LiveDoor) -> None:
        self._door = door
        self._control = ""  # that a word is being typed for
        self._typed = ""
        self.quits = False
        #: Why the last word was not taken; "" for nothing.
        self.complaint = ""

    @property
    def prompt(self) -> str:
        """The word as it is being typed, with those it may become; "" while none is."""
        if not self._control:
            return ""
        offers = ", ".join(self._offers()[:_MOST_OFFERED])
        return f"{_PROMPTS[self._control]}: {self._typed}_   {offers}".rstrip()

    def press(self, keys: Iterable[str]) -> None:
        """Take keys in their order; those pressed together add up."""
        values = self._door.values
        for key in keys:
            if self._control:
                self._type(key, values)
            elif key in ("q", "Q"):
                self.quits = True
            elif key in _WORDS:
                self._control, self._typed = _WORDS[key], ""
            elif key in _STEPS:
                name, step = _STEPS[key]
                control = CONTROLS[name]
                self._change(name, round(min(max(values[name] + step, control.minimum), control.maximum), 6), values)
            elif key in _SWITCHES:
                self._change(_SWITCHES[key], not values[_SWITCHES[key]], values)

    def _type(self, key: str, values: dict[str, Any]) -> None:
        if key in ("\r", "\n"):
            control, word, self._control = self._control, self._typed.strip(), ""
            if word or control == "to":  # without a word, there is no target
                self._change(control, word or None, values)
        elif key == "\x1b":
            self._control = ""
        elif key in ("\x7f", "\b"):
            self._typed = self._typed[:-1]
        elif key == "\t":
            self._typed = next(iter(self._offers()), self._typed)
        elif len(key) == 1 and key.isprintable():
            self._typed += key

    def _offers(self) -> list[str]:
        typed = self._typed.strip().lower()
        return [name for name in self._door.space.vocabulary.names if typed and name.lower().startswith(typed)]

    def _change(self, name: str, value: Any, values: dict[str, Any]) -> None:
        try:
            self._door.change({name: value})
        except UnknownWordError as error:
            self.complaint = str(error)
            return
        values[name], self.complaint = value, ""
