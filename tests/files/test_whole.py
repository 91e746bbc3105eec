"""Outputs whole or absent: what dead writers left goes, what living ones write stays, nobody's file is lost."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from semeq.files import replacing, sweep, whole
from semeq.files.errors import AudioFileError

WRITER = """
import sys, time
from pathlib import Path
from semeq.files import replacing
with replacing(Path(sys.argv[1])) as partial:
    partial.write_bytes(b"half")
    print(partial, flush=True)
    time.sleep(60)
"""


def writer(output):
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(output)], stdout=subprocess.PIPE, text=True)
    return process, process.stdout.readline().strip()


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_writes_is_not(tmp_path):
    process, partial = writer(tmp_path / "song.wav")
    assert Path(partial).exists()
    (tmp_path / ".other.partial.wav").write_text("not ours")
    (tmp_path / ".song.semeq-elsewhere-1-0123abcd.partial.wav").write_text("another machine's")
    kept = {p.name for p in tmp_path.iterdir()}
    assert sweep([tmp_path]) == []
    assert {p.name for p in tmp_path.iterdir()} == kept
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert [str(p) for p in sweep([tmp_path, tmp_path / "none"])] == [partial]
    assert len(list(tmp_path.iterdir())) == 2


def test_a_terminated_writer_leaves_nothing(tmp_path):
    process, _ = writer(tmp_path / "song.wav")
    process.send_signal(signal.SIGINT)
    process.wait()
    assert not list(tmp_path.iterdir())


def write_beside(output):
    with replacing(output) as partial:
        partial.write_bytes(b"ours")
        output.write_bytes(b"theirs")


def test_a_file_that_appeared_meanwhile_is_not_replaced(tmp_path):
    output = tmp_path / "x.wav"
    with pytest.raises(AudioFileError, match="another process meanwhile"):
        write_beside(output)
    assert output.read_bytes() == b"theirs"
    assert [p.name for p in tmp_path.iterdir()] == ["x.wav"]


def test_an_equal_file_that_appeared_meanwhile_is_as_good(tmp_path):
    output = tmp_path / "x.wav"
    with replacing(output) as partial:
        partial.write_bytes(b"same")
        output.write_bytes(b"same")
    assert [p.name for p in tmp_path.iterdir()] == ["x.wav"]


def test_a_file_system_without_links_is_served(tmp_path, monkeypatch):
    def no_links(*_):
        raise PermissionError("no links here")

    monkeypatch.setattr(os, "link", no_links)
    with replacing(tmp_path / "x.wav") as partial:
        partial.write_bytes(b"whole")
    assert (tmp_path / "x.wav").read_bytes() == b"whole"
    with pytest.raises(AudioFileError, match="another process meanwhile"):
        write_beside(tmp_path / "y.wav")


@pytest.mark.parametrize("stem", ["n" * 251, "ñ" * 125, "a.b.partial"])
def test_the_longest_names_find_room(tmp_path, stem):
    output = tmp_path / f"{stem}.wav"
    with replacing(output) as partial:
        partial.write_bytes(b"whole")
        assert sweep([tmp_path]) == []  # it is ours, and alive
        assert time.time() - partial.stat().st_mtime < 60
    assert output.read_bytes() == b"whole"


def test_a_broken_link_in_the_way_is_named_not_followed(tmp_path):
    (tmp_path / "x.wav").symlink_to(tmp_path / "elsewhere.wav")
    with pytest.raises(AudioFileError, match="exists already"), replacing(tmp_path / "x.wav"):
        pass
    assert not (tmp_path / "elsewhere.wav").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="no umask there")
@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_a_file_has_the_permissions_of_any_other_new_one(tmp_path, mask):
    before = os.umask(mask)
    try:
        with whole(tmp_path / "a") as partial:
            partial.write_text("")
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o666 & ~mask
