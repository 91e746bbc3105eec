"""What engineers typed into SAFE-DB: each descriptor is understood, or refused with a reason."""

import os
from pathlib import Path

import pytest

from semeq.training.data.readers import read_safe_db
from semeq.words import UnknownWordError, WordSpace, parse_phrase, shipped_thesaurus

DATA = Path(os.environ.get("SEMEQ_DATA", "")) / "safe-db" / "SAFEEqualiserUserData.csv"


@pytest.mark.skipif(not DATA.is_file(), reason="needs SAFE-DB below $SEMEQ_DATA")
def test_every_descriptor_is_understood_or_refused_in_one_line():
    vocabulary, thesaurus = WordSpace.open().vocabulary, shipped_thesaurus()
    typed = sorted({word.strip() for word in read_safe_db(DATA).words if word.strip()})
    understood, refused = 0, []
    for text in typed:
        try:
            phrase = parse_phrase(text, vocabulary, thesaurus.get)
        except UnknownWordError as error:
            refused.append((text, str(error)))
        else:
            assert phrase.parts, text
            assert all(part.word in vocabulary for part in phrase.parts), text
            understood += 1
    assert len(typed) > 300
    assert understood > len(typed) / 2
    for text, reason in refused:
        assert reason, text
        assert reason.isprintable(), text
