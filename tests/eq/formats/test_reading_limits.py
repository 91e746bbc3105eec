"""What the reader of Equalizer APO texts takes where a number is missing, and where its limits stand."""

import pytest

from semeq.eq.formats import FormatError, read_apo

BELL = "Filter 1: ON PK Fc 100 Hz Gain 1 dB Q 1\n"


def test_without_a_q_a_bell_has_1_and_a_shelf_a_slope_of_nine_tenths():
    bell, shelf = read_apo("Filter: ON PK Fc 100 Hz Gain 3 dB\nFilter: ON LSC Fc 100 Hz Gain 3 dB\n").filters
    assert bell.q == 1.0
    amp = 10 ** (3 / 40)
    assert 1 / shelf.q**2 == pytest.approx((amp + 1 / amp) * (1 / 0.9 - 1) + 2)
    assert shelf.freq_hz == 100


def test_a_slope_of_6_db_an_octave_is_half_the_cookbooks_s():
    (shelf,) = read_apo("Filter: ON LSC 6 dB Fc 100 Hz Gain 8 dB").filters
    amp = 10 ** (8 / 40)
    assert 1 / shelf.q**2 == pytest.approx((amp + 1 / amp) * (1 / 0.5 - 1) + 2)


def test_twenty_remarks_are_made_and_the_rest_is_counted():
    for lines, last in ((20, "line 20: Include is left out"), (23, "and 3 more lines are left out")):
        notes = read_apo("Include: a\n" * lines + BELL).notes
        assert len(notes) == min(lines, 20) + (lines > 20)
        assert notes[-1] == last


def test_a_thousand_filters_are_read_and_one_more_is_refused():
    assert len(read_apo(BELL * 1000).filters) == 1000
    with pytest.raises(FormatError, match="line 1001: more than 1000 filters"):
        read_apo(BELL * 1001)


def test_a_million_characters_are_read_and_one_more_is_refused():
    assert read_apo(BELL + " " * (1_000_000 - len(BELL))).filters
    with pytest.raises(FormatError, match="1,000,001 characters"):
        read_apo(BELL + " " * (1_000_001 - len(BELL)))


@pytest.mark.parametrize(
    ("line", "good", "bad"),
    [
        ("Filter: ON PK Fc 100 Hz Gain {} dB Q 1", ("-100", "100"), ("-100.1", "100.1")),
        ("Filter: ON PK Fc 100 Hz Gain 3 dB Q {}", ("0.001", "1000"), ("0.0009", "1000.1")),
        ("Filter: ON PK Fc {} Hz Gain 3 dB Q 1", ("0.1", "1000000"), ("0.09", "1000001")),
        ("Filter: ON PK Fc 100 Hz Gain 3 dB BW Oct {}", ("0.001", "20"), ("0.0009", "20.1")),
        ("Filter: ON LSC {} dB Fc 100 Hz Gain 0.1 dB", ("0.01", "23.5"), ("0.009", "24.1")),
        (BELL + "Preamp: {} dB", ("-200", "200"), ("-200.1", "200.1")),
    ],
)
def test_numbers_have_limits(line, good, bad):
    for number in good:
        assert len(read_apo(line.format(number)).filters) == 1
    for number in bad:
        with pytest.raises(FormatError, match="outside"):
            read_apo(line.format(number))
