"""The desk's server: the page, its model, the tracks, and one WebSocket."""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

from semeq.plugin import Controls
from semeq.words import WordSpace

from ..addresses import DEFAULT_PORT
from ..errors import DeskError
from ..page_model import PageModel, page_model
from ..static_page import PAGE_FOLDER
from .protocol import MOST_BYTES
from .safety import Guard, new_token
from .session import Client, Session
from .tracks import MOST_UPLOAD_BYTES, Tracks, as_wav, plays_in_browsers

_UPLOAD_CHUNK = 1 << 16
_CLIENT_PATIENCE_S = 5.0
_HEARTBEAT_S = 20.0
_MOST_CLIENTS = 16


@dataclass
class Desk:
    """What is served.

    Parameters
    ----------
    space : WordSpace
        The words.
    tracks : Tracks
    session : Session
        What pages share.
    token : str
    """

    space: WordSpace
    tracks: Tracks
    session: Session
    token: str = field(default_factory=new_token)
    host: str = "127.0.0.1"

    def application(self) -> web.Application:
        """The web application, every path of it below the token."""
        guard = Guard(self.token, self.host)
        app = web.Application(middlewares=[guard.middleware()], client_max_size=MOST_UPLOAD_BYTES)
        routes = _Routes(self)
        app.router.add_get("/{token}/", routes.index)
        app.router.add_get("/{token}/desk.json", routes.desk)
        app.router.add_get("/{token}/model.json", routes.model)
        app.router.add_get("/{token}/model.bin", routes.numbers)
        app.router.add_get("/{token}/socket", routes.socket)
        app.router.add_get("/{token}/tracks/{track:[0-9]{1,6}}", routes.track)
        app.router.add_post("/{token}/tracks", routes.upload)
        app.router.add_get("/{token}/{file:[a-z0-9-]+\\.(?:js|css|svg)}", routes.file)
        app.router.add_get("/{token}/vendor/{file:[a-z0-9-]+\\.js}", routes.vendored)
        app.cleanup_ctx.append(routes.lifetime)
        return app


