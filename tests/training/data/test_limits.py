"""From where on a row is flat, silent, suspicious or out of bounds, and how curves and people are read."""

from dataclasses import replace

import numpy as np
import pytest

from semeq.eq import (
    FLAT,
    GAIN_INDEX,
    Q_INDEX,
    REFERENCE_GRID_HZ,
    curve,
    rms_db,
)
from semeq.training import DataError
from semeq.training.data.inspection import inspect, word_percentiles
from semeq.training.data.readers.records import SavedSettings, anonymous_key, parse_params
from semeq.training.data.readers.socialfx import BAND_FREQS_HZ, shapes_db


def saved_settings(gains):
    """Settings with a bell 2 of so many dB, Q .1, so that strength is nearly the gain."""
    params = np.tile(FLAT, (len(gains), 1))
    params[:, 5], params[:, 6], params[:, 7] = gains, 1000.0, 0.1
    words = tuple(f"word{i}" for i in range(len(gains)))
    return SavedSettings("made", params, words, words, tuple(range(1, len(gains) + 1)), (), "0" * 64)


def test_flat_is_under_half_a_decibel():
    saved = saved_settings([0.5, 0.6, 0.68, 0.72, 0.78, 0.82, 0.9])
    strength = rms_db(curve(saved.params))
    assert strength.min() < 0.5 < 0.55 < strength.max()
    assert any(0.5 <= s < 0.6 for s in strength)
    assert inspect(saved).flat == (strength < 0.5).sum()


def test_silent_bands_are_under_03_db():
    assert inspect(saved_settings([0.29, 0.31, 0.35])).silent_bands == pytest.approx((3 * 4 + 1) / 15)


def test_percentiles_of_a_word_are_of_its_rows_and_of_bands_that_are_heard():
    saved = saved_settings([0.1, 1.0, 2.0, 3.0, 9.0])
    saved = replace(saved, words=("warm", "warm", "warm", "warm", "bright"))
    saved.params[:, 6] = [50.0, 100.0, 200.0, 300.0, 4000.0]
    gain, freq = word_percentiles(saved, "warm")[[5, 6]]
    np.testing.assert_allclose(gain[[0, 3, 6]], [0.1, 1.5, 3.0])
    np.testing.assert_allclose(freq[[0, 3, 6]], [100.0, 200.0, 300.0])
    assert np.isnan(word_percentiles(saved, "warm")[1]).all()
    with pytest.raises(DataError, match="'airy'"):
        word_percentiles(saved, "airy")


def test_more_than_14_db_rms_is_suspicious():
    params = np.tile(FLAT, (3, 1))
    params[:, GAIN_INDEX[1:4]] = np.array([[11.5], [7.8], [6.0]])
    params[:, Q_INDEX] = 0.1
    strength = rms_db(curve(params))
    for scale, expected in ((14.1, True), (13.9, False), (13.5, False)):
        row = params[:1].copy()
        low, high = 0.0, 12.0
        for _ in range(50):
            row[:, GAIN_INDEX[1:4]] = (low + high) / 2
            low, high = ((low + high) / 2, high) if rms_db(curve(row))[0] < scale else (low, (low + high) / 2)
        saved = SavedSettings("made", row, ("a",), ("a",), (1,), (), "0" * 64)
        assert bool(inspect(saved).suspicious) == expected
    assert strength[0] > 14


def test_imbalance_is_the_first_word_over_the_tenth():
    words = [name for i, name in enumerate("abcdefghijkl") for _ in range(24 - 2 * i)]
    names = tuple(f"word{name}" for name in words)
    saved = saved_settings([3.0] * len(words))
    saved = SavedSettings("made", saved.params, names, names, tuple(range(len(words))), (), "0" * 64)
    assert inspect(saved).imbalance == pytest.approx(24 / 6)


def test_a_number_at_a_bound_may_be_off_by_float32_and_no_more():
    cells = [str(float(v)) for v in FLAT]
    for value, usable in (("12.0001", True), ("12.001", False), ("-12.0001", True), ("-12.001", False)):
        parsed = parse_params("warm", [value, *cells[1:]])
        assert isinstance(parsed, list) == usable
        if usable:
            assert abs(parsed[0]) == 12.0
    for value, usable in (("0.0999995", True), ("0.0999", False)):
        assert isinstance(parse_params("warm", [*cells[:4], value, *cells[5:]]), list) == usable


def test_a_persons_key_needs_the_file():
    key = anonymous_key("192.168.0.1", "a" * 64)
    assert key == anonymous_key("192.168.0.1", "a" * 64) != anonymous_key("192.168.0.1", "b" * 64)
    assert "192" not in key
    assert len(key) == 16


def test_shapes_peak_at_8_db_and_are_straight_in_octaves():
    bands = np.zeros((1, 40))
    low, high = 10, 20
    bands[0, low], bands[0, high] = 1.0, -2.0
    shape = shapes_db(bands)[0]
    assert np.abs(shape).max() == pytest.approx(8.0, rel=0.08)
    ramp = np.zeros((1, 40))
    ramp[0] = np.log(BAND_FREQS_HZ)
    made = shapes_db(ramp)[0]
    np.testing.assert_allclose(made, 8.0 * np.log(np.minimum(REFERENCE_GRID_HZ, 19_682)) / np.log(19_682), atol=1e-9)
