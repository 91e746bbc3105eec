"""What every command of the three programs has in common."""

import ast
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import semeq.export.cli
import semeq.plugin.cli
import semeq.training.cli

PROGRAMS = {
    "semeq": semeq.plugin.cli.semeq,
    "semeq-train": semeq.training.cli.cli,
    "semeq-export": semeq.export.cli.cli,
}


def walk(command, names):
    yield names, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=names[-1])
        for name in command.list_commands(context):
            yield from walk(command.get_command(context, name), (*names, name))


COMMANDS = {
    " ".join(names): command for program, group in PROGRAMS.items() for names, command in walk(group, (program,))
}


def test_the_walk_finds_them_all():
    for expected in ("semeq words", "semeq midi learn", "semeq-train v3", "semeq-train data fetch", "semeq-export eq"):
        assert expected in COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_examples_and_how_it_speaks(name):
    command = COMMANDS[name]
    last = name.split()[-1]
    done = CliRunner().invoke(command, ["--help"], prog_name=name, terminal_width=100)
    assert done.exit_code == 0, done.output
    assert "Examples:\n" in done.output
    shown = done.output.split("Examples:\n")[1]
    assert name.split()[0] in shown
    if not isinstance(command, click.Group) and last != "completion":
        options = {option for param in command.params for option in param.opts}
        assert {"--json", "--quiet", "-q", "--verbose", "-v"} <= options
    assert "\b" not in done.output


def command_modules():
    import semeq.plugin.commands

    for folder, pattern in (
        (Path(semeq.plugin.commands.__file__).parent, "*.py"),
        (Path(semeq.training.cli.__file__).parent, "*_command.py"),
        (Path(semeq.export.cli.__file__).parent, "*_command.py"),
    ):
        yield from sorted(folder.glob(pattern))


@pytest.mark.parametrize("path", list(command_modules()), ids=lambda path: path.stem)
def test_a_command_prints_by_say_only(path):
    """No `print`, no `click.echo`, no console of its own: else --quiet and --json would not be kept."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in ("print", "click.echo", "click.secho", "sys.stdout.write"), f"line {node.lineno}"
        if isinstance(node, ast.ImportFrom):
            assert node.module not in ("rich.console", "rich.progress", "rich.status"), f"line {node.lineno}"
