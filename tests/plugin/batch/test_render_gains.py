"""The gains of a batch, by measurements that are given, and what is said about peaks."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from semeq.plugin.batch.render import gains_for
from semeq.plugin.batch.report import advice


def gains(request, before_lufs=-20.0, after_lufs=-20.0, before_dbtp=-30.0, after_dbtp=-30.0):
    options = {"ab": False, "level_match": False, "ceiling_dbtp": None, "guard": True, **request}
    measured = SimpleNamespace(
        before_lufs=before_lufs,
        after_lufs=after_lufs,
        before_dbtp=before_dbtp,
        after_dbtp=after_dbtp,
        clipping_before_dbtp=before_dbtp,
        clipping_after_dbtp=after_dbtp,
    )
    found = gains_for(measured, SimpleNamespace(**options))
    return found.before_db, found.after_db


@pytest.mark.parametrize(
    ("after", "gain"), [(-26.0, 6.0), (-14.0, -6.0), (-43.5, 23.5), (-50.0, 24.0), (10.0, -24.0), (float("-inf"), 0.0)]
)
def test_level_matching_brings_the_output_to_the_input_within_24_db(after, gain):
    assert gains({"level_match": True}, after_lufs=after) == (0.0, pytest.approx(gain))


@pytest.mark.parametrize(("after", "expected"), [(-26.0, (-6.0, 0.0)), (-14.0, (0.0, -6.0)), (-20.0, (0.0, 0.0))])
def test_of_a_pair_the_louder_one_is_turned_down(after, expected):
    assert gains({"ab": True}, after_lufs=after) == pytest.approx(expected)


@pytest.mark.parametrize(("peak", "gain"), [(-1.01, 0.0), (-1.0, 0.0), (-0.9, -0.1), (3.0, -4.0)])
def test_the_guard_takes_off_what_exceeds_the_ceiling_and_no_more(peak, gain):
    assert gains({"ceiling_dbtp": -1.0}, after_dbtp=peak) == (0.0, pytest.approx(gain))


def test_the_guard_looks_at_the_peak_after_matching():
    assert gains({"level_match": True, "ceiling_dbtp": -1.0}, after_lufs=-26.0, after_dbtp=-5.0) == (
        0.0,
        pytest.approx(6.0 - 2.0),
    )


def test_the_guard_lowers_both_of_a_pair_by_the_louder_peak():
    asked = {"ab": True, "ceiling_dbtp": -1.0}
    assert gains(asked, before_dbtp=2.0, after_dbtp=-9.0) == pytest.approx((-3.0, -3.0))
    assert gains(asked, before_dbtp=-9.0, after_dbtp=2.0) == pytest.approx((-3.0, -3.0))
    assert gains(asked, after_lufs=-26.0, before_dbtp=2.0) == pytest.approx((-6.0, 0.0))  # below it once matched


@pytest.mark.parametrize(("peak", "gain"), [(-0.5, 0.0), (0.0, 0.0), (0.01, -1.01), (3.0, -4.0)])
def test_by_default_only_what_would_clip_is_turned_down_then_to_minus_one(peak, gain):
    assert gains({}, after_dbtp=peak) == (0.0, pytest.approx(gain))
    assert gains({"guard": False}, after_dbtp=peak) == (0.0, 0.0)
    assert gains({"ab": True}, after_dbtp=peak) == pytest.approx((gain, gain))


def outcome(peak_dbfs, true_peak_dbtp, overs=0, clips=True, lufs=None):
    form = SimpleNamespace(clips=clips, container="WAV")
    rendered = SimpleNamespace(
        peak_dbfs=peak_dbfs, true_peak_dbtp=true_peak_dbtp, overs=overs, format=form, output=Path("a.wav")
    )
    return SimpleNamespace(before=None, rendered=rendered, loudness_after_lufs=lufs)


def test_peaks_up_to_full_scale_are_not_remarked():
    assert advice(outcome(-0.1, 0.0), 0.0) == ([], [])
    assert advice(outcome(-0.1, None), 0.0) == ([], [])


@pytest.mark.parametrize(("over", "lower"), [(0.05, "-0.1"), (0.3, "-0.3"), (0.31, "-0.4"), (2.0, "-2.0")])
def test_the_advice_is_enough(over, lower):
    clipped, beyond = advice(outcome(-0.1, over), 0.0)
    assert not clipped
    assert f"--output-db {lower} or" in beyond[0]
    clipped, beyond = advice(outcome(over, over, overs=3), -2.0)
    assert "3 samples clipped" in clipped[0]
    assert f"--output-db {float(lower) - 2:.1f} or" in clipped[0]
    assert not beyond


def test_where_a_loudness_is_kept_to_only_the_guard_helps():
    clipped, _ = advice(outcome(1.0, 1.0, overs=3, lufs=-14.0), 0.0)
    assert "--output-db" not in clipped[0]
    assert "--true-peak-guard" in clipped[0]
