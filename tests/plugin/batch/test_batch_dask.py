"""A batch on a Dask cluster: a real scheduler and workers, one of which is killed on the way."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from semeq.plugin.batch.request import BatchError

from .batch_tools import hashes, library, semeq, start, wait_for

pytestmark = pytest.mark.slow

#: An encoder takes long enough for a file to be caught unfinished.
SLOWLY = ["-s", "warm", "--format", "mp3"]
FAKE = "import sys; sys.modules['distributed'] = None; from semeq.plugin.cli import main; main()"


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and two workers, each a process of its own: the address, and the workers by process id."""
    pytest.importorskip("distributed")
    where = tmp_path / "cluster"
    where.mkdir()
    quiet = {"cwd": where, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    dask = [sys.executable, "-m", "dask"]
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", where / "scheduler.json"]
    started = [subprocess.Popen([*dask, "scheduler", *map(str, options)], **quiet)]
    try:
        wait_for(lambda: (where / "scheduler.json").exists() and (where / "scheduler.json").read_text().endswith("}"))
        address = json.loads((where / "scheduler.json").read_text())["address"]
        options = ["--no-nanny", "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1"]
        started += [subprocess.Popen([*dask, "worker", address, *options], **quiet) for _ in range(2)]
        yield address, {process.pid: process for process in started[1:]}
    finally:
        for process in started:
            process.kill()
            process.wait()


def partials_by(pid, out):
    return list(out.rglob(f".*-{pid}-*.partial.*"))


def test_a_killed_worker_loses_nothing(tmp_path, cluster):
    address, workers = cluster
    folder, out = library(tmp_path / "in", count=6, seconds=8.0), tmp_path / "out"
    before = hashes(folder)
    # Named as a user names it, from another folder than the workers'.
    process = start("process", "in", *SLOWLY, "--out", "out", "--dask", address, "--json", cwd=tmp_path)
    wait_for(lambda: out.exists() and any(partials_by(pid, out) for pid in workers))
    killed = next(pid for pid in workers if partials_by(pid, out))
    os.kill(killed, signal.SIGKILL)
    said, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, "")
    report = json.loads(said)
    assert [row["output"] for row in report["files"]] == [f"out/0{n}.mp3" for n in range(6)]
    assert report["done"] == 6
    assert semeq("process", folder, *SLOWLY, "--out", tmp_path / "single")[0] == 0
    assert hashes(out) == hashes(tmp_path / "single")
    assert hashes(folder) == before


def test_what_cannot_be_rendered_is_said_in_the_users_words(tmp_path, cluster):
    folder = library(tmp_path / "in", count=2, seconds=0.2)
    (folder / "01.wav").write_text("nonsense")
    status, _, err = semeq("process", "in", "-s", "warm", "--out", "out", "--dask", cluster[0], cwd=tmp_path)
    assert status == 1
    assert err == f"semeq: {Path('in') / '01.wav'}: is not audio that can be read (Format not recognised)\n"
    assert list(hashes(tmp_path / "out")) == ["00.wav"]


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense", "http://127.0.0.1:80"])
def test_nobody_at_the_address_is_one_line_soon(tmp_path, address):
    pytest.importorskip("distributed")
    folder = library(tmp_path / "in", count=1, seconds=0.1)
    begun = time.monotonic()
    status, said, err = semeq("process", folder, "-s", "warm", "--out", tmp_path / "out", "--dask", address)
    assert (status, said) == (1, "")
    assert len(err.splitlines()) == 1
    assert address in err
    assert time.monotonic() - begun < 20


def test_a_scheduler_without_workers_is_one_line(tmp_path, cluster, monkeypatch):
    import semeq.plugin.batch.dask as dask
    from semeq.plugin import process_files

    address, workers = cluster
    for process in workers.values():
        process.kill()
        process.wait()
    monkeypatch.setattr(dask, "_FIRST_WORKER_S", 2)
    time.sleep(1)  # the scheduler notices that they are gone
    with pytest.raises(BatchError, match="has no workers"):
        process_files([library(tmp_path / "in", 1, 0.1)], tmp_path / "out", "warm", dask=address)


def test_the_missing_extra_is_named(tmp_path):
    folder = library(tmp_path / "in", count=1, seconds=0.1)
    arguments = ["process", folder, "-s", "warm", "--out", tmp_path / "out", "--dask", "tcp://127.0.0.1:8786"]
    done = subprocess.run(
        [sys.executable, "-c", FAKE, *map(str, arguments)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert done.stderr == "semeq: --dask needs an extra package; install it with: pip install 'semeq[dask]'\n"
