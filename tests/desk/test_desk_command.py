"""`semeq desk`: its options, and what it says where something is missing."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from semeq.desk.addresses import is_local
from semeq.desk.commands.desk import command
from semeq.plugin import Controls
from semeq.plugin.cli import semeq
from semeq.words import BundleError, WordSpace

from .conftest import song

SPACE = WordSpace.open()
MAIN = "from semeq.plugin.cli import main; main()"


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """Run the command; what it would have served, as a table."""
    serving = pytest.importorskip("semeq.desk.serving")
    monkeypatch.chdir(tmp_path)
    song(tmp_path / "stems", 0.3)
    table: dict[str, object] = {}
    opened: list[str] = []

    async def serve(desk, port, stop, tell):
        session = desk.session
        table.update(tracks=[track.name for track in desk.tracks], host=desk.host, port=port, out=session.out)
        table.update(semantic=session.controls.semantic, to=session.controls.to, model=session.model)
        tell("http://127.0.0.1:1/token/")
        table.update(opened=list(opened))

    monkeypatch.setattr(serving, "serve", serve)
    monkeypatch.setattr("webbrowser.open", opened.append)

    def run(*options, status=0):
        table.clear()
        opened.clear()
        done = CliRunner().invoke(semeq, ["desk", *map(str, options)], prog_name="semeq")
        assert done.exit_code == status, done.output
        return dict(table) if status == 0 else done.output

    return run


CASES = {
    "FILES": (["stems"], {"tracks": ["noise.wav", "tones.wav"]}),
    "--semantic": (["--semantic", "airy"], {"semantic": "airy"}),
    "--to": (["-s", "warm", "--to", "bright"], {"to": "bright"}),
    "--out": (["--out", "mixed"], {"out": Path("mixed")}),
    "--model": (["--model", "v3"], {"model": "v3"}),
    "--port": (["--port", "0"], {"port": 0}),
    "--host": (["--host", "0.0.0.0"], {"host": "0.0.0.0"}),
    "--no-browser": (["--no-browser"], {"opened": []}),
}


@pytest.mark.parametrize("option", CASES)
def test_an_option_changes_what_it_says_and_nothing_else(asked, option):
    options, expected = CASES[option]
    before, after = asked(), asked(*options)
    assert {key: value for key, value in after.items() if before[key] != value} == expected


def test_every_option_stands_here():
    text = Path(__file__).read_text(encoding="utf-8")
    shared = {"--json", "--quiet", "--verbose", "--help", "--bundle", "--browser"}
    for option in (o for param in command.params for o in param.opts if o.startswith("--")):
        assert option in shared or f'"{option}"' in text, option


def test_wrong_requests_are_one_sentence(asked):
    assert "unknown word 'wram'" in str(CliRunner().invoke(semeq, ["desk", "-s", "wram"]).exception)
    assert "--to needs --semantic" in asked("--to", "bright", status=2)


def test_what_is_left_out_is_said(asked, tmp_path):
    (tmp_path / "stems" / "broken.wav").write_bytes(b"RIFF")
    done = CliRunner().invoke(semeq, ["desk", "stems", "nothing.wav"], prog_name="semeq")
    assert "broken.wav" in done.output
    assert "nothing.wav" in done.output


def test_other_addresses_than_this_machine_s_are_warned_of(asked):
    assert "warning" in CliRunner().invoke(semeq, ["desk", "--host", "0.0.0.0"], prog_name="semeq").output
    assert "warning" not in CliRunner().invoke(semeq, ["desk", "--host", "localhost"], prog_name="semeq").output


@pytest.mark.parametrize(
    ("host", "local"), [("127.0.0.1", 1), ("::1", 1), ("localhost", 1), ("0.0.0.0", 0), ("a.example", 0)]
)
def test_which_addresses_are_this_machine_s(host, local):
    assert is_local(host) == bool(local)


def test_without_aiohttp_it_says_what_to_install():
    code = f"""
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "aiohttp":
            raise ModuleNotFoundError("No module named 'aiohttp'", name="aiohttp")
sys.meta_path.insert(0, Missing())
sys.argv = ["semeq", "desk"]
{MAIN}
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert (
        done.stderr.strip() == "semeq: the desk needs aiohttp, which is not installed; try: pip install 'semeq[desk]'"
    )


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_ended_and_leaves_nothing(tmp_path, number):
    pytest.importorskip("aiohttp")
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command_line = [sys.executable, "-c", MAIN, "desk", "--no-browser", "--port", "0"]
    with subprocess.Popen(command_line, stdout=subprocess.PIPE, text=True, env=environment, cwd=tmp_path) as process:
        assert process.stdout is not None
        address = process.stdout.readline().removeprefix("the desk: ").strip()
        with urllib.request.urlopen(f"{address}desk.json") as answer:
            assert json.load(answer) == {"server": True, "live": False}
        process.send_signal(number)
        assert process.wait(20) == 0
    assert not list(tmp_path.glob("semeq*"))


def test_a_port_that_is_taken_is_one_sentence(served):
    port = served.address.split(":")[2].split("/")[0]
    done = CliRunner().invoke(semeq, ["desk", "--no-browser", "--port", port], prog_name="semeq")
    assert done.exit_code == 1
    assert f"port {port}" in done.output


def test_where_the_usual_port_is_taken_another_one_will_do():
    serving = pytest.importorskip("semeq.desk.serving")

    async def both():
        desks = [serving.open_desk(SPACE, Controls("warm"), (), Path("out"), None, "127.0.0.1") for _ in range(2)]
        running = [serving.Running(desk, None) for desk in desks]
        addresses = [await one.start() for one in running]
        for one in running:
            await one.stop()
        return addresses

    first, second = asyncio.run(both())
    assert first.split("/")[2] != second.split("/")[2]


def test_a_model_that_the_page_cannot_run_is_one_sentence(monkeypatch):
    application = pytest.importorskip("semeq.desk.serving.app")

    def refused(*_what):
        raise BundleError("decoder.onnx is not an MLP that the page can run: it lacks mlp.skip.weight")

    monkeypatch.setattr(application, "page_model", refused)
    done = CliRunner().invoke(semeq, ["desk", "--no-browser", "--port", "0"], prog_name="semeq")
    assert isinstance(done.exception, BundleError)
