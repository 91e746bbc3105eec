"""Groups: commands on demand, completion without imports, versions."""

import os
import shutil
import subprocess
import sys

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from semeq.console import Commands, Example, completion_command, examples, version_option


@click.group(
    cls=Commands,
    modules={"there": "tests_of_commands_there:command", "absent": "a_package_that_is_not_there.x:command"},
    epilog=examples("semeq there", Example("semeq absent", "does nothing")),
)
@version_option(lambda: {"semeq": "1.2.3", "model": "v3"})
def group() -> None:
    """Commands."""


group.add_command(completion_command())


@pytest.fixture
def there(monkeypatch, tmp_path):
    text = 'import click\n@click.command("there")\ndef command():\n    """Say hello."""\n    click.echo("hello")\n'
    (tmp_path / "tests_of_commands_there.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("tests_of_commands_there", None)


def test_help_names_every_command_and_shows_the_examples(there):
    text = CliRunner().invoke(group, ["--help"]).output
    assert "Say hello." in text
    assert "needs a_package_that_is_not_there" in text
    assert "    semeq there\n    # does nothing\n    semeq absent\n" in text


def test_completion_imports_nothing(there):
    found = ShellComplete(group, {}, "semeq", "_SEMEQ_COMPLETE").get_completions([], "")
    assert [item.value for item in found] == ["there", "absent", "completion"]
    assert "tests_of_commands_there" not in sys.modules
    assert CliRunner().invoke(group, ["there"]).output == "hello\n"


def test_versions_are_a_line_each():
    assert CliRunner().invoke(group, ["--version"]).output == "semeq 1.2.3\nmodel v3\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_calls_the_program_back(shell):
    done = CliRunner().invoke(group, ["completion", shell], prog_name="semeq-train")
    assert done.exit_code == 0
    assert "_SEMEQ_TRAIN_COMPLETE" in done.output


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_the_real_command(tmp_path):
    """The script, read by bash itself, calls the command back and gets its names."""
    program = tmp_path / "semeq"
    program.write_text(f"#!{sys.executable}\nfrom semeq.plugin.cli import main\nmain()\n")
    program.chmod(0o755)
    script = """eval "$(semeq completion bash)"
COMP_WORDS=(semeq pro); COMP_CWORD=1
_semeq_completion semeq
printf '%s\\n' "${COMPREPLY[@]}"
"""
    environment = os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, env=environment)
    assert (done.stdout, done.stderr) == ("process\n", "")
