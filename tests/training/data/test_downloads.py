"""`semeq-train data fetch`: what it stores is what the readers look for, and is what was published."""

import hashlib
import threading
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from semeq.training import DataError
from semeq.training.cli import main
from semeq.training.data.downloads import DOWNLOADS, fetch
from semeq.training.data.readers.socialfx import read_socialfx
from semeq.training.data.sources import locate_data
from semeq.words import load_bundle


class Quiet(SimpleHTTPRequestHandler):
    """A server that keeps its log to itself."""

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def served(tmp_path):
    """A folder, and the address at which its files are served."""
    folder = tmp_path / "served"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def at(download, url, content):
    """The download from another address, with the digest of other content."""
    return replace(download, url=url, sha256=hashlib.sha256(content).hexdigest())


def test_the_targets_are_where_the_readers_look(tmp_path):
    for download in DOWNLOADS:
        target = tmp_path / download.target
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(b"")
    settings, described = locate_data(tmp_path)
    assert {settings, described} == {tmp_path / download.target for download in DOWNLOADS}


def test_every_download_has_a_digest():
    for download in DOWNLOADS:
        assert len(bytes.fromhex(download.sha256)) == 32
        assert download.url.startswith("http")


def test_the_shipped_model_learnt_from_the_published_socialfx_file():
    published = next(download for download in DOWNLOADS if download.name == "socialfx")
    assert load_bundle().metadata["data"]["socialfx"]["sha256"] == published.sha256


def test_the_real_socialfx_file_has_the_digest(data_dir):
    published = next(download for download in DOWNLOADS if download.name == "socialfx")
    path = data_dir / published.target
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    assert read_socialfx(path).sha256 == published.sha256


@pytest.mark.parametrize("download", DOWNLOADS, ids=lambda download: download.name)
def test_a_file_with_its_digest_is_stored_under_its_name(download, served, tmp_path):
    folder, url = served
    (folder / "file").write_bytes(b"the data\r\n")
    path, digest = fetch(at(download, f"{url}/file", b"the data\r\n"), tmp_path / "data")
    assert path == tmp_path / "data" / download.target
    assert path.read_bytes() == b"the data\r\n"
    assert digest == hashlib.sha256(b"the data\r\n").hexdigest()


@pytest.mark.parametrize("download", DOWNLOADS, ids=lambda download: download.name)
def test_another_file_is_refused_and_not_kept(download, served, tmp_path):
    folder, url = served
    (folder / "file").write_bytes(b"not the data")
    with pytest.raises(DataError, match="is not the published one; download it from") as caught:
        fetch(at(download, f"{url}/file", b"the data"), tmp_path / "data")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "data" / download.target).exists()


def test_a_wrong_file_that_lies_there_already_is_fetched_again(served, tmp_path):
    folder, url = served
    (folder / "file").write_bytes(b"the data")
    target = tmp_path / DOWNLOADS[1].target
    target.parent.mkdir()
    target.write_bytes(b"cut off")
    path, _ = fetch(at(DOWNLOADS[1], f"{url}/file", b"the data"), tmp_path)
    assert path.read_bytes() == b"the data"


def test_the_command_says_what_it_could_not_fetch_and_keeps_the_rest(served, tmp_path, monkeypatch, capsys):
    folder, url = served
    (folder / "good").write_bytes(b"good")
    (folder / "bad").write_bytes(b"bad")
    first, second = (
        at(download, f"{url}/{name}", b"good") for download, name in zip(DOWNLOADS, ("good", "bad"), strict=True)
    )
    monkeypatch.setattr("semeq.training.commands.data.DOWNLOADS", (first, second))
    with pytest.raises(SystemExit) as stop:
        main(["data", "fetch", "--out", str(tmp_path / "data")])
    assert stop.value.code == 1
    assert second.name in capsys.readouterr().err
    assert (tmp_path / "data" / first.target).read_bytes() == b"good"
    assert not (tmp_path / "data" / second.target).exists()
