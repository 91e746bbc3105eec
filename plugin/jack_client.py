"""The one place where a JACK client is opened, for MIDI and for the live host."""

from __future__ import annotations

from typing import Any


def open_jack_client(name: str, server: str | None, failure: type[Exception]) -> Any:
    """A client of JACK-Client's that starts no server. Raises `failure` with a sentence for the user."""
    try:
        import jack
    except ImportError:
        raise failure("JACK needs the live extra: pip install 'semeq[live]'") from None
    except OSError:
        raise failure("the JACK library (libjack) is not installed on this machine") from None
    jack.set_error_function(lambda _message: None)  # the library prints its own account of every failure
    jack.set_info_function(lambda _message: None)
    try:
        return jack.Client(name, no_start_server=True, servername=server)
    except jack.JackOpenError:
        where = f" named {server}" if server else ""
        raise failure(f"there is no JACK server{where}; start one, for example: jackd -d alsa") from None
