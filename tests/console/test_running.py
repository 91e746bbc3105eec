"""Statuses and one-line errors, as a shell sees them; Ctrl-C, SIGTERM and closed pipes."""

import signal
import subprocess
import sys
import time

import pytest

PROGRAM = """
import sys, time, click
from semeq.console import Prepared, run
class Wrong(Exception): pass
class Failed(Exception): pass
@click.command()
@click.argument("how")
def command(how):
    if how == "wrong": raise Wrong("no such word\\n'wram'")
    if how == "failed": raise Failed("no such model")
    if how == "os": open("/nowhere/at/all")
    if how == "usage": raise click.UsageError("what?")
    if how == "missing": import a_package_that_is_not_there
    if how == "bug": raise ZeroDivisionError("a bug")
    if how == "write":
        for _ in range(100_000): click.echo("a line that fills the pipe")
    if how == "wait":
        try:
            click.echo("ready"); sys.stdout.flush(); time.sleep(30)
        finally:
            click.echo("closed")
run("semeq", lambda: Prepared(command, (Wrong,), (Failed,)), "semeq[extra]", frozenset({"a_package_that_is_not_there"}))
"""


def started(how: str) -> subprocess.Popen:
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", PROGRAM, how], stdout=pipe, stderr=pipe, text=True)


@pytest.mark.parametrize(
    ("how", "status", "says"),
    [
        ("fine", 0, ""),
        ("wrong", 2, "semeq: no such word 'wram'\n"),
        ("failed", 1, "semeq: no such model\n"),
        ("os", 1, "semeq: /nowhere/at/all: No such file or directory\n"),
        ("usage", 2, "semeq: what? (see semeq --help)\n"),
        (
            "missing",
            1,
            "semeq: needs a_package_that_is_not_there, which is not installed; try: pip install 'semeq[extra]'\n",
        ),
    ],
)
def test_what_can_be_expected_is_one_line_and_a_status(how, status, says):
    program = started(how)
    _, err = program.communicate(timeout=30)
    assert (program.returncode, err) == (status, says)


def test_a_bug_keeps_its_traceback():
    program = started("bug")
    _, err = program.communicate(timeout=30)
    assert program.returncode == 1
    assert "ZeroDivisionError: a bug" in err


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_closes_what_is_open(number, status):
    program = started("wait")
    assert program.stdout.readline() == "ready\n"
    program.send_signal(number)
    out, err = program.communicate(timeout=30)
    assert (program.returncode, out) == (status, "closed\n")
    assert len(err.split("\n")) <= 3  # click puts the cursor on a line of its own after ^C
    assert err.strip().startswith("semeq: ")
    assert "Traceback" not in err


def test_a_reader_that_had_enough_is_no_error_to_report():
    program = started("write")
    program.stdout.readline()
    program.stdout.close()
    until = time.monotonic() + 30
    while program.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    assert program.returncode == 1
    assert program.stderr.read() == ""
