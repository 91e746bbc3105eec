"""Equalizer APO texts, read by Equalizer APO's own rules: every shipped word, its phase, its stability."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from semeq.eq import biquads, curve, denormalise, scale_gains
from semeq.eq.formats import WRITERS, read_apo
from semeq.words.space import WordSpace

#: The rates at which a word must be played whole, and those at which at least nothing may blow up.
RATES_HZ = (44_100, 48_000, 88_200, 96_000, 176_400, 192_000)
LOW_RATES_HZ = {"apo": (32_000, 40_000), "autoeq": (32_000, 40_000)}
FORMS = ("apo", "autoeq")
LEVEL_DB = -4.25


def apo_frequency(text):
    """`BiQuadFilterFactory::getFreq`: three digits after the point mean that the point separates thousands."""
    value = float(text)
    return value * 1000 if len(text) >= 5 and text[-4] == "." and "e" not in text.lower() else value


def apo_section(kind, freq_hz, gain_db, q, rate_hz):
    """`BiQuad.cpp`, after the cookbook: (b0, b1, b2, a0, a1, a2). It holds no frequency back from half the rate."""
    a, w = 10 ** (gain_db / 40), 2 * np.pi * freq_hz / rate_hz
    alpha, c = np.sin(w) / (2 * q), np.cos(w)
    if kind == "PK":
        return (1 + alpha * a, -2 * c, 1 - alpha * a, 1 + alpha / a, -2 * c, 1 - alpha / a)
    s, beta = {"LSC": 1, "HSC": -1}[kind], 2 * np.sqrt(a) * alpha
    return (
        a * ((a + 1) - s * (a - 1) * c + beta),
        s * 2 * a * ((a - 1) - s * (a + 1) * c),
        a * ((a + 1) - s * (a - 1) * c - beta),
        (a + 1) + s * (a - 1) * c + beta,
        s * -2 * ((a - 1) + s * (a + 1) * c),
        (a + 1) + s * (a - 1) * c - beta,
    )


def read_as_apo(text, rate_hz=44_100):
    """The preamp lines in dB and the filters (kind, Hz, dB, Q) of a text, as Equalizer APO takes them at a rate."""
    preamps, filters, holds = [], [], [True]
    for line in text.splitlines():
        command, _, rest = line.partition(":")
        words = rest.split()
        if command == "If":
            assert words[:2] == ["sampleRate", ">="]
            holds.append(rate_hz >= int(words[2]))
        elif command == "EndIf":
            holds.pop()
        elif command == "Preamp":
            assert words[1:] == ["dB"]
            assert all(holds)
            preamps.append(float(words[0]))
        elif command.startswith("Filter"):
            on, kind, fc, freq, hz, gain, decibels, db, q, quality = words
            assert (on, fc, hz, gain, db, q) == ("ON", "Fc", "Hz", "Gain", "dB", "Q")
            if all(holds):
                filters.append((kind, apo_frequency(freq), float(decibels), float(quality)))
        else:
            assert line.startswith("#")
    assert holds == [True]
    return preamps, filters


def response(sections, rate_hz):
    """Complex response of sections (n, 6) in series at audible frequencies below half the rate."""
    freqs = np.geomspace(20, min(20_000, 0.49 * rate_hz), 96)
    z = np.exp(-2j * np.pi * np.outer(freqs / rate_hz, np.arange(3)))
    sections = np.asarray(sections)
    return np.prod((z @ sections[:, :3].T) / (z @ sections[:, 3:].T), axis=1)


def stable(section):
    """Whether both poles lie inside the unit circle."""
    a1, a2 = section[4] / section[3], section[5] / section[3]
    return abs(a2) < 1 and abs(a1) < 1 + a2


@pytest.fixture(scope="module")
def words():
    """Name and setting (13,) of every shipped word."""
    space = WordSpace.open()
    names = [word.name for word in space.vocabulary]
    return dict(zip(names, space.decoder.decode(np.array([space.latent(name) for name in names])), strict=True))


def test_the_rule_of_the_reader_is_known():
    assert [apo_frequency(text) for text in ("1602.816", "1602.82", "20.5", "9000", "1.234")] == [
        1_602_816,
        1602.82,
        20.5,
        9000,
        1234,
    ]


@pytest.mark.parametrize("form", FORMS)
def test_every_word_is_the_same_eq_in_equalizer_apo(form, words):
    assert len(words) == 494
    for name, params in words.items():
        text = WRITERS[form](params, LEVEL_DB, name)
        for rate_hz in RATES_HZ:
            preamps, filters = read_as_apo(text, rate_hz)
            assert preamps == [LEVEL_DB], f"{name}: one level, once"
            assert [kind for kind, *_ in filters] == ["LSC", "PK", "PK", "PK", "HSC"]
            sections = [apo_section(*band, rate_hz) for band in filters]
            assert all(map(stable, sections)), f"{name} at {rate_hz} Hz"
            expected = response(biquads(params, rate_hz), rate_hz)
            difference = response(sections, rate_hz) / expected
            # A magnitude alone would not see a text that turns the polarity.
            assert np.abs(20 * np.log10(np.abs(difference))).max() < 0.005, f"{name} at {rate_hz} Hz"
            assert np.abs(np.angle(difference)).max() < 0.001, f"{name} at {rate_hz} Hz"


@pytest.mark.parametrize("form", FORMS)
def test_no_word_is_unstable_at_a_low_rate_and_all_that_can_be_played_is(form, words):
    for name, params in words.items():
        text = WRITERS[form](params, LEVEL_DB, name)
        for rate_hz in LOW_RATES_HZ[form]:
            preamps, filters = read_as_apo(text, rate_hz)
            assert preamps == [LEVEL_DB]
            assert all(stable(apo_section(*band, rate_hz)) for band in filters), f"{name} at {rate_hz} Hz"
            playable = (params[[1, 3, 6, 9, 12]] <= 0.489 * rate_hz).sum()
            assert len(filters) >= playable


@pytest.mark.parametrize("form", FORMS)
def test_own_conditions_are_read_without_a_remark(form):
    params = np.array([3.0, 100, 2, 300, 1, -1, 4000, 1, 1, 15_900, 2, 4, 19_999])
    read = read_apo(WRITERS[form](params, -1.5, "high"))
    assert len(read.filters) == 5
    assert read.notes == ()
    assert read.filters[4].freq_hz == 19_999


def test_other_conditions_are_told():
    bell = "Filter 1: ON PK Fc 1000 Hz Gain 3 dB Q 1"
    for condition in ("If: sampleRate >= 44101", "If: inputChannelCount == 2", "If: sampleRate == 48000"):
        read = read_apo(f"{condition}\n{bell}\nEndIf:\n")
        assert read.notes == ("line 1: If is left out", "line 3: EndIf is left out")
    assert read_apo(f"If: sampleRate >= 44100\n{bell}\nEndIf:\n").notes == ()


@pytest.mark.parametrize("form", FORMS)
@given(unit=st.lists(st.floats(0, 1), min_size=13, max_size=13), factor=st.floats(0, 2), output_db=st.floats(-60, 24))
def test_no_number_has_exactly_three_decimals(form, unit, factor, output_db):
    params = scale_gains(denormalise(unit), factor)
    text = WRITERS[form](params, output_db, "")
    assert not re.search(r"\.\d{3}(?!\d)", text)
    assert not re.search(r"Fc \d+\.\d{3,}", text)


def test_numbers_that_round_to_three_decimals_are_written_otherwise():
    params = np.array(
        [1.234, 100.125, 2.5, 300.001, 0.707, -1.001, 1602.816, 1.125, 0.125, 5000.999, 3.333, 0.001, 9000]
    )
    for form in FORMS:
        text = WRITERS[form](params, 0.0, "")
        assert not re.search(r"\.\d{3}(?!\d)", text)
        _, filters = read_as_apo(text)
        assert [band[2] for band in filters] == pytest.approx([1.234, 2.5, -1.001, 0.125, 0.001], abs=1e-4)
        assert [band[1] for band in filters] == pytest.approx([100.125, 300.001, 1602.816, 5000.999, 9000], abs=0.0051)
        assert [band[3] for band in filters[1:4]] == pytest.approx([0.707, 1.125, 3.333], abs=1e-5)


def test_what_is_written_is_within_two_hundredths_of_a_decibel_of_any_setting(random):
    worst = 0.0
    for params in denormalise(random.uniform(size=(200, 13))):
        _, filters = read_as_apo(WRITERS["apo"](params, 0.0, ""))
        back = np.array([(gain, freq, q) for _, freq, gain, q in filters])
        numbers = params.copy()
        numbers[[0, 2, 5, 8, 11]], numbers[[1, 3, 6, 9, 12]], numbers[[4, 7, 10]] = back[:, 0], back[:, 1], back[1:4, 2]
        worst = max(worst, float(np.abs(curve(numbers) - curve(params)).max()))
    assert worst < 0.02
