"""The space of words: the settings of words and of morphs between them."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from semeq.eq import FloatArray, scale_gains

from .decoder import Decoder, load_decoder
from .morph import MorphTable, morph_table

_TABLES_KEPT = 64


class WordSpace:
    """Words and morph tables of one model. For the control side; tables are kept once built."""

    def __init__(self, decoder: Decoder) -> None:
        self.decoder = decoder
        self.vocabulary = decoder.bundle.vocabulary
        self._tables: OrderedDict[tuple[str, str], MorphTable] = OrderedDict()

    @classmethod
    def open(cls, model: str | Path | None = None) -> WordSpace:
        """The space of a bundle: the shipped default (None), a shipped one by name, or a folder."""
        return cls(load_decoder(model))

    def latent(self, word: str) -> FloatArray:
        """The latent point (32,) of a word. Raises `UnknownWordError`, which names the nearest known words."""
        return np.asarray(self.vocabulary.get(word).latent, dtype=np.float64)

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
