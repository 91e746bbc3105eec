"""Every labelled row tested once, by a model that has not met its person; intervals that draw people."""

import json

import numpy as np
import pytest

from semeq.eq import curve, rms_db
from semeq.training import DataError, load_recipe
from semeq.training.cli import main
from semeq.training.data import Split, annotator_folds, prepare
from semeq.training.data.corpus import UNLABELLED
from semeq.training.data.readers.safe_db import read_safe_db
from semeq.training.report.baselines import Knobs
from semeq.training.report.people import NEAR_DB, RowResults, by_person, near_duplicates, paired, pooled, row_results


@pytest.fixture
def corpus(tmp_path, safe_rows, write_rows):
    rows = safe_rows(120)
    for row in rows[:40]:
        row[2] = "one who gave a third"
    rows[50][1] = "test"
    return prepare([read_safe_db(write_rows(tmp_path / "a.csv", rows))], load_recipe("v3").data)


def test_every_labelled_row_is_tested_once_and_its_person_never_met(corpus):
    splits = annotator_folds(corpus, 4, 0)
    tested = np.concatenate([split.test for split in splits])
    np.testing.assert_array_equal(np.sort(tested), np.flatnonzero(corpus.labels != UNLABELLED))
    for split in splits:
        assert not set(corpus.people[split.test]) & set(corpus.people[split.train])
    sizes = sorted(len(split.test) for split in splits)
    assert sizes[-1] == 40  # the diligent one alone
    assert sizes[-2] - sizes[0] <= 8
    assert not np.array_equal(splits[1].test, annotator_folds(corpus, 4, 1)[1].test)


def test_too_few_people_are_said(corpus):
    with pytest.raises(DataError, match="too few for 50 folds"):
        annotator_folds(corpus, 50, 0)


def test_the_knobs_have_no_error_in_any_row(corpus):
    figures = pooled([row_results(Knobs(), corpus, split) for split in annotator_folds(corpus, 4, 0)])
    assert figures["curve_error_db"].high < 1e-3
    assert figures["curve_error_db"].rows == (corpus.labels != UNLABELLED).sum()
    assert figures["right"].rows == np.isin(corpus.labels, (0, 1)).sum()
    assert figures["right"].mean > 0.9
    assert figures["curve_error_db_far"].rows <= figures["curve_error_db"].rows


def test_near_duplicates_are_those_within_half_a_decibel(corpus):
    split = annotator_folds(corpus, 4, 0)[0]
    copied = Split("annotator", np.append(split.train, split.test[:3]), split.test)
    near = near_duplicates(corpus, copied)
    assert near[:3].all()
    distance = rms_db(curve(corpus.params[split.test])[:, None] - curve(corpus.params[split.train])[None])
    np.testing.assert_array_equal(near_duplicates(corpus, split), distance.min(axis=1) < NEAR_DB)


def test_an_interval_by_person_is_wider_where_a_persons_rows_agree():
    random = np.random.default_rng(0)
    people = np.repeat([f"p{i}" for i in range(20)], 30)
    alike = np.repeat(random.normal(size=20), 30)
    apart = random.normal(size=600)
    wide, narrow = by_person(alike, people), by_person(apart, people)
    assert wide.high - wide.low > 3 * (narrow.high - narrow.low)
    # Of 20 equal people: the standard error of a mean of 20 numbers.
    assert wide.high - wide.low == pytest.approx(2 * 1.96 * alike[::30].std() / np.sqrt(20), rel=0.15)
    assert (wide.rows, wide.people) == (600, 20)
    assert wide.mean == pytest.approx(alike.mean())


def results(error_db, right, people):
    return [RowResults(np.array(people), np.array(error_db), np.array(right, dtype=float), np.zeros(len(people), bool))]


def test_a_paired_difference_forgets_what_rows_have_in_common():
    random = np.random.default_rng(0)
    people = [f"p{i:02}" for i in range(60)]
    hard = random.uniform(0, 5, 60)
    ours, theirs = results(hard, [1.0] * 60, people), results(hard + 0.1, [1.0, 0.0] * 30, people)
    found = paired(ours, theirs)
    assert found["curve_error_db"].mean == pytest.approx(0.1)
    assert found["curve_error_db"].low == pytest.approx(0.1)
    assert found["right"].mean == pytest.approx(0.5)
    assert found["right"].low > 0.3
    assert paired(ours, ours)["right"].high == 0
    with pytest.raises(ValueError, match="same rows"):
        paired(ours, results(hard, [1.0] * 60, people[::-1]))


@pytest.mark.slow
def test_the_command(made_csv, capsys):
    for options, names in ((["--no-training"], {"13 knobs"}), (["--recipe", "v2", "--steps", "5"], {"v2", "13 knobs"})):
        with pytest.raises(SystemExit) as stop:
            main(["cross-validate", "--data", str(made_csv), "--folds", "3", *options, "--json"])
        assert stop.value.code == 0
        found = json.loads(capsys.readouterr().out)
        assert names <= set(found)
        assert ("v2" in found) == ("v2" in names)
        assert all(figures["curve_error_db"]["rows"] == 90 for figures in found.values())
    assert found["13 knobs"]["curve_error_db"]["mean"] < found["v2"]["curve_error_db"]["mean"]
    assert "right" not in found["mean curve of the word"]
