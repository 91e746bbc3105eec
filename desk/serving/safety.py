"""Who may talk to the desk: a token in the path, the names of this machine only, and pages of this server only.

A page of another site could make a browser ask this server things (cross-site requests), or have its own name resolve
to this machine (DNS rebinding). So the token must be in the path, the header Host must be an address or a name of this
machine, and what changes something must come from a page of the very same host and port (Origin).
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
import socket
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from ..content_policy import CONTENT_SECURITY_POLICY

HEADERS = {
    "Content-Security-Policy": f"{CONTENT_SECURITY_POLICY}; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


def new_token() -> str:
    """A token that cannot be guessed: 192 bits."""
    return secrets.token_urlsafe(24)


class Guard:
    """Refuses requests that do not come from this desk's own page.

    Parameters
    ----------
    token : str
    host : str
        The host that was asked to listen on.
    """

    def __init__(self, token: str, host: str) -> None:
        self._token = token
        self._names = {"localhost", host.lower(), socket.gethostname().lower()}

    def allows_host(self, host: str) -> bool:
        """Whether the header Host is an address, or a name of this machine: a rebound name is neither."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name in self._names
        return True

    def allows_origin(self, origin: str | None, host: str) -> bool:
        """Whether a request that may change something comes from a page of this server."""
        return origin is not None and urlsplit(origin).netloc.lower() == host.lower()

    def allows_token(self, token: str) -> bool:
        """Whether a token is the one of this desk; takes the same time for every wrong one."""
        return hmac.compare_digest(token.encode(), self._token.encode())

    def middleware(self) -> Middleware:
        """What every request passes first."""

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            if not self.allows_host(request.headers.get("Host", "")):
                raise web.HTTPForbidden(text="this desk is not to be reached by that name\n", headers=HEADERS)
            if not self.allows_token(request.match_info.get("token", "")):
                raise web.HTTPNotFound(
                    text="no such page: open the address that the command printed\n", headers=HEADERS
                )
            changes = (
                request.method not in ("GET", "HEAD") or "upgrade" in request.headers.get("Connection", "").lower()
            )
            if changes and not self.allows_origin(request.headers.get("Origin"), request.headers.get("Host", "")):
                raise web.HTTPForbidden(text="this comes from another page\n", headers=HEADERS)
            try:
                response = await handler(request)
            except web.HTTPException as error:
                error.headers.update(HEADERS)
                raise
            if not response.prepared:
                response.headers.update(HEADERS)
            return response

        return guard
