"""The space of words: from a state of the controls to the setting the engine should move to."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from semeq.eq import scale_gains
from semeq.eq.settings import FloatArray

from .controls import Controls
from .decoder import Decoder, load_decoder
from .morph import MorphTable, morph_table

_TABLES_KEPT = 64


@dataclass(frozen=True)
class Target:
    """What the engine should play: a setting (13,) in physical units and the output gain."""

    params: FloatArray
    output_db: float


class WordSpace:
    """Words, morph tables and targets of one model. For the control side; tables are kept once built."""

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

    def target(self, controls: Controls) -> Target:
        """The target of a state of the controls. Bypass keeps the frequencies and takes the gains to 0 dB."""
        params = self.params(
            controls.semantic, controls.to, controls.morph, 0.0 if controls.bypass else controls.intensity
        )
        return Target(params, 0.0 if controls.bypass else controls.output_db)
