"""What a command prints where: results, summaries, notes, JSON."""

import json

import click
import pytest
from click.testing import CliRunner
from rich.table import Table

from semeq.console import Say, output_options


@click.command()
@output_options
def speak(say: Say) -> None:
    """Say one thing of each kind."""
    say.result("result [1/2]")
    say.summary("summary")
    say.note("note")
    say.detail("detail")
    say.data({"ratio": float("nan"), "rows": [1, float("inf")]})
    say.trouble("wrong:\n  it broke")


@pytest.mark.parametrize(
    ("options", "out", "err"),
    [
        ([], "result [1/2]\nsummary\n", ["note"]),
        (["--quiet"], "result [1/2]\n", []),
        (["--verbose"], "result [1/2]\nsummary\n", ["note", "detail"]),
        (["--json"], None, ["note"]),
        (["--json", "--quiet"], None, []),
    ],
)
def test_each_kind_of_speech_goes_where_it_belongs(options, out, err):
    done = CliRunner().invoke(speak, options, prog_name="semeq")
    assert done.exit_code == 0
    assert done.stderr.splitlines() == [*err, "semeq: wrong: it broke"]
    if out is None:
        assert json.loads(done.stdout) == {"ratio": None, "rows": [1, None]}
    else:
        assert done.stdout == out


def test_quiet_and_verbose_exclude_each_other():
    assert CliRunner().invoke(speak, ["-q", "-v"]).exit_code == 2


def test_text_is_printed_as_it_is(capsys):
    """No emoji, no markup, no line breaks of its own; a name that is not UTF-8 is not a traceback."""
    text = f"f=100:t=q:o:r=f64 :smile: [bold] {'x' * 300}"
    Say().result(text)
    Say().result("caf\udce9.wav")
    Say(as_json=True).data({"file": "caf\udce9.wav"})
    out = capsys.readouterr().out
    assert out.startswith(f"{text}\ncaf\\udce9.wav\n")
    assert json.loads(out.split("\n", 2)[2]) == {"file": "caf\udce9.wav"}


def test_a_table_in_a_pipe_is_as_wide_as_its_cells(capsys, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    table = Table(box=None)
    table.add_column("file", no_wrap=True)
    table.add_row("x" * 300)
    Say().result(table)
    assert "x" * 300 in capsys.readouterr().out


@pytest.mark.parametrize(("variable", "coloured"), [("NO_COLOR", False), ("FORCE_COLOR", True)])
def test_colour_follows_the_environment(capsys, monkeypatch, variable, coloured):
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    table = Table(header_style="red")
    table.add_column("heading")
    Say().result(table)
    assert ("\x1b[31m" in capsys.readouterr().out) == coloured
