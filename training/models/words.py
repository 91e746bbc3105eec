"""Where words lie in a trained space."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import torch

from semeq.eq import FloatArray, curve, fit_curves, rms_db
from semeq.words import mix_terms

from ..data import Corpus, FittedWords, split_schools
from ..data.meaning import Meaning, estimate_spread, gather, translations_among, word_meanings
from .building import decoded_curves, encode
from .network import Space

#: Search of a word's point: steps and step size of Adam in the latent space.
STEPS, STEP_SIZE = 400, 0.02
#: How far the point may be pulled from where its settings lie, against 1 dB² of curve error.
PULL = 0.02
#: Ways in which people mean a word, found in the data (warm: tilt or low-mid hump; bright: three).
SCHOOLS = {"warm": 2, "bright": 3}


@dataclass(frozen=True)
class SchoolPoint:
    """One meaning of a word: its name, number of people (or settings), strength in dB and point (32,)."""

    name: str
    evidence: int
    strength_db: float
    latent: FloatArray


@dataclass(frozen=True)
class WordPoint:
    """A word in the latent space.

    Attributes
    ----------
    name, language, sources
        The word, its language (ISO 639-1) and the data sets it comes from.
    evidence
        Number of people who used it.
    strength_db
        Median RMS strength of its settings, which the point decodes to.
    latent
        The point, shape (32,).
    schools
        Its meanings, where there are several.
    contested
        Whether its witnesses contradict each other: the schools are theirs then.
    origin
        Whose word its meaning is: ``people``, ``convention``, ``translation``, or several of them with ``+``.
    aliases
        Other forms of the word.
    """

    name: str
    language: str
    sources: tuple[str, ...]
    evidence: int
    strength_db: float
    latent: FloatArray
    schools: tuple[SchoolPoint, ...] = ()
    contested: bool = False
    origin: str = "people"
    aliases: tuple[str, ...] = ()


@dataclass
class _Sense:
    """A curve to find a point for, and a setting near it to start from."""

    target_db: FloatArray
    start: FloatArray
    evidence: int


def typical_curve(params: FloatArray) -> FloatArray:
    """The curve a word stands for: the mean curve of its settings (n, 13), at their median strength; shape (128,).

    Of all curves the mean lies nearest to the settings, but settings that disagree cancel: it is 2 to 3 dB RMS where
    single settings have 4 to 5. Scaled to their median strength, it sounds as strong as what people dialled in.
    """
    curves = curve(params)
    mean = curves.mean(axis=0)
    strength = float(np.median(rms_db(curves)))
    return np.asarray(mean * (strength / max(float(rms_db(mean)), 1e-6)), dtype=np.float64)


def place_words(
    model: Space, corpus: Corpus, source: str, fitted: FittedWords | None = None, language: str = "en"
) -> tuple[WordPoint, ...]:
    """Place every word that is known of: labelled ones in the recipe's order, then those of most people.

    What a word means is settled by `semeq.training.data.meanings`, from the settings of the corpus, the described
    curves if given, and the mix terms. Its point decodes to that.
    """
    described = fitted.described if fitted else None
    known = gather(corpus.params, corpus.descriptors, corpus.people, source, described, mix_terms(), language)
    meanings = word_meanings(known, estimate_spread(known), translations_among(known))
    first = {word: i for i, word in enumerate(corpus.words)}
    order = sorted(meanings, key=lambda meaning: (first.get(meaning.name, len(first)), -meaning.people))
    return _located(model, [_entry(meaning, corpus) for meaning in order])


def _entry(meaning: Meaning, corpus: Corpus) -> tuple[WordPoint, list[tuple[str, _Sense]]]:
    """A word without its point yet, and its senses: the first is the word itself, the others its schools."""
    schools: list[tuple[str, _Sense]] = []
    if meaning.contested:
        curves = np.stack([school.curve_db for school in meaning.schools])
        schools = [
            (school.name, _Sense(school.curve_db, start, school.people))
            for school, start in zip(meaning.schools, fit_curves(curves).params, strict=True)
        ]
    elif len(np.unique(corpus.of_word(meaning.name), axis=0)) >= SCHOOLS.get(meaning.name, math.inf):
        people = corpus.people[corpus.descriptors == meaning.name]
        schools = [
            (school.name, _sense(school.params, school.people))
            for school in split_schools(corpus.of_word(meaning.name), people, SCHOOLS[meaning.name])
        ]
    point = WordPoint(
        meaning.name,
        meaning.language,
        meaning.sources,
        meaning.people,
        float(rms_db(meaning.curve_db)),
        np.zeros(0),
        contested=meaning.contested,
        origin=meaning.origin,
        aliases=meaning.aliases,
    )
    return point, [(meaning.name, _Sense(meaning.curve_db, meaning.params, meaning.people)), *schools]


def _located(model: Space, words: list[tuple[WordPoint, list[tuple[str, _Sense]]]]) -> tuple[WordPoint, ...]:
    """Find the points of all senses in one go."""
    senses = [sense for _, group in words for _, sense in group]
    targets = np.stack([sense.target_db for sense in senses])
    points = iter(locate(model, targets, encode(model, np.stack([sense.start for sense in senses]))))
    out = []
    for word, group in words:
        latent = next(points)
        schools = tuple(
            SchoolPoint(name, sense.evidence, float(rms_db(sense.target_db)), next(points)) for name, sense in group[1:]
        )
        out.append(replace(word, latent=latent, schools=schools))
    return tuple(out)


def locate(model: Space, targets_db: FloatArray, starts: FloatArray, pull: float = PULL) -> FloatArray:
    """Points (w, d) near `starts` (w, d) that decode to curves (w, 128).

    Encoding a setting and decoding it again loses a little of it; a search from the encoded point does not. It
    minimises the squared curve error plus `pull` (dB²) times the squared distance from the start, so that the point
    stays where such sounds are encoded; with 0 the point may be anywhere.
    What a point of a conditional model carries of its word stays as it is.
    """
    device = model.get_buffer("flat").device
    target = torch.tensor(targets_db, dtype=torch.float32, device=device)
    begun = torch.tensor(starts, dtype=torch.float32, device=device)
    start, told = begun[:, : model.latent_size], begun[:, model.latent_size :]
    start = start.clamp(-0.999, 0.999) if model.bounded else start
    free = (torch.atanh(start) if model.bounded else start.clone()).requires_grad_(True)
    optimiser = torch.optim.Adam([free], lr=STEP_SIZE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS)
    for _ in range(STEPS):
        latent = torch.tanh(free) if model.bounded else free
        error = (model.curves(torch.cat([latent, told], dim=1)) - target).square().mean(dim=1)
        loss = (error + pull * (latent - start).square().sum(dim=1)).sum()
        optimiser.zero_grad()
        (free.grad,) = torch.autograd.grad(loss, [free])
        optimiser.step()
        schedule.step()
    found = torch.cat([torch.tanh(free) if model.bounded else free, told], dim=1)
    return np.asarray(found.detach().double().cpu().numpy(), dtype=np.float64)


def _sense(params: FloatArray, people: int) -> _Sense:
    """The typical curve of settings (n, 13), to be sought from its five-band fit."""
    target = typical_curve(params)
    return _Sense(target, fit_curves(target).params[0], people)


def word_errors(model: Space, fitted: FittedWords) -> FloatArray:
    """Curve error in dB of each described word's fit after encoding and decoding, (n,)."""
    return np.asarray(rms_db(decoded_curves(model, encode(model, fitted.params)) - curve(fitted.params)))
