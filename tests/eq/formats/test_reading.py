"""Reading Equalizer APO and AutoEq text: what people have on disk, and what nobody should."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from semeq.eq import SHELF_Q, curve, curve_error, denormalise, scale_gains, sort_bells
from semeq.eq.formats import Filter, FormatError, filters_curve, fit_filters, read_apo, write_apo
from semeq.eq.formats.apo_reading import MAX_CHARACTERS, MAX_FILTERS

AUTOEQ = """\
Preamp: -6.2 dB
Filter 1: ON LSC Fc 105 Hz Gain 5.5 dB Q 0.70
Filter 2: ON PK Fc 216 Hz Gain -3.0 dB Q 0.55
Filter 3: ON PK Fc 1338 Hz Gain -1.5 dB Q 1.95
Filter 4: ON PK Fc 3072 Hz Gain 4.1 dB Q 2.32
Filter 5: ON PK Fc 4935 Hz Gain -3.1 dB Q 4.71
Filter 6: ON PK Fc 6115 Hz Gain 4.9 dB Q 5.26
Filter 7: ON PK Fc 7892 Hz Gain -2.0 dB Q 2.94
Filter 8: ON HSC Fc 10000 Hz Gain -1.6 dB Q 0.70
"""


def test_autoeq_text_is_read_whole():
    read = read_apo(AUTOEQ)
    assert len(read.filters) == 8
    assert read.filters[0] == Filter("low_shelf", 105, 5.5, 0.7)
    assert read.filters[7] == Filter("high_shelf", 10_000, -1.6, 0.7)
    assert read.preamp_db == -6.2
    assert read.notes == ()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Filter: ON PK Fc 50 Hz Gain -3.0 dB Q 10.00", Filter("bell", 50, -3, 10)),
        ("filter  7 :  on  peq  fc 1.5 kHz gain +2 db q 2", Filter("bell", 1500, 2, 2)),
        ("Filter 1: ON LSC Fc 105,5 Hz Gain 5,5 dB Q 0,71", Filter("low_shelf", 105.5, 5.5, 0.71)),
        ("Filter 1: ON PK Fc 1,050 Hz Gain 1 dB Q 1", Filter("bell", 1050, 1, 1)),
        ("Filter 1: ON HSC Fc 9000 Hz Gain -.5 dB Q .7", Filter("high_shelf", 9000, -0.5, 0.7)),
        ("Filter 1: ON PK Fc 100 Hz Gain 2 dB BW Oct 1", Filter("bell", 100, 2, math.sqrt(2))),
        ("Filter 1: ON LSC 12 dB Fc 100 Hz Gain 6 dB", Filter("low_shelf", 100, 6, SHELF_Q)),
    ],
)
def test_spellings_people_have(line, expected):
    read = read_apo(line)
    assert read.filters[0].kind == expected.kind
    assert (read.filters[0].freq_hz, read.filters[0].gain_db, read.filters[0].q) == pytest.approx(
        (expected.freq_hz, expected.gain_db, expected.q)
    )


def test_what_is_left_out_is_told():
    bell = "Filter 1: ON PK Fc 100 Hz Gain 3 dB Q 1\n"
    read = read_apo(
        f"# note\n{bell}Filter 2: ON LPX Fc 30 Hz\nFilter 3: OFF PK Fc 1 Hz Gain 1 dB Q 1\nInclude: b.txt\n"
    )
    assert len(read.filters) == 1
    assert read.notes == ("line 3: filter type LPX is left out", "line 5: Include is left out")


def test_own_text_comes_back_as_the_setting_itself():
    random = np.random.default_rng(5)
    for params in denormalise(random.uniform(size=(10, 13))):
        fit = fit_filters(read_apo(write_apo(params)).filters)
        assert fit.worst_db <= 0.02
        np.testing.assert_allclose(fit.params, sort_bells(params), rtol=1e-3, atol=1e-3)


def test_the_stated_error_is_the_error():
    filters = read_apo(AUTOEQ).filters
    fit = fit_filters(filters)
    difference = curve(fit.params) - filters_curve(filters)
    assert fit.error_db == pytest.approx(math.sqrt(np.mean(difference**2)))
    assert fit.worst_db == pytest.approx(np.abs(difference).max())
    assert fit.error_db < 0.4  # eight filters, three of them narrow, in five


def test_bands_spread_over_more_filters_are_found_again():
    target = np.array([4.0, 120, 3, 400, 1, -4, 1500, 2, 2, 5000, 1, -3, 9000])
    halves = read_apo(write_apo(scale_gains(target, 0.5)) * 2).filters
    assert len(halves) == 10
    fit = fit_filters(halves)
    assert fit.error_db < 0.15
    assert curve_error(fit.params, target) < 0.3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no filter"),
        ("Include: a.txt", "no filter that semeq can use .line 1: Include is left out"),
        ("\nGraphicEQ: 20 -1.2; x", "line 2: 'x' is not a frequency and a gain"),
        ("GraphicEQ: 20 1\nGraphicEQ: 20 1", "line 2: a second graphic EQ"),
        ("Filter 1: ON PK Gain 3 dB Q 1", "line 1: the filter lacks its Fc"),
        ("\nFilter 1: ON PK Fc 100 Hz Q 1", "line 2: the filter lacks its Gain"),
        ("Filter 1: ON PK Fc 0 Hz Gain 3 dB Q 1", "Fc is 0, outside"),
        ("Filter 1: ON PK Fc 100 Hz Gain 1000 dB Q 1", "Gain is 1000, outside"),
        ("Filter 1: ON PK Fc 100 Hz Gain 3 dB Q 0", "Q is 0, outside"),
        ("Filter 1: ON PK Fc 1.2.3 Hz Gain 3 dB Q 1", "Fc '1.2.3' is not a number"),
        ("Filter 1: ON LSC 24 dB Fc 100 Hz Gain 40 dB", "cannot have a slope"),
        ("x" * (MAX_CHARACTERS + 1), "characters"),
        ("Filter 1: ON PK Fc 100 Hz Gain 1 dB Q 1\n" * (MAX_FILTERS + 2), "more than 1000 filters"),
    ],
)
def test_faults_name_the_line_and_the_reason(text, message):
    with pytest.raises(FormatError, match=message) as caught:
        read_apo(text)
    assert "\n" not in str(caught.value)


PIECES = st.sampled_from(
    ["Filter 1:", "ON", "OFF", "PK", "LSC", "Fc", "Gain", "Q", "BW Oct", "Hz", "dB", "1e309", "nan", "-", ",", "100"]
    + ["Preamp:", "1,000,0", "٣", "\x00", "\n", "\u2028", "kHz", "9" * 40, "0.7", "3"]
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=40).map(" ".join)))
@example("Filter 1: ON PK Fc 100 Hz Gain 1e400 dB Q 1")
def test_any_text_is_read_or_refused_in_one_line(text):
    try:
        read = read_apo(text)
    except FormatError as error:
        lines = len(str(error).splitlines())
    else:
        lines = 1
        assert np.isfinite(filters_curve(read.filters)).all()
    assert lines == 1
