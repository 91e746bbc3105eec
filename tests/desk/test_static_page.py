"""`semeq-export page`: the page without a server."""

import json

import pytest
from click.testing import CliRunner

from semeq.desk import DeskError, write_page
from semeq.export.cli import cli
from semeq.words import load_decoder

DECODER = load_decoder()
#: All that is loaded before there is music; the issue's limit.
FIRST_LOAD_BYTES = 400_000
WITH_MUSIC = {"vendor/wavesurfer.js", "vendor/regions.js", "vendor/licences.txt", "demo.js"}


def export(*arguments, status=0):
    done = CliRunner().invoke(cli, ["page", *map(str, arguments)], prog_name="semeq-export")
    assert done.exit_code == status, done.output
    return done


def test_the_page_is_complete_and_small(tmp_path):
    out = tmp_path / "public"
    told = json.loads(export("--out", out, "--json").stdout)
    files = {str(path.relative_to(out)): path.stat().st_size for path in out.rglob("*") if path.is_file()}
    assert told["files"] == len(files)
    assert {"index.html", "main.js", "model.json", "model.bin", "desk.json", "vendor/licences.txt"} <= set(files)
    first = sum(size for name, size in files.items() if name not in WITH_MUSIC)
    print(f"first load {first / 1000:.0f} kB, all {sum(files.values()) / 1000:.0f} kB")
    assert first <= FIRST_LOAD_BYTES
    assert "Content-Security-Policy" in (out / "index.html").read_text(encoding="utf-8")
    assert json.loads((out / "desk.json").read_text()) == {"server": False, "live": False}


def test_it_can_be_written_again_but_not_over_something_else(tmp_path):
    write_page(DECODER, DECODER.bundle.vocabulary, tmp_path / "page")
    write_page(DECODER, DECODER.bundle.vocabulary, tmp_path / "page")
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "index.html").write_text("mine")
    with pytest.raises(DeskError, match="holds something else"):
        write_page(DECODER, DECODER.bundle.vocabulary, tmp_path / "thesis")
    assert (tmp_path / "thesis" / "index.html").read_text() == "mine"
    (tmp_path / "file").write_text("mine")
    assert "holds something else" in export("--out", tmp_path / "file", status=1).output


def test_where_it_cannot_be_written_it_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    assert "cannot be written" in export("--out", tmp_path / "file" / "page", status=1).output
