"""Who may talk to the desk, and what a page can reach: at the level of HTTP, as an attacker would."""

import asyncio
import errno
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import soundfile

from semeq.plugin import Controls
from semeq.words import WordSpace

from .conftest import RATE_HZ, ServedDesk, song

aiohttp = pytest.importorskip("aiohttp")

from semeq.desk import DeskError  # noqa: E402 - what follows needs aiohttp
from semeq.desk.serving import open_desk  # noqa: E402
from semeq.desk.serving.safety import Guard  # noqa: E402
from semeq.desk.serving.tracks import Tracks, plain_file_name  # noqa: E402

SPACE = WordSpace.open()


def talk(conversation):
    """Run a conversation, a coroutine function that takes a client session."""

    async def main():
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(30)) as client:
            return await conversation(client)

    # In a thread of its own: where a browser runs beside, this one has a loop already.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, main()).result()


def get(url, **headers):
    async def conversation(client):
        async with client.get(url, headers=headers) as answer:
            return answer.status, answer.headers, await answer.read()

    return talk(conversation)


def post(url, data=b"", **headers):
    async def conversation(client):
        async with client.post(url, data=data, headers=headers) as answer:
            return answer.status, await answer.text()

    return talk(conversation)


def origin(address):
    return "/".join(address.split("/")[:3])


class Socket:
    """A page's connection."""

    def __init__(self, client, address):
        self._entering = client.ws_connect(f"{address}socket", origin=origin(address), max_msg_size=0)

    async def __aenter__(self):
        self.socket = await self._entering.__aenter__()
        self.hello = await self.next("hello")
        return self

    async def __aexit__(self, *what):
        await self._entering.__aexit__(*what)

    async def send(self, kind, **fields):
        await self.socket.send_str(json.dumps({"type": kind, **fields}))

    async def next(self, *kinds):
        """The next message of a kind."""
        while True:
            message = await self.socket.receive(timeout=20)
            assert message.type == aiohttp.WSMsgType.TEXT, message
            found = json.loads(message.data)
            if found["type"] in kinds:
                return found


# ------------------------------------------------------------------------------------------------------- who may talk


def test_the_page_needs_the_token(served):
    root = origin(served.address)
    assert get(served.address)[0] == 200
    for path in ("/", "/index.html", "/wrong/", "/wrong/model.json", "/wrong/socket", "/wrong/tracks/1"):
        assert get(root + path)[0] == 404


def test_another_host_name_is_refused(served):
    """DNS rebinding: the attacker's name resolves to this machine, and the browser sends that name."""
    assert get(served.address, Host="evil.example:80")[0] == 403
    port = served.address.split("/")[2].split(":")[1]
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}"):
        assert get(served.address, Host=host)[0] == 200


@pytest.mark.parametrize("host", ["", "evil.example", "127.0.0.1.evil.example", "[bad", "a" * 5000])
def test_names_that_are_not_this_machine_s(host):
    assert not Guard("token", "127.0.0.1").allows_host(host)


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://evil.example"}, {"Origin": "null"}])
def test_what_comes_from_another_page_changes_nothing(served, headers):
    status, _ = post(f"{served.address}tracks?name=a.wav", b"x", **headers)
    assert status == 403

    async def conversation(client):
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await client.ws_connect(f"{served.address}socket", headers=headers)
        assert caught.value.status == 403

    talk(conversation)


def test_headers_are_strict(served):
    for path in ("", "main.js", "model.json", "tracks/1", "nothing"):
        _, headers, _ = get(served.address + path)
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"


# --------------------------------------------------------------------------------------------------- what can be read


@pytest.mark.parametrize(
    "path",
    [
        "../../../etc/passwd",
        "..%2f..%2fsession.py",
        "%2e%2e/app.py",
        "vendor/..%2f..%2f__init__.py",
        "vendor/../../errors.py",
        "tracks/..%2f1",
        "tracks/0",
        "tracks/999",
        "tracks/-1",
        "tracks/1%00",
        "tracks/١",
        "style.css%00.js",
        ".git/config",
        "vendor/",
    ],
)
def test_no_path_leads_out_of_the_page(served, path):
    async def conversation(client):
        from yarl import URL

        async with client.get(URL(served.address + path, encoded=True)) as answer:
            return answer.status, await answer.read()

    status, content = talk(conversation)
    assert status in (400, 403, 404)
    assert b"root:" not in content
    assert b"import" not in content


def test_links_out_of_a_named_folder_are_left_out(tmp_path):
    secret = song(tmp_path / "secret")[0]
    folder = tmp_path / "named"
    inside = song(folder)[0]
    (folder / "out.wav").symlink_to(secret)
    (folder / "in.wav").symlink_to(inside)
    (folder / "away").symlink_to(tmp_path / "secret", target_is_directory=True)
    (folder / "gone.wav").symlink_to(tmp_path / "nothing.wav")
    tracks = Tracks([folder])
    assert sorted(track.name for track in tracks) == ["in.wav", "noise.wav", "tones.wav"]
    assert any("out.wav" in line and "link" in line for line in tracks.left_out)
    named = Tracks([folder / "out.wav"])
    assert [track.name for track in named] == ["out.wav"], "a link that the user named is meant"


