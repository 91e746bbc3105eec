"""Single key presses from the terminal, without waiting for them."""

from __future__ import annotations

import contextlib
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager

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
