"""The desk on a live host: a real JACK server, the host as a process of its own, and pages that move it."""

import asyncio
import time

import numpy as np
import pytest

from semeq.eq import Engine
from semeq.words import WordSpace

from ..plugin.live.playing import RATE, noise
from ..plugin.live.rig import Host, Knob, Rig, Server
from .test_safety import Socket, talk

pytestmark = pytest.mark.slow

SPACE = WordSpace.open()


@pytest.fixture(scope="module")
def server():
    running = Server()
    yield running
    running.stop()


@pytest.fixture
def live(server, tmp_path):
    """A host with a desk: the host, and the page's address."""
    pytest.importorskip("aiohttp")
    host = Host(
        *("-s", "warm", "--map", "21=morph", "--desk", "--desk-port", "0", "--plain"), server=server, folder=tmp_path
    )
    line = host.process.stdout.readline()
    assert line.startswith("the desk: "), (line, host.lines)
    yield host.ready(), line.removeprefix("the desk: ").strip()
    if host.process.poll() is None:
        host.end()


def settled_db(back, params, sent):
    """How far the end of what came back is from an engine at rest at a setting, in dB."""
    engine = Engine(RATE, 2)
    engine.jump(params, 0.0)
    wanted = engine.process(sent.astype(np.float64))[:, -RATE // 2 :]
    return 10 * np.log10(np.sum((back[:, -RATE // 2 :] - wanted) ** 2) / np.sum(wanted**2))


def ask(address, **changes):
    async def conversation(client):
        async with Socket(client, address) as page:
            await page.send("change", **changes)
            await asyncio.sleep(0.3)

    talk(conversation)


def test_what_a_page_asks_for_the_host_plays(server, live):
    host, address = live
    rig = Rig(server, host)
    try:
        blend = SPACE.decoder.decode(SPACE.latent("0.5 warm + 0.5 airy")).tolist()
        hand = [4.0, 120, -5, 400, 1, 0, 1000, 1, 3, 3000, 1, 0, 8000]
        cases = [
            ({"controls": {"semantic": "tinny"}}, SPACE.params("tinny", None, 0.0, 1.0)),
            (
                {"controls": {"semantic": "muddy", "to": "clear", "morph": 0.4, "intensity": 0.8}},
                SPACE.params("muddy", "clear", 0.4, 0.8),
            ),
            ({"controls": {"semantic": "a", "to": None, "intensity": 1.0}, "setting": blend}, np.array(blend)),
            ({"controls": {}, "hand": hand}, np.array(hand)),
            ({"controls": {"semantic": "warm and a bit airy"}}, SPACE.params("warm and a bit airy", None, 0, 1)),
        ]
        for changes, params in cases:
            ask(address, **changes)
            sent, back, whole = rig.play(noise(RATE), freewheel=True)
            assert whole
            assert settled_db(back, params, sent) < -100, changes
    finally:
        rig.close()
    assert host.end() == 0
    assert host.stats["stopped_by"] == "request"


def test_pages_and_knobs_stay_in_step(server, live):
    host, address = live
    knob = Knob(server)
    try:
        server.client("patch").connect("nano:nanoKONTROL2", host.port("midi"))

        async def conversation(client):
            async with Socket(client, address) as one, Socket(client, address) as two:
                assert one.hello["live"]
                assert one.hello["mappings"] == ["cc21=morph"]
                await one.send("change", controls={"to": "bright", "intensity": 0.5})
                assert (await two.next("state"))["controls"]["to"] == "bright"
                knob.send((0xB0, 21, 127))
                for page in (one, two):
                    while (await page.next("state"))["controls"]["morph"] != 1.0:
                        pass
                meters = await one.next("meters")
                assert len(meters["levels"]) == 2
                assert meters["xruns"] >= 0
                # MIDI learn: a knob of its own for the intensity.
                await two.send("learn", control="intensity")
                assert (await one.next("learning"))["state"] == "waiting"
                await two.next("learning")
                for value in range(20, 100, 3):
                    knob.send((0xB0, 74, value))
                    await asyncio.sleep(0.01)
                assert "ch1:cc74=intensity" in (await two.next("learning"))["mappings"]
                knob.send((0xB0, 74, 127))
                while (await one.next("state"))["controls"]["intensity"] != 2.0:
                    pass
                for wrong in ({"control": "semantic"}, {"control": 3}, {}):
                    await one.send("learn", **wrong)
                    assert "knob" in (await one.next("wrong"))["message"]
                await one.send("render", tracks=[1])
                assert "render" in (await one.next("wrong"))["message"]
                await one.send("change", controls={"adaptive": True})
                assert "--adaptive" in (await one.next("wrong"))["message"]
                await one.send("change", controls={"semantic": "no such word"})
                assert "unknown word" in (await one.next("wrong"))["message"]

        talk(conversation)
    finally:
        knob.close()
    assert host.end() == 0


def test_a_point_that_never_rests_does_not_stop_the_host(server, live, browser):
    """A browser drags the point while the host plays. Xruns are printed, for they depend on what else runs."""
    host, address = live
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("body.ready")
    page.wait_for_timeout(500)
    assert not page.is_visible("footer")
    box = page.locator("#map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    end, step = time.monotonic() + 4, 0
    while time.monotonic() < end:
        step += 1
        page.mouse.move(x + 200 * np.sin(step / 20), y + 150 * np.cos(step / 31))
    page.mouse.up()
    page.wait_for_timeout(400)
    text = page.evaluate("desk.store.state.semantic")
    assert " + " in text
    assert "xruns" in page.inner_text("#live")
    context.close()
    assert host.end() == 0
    stats = host.stats
    print(f"{step} steps; { ({name: stats[name] for name in ('xruns', 'slow_callbacks', 'late_targets')}) }")
    assert stats["stopped_by"] == "request"


def test_a_port_that_is_taken_is_one_sentence(server, live, tmp_path):
    _, address = live
    port = address.split(":")[2].split("/")[0]
    arguments = ("-s", "warm", "--desk", "--desk-port", port, "--plain")
    other = Host(*arguments, server=server, folder=tmp_path, name="other")
    assert other.end(how=None) == 1
    assert any("choose another one" in line for line in other.lines), other.lines
