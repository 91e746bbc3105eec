"""A desk that runs beside the test, and a browser that looks at it."""

from __future__ import annotations

import asyncio
import shutil
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile

from semeq.plugin import Controls
from semeq.words import WordSpace

RATE_HZ = 48_000


def song(folder: Path, seconds: float = 3.0) -> list[Path]:
    """Two short stems: noise falling by 3 dB an octave or so, and a few tones."""
    random = np.random.default_rng(5)
    frames = int(seconds * RATE_HZ)
    spectrum = np.fft.rfft(random.normal(0, 1, (2, frames)))
    spectrum[:, 1:] /= np.sqrt(np.arange(1, spectrum.shape[1]) / 100 + 1)
    noise = np.fft.irfft(spectrum, frames)
    times = np.arange(frames) / RATE_HZ
    tones = sum(np.sin(2 * np.pi * hz * times) for hz in (55.0, 220.0, 1760.0, 7040.0))
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, audio in (
        ("noise.wav", 0.1 * noise / np.abs(noise).max()),
        ("tones.wav", np.stack([tones, tones]) * 0.05),
    ):
        soundfile.write(folder / name, audio.T, RATE_HZ, subtype="PCM_24")
        paths.append(folder / name)
    return paths


@dataclass
class Served:
    """A desk and where it is."""

    address: str
    out: Path
    desk: object


class ServedDesk:
    """Runs a desk in a thread of its own."""

    def __init__(self, make) -> None:
        self._make = make
        self._started: Future[str] = Future()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        from semeq.desk.serving import Running

        async def main() -> None:
            self._stop = asyncio.Event()
            running = Running(self._make(), 0)
            try:
                self._started.set_result(await running.start())
            except Exception as error:
                self._started.set_exception(error)
                return
            await self._stop.wait()
            await running.stop()

        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(main())

    def __enter__(self) -> str:
        self._thread.start()
        return self._started.result(20)

    def __exit__(self, *_exception: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)
        assert not self._thread.is_alive()


def until(page, expression: str, seconds: float = 25.0) -> None:
    """Wait for something of the page: Playwright's own way needs eval, which the page's policy forbids."""
    end = time.monotonic() + seconds
    while not page.evaluate(f"!!({expression})"):
        assert time.monotonic() < end, f"not within {seconds} s: {expression}"
        page.wait_for_timeout(20)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A desk on two stems."""
    pytest.importorskip("aiohttp")
    from semeq.desk.serving import open_desk

    folder = tmp_path_factory.mktemp("desk")
    files = song(folder / "stems")
    kept: list[object] = []

    def make():
        kept.append(open_desk(WordSpace.open(), Controls("warm"), tuple(files), folder / "out", None, "127.0.0.1"))
        return kept[0]

    with ServedDesk(make) as address:
        yield Served(address, folder / "out", kept[0])


@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium, without a window. Of a module only: its driver keeps an event loop running in this thread."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as driver:
        arguments = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        browser = driver.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        browser.close()


#: Puts a page back to where it begins, which takes a hundredth of the time of loading it anew.
AS_AT_FIRST = """() => {
  document.getElementById("sheet").close();
  desk.player.pause();
  if (desk.player.comparing) desk.player.compare(false);
  for (const track of desk.player.tracks.filter((t) => !t.number)) desk.player.remove(track);
  for (const track of desk.player.tracks) track.solo = track.muted = false;
  desk.player.setLoop({ on: true, start: 0, end: 0 });
  desk.player.seek(0);
  desk.map.wholeMap();
  const first = { semantic: "warm", to: null, morph: 0, intensity: 1, output_db: 0, bypass: false, hand: null };
  desk.store.set({ ...first, level_match: true, adaptive: false });
  desk.store.past = [];
  desk.store.future = [];
  desk.touched = false;
  document.activeElement.blur();
}"""


@pytest.fixture(scope="module")
def loaded(browser, served):
    """The page of a desk, loaded, and what the browser complains about."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.set_default_timeout(25_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"{served.address}#semantic=warm")
    page.wait_for_selector("body.ready")
    until(page, "desk.link.open && desk.player.tracks.length === 2")
    yield page, complaints
    context.close()


@pytest.fixture
def page(loaded):
    """The page as it is at first. A complaint of the browser fails the test."""
    page, complaints = loaded
    page.evaluate(AS_AT_FIRST)
    yield page
    found = complaints.copy()
    complaints.clear()
    assert not found
