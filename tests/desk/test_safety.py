"""Who may talk to the desk, and what a page can reach: at the level of HTTP, as an attacker would."""

import asyncio
import errno
import json
import os
from pathlib import Path

import pytest

from semeq.plugin import Controls
from semeq.words import WordSpace

from .conftest import ServedDesk, song
from .visitor import Socket, get, origin, post, talk

aiohttp = pytest.importorskip("aiohttp")

from semeq.desk import DeskError  # noqa: E402 - what follows needs aiohttp
from semeq.desk.serving import open_desk  # noqa: E402
from semeq.desk.serving.safety import Guard  # noqa: E402
from semeq.desk.serving.tracks import Tracks, plain_file_name  # noqa: E402

SPACE = WordSpace.open()


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
