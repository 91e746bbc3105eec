"""Nothing is lost: killed, interrupted and doubled batches, full and read-only disks, with the real thing."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from .batch_tools import hashes, library, semeq, start, wait_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="uses /proc, signals and mounts of Linux"),
]


@pytest.fixture
def reference(tmp_path):
    """A library, what it hashes to, and its outputs rendered in peace."""
    folder = library(tmp_path / "in", count=5, seconds=5.0)
    assert semeq("process", folder, *SLOWLY, "--out", tmp_path / "reference")[0] == 0
    return folder, hashes(folder), hashes(tmp_path / "reference")


#: An encoder takes long enough for a file to be caught unfinished.
SLOWLY = ["-s", "warm", "--format", "mp3"]


def partials(folder):
    return list(folder.rglob(".*.partial.*"))


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_killed_batch_is_completed_by_the_same_command(tmp_path, reference, jobs):
    folder, before, wanted = reference
    out = tmp_path / "out"
    command = ["process", folder, *SLOWLY, "--out", out, "--skip-existing", "--jobs", jobs]
    process = start(*command)
    # One output is whole, another one under way.
    wait_for(lambda: out.exists() and list(out.glob("0*.mp3")) and partials(out))
    process.kill()
    process.wait()
    status, said, err = semeq(*command)
    assert (status, err) == (0, "")
    assert "exist already" in said
    assert hashes(out) == wanted
    assert hashes(folder) == before


def test_a_killed_writers_leftover_is_swept_up(tmp_path, reference):
    folder, _, wanted = reference
    out = tmp_path / "out"
    process = start("process", folder, *SLOWLY, "--out", out)
    wait_for(lambda: out.exists() and partials(out))
    process.kill()
    process.wait()
    assert len(partials(out)) == 1
    assert semeq("process", folder, *SLOWLY, "--out", out, "--overwrite")[0] == 0
    assert hashes(out) == wanted


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_leaves_nothing_unfinished(tmp_path, number, status, jobs):
    folder = library(tmp_path / "in", count=6, seconds=20.0)
    out = tmp_path / "out"
    process = start("process", folder, *SLOWLY, "--out", out, "--jobs", jobs, start_new_session=True)
    wait_for(lambda: out.exists() and len(partials(out)) == jobs)
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does
    else:
        process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == status
    assert len(err.split("\n")) <= 3  # click begins with an empty one
    assert "nothing unfinished was left behind" in err
    assert not partials(out)


def test_two_batches_into_one_folder_at_once(tmp_path, reference):
    folder, before, wanted = reference
    out = tmp_path / "out"
    command = ["process", folder, *SLOWLY, "--out", out]
    both = [start(*command), start(*command, "--skip-existing")]
    ends = [process.communicate(timeout=60) for process in both]
    assert "Traceback" not in str(ends)
    # The first may find a file that the other has written before it planned; it never replaces one.
    assert both[1].returncode == 0, ends[1]
    assert both[0].returncode == 0 or "exists already" in ends[0][1]
    assert hashes(out) == wanted
    assert hashes(folder) == before


@contextmanager
def mounted(folder, *options):
    folder.mkdir(exist_ok=True)
    if shutil.which("mount") is None:
        pytest.skip("there is no mount here")
    done = subprocess.run(["mount", *options, str(folder)], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"mounting is refused here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("suffix", ["wav", "flac"])
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_full_disk_is_one_line_a_file_and_leaves_nothing_partial(tmp_path, suffix, jobs):
    folder = library(tmp_path / "in", count=2, seconds=15.0)
    before = hashes(folder)
    with mounted(tmp_path / "small", "-t", "tmpfs", "-o", "size=2m", "tmpfs") as out:
        status, said, err = semeq("process", folder, "-s", "warm", "--format", suffix, "--out", out, "--jobs", jobs)
        assert status == 1
        lines = err.splitlines()
        assert len(lines) == 2
        for name, line in zip(("00", "01"), lines, strict=True):
            assert line.startswith(f"semeq: {out / f'{name}.{suffix}'}: cannot be written (")
            # With two at once the one that ends makes room for the other, too late.
            assert "No space left on device" in line or (jobs == 2 and "full for a moment" in line)
        assert said == ""
        assert hashes(out) == {}
    assert hashes(folder) == before


def test_a_disk_that_is_full_for_the_chunks_only(tmp_path):
    from . import rich_files as rich

    source = rich.write_wav(tmp_path / "in.wav", {b"bext": rich.bext(), b"big!": bytes(3_000_000)}, "PCM_16")
    with mounted(tmp_path / "small", "-t", "tmpfs", "-o", "size=2m", "tmpfs") as out:
        status, _, err = semeq("process", source, "-s", "warm", "--out", out)
        assert (status, len(err.splitlines())) == (1, 1)
        assert "No space left" in err
        assert hashes(out) == {}


def test_a_read_only_output_is_one_line(tmp_path):
    folder = library(tmp_path / "in", count=1)
    with mounted(tmp_path / "fixed", "-t", "tmpfs", "-o", "ro,size=2m", "tmpfs") as out:
        status, _, err = semeq("process", folder, "-s", "warm", "--out", out)
        assert status == 1
        assert err == f"semeq: {out / '00.wav'}: cannot be written (Read-only file system)\n"
        below = out / "below"
        status, _, err = semeq("process", folder, "-s", "warm", "--out", below)
        assert (status, err) == (1, f"semeq: {below / '00.wav'}: cannot be written (Read-only file system)\n")


def test_an_input_on_a_read_only_disk_is_fine(tmp_path):
    folder = library(tmp_path / "in", count=1)
    with mounted(tmp_path / "in", "--bind", str(folder)):
        remounted = subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], capture_output=True)
        if remounted.returncode != 0:
            pytest.skip("remounting is refused here")
        assert semeq("process", folder, "-s", "warm", "--out", tmp_path / "out")[0] == 0
    assert (tmp_path / "out" / "00.wav").exists()
