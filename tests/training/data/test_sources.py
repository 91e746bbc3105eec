"""Own settings, submissions, descriptors, inspection and fetching."""

import csv
import io
import json
import sys

import numpy as np
import pytest

from semeq.eq import PARAMETER_NAMES, curve, denormalise
from semeq.training import DataError, load_recipe
from semeq.training.cli import main
from semeq.training.data.descriptors import clean_word, split_description
from semeq.training.data.downloads import DOWNLOADS, fetch
from semeq.training.data.inspection import inspect
from semeq.training.data.readers.safe_db import read_safe_db
from semeq.training.data.readers.socialfx import PEAK_DB, shapes_db
from semeq.training.data.readers.submissions import read_submissions
from semeq.training.data.readers.user_settings import is_user_csv, read_user_csv
from semeq.training.data.sources import load_data, locate_data


def own_csv(path, rows, header=("word", *PARAMETER_NAMES)):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def own_rows(count, seed=0):
    params = denormalise(np.random.default_rng(seed).uniform(0.1, 0.9, (count, 13)))
    return [[("warm", "bright")[i % 2], *map(float, row)] for i, row in enumerate(params)]


def test_own_settings_are_read_in_any_order_of_columns(tmp_path):
    rows = own_rows(6)
    order = [3, 0, *range(13, 3, -1), 1, 2]
    header = ("word", *PARAMETER_NAMES)
    shuffled = [[row[i] for i in order] for row in rows]
    saved = read_user_csv(own_csv(tmp_path / "a.csv", shuffled, [header[i] for i in order]))
    np.testing.assert_allclose(saved.params, np.array([row[1:] for row in rows]))
    assert saved.words == ("warm", "bright") * 3


def test_bad_rows_of_own_settings_are_reported(tmp_path):
    rows = own_rows(6)
    rows[1][0], rows[2][3], rows[3][1] = "", "x", 99
    rows[4] = rows[4][:-1]
    saved = read_user_csv(own_csv(tmp_path / "a.csv", rows))
    assert [p.line for p in saved.problems] == [3, 4, 5, 6]
    assert len(saved) == 2


@pytest.mark.parametrize(
    ("header", "message"),
    [(("word", "gain"), "lacks the column 'low_shelf_gain_db'"), (("a",), "lacks the column 'word'")],
)
def test_a_missing_column_is_named(tmp_path, header, message):
    with pytest.raises(DataError, match=message):
        read_user_csv(own_csv(tmp_path / "a.csv", [], header))


def test_a_header_alone_is_no_data(tmp_path):
    with pytest.raises(DataError, match="no usable row"):
        read_user_csv(own_csv(tmp_path / "a.csv", []))


def test_own_settings_join_the_others_or_stand_alone(tmp_path, made_csv):
    own = own_csv(tmp_path / "own.csv", own_rows(40))
    assert is_user_csv(own)
    assert not is_user_csv(made_csv)
    recipe = load_recipe("v3")
    both, alone = load_data(recipe, made_csv, (own,)), load_data(recipe, own)
    assert len(both.corpus) == 130
    assert len(alone.corpus) == 40
    assert set(both.digests()) == {"safe-db", "own"}


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        (" Warm ", "warm"),
        ("WARM.", "warm"),
        ("bright   clear", "bright clear"),
        ("test", None),
        ("RE27", None),
        ("123", None),
        ("", None),
        ("cálido", "cálido"),
    ],
)
def test_the_rule_for_descriptors(typed, word):
    assert clean_word(typed) == word


def test_a_description_of_several_words_is_split():
    assert split_description("Warm, cozy and soft/test; warm") == ("warm", "cozy", "soft")
    assert split_description("sandy") == ("sandy",)


def submissions(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ("id", "text", "param_keys", "param_values", "extra"))
        writer.writeheader()
        writer.writerows(rows)
    return path


def a_submission(i, text="warm", gains=None):
    gains = np.sin(np.arange(40) / 6 + i).tolist() if gains is None else gains
    return {"id": f"eq_{i}", "text": text, "param_keys": "[]", "param_values": json.dumps(gains), "extra": ""}


