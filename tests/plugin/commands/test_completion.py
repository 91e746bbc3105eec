"""Completion offers words and models, and loads no model for it."""

import os
import subprocess
import sys

import pytest
from click.shell_completion import ShellComplete

from semeq.export.cli import cli
from semeq.plugin.cli import semeq
from semeq.words import load_bundle, word_names


def offered(group, *words, incomplete=""):
    found = ShellComplete(group, {}, "semeq", "_SEMEQ_COMPLETE").get_completions(list(words), incomplete)
    return [(item.type, item.value) for item in found]


@pytest.mark.parametrize(
    ("group", "words"),
    [
        (semeq, ["process", "x.wav", "--semantic"]),
        (semeq, ["process", "x.wav", "-s", "warm", "--to"]),
        (semeq, ["words", "--near"]),
        (semeq, ["show"]),
        (cli, ["eq"]),
        (cli, ["eq", "warm", "--to"]),
    ],
)
def test_words_are_offered(group, words):
    found = [value for _, value in offered(group, *words, incomplete="Br")]
    assert "bright" in found
    assert all(word.startswith("br") for word in found)


def test_models_are_offered_by_name_and_else_as_folders():
    assert offered(semeq, "words", "--model", incomplete="v") == [("plain", "v3")]
    assert offered(semeq, "words", "--model", incomplete="my/") == [("dir", "my/")]


def test_the_words_are_those_of_the_model_named(tmp_path):
    assert word_names() == load_bundle().vocabulary.names
    (tmp_path / "vocabulary.json").write_text('{"words": [{"name": "bluish"}]}')
    assert offered(semeq, "show", "--model", str(tmp_path), incomplete="b") == [("plain", "bluish")]


@pytest.mark.parametrize("content", ["", "[]", "{", '{"words": 3}', '{"words": [{}]}'])
def test_a_broken_model_offers_nothing_and_breaks_nothing(tmp_path, content):
    (tmp_path / "vocabulary.json").write_text(content)
    assert offered(semeq, "show", "--model", str(tmp_path), incomplete="b") == []


def test_no_model_is_loaded():
    """Reading words needs no onnxruntime session: the vocabulary's file alone is read."""
    code = """
import onnxruntime
def refuse(*a, **k): raise SystemExit("a model was loaded")
onnxruntime.InferenceSession = refuse
from semeq.plugin.cli import main
main()
"""
    environment = os.environ | {"_SEMEQ_COMPLETE": "bash_complete", "COMP_WORDS": "semeq show bri", "COMP_CWORD": "2"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=60)
    assert "plain,bright" in done.stdout.split(), done.stderr
