"""Where the desk listens."""

from __future__ import annotations

import ipaddress

DEFAULT_PORT = 8420


def is_local(host: str) -> bool:
    """Whether a host to listen on is this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
