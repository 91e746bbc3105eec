"""Where words lie in a trained space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from semeq.eq import FloatArray, curve, fit_curves, rms_db

from ..data import Corpus, FittedWords, split_schools
from .building import decoded_curves, encode
from .network import Space

#: Search of a word's point: steps and step size of Adam in the latent space.
STEPS, STEP_SIZE = 400, 0.02
#: How far the point may be pulled from where its settings lie, against 1 dB² of curve error.
PULL = 0.02
#: Two sources mean the same by a word if their curves correlate at least this much.
AGREEMENT = 0.5
#: Settings a source needs under a word to have a say in what it means.
ENOUGH_SETTINGS = 3
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
    """

    name: str
    language: str
    sources: tuple[str, ...]
    evidence: int
    strength_db: float
    latent: FloatArray
    schools: tuple[SchoolPoint, ...] = ()


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
    """Place the labelled words of the corpus and, if given, the described ones, most evidence first.

    A word of both sources is one entry where they agree, at the settings' point; where they disagree, each meaning is
    a school, and the word is the one of the settings if it is labelled, else the described one.
    """
    described = _by_evidence(fitted) if fitted else {}
    labelled = [word for i, word in enumerate(corpus.words) if (corpus.labels == i).any()]
    words = []
    for name in dict.fromkeys([*labelled, *described]):
        settings = corpus.of_word(name)
        saved = _sense(settings, corpus.people_of(name)) if _has_a_say(name, labelled, len(settings)) else None
        heard, spoken = None, language
        if fitted and name in described:
            row = described[name]
            heard = _Sense(fitted.targets_db[row], fitted.params[row], fitted.described.submissions[row])
            spoken = fitted.described.languages[row]
        words.append(_entry(name, saved, heard, name in labelled, source, spoken, corpus))
    return _located(model, words)


def _has_a_say(name: str, labelled: list[str], settings: int) -> bool:
    return name in labelled or settings >= ENOUGH_SETTINGS


def _entry(
    name: str, saved: _Sense | None, heard: _Sense | None, labelled: bool, source: str, language: str, corpus: Corpus
) -> tuple[WordPoint, list[tuple[str, _Sense]]]:
    """A word without its point yet, and its senses: the first is the word itself, the others its schools."""
    agree = (
        saved is not None
        and heard is not None
        and float(np.corrcoef(saved.target_db, heard.target_db)[0, 1]) >= AGREEMENT
    )
    main = saved if saved is not None and (labelled or heard is None) else heard
    assert main is not None
    schools: list[tuple[str, _Sense]] = []
    if saved is not None and heard is not None and not agree:
        schools = [(source, saved), ("socialfx", heard)] if main is saved else [("socialfx", heard), (source, saved)]
    elif name in SCHOOLS and saved is not None:
        schools = [
            (school.name, _sense(school.params, school.people))
            for school in split_schools(corpus.of_word(name), corpus.people[corpus.descriptors == name], SCHOOLS[name])
        ]
    both = saved is not None and heard is not None
    sources = (source, "socialfx") if both else (source,) if saved is not None else ("socialfx",)
    evidence = (saved.evidence if saved else 0) + (heard.evidence if heard else 0)
    point = WordPoint(name, language, sources, evidence, float(rms_db(main.target_db)), np.zeros(0))
    return point, [(name, main), *schools]


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
        out.append(WordPoint(word.name, word.language, word.sources, word.evidence, word.strength_db, latent, schools))
    return tuple(out)


def locate(model: Space, targets_db: FloatArray, starts: FloatArray) -> FloatArray:
    """Points (w, 32) near `starts` (w, 32) that decode to curves (w, 128).

    Encoding a setting and decoding it again loses a little of it; a search from the encoded point does not. It
    minimises the squared curve error plus a pull towards the start, so the point stays where such sounds are encoded.
    """
    device = model.get_buffer("flat").device
    target = torch.tensor(targets_db, dtype=torch.float32, device=device)
    start = torch.tensor(starts, dtype=torch.float32, device=device).clamp(-0.999, 0.999)
    free = torch.atanh(start).requires_grad_(True)
    optimiser = torch.optim.Adam([free], lr=STEP_SIZE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS)
    for _ in range(STEPS):
        latent = torch.tanh(free)
        error = (model.curves(latent) - target).square().mean(dim=1)
        loss = (error + PULL * (latent - start).square().sum(dim=1)).sum()
        optimiser.zero_grad()
        (free.grad,) = torch.autograd.grad(loss, [free])
        optimiser.step()
        schedule.step()
    return np.asarray(torch.tanh(free).detach().double().cpu().numpy(), dtype=np.float64)


def _sense(params: FloatArray, people: int) -> _Sense:
    """The typical curve of settings (n, 13), to be sought from its five-band fit."""
    target = typical_curve(params)
    return _Sense(target, fit_curves(target).params[0], people)


def _by_evidence(fitted: FittedWords) -> dict[str, int]:
    order = np.argsort([-n for n in fitted.described.submissions], kind="stable")
    return {fitted.described.words[i]: int(i) for i in order}


def word_errors(model: Space, fitted: FittedWords) -> FloatArray:
    """Curve error in dB of each described word's fit after encoding and decoding, (n,)."""
    return np.asarray(rms_db(decoded_curves(model, encode(model, fitted.params)) - curve(fitted.params)))