def test_submissions_become_settings_under_each_of_their_words(tmp_path):
    rows = [
        a_submission(0, "Warm, deep"),
        a_submission(1, "bright"),
        a_submission(2, gains=[1.0] * 39),
        a_submission(3, ""),
    ]
    saved = read_submissions(submissions(tmp_path / "s.csv", rows))
    assert saved.words == ("warm", "deep", "bright")
    np.testing.assert_array_equal(saved.params[0], saved.params[1])
    assert [str(p) for p in saved.problems] == ["line 3: 39 gains instead of 40", "line 4: the text is empty"]
    wanted = shapes_db(np.array([np.sin(np.arange(40) / 6)]))[0]
    assert np.abs(wanted).max() == pytest.approx(PEAK_DB)
    assert np.corrcoef(curve(saved.params[0]), wanted)[0, 1] > 0.95


def test_submissions_in_parquet(tmp_path):
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = [{**a_submission(i), "param_values": np.cos(np.arange(40) / 5 + i).tolist()} for i in range(3)]
    parquet.write_table(arrow.Table.from_pylist(rows), tmp_path / "s.parquet")
    assert len(read_submissions(tmp_path / "s.parquet")) == 3
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(DataError, match="is not a parquet file"):
        read_submissions(tmp_path / "broken.parquet")


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "s.parquet").write_bytes(b"")
    with pytest.raises(DataError, match="pip install pyarrow"):
        read_submissions(tmp_path / "s.parquet")


def test_submissions_without_a_column(tmp_path):
    (tmp_path / "s.csv").write_text("id,text\n1,warm\n")
    with pytest.raises(DataError, match="lacks the column 'param_values'"):
        read_submissions(tmp_path / "s.csv")


def test_data_is_found_as_a_file_a_folder_or_by_the_variable(tmp_path, made_csv, monkeypatch):
    folder = tmp_path / "data" / "safe-db"
    folder.mkdir(parents=True)
    target = folder / "SAFEEqualiserUserData.csv"
    target.write_bytes(made_csv.read_bytes())
    assert locate_data(made_csv) == (made_csv, None)
    assert locate_data(tmp_path / "data") == (target, None)
    assert locate_data(folder) == (target, None)
    monkeypatch.setenv("SEMEQ_DATA", str(tmp_path / "data"))
    assert locate_data(None) == (target, None)
    (tmp_path / "data" / "socialfx").mkdir()
    (tmp_path / "data" / "socialfx" / "eqdescriptors.json").write_text("[]")
    assert locate_data(None)[1] is not None


def test_an_inspection_counts_what_was_put_in(tmp_path, safe_rows, write_rows):
    rows = safe_rows(30)
    rows[9][5:18] = rows[0][5:18]
    rows[9][1] = "bright"
    rows[12][5:18] = rows[0][5:18]
    rows[3][5], rows[3][7], rows[3][10], rows[3][13], rows[3][16] = ["0"] * 5
    rows[6][5], rows[6][7], rows[6][10], rows[6][13], rows[6][16] = ["-12"] * 5
    rows[7][8], rows[7][11] = "3000", "200"
    found = inspect(read_safe_db(write_rows(tmp_path / "a.csv", rows)))
    assert found.rows == 30
    assert (found.duplicates, found.duplicates_of_word) == (2, 1)
    assert found.flat == 1
    assert found.unsorted == 1
    assert found.people == 14
    assert (7, "every gain is on a bound") in found.suspicious
    assert dict(found.words)["bright"] == 11


def test_the_real_file_inspects_as_its_readme_says(real_csv):
    found = inspect(read_safe_db(real_csv))
    assert (found.rows, found.people, found.duplicates) == (1700, 148, 90)
    assert dict(found.words)["warm"] == 532


def test_inspect_prints_and_draws(made_csv, tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["data", "inspect", "--data", str(made_csv), "--word", "warm", "--figures", str(tmp_path / "figures")])
    assert stop.value.code == 0
    printed = capsys.readouterr().out
    assert "usable rows" in printed
    assert "'warm': percentiles" in printed
    assert (tmp_path / "figures" / "data.png").read_bytes().startswith(b"\x89PNG")


def test_fetching_without_a_network_says_what_to_do(tmp_path, monkeypatch):
    import pooch

    def unreachable(*args, **kwargs):
        raise ConnectionError("no route")

    monkeypatch.setattr(pooch, "retrieve", unreachable)
    with pytest.raises(DataError, match=r"cannot be reached; download it from http.* and save it as") as caught:
        fetch(DOWNLOADS[0], tmp_path)
    assert "\n" not in str(caught.value)
