"""The mix vocabulary: every term is a setting, does what it says, and names where it is from."""

import re

import numpy as np
import pytest

from semeq.eq import REFERENCE_GRID_HZ, curve, curve_error, fit_curves, magnitude_db, rms_db
from semeq.words.mix_terms import MixTermError, mix_terms, parse_mix_terms

TERMS = list(mix_terms())
SOUNDING = [term for term in TERMS if term.bands]
EVERYDAY = ("mud", "presence", "sizzle", "thump", "telephone", "nasal", "honky", "sibilant", "air", "thick", "silky")
OPPOSITES = (("warm", "cold"), ("bright", "dull"), ("thin", "full"), ("muddy", "clean"), ("forward", "distant"))
GOOD = """
format = "1.0.0"
[sources.a]
title = "A"
[terms.one]
aliases = ["ones"]
note = "n"
bands = [{ from_hz = 100, to_hz = 200, db = 6 }]
expects = [{ from_hz = 100, to_hz = 200, sign = "+" }]
sources = [{ source = "a", where = "p. 1" }]
"""


def test_there_is_a_vocabulary_worth_the_name():
    assert 90 <= len(TERMS) <= 120
    for word in EVERYDAY:
        assert mix_terms().get(word) is not None, word
    assert mix_terms().get("Mud") is mix_terms().get("muddy")
    assert mix_terms().get("no such term") is None


@pytest.mark.parametrize("term", SOUNDING, ids=lambda term: term.name)
def test_a_term_does_what_is_expected_of_it(term):
    """By at least 1 dB against the curve's own mean over 100 Hz to 10 kHz, and at a strength one can use."""
    assert term.expects
    assert all(e.margin_db(term.curve_db()) >= 1 for e in term.expects)
    assert 3.5 <= np.abs(term.curve_db()).max() <= 12.5


def test_the_fitter_finds_every_term_again():
    """Terms are settings already; a five-band fit of their curves stays within 0.1 dB (0.01 for nine in ten)."""
    targets = np.array([term.curve_db() for term in TERMS])
    errors = fit_curves(targets, restarts=8).error_db
    assert np.quantile(errors, 0.9) < 0.01
    assert errors.max() < 0.1


@pytest.mark.parametrize("term", [t for t in SOUNDING if len(t.bands) == 1], ids=lambda term: term.name)
def test_half_of_the_gain_is_reached_at_the_edges(term):
    (band,) = term.bands
    edges = np.array([hz for hz in (band.from_hz, band.to_hz) if hz is not None])
    assert magnitude_db(term.params(), edges) == pytest.approx(band.gain_db / 2, abs=1e-6)


def test_flat_is_flat_and_expects_nothing():
    flat = mix_terms().get("neutral")
    assert flat is not None
    assert flat.name == "flat"
    assert not flat.expects
    assert not np.any(flat.curve_db())


def test_names_and_aliases_are_words_and_stand_once():
    names = [name for term in TERMS for name in (term.name, *term.aliases)]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in names)
    assert mix_terms().aliases["mud"] == "muddy"


def test_every_source_is_named_and_every_named_source_is_used():
    cited = {c.source for term in TERMS for c in term.citations}
    assert cited == set(mix_terms().sources)
    assert all(term.citations and all(c.where for c in term.citations) for term in TERMS)
    assert all(source.title for source in mix_terms().sources.values())


def test_ranges_rise_and_notes_are_short():
    for term in TERMS:
        for span in (*term.bands, *term.expects):
            if span.from_hz is not None and span.to_hz is not None:
                assert 20 <= span.from_hz < span.to_hz <= 20_000, term.name
        assert 0 < len(term.note) <= 60, term.name


def test_opposites_oppose():
    for one, other in OPPOSITES:
        a, b = (mix_terms().get(name).curve_db() for name in (one, other))
        assert np.corrcoef(a, b)[0, 1] < -0.3, (one, other)


def test_an_expectation_is_about_balance_not_level():
    (expectation,) = mix_terms().get("muddy").expects
    lifted = mix_terms().get("muddy").curve_db() + 5.0
    assert expectation.margin_db(lifted) == pytest.approx(expectation.margin_db(lifted - 5.0))
    assert expectation.margin_db(-lifted) == pytest.approx(-expectation.margin_db(lifted))
    assert expectation.margin_db(np.full(REFERENCE_GRID_HZ.shape, 3.0)) == pytest.approx(0)


def test_params_are_a_setting_with_bells_in_order():
    params = np.array([term.params() for term in TERMS])
    used = params[:, [2, 5, 8]] != 0
    freqs = params[:, [3, 6, 9]]
    assert all((np.diff(f[u]) > 0).all() for f, u in zip(freqs, used, strict=True))
    assert curve_error(params, params).max() == 0
    assert rms_db(curve(params)).max() < 9


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('format = "1.0.0"', 'format = "2.0.0"'),
        ("db = 6", "db = 60"),
        ("db = 6", "dB = 6"),
        ("from_hz = 100, to_hz = 200, db", "db"),
        ('sign = "+"', 'sign = "up"'),
        ('source = "a"', 'source = "b"'),
        ('[{ source = "a", where = "p. 1" }]', "[]"),
        ('["ones"]', '["one"]'),
        ('note = "n"', ""),
        ("[sources.a]", "[sources.a"),
    ],
)
def test_a_bad_table_is_refused_in_one_sentence(old, new):
    assert len(parse_mix_terms(GOOD.encode())) == 1
    with pytest.raises(MixTermError) as caught:
        parse_mix_terms(GOOD.replace(old, new, 1).encode())
    assert "\n" not in str(caught.value)