class _Routes:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._model: PageModel | None = None
        self._copies: tempfile.TemporaryDirectory[str] | None = None

    async def lifetime(self, _app: web.Application) -> AsyncIterator[None]:
        self._copies = tempfile.TemporaryDirectory(prefix="semeq-desk-")
        await self._page_model()  # a model that the page cannot run ends it here
        async with self._desk.session.running():
            yield
        self._copies.cleanup()
        self._desk.tracks.close()

    # ------------------------------------------------------------------------------------------------ files

    async def index(self, _request: web.Request) -> web.StreamResponse:
        return web.FileResponse(PAGE_FOLDER / "index.html")

    async def file(self, request: web.Request) -> web.StreamResponse:
        return _file(PAGE_FOLDER, request.match_info["file"])

    async def vendored(self, request: web.Request) -> web.StreamResponse:
        return _file(PAGE_FOLDER / "vendor", request.match_info["file"])

    async def desk(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response({"server": True, "live": self._desk.session.live})

    async def model(self, _request: web.Request) -> web.StreamResponse:
        model = await self._page_model()
        return web.Response(body=model.json, content_type="application/json", charset="utf-8")

    async def numbers(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(body=(await self._page_model()).numbers, content_type="application/octet-stream")

    async def _page_model(self) -> PageModel:
        space = self._desk.session.space
        if self._model is None or self._desk.session.words_changed:
            self._desk.session.words_changed = False
            self._model = await asyncio.to_thread(page_model, space.decoder, space.vocabulary)
        return self._model

    # ----------------------------------------------------------------------------------------------- tracks

    async def track(self, request: web.Request) -> web.StreamResponse:
        assert self._copies is not None
        try:
            path = self._desk.tracks.get(int(request.match_info["track"])).path
            if not await asyncio.to_thread(plays_in_browsers, path):
                path = await asyncio.to_thread(as_wav, path, Path(self._copies.name))
                body = await asyncio.to_thread(path.read_bytes)
                path.unlink()
                return web.Response(body=body, content_type="audio/wav")
        except DeskError as error:
            raise web.HTTPNotFound(text=f"{error}\n") from None
        except (OSError, RuntimeError) as error:
            raise web.HTTPInternalServerError(text=f"the track cannot be read ({error})\n") from None
        return web.FileResponse(path)

    async def upload(self, request: web.Request) -> web.StreamResponse:
        if self._desk.session.live:
            raise web.HTTPNotFound(text="a live desk plays what the host hears\n")
        if request.content_length is not None and request.content_length > MOST_UPLOAD_BYTES:
            raise web.HTTPRequestEntityTooLarge(MOST_UPLOAD_BYTES, request.content_length)
        try:
            track = await self._desk.tracks.upload(
                request.query.get("name", ""), request.content.iter_chunked(_UPLOAD_CHUNK)
            )
        except DeskError as error:
            return web.json_response({"error": str(error)}, status=400)
        self._desk.session.tell_tracks()
        return web.json_response(track.described())

    # ------------------------------------------------------------------------------------------------ socket

    async def socket(self, request: web.Request) -> web.StreamResponse:
        session = self._desk.session
        if len(session.clients) >= _MOST_CLIENTS:
            raise web.HTTPServiceUnavailable(text=f"{_MOST_CLIENTS} pages are open already\n")
        socket = web.WebSocketResponse(max_msg_size=MOST_BYTES, heartbeat=_HEARTBEAT_S, compress=False)
        await socket.prepare(request)
        client = Client(partial(_send, socket))
        session.join(client)
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    await session.receive(client, message.data)
                elif message.type == WSMsgType.BINARY:
                    client.tell({"type": "wrong", "message": "a message is text"})
                await asyncio.sleep(0)  # a flood from one page leaves room for the others
        finally:
            session.leave(client)
        return socket


async def _send(socket: web.WebSocketResponse, message: dict[str, Any]) -> bool:
    """Send to a page; False where it is gone, or takes nothing any more."""
    text = json.dumps(message, ensure_ascii=False, allow_nan=False)
    try:
        await asyncio.wait_for(socket.send_str(text), _CLIENT_PATIENCE_S)
    except (ConnectionError, RuntimeError, asyncio.TimeoutError):
        with contextlib.suppress(Exception):
            await asyncio.wait_for(socket.close(), _CLIENT_PATIENCE_S)
        return False
    return True


def _file(folder: Path, name: str) -> web.StreamResponse:
    path = folder / name
    if not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path)


def open_desk(
    space: WordSpace, controls: Controls, files: tuple[Path, ...], out: Path, model: str | None, host: str
) -> Desk:
    """A desk on files."""
    tracks = Tracks(files)
    return Desk(space, tracks, Session(space, tracks, controls, out, model), host=host)


class Running:
    """A desk that is served.

    Parameters
    ----------
    desk : Desk
    port : int or None
        0: any that is free; None: the usual one, or else any that is free.
    """

    def __init__(self, desk: Desk, port: int | None) -> None:
        self._desk, self._port = desk, port
        self._runner: web.AppRunner | None = None
        self.address = ""

    async def start(self) -> str:
        """Begin; return the address of the page.

        Raises
        ------
        DeskError
            The port cannot be had; `BundleError` where the page cannot run the model.
        """
        host = self._desk.host
        self._runner = web.AppRunner(self._desk.application(), access_log=None, handler_cancellation=True)
        await self._runner.setup()
        for port in (DEFAULT_PORT, 0) if self._port is None else (self._port,):
            try:
                await web.TCPSite(self._runner, host, port).start()
                break
            except (OSError, OverflowError) as error:
                if self._port is None and port:
                    continue
                await self._runner.cleanup()
                reason = getattr(error, "strerror", None) or error
                raise DeskError(f"cannot listen on {host} port {port} ({reason}); choose another one") from None
        port = self._runner.addresses[0][1]
        shown = f"[{host}]" if ":" in host else host
        self.address = f"http://{shown}:{port}/{self._desk.token}/"
        return self.address

    async def stop(self) -> None:
        """End."""
        if self._runner is not None:
            await self._runner.cleanup()


async def serve(desk: Desk, port: int | None, stop: asyncio.Event, tell: Any) -> None:
    """Serve a desk until `stop` is set; `tell` takes the address. Raises `DeskError`."""
    running = Running(desk, port)
    address = await running.start()
    try:
        tell(address)
        await stop.wait()
    finally:
        await running.stop()
