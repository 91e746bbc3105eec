"""The one place where a JACK client is opened, for MIDI and for the live host."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path
from typing import Any

_OPEN_S = 5.0


def open_jack_client(name: str, server: str | None, failure: type[Exception]) -> Any:
    """A client of JACK-Client's that starts no server. Raises `failure` with a sentence for the user."""
    try:
        import jack
    except ImportError:
        raise failure("JACK needs the live extra: pip install 'semeq[live]'") from None
    except OSError:
        parts = ["the JACK library (libjack) is not installed on this machine", pipewire_advice()]
        raise failure("; ".join(filter(None, parts))) from None
    jack.set_error_function(lambda _message: None)  # the library prints its own account of every failure
    jack.set_info_function(lambda _message: None)
    opened: list[Any] = []

    def open_it() -> None:
        try:
            opened.append(jack.Client(name, no_start_server=True, servername=server))
        except jack.JackOpenError as error:
            opened.append(error)

    # On a thread, as libjack waits for ever for a server that hangs.
    thread = threading.Thread(target=open_it, name="semeq-jack-open", daemon=True)
    thread.start()
    thread.join(_OPEN_S)
    where = f" named {server}" if server else ""
    if not opened:
        raise failure(f"the JACK server{where} does not answer")
    if isinstance(opened[0], jack.JackOpenError):
        advice = None if server else pipewire_advice()
        raise failure(f"there is no JACK server{where}; {advice or 'start one, for example: jackd -d alsa'}")
    return opened[0]


def pipewire_advice() -> str | None:
    """What to do where a PipeWire session runs, which JACK programs reach through a library of its own; else None."""
    if not any(folder and (Path(folder) / "pipewire-0").is_socket() for folder in _runtime_folders()):
        return None
    if shutil.which("pw-jack") is None:
        return "PipeWire runs here: install its JACK library (Debian: pipewire-jack), then: pw-jack semeq …"
    return "PipeWire runs here, so start it as: pw-jack semeq …"


def _runtime_folders() -> tuple[str | None, ...]:
    """Where PipeWire's socket may lie, as its own clients look for it."""
    return os.environ.get("PIPEWIRE_RUNTIME_DIR"), os.environ.get("XDG_RUNTIME_DIR")
