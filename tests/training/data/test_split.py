"""What is tested on was not learnt from."""

from dataclasses import replace

import numpy as np
import pytest

from semeq.training.data.corpus import UNLABELLED, prepare
from semeq.training.data.readers.safe_db import read_safe_db
from semeq.training.data.split import LARGE_ANNOTATOR, SPLIT_KINDS, split_rows
from semeq.training.errors import DataError
from semeq.training.recipe import DataSection

SECTION = DataSection(words=("warm", "bright", "muddy"))


@pytest.fixture(scope="module")
def corpus(train_csv):
    return prepare([read_safe_db(train_csv)], SECTION)


@pytest.mark.parametrize("kind", SPLIT_KINDS)
@pytest.mark.parametrize("seed", range(5))
def test_no_row_is_in_both_and_tests_are_labelled(corpus, kind, seed):
    split = split_rows(corpus, kind, 0.2, seed)
    assert not set(split.train) & set(split.test)
    assert (corpus.labels[split.test] != UNLABELLED).all()
    labelled = (corpus.labels != UNLABELLED).sum()
    assert 0.1 * labelled < len(split.test) < 0.3 * labelled
    assert {0, 1} <= set(corpus.labels[split.test].tolist())


@pytest.mark.parametrize("seed", range(5))
def test_a_held_out_person_is_nowhere_in_training(corpus, seed):
    split = split_rows(corpus, "annotator", 0.2, seed)
    assert not set(corpus.people[split.train]) & set(corpus.people[split.test])


def test_the_largest_annotator_stays_in_training(corpus):
    labelled = corpus.people[corpus.labels != UNLABELLED]
    people, counts = np.unique(labelled, return_counts=True)
    large = set(people[counts > LARGE_ANNOTATOR * len(labelled)])
    for seed in range(5):
        assert not large & set(corpus.people[split_rows(corpus, "annotator", 0.2, seed).test])


def test_an_unlabelled_copy_of_a_test_row_is_not_learnt_from(corpus):
    split = split_rows(corpus, "random", 0.2, 0)
    unlabelled = split.train[corpus.labels[split.train] == UNLABELLED]
    tested = {row.tobytes() for row in corpus.params[split.test]}
    assert not any(row.tobytes() in tested for row in corpus.params[unlabelled])


@pytest.mark.parametrize("kind", SPLIT_KINDS)
def test_the_seed_decides(corpus, kind):
    first, again, other = (split_rows(corpus, kind, 0.2, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.test, again.test)
    assert set(first.test) != set(other.test)


def test_weak_labelled_rows_are_dropped_and_counted(tmp_path, safe_rows, write_rows):
    rows = safe_rows(30)
    for row in rows[:4]:
        row[5], row[7], row[10], row[13], row[16] = ["0.1"] * 5
    rows[4][1] = "test"
    rows[4][5:17] = rows[0][5:17]
    corpus = prepare([read_safe_db(write_rows(tmp_path / "a.csv", rows))], SECTION)
    assert corpus.dropped == 4
    assert len(corpus) == 26
    assert (corpus.labels == UNLABELLED).sum() == 1


def test_one_word_is_not_enough(tmp_path, safe_rows, write_rows):
    rows = [row for row in safe_rows(60) if row[1].strip() == "Warm"]
    saved = read_safe_db(write_rows(tmp_path / "a.csv", rows))
    with pytest.raises(DataError, match="only 'warm'"):
        prepare([saved], SECTION)


def test_too_few_rows_for_a_split_is_said(tmp_path, safe_rows, write_rows):
    corpus = prepare([read_safe_db(write_rows(tmp_path / "a.csv", safe_rows(3)))], replace(SECTION, min_examples=1))
    with pytest.raises(DataError, match="too few labelled rows"):
        split_rows(corpus, "random", 0.2, 0)


def test_without_words_all_frequent_ones_are_labelled(tmp_path, safe_rows, write_rows):
    rows = safe_rows(30)
    for row in rows[:4]:
        row[1] = "rare"
    corpus = prepare([read_safe_db(write_rows(tmp_path / "a.csv", rows))], DataSection(min_examples=5))
    assert set(corpus.words) == {"warm", "bright", "muddy"}
    assert (corpus.labels == UNLABELLED).sum() == 4
