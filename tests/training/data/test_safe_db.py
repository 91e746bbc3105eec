"""Reading the SAFE-DB: nothing is guessed, nothing is dropped silently, nobody is named."""

import numpy as np
import pytest

from semeq.eq import LOWER_BOUNDS, UPPER_BOUNDS
from semeq.training.data.readers.safe_db import read_safe_db
from semeq.training.errors import DataError


def test_rows_come_back_as_they_were_saved(tmp_path, safe_rows, write_rows):
    rows = safe_rows(30)
    saved = read_safe_db(write_rows(tmp_path / "a.csv", rows))
    assert len(saved) == 30
    assert not saved.problems
    np.testing.assert_array_equal(saved.params, np.array([[float(v) for v in row[5:18]] for row in rows]))
    assert saved.words == tuple(row[1] for row in rows)
    assert saved.lines == tuple(range(1, 31))


def test_addresses_never_leave_the_loader(tmp_path, safe_rows, write_rows):
    rows = safe_rows(30)
    saved = read_safe_db(write_rows(tmp_path / "a.csv", rows))
    assert "192.168" not in repr(saved)
    same = {(row[2], key) for row, key in zip(rows, saved.people, strict=True)}
    assert len(same) == len(set(saved.people)) == 14
    again = read_safe_db(tmp_path / "a.csv")
    assert again.people == saved.people
    # The key depends on the whole file: a table of hashed addresses does not undo it.
    other = read_safe_db(write_rows(tmp_path / "b.csv", safe_rows(31)))
    assert not set(other.people) & set(saved.people)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        (5, "loud", "low_shelf_gain_db is not a number: 'loud'"),
        (5, "", "low_shelf_gain_db is not a number"),
        (5, "nan", "low_shelf_gain_db is nan"),
        (6, "inf", "low_shelf_freq_hz is inf"),
        (5, "12.5", r"low_shelf_gain_db is 12.5, outside -12 to 12"),
        (9, "0.05", r"bell_1_q is 0.05, outside 0.1 to 10"),
        (17, "19.9", r"high_shelf_freq_hz is 19.9, outside 20 to 20000"),
        (1, "  ", "the word is empty"),
    ],
)
def test_a_bad_row_is_skipped_and_reported_with_its_line(tmp_path, safe_rows, write_rows, column, value, reason):
    rows = safe_rows(12)
    rows[7][column] = value
    saved = read_safe_db(write_rows(tmp_path / "a.csv", rows))
    assert len(saved) == 11
    (problem,) = saved.problems
    assert problem.line == 8
    assert reason in str(problem)
    assert 8 not in saved.lines


def test_line_numbers_count_lines_not_rows(tmp_path, safe_rows, write_rows):
    rows = safe_rows(6)
    rows[1][18] = "two\nlines"
    rows[3] = rows[3][:-1]
    saved = read_safe_db(write_rows(tmp_path / "a.csv", rows))
    assert [str(p) for p in saved.problems] == ["line 5: 24 columns instead of 25"]


def test_float32_rounding_at_a_bound_is_no_fault(tmp_path, safe_rows, write_rows):
    rows = safe_rows(6)
    rows[0][9] = "0.10000000149011612"
    rows[1][9] = "0.0999999940395355"
    saved = read_safe_db(write_rows(tmp_path / "a.csv", rows))
    assert len(saved) == 6
    assert ((saved.params >= LOWER_BOUNDS) & (saved.params <= UPPER_BOUNDS)).all()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "holds no usable row"),
        (b"word,a,b\nwarm,1,2\n", "line 1: 3 columns instead of 25"),
        (b"\xff\xfe\x00w", "not UTF-8"),
        (b'1,"unclosed', "holds no usable row|not a CSV"),
    ],
)
def test_a_useless_file_is_one_sentence(tmp_path, content, message):
    file = tmp_path / "a.csv"
    file.write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        read_safe_db(file)
    assert "\n" not in str(caught.value)


def test_a_missing_file(tmp_path):
    with pytest.raises(DataError, match="No such file"):
        read_safe_db(tmp_path / "none.csv")


def test_the_real_file_is_read_whole(real_csv):
    saved = read_safe_db(real_csv)
    assert len(saved) == 1700
    assert not saved.problems
    assert len(set(saved.people)) == 148
    assert sum(word.lower().strip() == "warm" for word in saved.words) == 532