def test_a_file_that_becomes_a_link_is_not_followed(tmp_path):
    secret, named = song(tmp_path / "secret")[0], song(tmp_path / "music")[0]
    tracks = Tracks([named])
    assert tracks.get(1).name == "noise.wav"
    named.unlink()
    named.symlink_to(secret)
    with pytest.raises(DeskError, match="another file"):
        tracks.get(1)


def test_folders_above_the_named_one_stay_closed(tmp_path):
    song(tmp_path / "music")
    tracks = Tracks([tmp_path / "music" / "noise.wav"])
    assert [track.name for track in tracks] == ["noise.wav"]


def test_a_render_takes_tracks_by_number_only(served):
    async def conversation(client):
        async with Socket(client, served.address) as page:
            for tracks in ([], ["/etc/passwd"], [0], [99], "1", None, [True], [1.5], [[1]]):
                await page.send("render", tracks=tracks)
                assert "track" in (await page.next("wrong"))["message"]

    talk(conversation)


# ----------------------------------------------------------------------------------------------------------- uploads


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a.wav", "a.wav"),
        ("../../evil.wav", "evil.wav"),
        ("C:\\music\\é mix.flac", "é mix.flac"),
        ("..wav.wav", "wav.wav"),
        ("a\x00b\n.WAV", "a_b_.wav"),
        ("x" * 400 + ".wav", "x" * 100 + ".wav"),
    ],
)
def test_names_of_dropped_files_are_plain(name, kept):
    assert plain_file_name(name) == kept


@pytest.mark.parametrize("name", ["", ".wav", "a", "a.py", "a.wav/", "a.html", "a.toml", "."])
def test_what_is_not_audio_by_its_name_is_refused(name):
    with pytest.raises(DeskError):
        plain_file_name(name)


def test_uploads_are_checked_and_leave_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temp"))
    (tmp_path / "temp").mkdir()
    good = song(tmp_path / "music", 0.5)[0].read_bytes()
    desk = open_desk(SPACE, Controls("warm"), (), tmp_path / "out", None, "127.0.0.1")
    with ServedDesk(lambda: desk) as address:
        headers = {"Origin": origin(address)}
        status, text = post(f"{address}tracks?name=good.wav", good, **headers)
        assert (status, json.loads(text)["name"]) == (200, "good.wav")
        number = json.loads(text)["track"]
        assert get(f"{address}tracks/{number}")[2] == good
        stored = [path for path in (tmp_path / "temp").rglob("*") if path.is_file()]
        for name, content in (("bad.wav", b"<html>"), ("cut.wav", good[:200]), ("empty.wav", b""), ("a.exe", good)):
            status, text = post(f"{address}tracks?name={name}", content, **headers)
            assert status == 400
            assert name in json.loads(text)["error"]
            assert str(tmp_path) not in text
        assert [path for path in (tmp_path / "temp").rglob("*") if path.is_file()] == stored
    assert not list((tmp_path / "temp").iterdir()), "what was dropped is gone with the desk"


def test_uploads_have_a_limit(tmp_path, monkeypatch):
    monkeypatch.setattr("semeq.desk.serving.tracks.MOST_UPLOAD_BYTES", 1 << 20)
    monkeypatch.setattr("semeq.desk.serving.tracks.MOST_UPLOADS", 2)
    tracks = Tracks()

    async def chunks(content):
        for start in range(0, len(content), 1 << 16):
            yield content[start : start + (1 << 16)]

    good = song(tmp_path, 0.5)[0].read_bytes()
    with pytest.raises(DeskError, match="1 MB together"):
        asyncio.run(tracks.upload("big.wav", chunks(good * 20)))
    for _ in range(2):
        asyncio.run(tracks.upload("good.wav", chunks(good)))
    with pytest.raises(DeskError, match="2 files were dropped already"):
        asyncio.run(tracks.upload("third.wav", chunks(good)))
    tracks.close()


def test_a_full_disk_is_one_message_and_the_desk_lives(tmp_path, monkeypatch):
    desk = open_desk(SPACE, Controls("warm"), (), tmp_path / "out", None, "127.0.0.1")
    good = song(tmp_path / "music", 0.5)[0].read_bytes()
    with ServedDesk(lambda: desk) as address:
        headers = {"Origin": origin(address)}
        with monkeypatch.context() as patched:
            patched.setattr("pathlib.Path.open", lambda *given, **options: FullDisk(*given, **options))
            status, text = post(f"{address}tracks?name=good.wav", good, **headers)
        assert status == 400
        assert json.loads(text)["error"] == f"good.wav: cannot be stored ({os.strerror(errno.ENOSPC)})"
        assert post(f"{address}tracks?name=good.wav", good, **headers)[0] == 200


