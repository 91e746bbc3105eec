"""The SocialFX descriptors: shapes rendered as stated, and within reach of five bands."""

import json

import numpy as np
import pytest

from semeq.eq import REFERENCE_GRID_HZ, fit_curves
from semeq.training import DataError
from semeq.training.data.readers.socialfx import BAND_FREQS_HZ, PEAK_DB, read_socialfx, shapes_db


def entry(**changes):
    return {"lang": "English", "word": "Soft ", "settings": [0.1 * i for i in range(40)], "num": 4, **changes}


def written(tmp_path, entries):
    file = tmp_path / "d.json"
    file.write_text(json.dumps(entries), encoding="utf-8")
    return file


def test_entries_are_read(tmp_path):
    curves = read_socialfx(written(tmp_path, [entry(), entry(word="suave", lang="Español", num=2)]))
    assert curves.words == ("soft", "suave")
    assert curves.languages == ("en", "es")
    assert curves.submissions == (4, 2)
    assert curves.bands.shape == (2, 40)


@pytest.mark.parametrize(
    "changes",
    [
        {"lang": "Klingon"},
        {"word": ""},
        {"settings": [0.0] * 39},
        {"settings": ["x"] * 40},
        {"settings": [float("nan")] * 40},
        {"num": None},
    ],
)
def test_a_malformed_entry_is_named_by_number(tmp_path, changes):
    with pytest.raises(DataError, match="entry 2"):
        read_socialfx(written(tmp_path, [entry(), entry(**changes)]))


@pytest.mark.parametrize("content", ["", "{}", "[]", "[3]"])
def test_another_file_is_refused(tmp_path, content):
    (tmp_path / "d.json").write_text(content)
    with pytest.raises(DataError):
        read_socialfx(tmp_path / "d.json")


def test_a_shape_goes_through_its_bands_and_peaks_as_asked():
    bands = np.random.default_rng(0).normal(size=(5, 40))
    curves = shapes_db(bands)
    np.testing.assert_allclose(np.abs(curves).max(axis=1), PEAK_DB)
    for row, curve_db in zip(bands, curves, strict=True):
        at_bands = np.interp(np.log(BAND_FREQS_HZ), np.log(REFERENCE_GRID_HZ), curve_db)
        assert np.corrcoef(at_bands, row)[0, 1] > 0.98
    np.testing.assert_allclose(shapes_db(3 * bands), curves)


def test_a_flat_shape_stays_flat():
    assert np.abs(shapes_db(np.zeros((1, 40)))).max() == 0


@pytest.mark.slow
def test_the_real_words_are_within_reach_of_five_bands(data_dir):
    curves = read_socialfx(data_dir / "socialfx" / "eqdescriptors.json")
    assert len(curves) == 394
    assert curves.languages.count("es") == 100
    assert np.median(fit_curves(shapes_db(curves.bands)).error_db) < 0.35
