"""CSV curves: what a table may look like, and what is wrong with the others."""

from __future__ import annotations

import numpy as np
import pytest

from semeq.plugin.moves.csv_tracks import CurveFileError, read_curves


@pytest.mark.parametrize(
    "text",
    [
        "0,0\n1.5,0.5\n3,1\n",
        "seconds,value\n0,0\n1.5,0.5\n3,1",
        "time;morph\r\n0;0\r\n1.5;0.5\r\n3;1\r\n",
        "# a comment\n\n0\t0\n1.5\t0.5\n3\t1\n",
        "0 0\n1.5   0.5\n3 1\n",
        "\ufeffs, x\n 0 , 0 \n1.5,0.5\n3,1e0\n",
    ],
)
def test_tables_people_write(tmp_path, text):
    (tmp_path / "c.csv").write_text(text, encoding="utf-8")
    (track,) = read_curves(tmp_path / "c.csv", "morph", "smooth")
    assert (track.control, track.interpolation, track.values) == ("morph", "smooth", (0.0, 0.5, 1.0))
    assert np.array_equal(track.seconds, [0.0, 1.5, 3.0])


def test_named_columns_with_gaps_words_and_switches(tmp_path):
    (tmp_path / "c.csv").write_text("seconds,morph,semantic,bypass\n0,0,warm,off\n1,,airy,\n2,1,,on\n2,0.5,,\n")
    tracks = {track.control: track for track in read_curves(tmp_path / "c.csv")}
    assert tracks["morph"].values == (0.0, 1.0, 0.5)
    assert tracks["morph"].steps.tolist() == [2.0]
    assert tracks["semantic"].values == ("warm", "airy")
    assert tracks["bypass"].values == (False, True)
    assert tracks["semantic"].interpolation == "hold"


@pytest.mark.parametrize(
    ("text", "control", "complaint"),
    [
        ("", "morph", "it is empty"),
        ("# nothing\n\n", "morph", "it is empty"),
        ("seconds,value\n", "morph", "no points"),
        ("0,0\n1,x\n", "morph", "line 2: 'x' is not a value of morph"),
        ("0,0\nnan,1\n", "morph", "line 2: 'nan' is not a time"),
        ("0,0\n1,1.5\n", "morph", "line 2: morph is 1.5, outside 0 to 1"),
        ("1,0\n0,1\n", "morph", "line 2 goes back in time"),
        ("-1,0\n1,1,1\n", "morph", "line 2 has 3 columns"),
        ("0,1,2\n", "morph", "3 columns"),
        ("0,0\n1,1\n", None, "name its columns"),
        ("seconds,wobble\n0,1\n", None, "no control 'wobble'"),
        ("seconds,morph,morph\n0,1,1\n", None, "twice"),
        ("seconds,morph,intensity\n0,1,\n", None, "no point of intensity"),
        ("seconds,bypass\n0,maybe\n", None, "on or off, not 'maybe'"),
        ("seconds,level_match\n0,on\n", None, ""),
        ("0,0", "wobble", "no control 'wobble'"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, text, control, complaint):
    (tmp_path / "c.csv").write_text(text)
    if not complaint:
        assert read_curves(tmp_path / "c.csv", control)
        return
    with pytest.raises(CurveFileError) as caught:
        read_curves(tmp_path / "c.csv", control)
    assert complaint in str(caught.value)
    assert "c.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_text_or_not_there(tmp_path):
    (tmp_path / "c.csv").write_bytes(b"\xff\xfe\x00\x01")
    for path in (tmp_path / "c.csv", tmp_path / "none.csv", tmp_path):
        with pytest.raises(CurveFileError):
            read_curves(path, "morph")
