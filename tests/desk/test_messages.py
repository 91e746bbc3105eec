"""What pages say to the desk: wrong, too much, too many at once."""

import asyncio

import pytest

from semeq.words import WordSpace

from .visitor import Socket, origin, talk

aiohttp = pytest.importorskip("aiohttp")


SPACE = WordSpace.open()


HOSTILE = [
    "",
    "{",
    "[]",
    "null",
    '"change"',
    "{}",
    '{"type": 3}',
    '{"type": "nothing"}',
    '{"type": "' + "x" * 5000 + '"}',
    "[" * 20_000,
    '{"type": "change", "controls": 3}',
    '{"type": "change", "controls": {"morph": 7}}',
    '{"type": "change", "controls": {"morph": NaN}}',
    '{"type": "change", "controls": {"morph": [1]}}',
    '{"type": "change", "controls": {"semantic": ""}}',
    '{"type": "change", "controls": {"semantic": null}}',
    '{"type": "change", "controls": {"__class__": 1}}',
    '{"type": "change", "controls": {"semantic": "' + "a" * 1000 + '"}}',
    '{"type": "change", "hand": [1, 2]}',
    '{"type": "change", "hand": "flat"}',
    '{"type": "change", "hand": [1e999, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}',
    '{"type": "understand"}',
    '{"type": "understand", "text": "no such word anywhere"}',
    '{"type": "understand", "text": "\\u0000"}',
    '{"type": "save-word", "name": "not", "setting": [6, 100, 0, 300, 1, 0, 1000, 1, 0, 3000, 1, 0, 8000]}',
    '{"type": "save-word", "name": "../../x", "setting": [6, 100, 0, 300, 1, 0, 1000, 1, 0, 3000, 1, 0, 8000]}',
    '{"type": "save-word", "name": "nothing", "setting": [0, 100, 0, 300, 1, 0, 1000, 1, 0, 3000, 1, 0, 8000]}',
    '{"type": "save-preset", "name": "../evil"}',
    '{"type": "eq-text", "format": "exe", "setting": []}',
    '{"type": "eq-text", "format": "apo", "setting": []}',
    '{"type": "render"}',
    '{"type": "render", "tracks": [1], "controls": {"semantic": "no such word"}}',
]


def test_every_wrong_message_is_one_sentence(served, tmp_path, monkeypatch):
    monkeypatch.setenv("SEMEQ_PRESETS", str(tmp_path / "presets"))

    async def conversation(client):
        async with Socket(client, served.address) as page:
            for text in HOSTILE:
                await page.socket.send_str(text)
                wrong = await page.next("wrong")
                assert 5 < len(wrong["message"]) < 400, text[:80]
                assert "\n" not in wrong["message"]
                assert "Traceback" not in wrong["message"]
            await page.socket.send_bytes(b"\x00")
            assert await page.next("wrong")
            await page.send("understand", text="warm")
            assert (await page.next("understood"))["error_db"] == 0

    talk(conversation)
    assert not list(tmp_path.rglob("*.toml"))


def test_a_huge_message_ends_its_connection_only(served):
    async def conversation(client):
        async with Socket(client, served.address) as other:
            async with Socket(client, served.address) as page:
                await page.socket.send_str('{"type": "understand", "text": "' + "a" * 200_000 + '"}')
                closed = await page.socket.receive(timeout=10)
                assert closed.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
                assert page.socket.close_code == 1009
            await other.send("understand", text="airy")
            assert await other.next("understood")

    talk(conversation)


def test_ten_thousand_changes_arrive_as_their_last_and_hold_nobody_up(served):
    async def conversation(client):
        async with Socket(client, served.address) as flood, Socket(client, served.address) as other:
            for n in range(10_000):
                await flood.send("change", controls={"morph": n / 9999, "to": "airy"})
            await other.send("understand", text="crisp")
            assert await other.next("understood")
            told = 0
            while True:
                state = await other.next("state")
                told += 1
                if state["controls"]["morph"] == 1.0:
                    break
            assert told < 2000
            await flood.send("change", controls={"morph": 0.0, "to": None})

    talk(conversation)


def test_two_pages_stay_in_step(served):
    async def conversation(client):
        async with Socket(client, served.address) as one, Socket(client, served.address) as two:
            await one.send("change", controls={"semantic": "muddy", "intensity": 0.7})
            state = await two.next("state")
            assert (state["controls"]["semantic"], state["controls"]["intensity"]) == ("muddy", 0.7)
            hand = [6, 100, 0, 300, 1, 0, 1000, 1, 0, 3000, 1, 0, 8000]
            await two.send("change", controls={}, hand=hand)
            assert (await one.next("state"))["hand"] == hand
            async with Socket(client, served.address) as three:
                assert three.hello["hand"] == hand
            await two.send("change", controls={"semantic": "warm", "intensity": 1.0})

    talk(conversation)


def test_clients_that_vanish_are_forgotten(served):
    async def conversation(client):
        for _ in range(30):
            reader, writer = await asyncio.open_connection("127.0.0.1", int(served.address.split(":")[2].split("/")[0]))
            writer.write(
                f"GET /{served.address.split('/')[3]}/socket HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\n"
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
            )
            await writer.drain()
            assert b"101" in await reader.readline()
            writer.transport.abort()
        for _ in range(100):
            if not served.desk.session.clients:
                break
            await asyncio.sleep(0.05)
        assert not served.desk.session.clients
        async with Socket(client, served.address) as page:
            assert page.hello["version"] == 1

    talk(conversation)


def test_more_pages_than_can_be_are_told_so(served):
    async def conversation(client):
        async def one_more(left):
            async with Socket(client, served.address):
                if left:
                    return await one_more(left - 1)
                with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
                    await client.ws_connect(f"{served.address}socket", origin=origin(served.address))
                return caught.value.status

        assert await one_more(15) == 503

    talk(conversation)
