"""The space of words: the settings of words and of morphs between them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from semeq.eq import FloatArray, curve, scale_gains

from .blend import blend
from .decoder import Decoder, load_decoder
from .morph import MorphTable, morph_table
from .neighbours import Neighbour, alike, select
from .own import with_own_words
from .phrase import Part, Phrase, parse_phrase
from .thesaurus import shipped_thesaurus
from .vocabulary import LATENT_SIZE, Vocabulary, Word

#: A blend whose curve is missed by more than this, in dB RMS, is worth a remark.
WORTH_TELLING_DB = 1.0
#: Nor does it matter what people mean by a word of less weight.
_WORTH_A_REMARK = 0.25
_TABLES_KEPT = 64
_PHRASES_KEPT = 256


@dataclass(frozen=True)
class Understood:
    """How a word or phrase was taken.

    Attributes
    ----------
    phrase
        Its words and weights.
    latent
        Its point, shape (32,).
    error_db
        How far, in dB RMS, its decoded curve is from the weighted sum of its words' curves; 0 for a single word.
    """

    phrase: Phrase
    latent: FloatArray
    error_db: float


class WordSpace:
    """Words and morph tables of one model. For the control side; tables are kept once built."""

    def __init__(self, decoder: Decoder, vocabulary: Vocabulary | None = None) -> None:
        self.decoder = decoder
        self.vocabulary = decoder.bundle.vocabulary if vocabulary is None else vocabulary
        self._tables: OrderedDict[tuple[str, str], MorphTable] = OrderedDict()
        self._understood: OrderedDict[str, Understood] = OrderedDict()

    def alike(self, text: str, *, language: str | None = None, min_evidence: int = 0) -> tuple[Neighbour, ...]:
        """Words by how alike they sound to a word, school or phrase: the most alike first, opposites last.

        Only words of a language that at least `min_evidence` people used, without those of the text itself.
        """
        own = {part.word.partition("/")[0] for part in self.understand(text).phrase.parts}
        words = [w for w in select(self.vocabulary, language=language, min_evidence=min_evidence) if w.name not in own]
        return alike(curve(self.decoder.decode(self.latent(text))), words, self.curves(words))

    def curves(self, words: Sequence[Word]) -> FloatArray:
        """Responses of words in dB on the reference grid, shape (words, 128)."""
        return curve(self.decoder.decode(np.array([word.latent for word in words]).reshape(-1, LATENT_SIZE)))

    def remarks(self, text: str) -> list[str]:
        """How a phrase was taken, and which of its words people disagree about; nothing for a plain word."""
        found = self.understand(text)
        said = [] if found.phrase.word is not None else [f"{text!r} is taken as {found.phrase}", *found.phrase.notes]
        for part in found.phrase.parts:
            word = self.vocabulary.get(part.word)
            if word.contested and word.schools and abs(part.weight) >= _WORTH_A_REMARK:
                ways = ", ".join(f"{word.name}/{n} ({school.name})" for n, school in enumerate(word.schools, start=1))
                said.append(f"people disagree about {word.name!r}; its meanings are {ways}")
        if found.error_db > WORTH_TELLING_DB:
            said.append(f"five bands follow that within {found.error_db:.1f} dB only")
        return said

    @classmethod
    def open(cls, model: str | Path | None = None) -> WordSpace:
        """The space of a bundle (None: the shipped one; a name, or a folder), with the user's own words."""
        decoder = load_decoder(model)
        return cls(decoder, with_own_words(decoder))

    def latent(self, word: str) -> FloatArray:
        """The latent point (32,) of a word or phrase. Raises `UnknownWordError`, which names the nearest words."""
        return self.understand(word).latent

    def understand(self, text: str) -> Understood:
        """What a word or phrase means: its parts, its point, and how well five bands follow it. Kept once worked out.

        Raises
        ------
        UnknownWordError
            For a word that is not known; `PhraseError` for a phrase that is not understood.
        """
        found = self._understood.get(text)
        if found is None:
            found = self._understood[text] = self._understand(text)
            if len(self._understood) > _PHRASES_KEPT:
                self._understood.popitem(last=False)
        return found

    def _understand(self, text: str) -> Understood:
        if text in self.vocabulary:
            word, school = self.vocabulary.get(text), text.partition("/")[1:]
            phrase = Phrase((Part(word.name + "".join(school), 1.0),))
            return Understood(phrase, np.asarray(word.latent, dtype=np.float64), 0.0)
        phrase = parse_phrase(text, self.vocabulary, _synonyms)
        if phrase.word is not None:
            return Understood(phrase, self.latent(phrase.word), 0.0)
        flat = np.asarray(self.vocabulary.flat, dtype=np.float64)
        if not phrase.parts:
            return Understood(phrase, flat, 0.0)
        points = np.array([self.vocabulary.get(part.word).latent for part in phrase.parts])
        mixed = blend(self.decoder, points, np.array([part.weight for part in phrase.parts]), flat)
        return Understood(phrase, mixed.latent, mixed.error_db)

    def table(self, semantic: str, to: str | None = None) -> MorphTable:
        """The morph table from one word to another; without `to`, every position is the first word."""
        key = (semantic, semantic if to is None else to)
        table = self._tables.get(key)
        if table is None:
            table = morph_table(self.decoder, self.latent(key[0]), self.latent(key[1]))
            self._tables[key] = table
            if len(self._tables) > _TABLES_KEPT:
                self._tables.popitem(last=False)
        return table

    def params(self, semantic: str, to: str | None, morph: ArrayLike, intensity: ArrayLike) -> FloatArray:
        """Settings (..., 13) of a word pair at morph positions (...) and intensities (...)."""
        return scale_gains(self.table(semantic, to).at(morph), intensity)


def _synonyms(word: str) -> Mapping[str, float]:
    """What the thesaurus says of a word that is not in the vocabulary."""
    return shipped_thesaurus().get(word)