class FullDisk:
    """`Path.open` where the disk has no room for good.wav."""

    def __init__(self, path, mode="r", *rest, **options):
        self._file = open(path, mode, *rest, **options)  # noqa: PTH123, SIM115 - pathlib's own is replaced by this
        self._full = "w" in mode and Path(path).name == "good.wav"

    def __enter__(self):
        return self

    def __exit__(self, *_what):
        self._file.close()

    def __getattr__(self, name):
        return getattr(self._file, name)

    def write(self, content):
        if self._full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._file.write(content)


# ---------------------------------------------------------------------------------------------------------- messages

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


# ------------------------------------------------------------------------------------------------------------ renders


def test_a_render_is_what_semeq_process_makes(served, tmp_path):
    from click.testing import CliRunner

    from semeq.plugin.cli import semeq

    async def conversation(client):
        async with Socket(client, served.address) as page:
            tracks = [track["track"] for track in page.hello["tracks"]]
            controls = {"semantic": "warm", "to": "airy", "morph": 0.3, "intensity": 1.2, "level_match": True}
            await page.send("render", tracks=tracks, controls=controls, stems=True, replace=True)
            done = await page.next("rendered", "wrong")
            assert done["type"] == "rendered", done
            return [file["output"] for file in done["files"]]

    outputs = talk(conversation)
    stems = [str(track.path) for track in served.desk.tracks]
    options = ["-s", "warm", "--to", "airy", "--morph", "0.3", "--intensity", "1.2", "--level-match", "--stems"]
    done = CliRunner().invoke(semeq, ["process", *stems, *options, "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert len(outputs) == 2
    for output in outputs:
        assert Path(output).read_bytes() == (tmp_path / Path(output).name).read_bytes()


def test_a_setting_by_hand_is_rendered_as_it_is(served):
    import numpy as np

    from semeq.eq import Engine

    hand = np.array([3.0, 120, -4, 400, 1.2, 2, 2000, 0.8, 0, 5000, 1, -3, 9000])

    async def conversation(client):
        async with Socket(client, served.address) as page:
            track = page.hello["tracks"][0]["track"]
            controls = {"intensity": 0.5, "level_match": False}
            await page.send("render", tracks=[track], controls=controls, hand=hand.tolist(), replace=True)
            return (await page.next("rendered"))["files"][0]

    file = talk(conversation)
    source, _ = soundfile.read(next(iter(served.desk.tracks)).path)
    found, _ = soundfile.read(file["output"])
    engine = Engine(RATE_HZ, 2)
    scaled = hand.copy()
    scaled[[0, 2, 5, 8, 11]] *= 0.5
    engine.jump(scaled, 0.0)
    np.testing.assert_allclose(found, engine.process(np.ascontiguousarray(source.T)).T, atol=3e-7)


def test_a_render_that_is_there_is_not_replaced_unasked(served):
    async def conversation(client):
        async with Socket(client, served.address) as page:
            track = page.hello["tracks"][0]["track"]
            for word, replace, status in (("dark", True, "done"), ("harsh", False, "failed"), ("harsh", True, "done")):
                await page.send("render", tracks=[track], controls={"semantic": word}, replace=replace)
                file = (await page.next("rendered"))["files"][0]
                assert file["status"] == status, file

    talk(conversation)


def test_words_and_presets_are_saved(served, tmp_path, monkeypatch):
    from semeq.presets import PresetStore, read_own_words

    monkeypatch.setenv("SEMEQ_PRESETS", str(tmp_path / "presets"))
    monkeypatch.setenv("SEMEQ_WORDS", str(tmp_path / "words.toml"))
    hand = [5.0, 120, -4, 400, 1.2, 2, 2000, 0.8, 0, 5000, 1, -3, 9000]

    async def conversation(client):
        async with Socket(client, served.address) as page:
            await page.send("save-word", name="Vocals OK", setting=hand, about="by hand")
            assert (await page.next("saved", "wrong"))["name"] == "vocals ok"
            await page.send("save-word", name="vocals ok", setting=hand)
            assert "already" in (await page.next("wrong"))["message"]
            await page.send("understand", text="vocals ok")
            assert len((await page.next("understood"))["latent"]) == 32
            await page.send("change", controls={"semantic": "vocals ok", "intensity": 0.5})
            await page.send("save-preset", name="mine")
            assert (await page.next("saved", "wrong"))["what"] == "preset"
            await page.send("render", tracks=[1], controls={}, replace=True)
            assert (await page.next("rendered"))["files"][0]["status"] == "done"
            await page.send("change", controls={"semantic": "warm", "intensity": 1.0})

    talk(conversation)
    assert [word.name for word in read_own_words()] == ["vocals ok"]
    assert PresetStore().read("mine").semantic == "vocals ok"
    assert b'"vocals ok"' in get(f"{served.address}model.json")[2]
