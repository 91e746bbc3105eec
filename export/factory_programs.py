"""The factory presets as a plugin has them: its programs, and the phrases that they add to its words."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from semeq.presets import PresetStore
from semeq.words import Bundle, Decoder, UnknownWordError, WordSpace, parse_phrase, plain_name


@dataclass(frozen=True)
class Program:
    """A factory preset: words or phrases as hosts show them, and values in the units of the controls."""

    name: str
    semantic: str
    to: str | None
    morph: float
    intensity: float
    output_db: float


@cache
def factory_programs() -> tuple[Program, ...]:
    """All factory presets by name, whatever the user's own are called."""
    stored = PresetStore(Path(os.devnull)).all()  # a folder that is none: nothing of the user's
    presets = [(item.name, item.read()) for item in stored]
    return tuple(
        Program(
            name,
            plain_name(preset.semantic),
            None if preset.to is None else plain_name(preset.to),
            preset.morph or 0.0,
            1.0 if preset.intensity is None else preset.intensity,
            preset.output_db or 0.0,
        )
        for name, preset in presets
        if preset.semantic is not None
    )


def phrase_points(bundle: Bundle, texts: Sequence[str]) -> dict[str, tuple[float, ...]]:
    """The points (32,) of those texts that are phrases of words which the bundle knows."""
    space, found = WordSpace(Decoder(bundle), bundle.vocabulary), {}
    for text in texts:
        if text in bundle.vocabulary or " " not in text:
            continue
        try:
            parse_phrase(text, bundle.vocabulary)  # no thesaurus: what is built in is exactly what is written
        except UnknownWordError:
            continue
        found[text] = tuple(float(value) for value in np.asarray(space.latent(text)))
    return found


def factory_phrases() -> tuple[str, ...]:
    """What factory presets name that is no single word, each once, in the order of the presets."""
    texts = [text for program in factory_programs() for text in (program.semantic, program.to) if text is not None]
    return tuple(dict.fromkeys(text for text in texts if " " in text))
