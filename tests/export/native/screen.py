"""A display of its own for plugins' windows, under Xvfb, with clicks and drags by xdotool."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest

from semeq.export.native import window_lacks

from .building import NEEDS

PROGRAMS = {"Xvfb": "xvfb", "xdotool": "xdotool", "import": "imagemagick"}
MISSING = [package for program, package in PROGRAMS.items() if shutil.which(program) is None]

#: What every test of a window needs.
WINDOW_NEEDS = [
    *NEEDS,
    pytest.mark.skipif(sys.platform != "linux", reason="these windows are X11's"),
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
    pytest.mark.skipif(bool(window_lacks()), reason=f"no window here without {', '.join(window_lacks())}"),
]

#: JUCE asks about window 0 where no window manager runs, which ends a program without a handler of errors.
HANDLER_OF_ERRORS = """
import ctypes
handler = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(lambda display, error: 0)
ctypes.CDLL("libX11.so.6").XSetErrorHandler(handler)
"""


class Screen:
    """A display of its own, with hands and eyes."""

    def __init__(self):
        read, write = os.pipe()
        self.process = subprocess.Popen(
            # Without -noreset it starts anew when its last client leaves, and refuses whoever comes meanwhile.
            ["Xvfb", "-displayfd", str(write), "-noreset", "-screen", "0", "1280x800x24"],
            pass_fds=(write,),
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as pipe:
            number = pipe.readline().strip()
        if not number:
            pytest.skip("Xvfb does not start here")
        self.environment = {**os.environ, "DISPLAY": f":{number}", "LIBGL_ALWAYS_SOFTWARE": "1"}
        self.origin = (0, 0)

    def close(self):
        self.process.terminate()
        self.process.wait(10)

    def hand(self, *words):
        subprocess.run(["xdotool", *map(str, words)], env=self.environment, check=True, capture_output=True)

    def at(self, place):
        return place[0] + self.origin[0], place[1] + self.origin[1]

    def click(self, place, button=1):
        self.hand("mousemove", *self.at(place), "sleep", 0.1, "click", button, "sleep", 0.2)

    def drag(self, *places):
        first, *rest = [self.at(place) for place in places]
        moves = [word for place in rest for word in ("mousemove", *place, "sleep", 0.1)]
        self.hand("mousemove", *first, "sleep", 0.1, "mousedown", 1, "sleep", 0.1, *moves, "mouseup", 1, "sleep", 0.2)

    def picture(self):
        done = subprocess.run(
            ["import", "-window", "root", "-depth", "8", "rgb:-"], env=self.environment, check=True, capture_output=True
        )
        x, y = self.origin
        return np.frombuffer(done.stdout, np.uint8).reshape(800, 1280, 3).astype(np.int16)[y : y + 600, x : x + 980]

    def until(self, done, seconds=40.0):
        end = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < end, f"not within {seconds} s"
            time.sleep(0.1)

    def drawn(self):
        """Whether the window stands there: many colours, and its accent among them."""
        image = self.picture()
        accent = (np.abs(image - np.array([0xF5, 0xA7, 0x42])).max(axis=2) < 8).sum()
        return accent > 300 and len(np.unique(image.reshape(-1, 3), axis=0)) > 200

    def stands(self):
        """Find the window by its size, and remember where it is."""
        found = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", ""],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        places = []
        for window in found.stdout.split():
            shell = subprocess.run(
                ["xdotool", "getwindowgeometry", "--shell", window],
                env=self.environment,
                capture_output=True,
                text=True,
                check=False,
            )
            place = {name: int(value) for name, _, value in (line.partition("=") for line in shell.stdout.splitlines())}
            if (place.get("WIDTH"), place.get("HEIGHT")) == (980, 600):
                places.append((place["Y"], place["X"]))
        if places:  # xdotool counts the offset of a window in another one twice: the first is right
            self.origin = min(places)[::-1]
        return bool(places)
