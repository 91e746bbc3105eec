"""What the pages of one desk share: the controls, the words, a render at a time; and what each message does."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from semeq.eq import FloatArray, curve, rms_db
from semeq.eq.formats import WRITERS
from semeq.plugin import ControlError, Controls, make_preset
from semeq.plugin.batch import opened
from semeq.presets import OwnWord, PresetError, PresetStore, read_own_words, write_own_words
from semeq.words import UnknownWordError, VocabularyError, WordSpace, own_word_name

from ..errors import DeskError
from .protocol import (
    PROTOCOL_VERSION,
    changed_controls,
    described,
    read_message,
    read_number,
    read_setting,
    read_text,
)
from .rendering import RenderJob, Stopped, outcome_data
from .tracks import Tracks

Send = Callable[[dict[str, Any]], Awaitable[bool]]

#: How often what changed is passed on: more often than a screen shows it would be waste.
PASS_ON_S = 1 / 40
_MOST_WAITING = 64


class Client:
    """One page. What it is told waits in a short queue; the state is not queued, but sent as it is then."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.waiting: asyncio.Queue[dict[str, Any]] = asyncio.Queue(_MOST_WAITING)
        self.knows_state = True
        self.task: asyncio.Task[None] | None = None

    def tell(self, message: dict[str, Any]) -> None:
        """Send soon; a page that does not read loses the newest."""
        with contextlib.suppress(asyncio.QueueFull):
            self.waiting.put_nowait(message)


