"""Diagnosis: a complaint made on purpose is named, a remedy mends it, and average music has none."""

import numpy as np
import pytest

from semeq.eq import FLAT, FREQ_INDEX, GAIN_INDEX, Q_INDEX, magnitude_db
from semeq.words import Diagnosis, Hearing, Vocabulary, Word, WordSpace


@pytest.fixture(scope="module")
def hearing():
    return Hearing(WordSpace.open())


@pytest.fixture(scope="module")
def diagnosis(hearing):
    return Diagnosis(hearing)


def own_curve(hearing, word):
    return hearing.band_curves(hearing.space.decoder.decode(hearing.space.latent(word)))


def complaint(diagnosis, lean, word):
    return next(found for found in diagnosis(lean) if found.word == word)


def test_average_music_has_nothing_that_stands_out(diagnosis):
    average = np.zeros(64)
    assert diagnosis.standing_out(average) == []
    assert diagnosis.remedy(average) == ""
    assert all(found.score == 0 for found in diagnosis(average))


def test_twelve_complaints_are_ranked_by_evidence(diagnosis, hearing):
    found = diagnosis(own_curve(hearing, "boxy"))
    assert len(found) == len(diagnosis.complaints) == 12
    evidence = [item.evidence for item in found]
    assert evidence == sorted(evidence, reverse=True)


def test_average_music_with_a_complaints_own_eq_has_that_complaint_first(diagnosis, hearing):
    for word in diagnosis.complaints:
        lean = own_curve(hearing, word)
        assert diagnosis(lean)[0].word == word
        assert diagnosis.standing_out(lean)[0] == word


def test_more_of_it_scores_more_and_its_mirror_less(diagnosis, hearing):
    for word in diagnosis.complaints:
        curve = own_curve(hearing, word)
        scores = [complaint(diagnosis, amount * curve, word).score for amount in (-1, 0, 1, 2)]
        assert np.all(np.diff(scores) > 0), word


def test_a_remedy_takes_away_what_it_names(diagnosis, hearing):
    space = hearing.space
    for word in diagnosis.complaints:
        lean = own_curve(hearing, word)
        remedy = diagnosis.remedy(lean)
        assert f"less {word}" in remedy
        mended = lean + hearing.band_curves(space.decoder.decode(space.latent(remedy)))
        assert complaint(diagnosis, mended, word).evidence < complaint(diagnosis, lean, word).evidence - 0.5
        assert diagnosis.standing_out(mended)[:1] != [word]


def test_remedies_on_random_leans_are_phrases_of_two_parts_at_most(diagnosis, hearing):
    rng = np.random.default_rng(3)
    root = np.linalg.cholesky(hearing.music_covariance + 1e-3 * np.eye(64))
    for lean in (root @ rng.standard_normal((64, 30))).T:
        remedy, standing = diagnosis.remedy(lean), diagnosis.standing_out(lean)
        assert bool(remedy) == bool(standing)
        if remedy:
            parts = hearing.space.understand(remedy).phrase.parts
            assert 1 <= len(parts) <= 2
            assert parts[0].word == standing[0]
            assert parts[0].weight < 0


def test_a_bell_in_the_low_mids_is_told_there(diagnosis, hearing):
    params = FLAT.copy()
    params[FREQ_INDEX[2]], params[GAIN_INDEX[2]], params[Q_INDEX[1]] = 270.0, 10.0, 1.4
    bell = magnitude_db(params, hearing.bands_hz)
    found = complaint(diagnosis, bell - bell.mean(), "muddy")
    assert found.from_hz < 270 < found.to_hz
    assert 100 < found.from_hz < found.to_hz < 600
    assert found.band_db == pytest.approx((bell - bell.mean())[
        (hearing.bands_hz >= found.from_hz) & (hearing.bands_hz <= found.to_hz)].mean())  # fmt: skip
    assert "muddy" in diagnosis.standing_out(bell - bell.mean())


def test_a_model_with_other_words_has_no_complaints():
    space = WordSpace.open()
    other = WordSpace(space.decoder, Vocabulary([Word("odd", "en", ("test",), 3, (0.1,) * 32)]))
    diagnosis = Diagnosis(Hearing(other))
    assert diagnosis.complaints == ()
    assert diagnosis(np.ones(64)) == ()
    assert diagnosis.remedy(np.ones(64)) == ""
