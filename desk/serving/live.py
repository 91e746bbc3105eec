"""The desk on a running live host: what is dragged on a page, the host plays one block later."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from semeq.eq import FloatArray
from semeq.plugin import CONTROLS, Controls
from semeq.plugin.live import LiveDoor, LiveError
from semeq.plugin.midi import MapError
from semeq.words import BundleError, WordSpace

from ..errors import DeskError
from .app import Desk, Running
from .protocol import changed_controls, read_setting
from .session import Client, Session
from .tracks import Tracks

#: What the host's word is called while a setting made by hand is heard.
BY_HAND = "by hand"

_LOOK_S = 1 / 30
_METERS_EVERY = 3  # looks
_START_WITHIN_S = 20.0


class LiveSession(Session):
    """What the pages of a live desk share: the state is the host's, which knobs and keys move too."""

    live = True

    def __init__(self, door: LiveDoor, model: str | None) -> None:
        super().__init__(WordSpace.open(model), Tracks(), Controls(**door.values), Path(), model)
        self._door = door
        for name in ("render", "stop"):
            del self._actions[name]
        self._actions["learn"] = self._learn

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The life of the session: it looks at the host now and then."""
        looking = asyncio.create_task(self._look())
        try:
            async with super().running():
                yield
        finally:
            looking.cancel()

    def welcome(self) -> dict[str, Any]:
        """What a page is told first."""
        return {**super().welcome(), "mappings": list(self._door.mappings)}

    async def _change(self, client: Client, message: dict[str, Any]) -> None:
        hand = message.get("hand")
        setting = None if hand is None else read_setting(hand)
        controls = changed_controls(self.controls, message.get("controls", {}))
        shown: FloatArray | None = setting
        if setting is not None:
            controls = controls.changed(semantic=BY_HAND, to=None)
        elif message.get("setting") is not None:  # a blend while it is dragged: the page has worked it out
            setting = read_setting(message["setting"])
        if setting is not None and self._door.records:
            raise DeskError("a take is being recorded, and it holds words only: save the setting as a word first")
        if controls.adaptive and not self.controls.adaptive:
            raise DeskError("adaptive mode is chosen when the host starts: semeq live --adaptive")
        values = {name: getattr(controls, name) for name in CONTROLS}
        await asyncio.to_thread(self._door.change, values, setting)
        self.controls, self.hand = controls, shown
        self.changed(client)

    async def _save_word(self, client: Client, message: dict[str, Any]) -> None:
        await super()._save_word(client, message)
        self._door.space = self.space

    async def _learn(self, _client: Client, message: dict[str, Any]) -> None:
        control = CONTROLS.get(str(message.get("control")))
        if control is None or control.kind == "word":
            raise DeskError("a knob can learn a number or a switch")
        self._door.learn(control.name)
        self.tell_all({"type": "learning", "control": control.name, "state": "waiting"})

    async def _look(self) -> None:
        """Tell the pages what knobs and keys have moved, and the meters."""
        looks = 0
        while True:
            await asyncio.sleep(_LOOK_S)
            looks += 1
            values = self._door.values
            if values != {name: getattr(self.controls, name) for name in CONTROLS}:
                self.controls = Controls(**values)
                if values["semantic"] != BY_HAND:
                    self.hand = None
                self.changed()
            try:
                mapping = self._door.learnt()
            except MapError as error:
                self.tell_all({"type": "wrong", "about": "learn", "message": str(error)})
            else:
                if mapping is not None:
                    told = {"type": "learning", "control": mapping.control, "state": "learnt"}
                    self.tell_all({**told, "mappings": list(self._door.mappings)})
            if looks % _METERS_EVERY == 0 and self.clients:
                self.tell_all(self._meters())

    def _meters(self) -> dict[str, Any]:
        state = self._door.state()
        levels = [[max(round(db, 1), -120.0) for db in side] for side in state.levels_dbfs]
        return {
            "type": "meters",
            "levels": levels,
            "share": round(state.share, 4),
            "xruns": state.xruns,
            "midi": state.midi_messages,
            "description": state.description,
            "notice": state.notice,
        }


class LivePage:
    """The desk beside a live session, in a thread of its own: a `Companion`.

    Parameters
    ----------
    model : str or None
        The bundle, as the user named it.
    port : int or None
        0: any that is free; None: the usual one, or else any that is free.
    tell : callable
        Takes the line with the address.
    """

    def __init__(self, model: str | None, port: int | None, tell: Callable[[str], None]) -> None:
        self._model, self._port, self._tell = model, port, tell
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._started: Future[str] = Future()
        self._thread: threading.Thread | None = None

    def start(self, door: LiveDoor) -> None:
        """Begin to serve. Raises `LiveError` where the port cannot be had, or the page cannot run the model."""
        self._thread = threading.Thread(target=self._run, args=(door,), name="semeq-desk", daemon=True)
        self._thread.start()
        try:
            self._tell(f"the desk: {self._started.result(_START_WITHIN_S)}")
        except (BundleError, DeskError) as error:
            raise LiveError(str(error)) from None

    def stop(self) -> None:
        """End, and wait for it."""
        self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread is not None:
            self._thread.join(5.0)

    def _run(self, door: LiveDoor) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve(door))

    async def _serve(self, door: LiveDoor) -> None:
        session = LiveSession(door, self._model)
        running = Running(Desk(session.space, session.tracks, session), self._port)
        try:
            self._started.set_result(await running.start())
        except (BundleError, DeskError) as error:
            self._started.set_exception(error)
            return
        await self._stop.wait()
        await running.stop()


def open_page(model: str | None, port: int | None, tell: Callable[[str], None]) -> LivePage:
    """The page for `semeq live --desk`, which finds it by its entry point."""
    return LivePage(model, port, tell)
