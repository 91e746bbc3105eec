"""`semeq show`: what its table, plot and pictures say is the response."""

import json
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from click.testing import CliRunner

from semeq.eq import FLAT, GAIN_INDEX, REFERENCE_GRID_HZ, curve
from semeq.plugin.commands.drawing.terminal_plot import MAX_WIDTH, Line, ResponsePlot
from semeq.plugin.commands.show import command
from semeq.words.space import WordSpace


def show(*arguments):
    return CliRunner().invoke(command, [str(a) for a in arguments])


def setting(gain_db, freq_hz=1000.0):
    params = np.array(FLAT)
    params[GAIN_INDEX[2]], params[6], params[7] = gain_db, freq_hz, 2.0
    return params


def test_json_holds_settings_and_responses():
    table = json.loads(show("warm", "bright", "--intensity", 0.5, "--json").stdout)
    assert table["freqs_hz"] == pytest.approx(REFERENCE_GRID_HZ, rel=1e-4)
    for row, word in zip(table["settings"], ("warm", "bright"), strict=True):
        params = WordSpace.open().params(word, None, 0.0, 0.5)
        assert row["label"] == word
        assert list(row["setting"].values()) == pytest.approx(params)
        assert row["response_db"] == pytest.approx(curve(params), abs=1e-3)


def test_a_morph_has_as_many_steps_as_asked_for():
    table = json.loads(show("warm", "--to", "bright", "--steps", 4, "--json").stdout)
    assert [row["label"] for row in table["settings"]] == ["warm", "33%", "67%", "bright"]
    (row,) = json.loads(show("warm", "--to", "bright", "--morph", 0.3, "--json").stdout)["settings"]
    assert list(row["setting"].values()) == pytest.approx(WordSpace.open().params("warm", "bright", 0.3, 1.0))


def test_a_preset_is_shown_where_it_stands_and_its_morph_by_steps():
    (row,) = json.loads(show("--preset", "warm vocals", "--json").stdout)["settings"]
    assert list(row["setting"].values()) == pytest.approx(
        WordSpace.open().params("warm, a bit of body", None, 0.0, 0.4)
    )
    rows = json.loads(show("--preset", "knob warm to bright", "--steps", 3, "--json").stdout)["settings"]
    assert [row["label"] for row in rows] == ["warm", "50%", "bright"]


def test_nothing_is_drawn_unless_asked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = show("warm", "--to", "bright")
    assert done.exit_code == 0, done.output
    assert "high shelf" in done.stdout
    assert "20k Hz" in done.stdout
    assert not list(tmp_path.iterdir())


def test_pictures_by_option_and_by_suffix(tmp_path):
    png, svg, out = (tmp_path / "new" / name for name in ("a.png", "b.svg", "c.svg"))
    done = show("warm", "bright", "--png", png, "--svg", svg, "--out", out)
    assert done.exit_code == 0, done.output
    assert png.read_bytes().startswith(b"\x89PNG")
    for path in (svg, out):
        assert ElementTree.parse(path).getroot().tag.endswith("svg")
    assert sorted(path.name for path in png.parent.iterdir()) == ["a.png", "b.svg", "c.svg"]


def test_a_picture_that_fails_leaves_the_old_one(tmp_path, monkeypatch):
    from matplotlib.figure import Figure

    path = tmp_path / "a.png"
    path.write_text("old")

    def fail(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Figure, "savefig", fail)
    assert show("warm", "--png", path).exit_code == 1
    assert [p.read_text() for p in tmp_path.iterdir()] == ["old"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "name a WORD"),
        (["warm", "airy", "--to", "bright"], "--to takes one WORD"),
        (["warm", "--morph", "0.5"], "need --to"),
        (["warm", "--steps", "5"], "need --to"),
        (["warm", "--out", "x.jpg"], "ends in .png or .svg"),
        (["warm"] * 13, "13 words"),
    ],
)
def test_wrong_requests_are_said(arguments, says):
    done = show(*arguments)
    assert done.exit_code == 2
    assert says in done.output


# ---------------------------------------------------------------------------------------------------- the plot


def text_of(lines, width=80, **options):
    return [line.plain for line in ResponsePlot(lines).drawn(width, **options)]


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_the_plot_fits_its_width_and_names_its_axes(width, ascii_only):
    drawn = text_of(
        [Line("warm", setting(7.5)), Line("a word of great length", setting(-7.5))], width, ascii_only=ascii_only
    )
    assert max(map(len, drawn)) <= width
    assert drawn[0].startswith("  +9 dB")
    assert drawn[12].startswith("  -9 dB")
    assert drawn[6].startswith("   0 dB")
    assert "1k" in drawn[-1]
    assert drawn[-1].endswith("20k Hz")
    assert all(line.isascii() for line in drawn) == ascii_only


@pytest.mark.parametrize(("gain_db", "row"), [(12.0, 0), (6.0, 0), (-6.0, 12), (-12.0, 12), (-3.0, 9), (3.0, 3)])
@pytest.mark.parametrize("freq_hz", [100.0, 1000.0, 5000.0])
def test_a_bell_peaks_where_its_axes_say(gain_db, row, freq_hz):
    """At its frequency's column and its gain's row; away from it the line lies on 0 dB."""
    drawn = text_of([Line("", setting(gain_db, freq_hz))], 120, ascii_only=True)
    columns = drawn[-2].index("+", drawn[-2].index("+") + 1), drawn[-2].rindex("+")  # ticks of 20 Hz and 20 kHz
    place = columns[0] + np.log(freq_hz / 20) / np.log(1000) * (columns[1] - columns[0])
    hit = [line.ljust(120)[round(place)] == "*" for line in drawn[:13]]
    assert hit[row]
    assert all(abs(at - row) <= 1 for at in np.flatnonzero(hit))
    assert drawn[6].count("*") > 60


def test_a_line_has_no_gaps():
    for gain in (11.9, -11.9):
        drawn = text_of([Line("", setting(gain))], MAX_WIDTH)[:13]
        for column in range(8, 8 + MAX_WIDTH - 23):
            assert any(0x2800 < ord(line[column : column + 1] or " ") <= 0x28FF for line in drawn), column


def test_as_many_names_as_rows_at_most_and_none_twice():
    lines = [Line(f"w{i}", setting(i / 10)) for i in range(20)]
    named = [word for line in text_of(lines)[:13] for word in line.split() if word.startswith("w")]
    assert len(named) == len(set(named)) == 13