class Session:
    """What the pages of one desk share.

    Parameters
    ----------
    space : WordSpace
    tracks : Tracks
    controls : Controls
        At the start.
    out : Path
        Where renders go.
    model : str or None
        The bundle, as the user named it.
    """

    live = False

    def __init__(self, space: WordSpace, tracks: Tracks, controls: Controls, out: Path, model: str | None) -> None:
        self.space, self.tracks, self.controls = space, tracks, controls
        self.hand: FloatArray | None = None
        self.clients: set[Client] = set()
        self.words_changed = False
        self.out, self.model = out, model
        self._rendering: asyncio.Task[None] | None = None
        self._stop = threading.Event()
        self._actions: dict[str, Callable[[Client, dict[str, Any]], Awaitable[None]]] = {
            "change": self._change,
            "understand": self._understand,
            "render": self._render,
            "stop": self._stop_render,
            "save-word": self._save_word,
            "save-preset": self._save_preset,
            "eq-text": self._eq_text,
        }

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The life of the session."""
        try:
            yield
        finally:
            self._stop.set()
            for client in list(self.clients):
                self.leave(client)
            if self._rendering is not None:
                with contextlib.suppress(Exception):
                    await asyncio.wait_for(self._rendering, 10)

    # ---------------------------------------------------------------------------------------------- clients

    def join(self, client: Client) -> None:
        """Take a page in."""
        self.clients.add(client)
        client.tell(self.welcome())
        client.task = asyncio.create_task(self._serve(client))

    def leave(self, client: Client) -> None:
        """A page is gone."""
        self.clients.discard(client)
        if client.task is not None:
            client.task.cancel()

    def welcome(self) -> dict[str, Any]:
        """What a page is told first."""
        return {
            "type": "hello",
            "version": PROTOCOL_VERSION,
            "live": self.live,
            "formats": list(WRITERS),
            "out": str(self.out),
            "tracks": [track.described() for track in self.tracks],
            "left_out": self.tracks.left_out,
            **self.state(),
        }

    def state(self) -> dict[str, Any]:
        """The controls, and the setting made by hand."""
        return {"controls": described(self.controls), "hand": None if self.hand is None else self.hand.tolist()}

    async def _serve(self, client: Client) -> None:
        """Send what waits, and the state where it changed, until the page is gone."""
        while True:
            try:
                message = await asyncio.wait_for(client.waiting.get(), PASS_ON_S)
            except asyncio.TimeoutError:
                if client.knows_state:
                    continue
                client.knows_state = True
                message = {"type": "state", **self.state()}
            if not await client.send(message):
                self.clients.discard(client)
                return

    def tell_all(self, message: dict[str, Any]) -> None:
        """Tell every page."""
        for client in self.clients:
            client.tell(message)

    def tell_tracks(self) -> None:
        """Tell every page which tracks there are."""
        self.tell_all({"type": "tracks", "tracks": [track.described() for track in self.tracks]})

    async def receive(self, client: Client, text: str) -> None:
        """Do what a message asks for; what is wrong with it is one sentence to its page."""
        kind = ""
        try:
            kind, message = read_message(text)
            action = self._actions.get(kind)
            if action is None:
                raise DeskError(f"there is no message {kind[:40]!r}; this desk speaks version {PROTOCOL_VERSION}")
            await action(client, message)
        except (DeskError, ControlError, PresetError, UnknownWordError, VocabularyError) as error:
            client.tell({"type": "wrong", "about": kind[:40], "message": str(error)})
        except OSError as error:
            client.tell({"type": "wrong", "about": kind[:40], "message": f"{error.strerror or error}"})

    # ---------------------------------------------------------------------------------------------- messages

    async def _change(self, client: Client, message: dict[str, Any]) -> None:
        hand = message.get("hand")
        setting = None if hand is None else read_setting(hand)
        self.controls = changed_controls(self.controls, message.get("controls", {}))
        self.hand = setting
        self.changed(client)

    def changed(self, by: Client | None = None) -> None:
        """Let the other pages know."""
        for client in self.clients:
            if client is not by:
                client.knows_state = False

    async def _understand(self, client: Client, message: dict[str, Any]) -> None:
        text = read_text(message, "text", 400)
        found = await asyncio.to_thread(self.space.understand, text)
        client.tell(
            {
                "type": "understood",
                "text": text,
                "as": str(found.phrase),
                "latent": [round(float(v), 7) for v in found.latent],
                "error_db": round(found.error_db, 3),
                "remarks": self.space.remarks(text),
            }
        )

    async def _eq_text(self, client: Client, message: dict[str, Any]) -> None:
        writer = WRITERS.get(str(message.get("format")))
        if writer is None:
            raise DeskError(f"there is no such format; there are {', '.join(WRITERS)}")
        setting = read_setting(message.get("setting"), doubled=True)
        level = read_number(message, "output_db", -48, 48)
        title = read_text(message, "title", 400) if message.get("title") else ""
        client.tell({"type": "eq-text", "format": message["format"], "text": writer(setting, level, title)})

    async def _save_word(self, client: Client, message: dict[str, Any]) -> None:
        name, setting = own_word_name(read_text(message, "name", 40)), read_setting(message.get("setting"))
        about = read_text(message, "about", 400) if message.get("about") else "made on the desk"
        if name in self.space.vocabulary and message.get("overwrite") is not True:
            raise DeskError(f"there is a word {name!r} already")
        if float(rms_db(curve(setting))) < 0.05:
            raise DeskError("the setting is flat: there is nothing to name")

        def save() -> WordSpace:
            kept = [word for word in read_own_words() if word.name != name]
            write_own_words([*kept, OwnWord(name, setting, about)])
            opened.cache_clear()  # renders in this process are to know the word too
            return WordSpace.open(self.model)

        self.space = await asyncio.to_thread(save)
        self.words_changed = True
        client.tell({"type": "saved", "what": "word", "name": name})
        self.tell_all({"type": "words"})

    async def _save_preset(self, client: Client, message: dict[str, Any]) -> None:
        name = read_text(message, "name", 60)
        if self.hand is not None:
            raise DeskError("a preset holds words: save the setting as a word of your own first")
        self.space.table(self.controls.semantic, self.controls.to)  # unknown words are no preset
        preset = make_preset(self.controls, model=self.model)
        path = PresetStore().save(name, preset, message.get("overwrite") is True)
        client.tell({"type": "saved", "what": "preset", "name": path.stem})

    # ----------------------------------------------------------------------------------------------- renders

    async def _render(self, client: Client, message: dict[str, Any]) -> None:
        if self._rendering is not None and not self._rendering.done():
            raise DeskError("a render is under way; stop it, or wait")
        controls = changed_controls(self.controls, message.get("controls", {}))
        hand = message.get("hand")
        job = RenderJob(
            self.tracks.chosen(message.get("tracks")),
            controls,
            self.out,
            self.model,
            None if hand is None else read_setting(hand),
            stems=message.get("stems") is True,
            replace=message.get("replace") is True,
        )
        if hand is None:
            await asyncio.to_thread(self.space.table, controls.semantic, controls.to)  # unknown words end it here
        self._stop.clear()
        self._rendering = asyncio.create_task(self._run(client, job))

    async def _stop_render(self, _client: Client, _message: dict[str, Any]) -> None:
        self._stop.set()

    async def _run(self, client: Client, job: RenderJob) -> None:
        loop = asyncio.get_running_loop()
        last = 0.0

        def watch(name: str, done: int, total: int) -> None:
            nonlocal last
            now = loop.time()
            if now - last > PASS_ON_S or done >= total:
                last = now
                told = {"type": "progress", "name": name, "done": done, "total": total}
                loop.call_soon_threadsafe(client.tell, told)

        try:
            outcomes = await asyncio.to_thread(job.render, watch, self._stop)
        except Stopped:
            client.tell({"type": "rendered", "stopped": True, "files": []})
        except Exception as error:  # whatever it is, the page must not wait for ever
            client.tell({"type": "wrong", "about": "render", "message": str(error)})
        else:
            files = [outcome_data(outcome) for outcome in outcomes]
            client.tell({"type": "rendered", "stopped": False, "files": files})
