"""The presets that ship: phrases whose sound is what the trade means by their words."""

import numpy as np
import pytest

from semeq.eq import REFERENCE_GRID_HZ, curve
from semeq.plugin import SemanticEQ
from semeq.presets import PresetStore
from semeq.words import WordSpace, mix_terms

STORED = [stored for stored in PresetStore().all() if stored.factory]
NAMES = [stored.name for stored in STORED]


def response(name):
    return curve(SemanticEQ.load_preset(name).params)


def mean_db(curve_db, from_hz, to_hz):
    return curve_db[(from_hz <= REFERENCE_GRID_HZ) & (to_hz >= REFERENCE_GRID_HZ)].mean()


def test_there_are_twenty():
    assert len(STORED) == 20


@pytest.mark.parametrize("name", NAMES)
def test_every_preset_does_what_convention_expects_of_its_words(name):
    eq = SemanticEQ.load_preset(name)
    checked = 0
    for phrase, at in ((eq.semantic, 0.0), (eq.to, 1.0)):
        if phrase is None:
            continue
        eq.morph = at
        for part in WordSpace.open().understand(phrase).phrase.parts:
            term = mix_terms().get(part.word)
            assert term is not None, f"{part.word} is no term of the trade"
            for expectation in term.expects:
                assert np.sign(part.weight) * expectation.margin_db(curve(eq.params)) > 0, (part.word, expectation)
                checked += 1
    assert checked


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("telephone", "through the wall", "lo-fi")])
def test_presets_for_a_mix_are_of_useful_strength(name):
    db = response(name)
    assert 1 < np.abs(db - db.mean()).max() < 10


def test_mud_out_cuts_200_to_400_hz_most():
    db = response("mud out")
    octaves = [mean_db(db, 25 * 2**n, 50 * 2**n) for n in range(9)]
    assert int(np.argmin(octaves)) == 3


@pytest.mark.parametrize(
    ("name", "raised", "lowered"),
    [
        ("air on top", (10_000, 18_000), (60, 250)),
        ("bass weight", (60, 200), (800, 3000)),
        ("box out", (6000, 12_000), (200, 800)),
        ("cut through", (3000, 6000), (200, 400)),
        ("esses down", (60, 1000), (4500, 9000)),
        ("kick thump", (50, 120), (400, 1000)),
        ("telephone", (500, 2500), (40, 200)),
        ("through the wall", (60, 250), (1000, 8000)),
        ("warm vocals", (200, 800), (8000, 16_000)),
    ],
)
def test_presets_raise_and_lower_what_they_say(name, raised, lowered):
    db = response(name)
    assert mean_db(db, *raised) > mean_db(db, *lowered) + 3
