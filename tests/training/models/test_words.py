"""Placing words: all that are known, schools where witnesses contradict, points that decode to what words mean."""

import json

import numpy as np
import pytest
import torch

from semeq.eq import REFERENCE_GRID_HZ, curve, rms_db
from semeq.training import load_recipe
from semeq.training.data.corpus import prepare
from semeq.training.data.fitted_words import fit_words
from semeq.training.data.readers.safe_db import read_safe_db
from semeq.training.data.readers.socialfx import BAND_FREQS_HZ, DescribedCurves
from semeq.training.data.split import split_rows
from semeq.training.jobs.trainer import Trainer
from semeq.training.models.building import decoded_curves, encode
from semeq.training.models.words import locate, place_words, typical_curve, word_errors
from semeq.training.recipe import DataSection, with_changes

DATA = DataSection(words=("warm", "bright", "muddy"))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory, safe_rows, write_rows):
    rows = safe_rows(120)
    for i, row in enumerate(rows[:8]):
        row[1] = "hollow" if i % 2 else "rare"
    return prepare([read_safe_db(write_rows(tmp_path_factory.mktemp("w") / "a.csv", rows))], DATA)


@pytest.fixture(scope="module")
def fitted(corpus):
    """*bright* as in the settings, *warm* the other way round, *hollow* against its settings, *suave* only here."""
    at = np.log(REFERENCE_GRID_HZ)

    def bands(curve_db):
        return np.interp(np.log(BAND_FREQS_HZ), at, curve_db)

    rows = {
        "bright": bands(typical_curve(corpus.of_word("bright"))),
        "warm": -bands(typical_curve(corpus.of_word("warm"))),
        "hollow": -bands(typical_curve(corpus.of_word("hollow"))),
        "suave": np.cos(np.arange(40) / 9),
        "rare": np.sin(np.arange(40) / 9),
    }
    languages = ("en", "en", "en", "es", "en")
    return fit_words(DescribedCurves(tuple(rows), languages, np.stack(list(rows.values())), (9, 4, 6, 2, 3), "0" * 64))


@pytest.fixture(scope="module")
def model(corpus):
    torch.set_num_threads(1)
    recipe = with_changes(load_recipe("v3"), {"optimiser.steps": "400", "optimiser.batch": "64", "loss.mixing": "0.0"})
    return Trainer(recipe, corpus, split_rows(corpus, "random", 0.2, 0), torch.device("cpu"), 0).run().model


@pytest.fixture(scope="module")
def points(model, corpus, fitted):
    return {point.name: point for point in place_words(model, corpus, "safe-db", fitted)}


def test_labelled_words_come_first_then_by_people(points):
    assert list(points)[:6] == ["warm", "bright", "muddy", "hollow", "rare", "suave"]
    assert all(points[name].evidence == 0 for name in list(points)[6:])


def test_a_word_that_all_sources_know_is_one_entry(points, corpus):
    bright = points["bright"]
    assert bright.sources == ("safe-db", "socialfx", "mix-terms")
    assert bright.origin == "people+convention"
    assert bright.evidence == corpus.people_of("bright") + 9
    assert "brightness" in bright.aliases


def test_a_crowd_against_the_settings_is_another_school(points, model):
    """The crowd of the fixture means the opposite of the settings, and convention is with the settings."""
    warm = points["warm"]
    assert warm.contested
    assert [s.name for s in warm.schools] == ["safe-db+mix-terms", "socialfx"]
    main, first, second = decoded_curves(model, np.stack([warm.latent, *(s.latent for s in warm.schools)]))
    assert np.corrcoef(main, first)[0, 1] > 0.9
    assert np.corrcoef(main, second)[0, 1] < 0


def test_words_on_convention_alone_say_so(points):
    nasal = points["nasal"]
    assert (nasal.origin, nasal.sources, nasal.evidence) == ("convention", ("mix-terms",), 0)


def test_described_words_keep_language_and_people(points):
    suave = points["suave"]
    assert (suave.language, suave.sources, suave.evidence) == ("es", ("socialfx",), 2)
    assert points["muddy"].sources == ("safe-db", "mix-terms")


def test_bright_has_its_schools_from_the_settings(points):
    assert len(points["bright"].schools) == 3
    assert sum(s.evidence for s in points["bright"].schools) >= 1


def test_points_are_searched_nearer_to_their_targets_than_encoding_gets(model, fitted):
    starts = encode(model, fitted.params)
    found = locate(model, fitted.targets_db, starts)
    before = rms_db(decoded_curves(model, starts) - fitted.targets_db)
    after = rms_db(decoded_curves(model, found) - fitted.targets_db)
    assert (after < before + 1e-6).all()
    assert np.abs(found).max() <= 1


def test_word_errors_are_what_encoding_and_decoding_loses(model, fitted):
    errors = word_errors(model, fitted)
    direct = rms_db(decoded_curves(model, encode(model, fitted.params)) - curve(fitted.params))
    np.testing.assert_allclose(errors, direct)


def test_a_run_keeps_its_words_and_schools(tmp_path, points):
    from semeq.training.run_folder import WORDS, RunWriter, _word

    writer = RunWriter(tmp_path / "r")
    writer.begin({})
    recipe = load_recipe("v3")
    from semeq.training import EqSpace

    writer.save(EqSpace(recipe.model), {"recipe": recipe.to_dict()}, {}, tuple(points.values()))
    for table, point in zip(json.loads((tmp_path / "r" / WORDS).read_text()), points.values(), strict=True):
        read = _word(table)
        assert read.name == point.name
        np.testing.assert_array_equal(read.latent, point.latent)
        assert [s.name for s in read.schools] == [s.name for s in point.schools]
        assert (read.origin, read.contested, read.aliases) == (point.origin, point.contested, point.aliases)
