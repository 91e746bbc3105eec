"""The rule by which a word gets its default meaning.

1. Its witnesses are the people who saved settings under it, a crowd's average, convention (the mix terms) and, for a
   word of another language, its translation. Each weighs as much as it can be trusted, by variances estimated from the
   data (`spread`); few people are drawn towards the others, and all a little towards the average word.
2. A witness is *firm* if its people agree among themselves, or if it is convention. Firm witnesses that contradict each
   other (correlation below 0) make schools and mark the word *contested*. The school of convention comes first
   (measured: convention foretells an engineer who was left out better than a crowd does), then the one of more people;
   the default is the first. One that is not firm and contradicts those that are is not heard.
3. Its strength is the median strength of its settings; few settings are drawn towards what is usual.
4. A word that convention calls flat is flat.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from semeq.eq import FloatArray, fit_curves, rms_db

from .spread import Spread, translation_spread
from .witnesses import Crowd, Statement, Witnesses, robust_mean, unit

#: Strength of a word of which no setting is known, dB RMS: the median setting of SAFE-DB.
USUAL_STRENGTH_DB = 4.7
#: So many people of usual strength stand behind the strength of every word.
STRENGTH_PRIOR = 1.0
#: No word is weaker or stronger than this, in dB RMS, nor does it reach further at its peak: an engineer's ±12 dB.
STRENGTH_LIMITS_DB, PEAK_LIMIT_DB = (1.0, 8.0), 12.0


@dataclass(frozen=True)
class MeaningSchool:
    """One of several contradicting meanings: its name, sources, number of people, and curve in dB, (128,)."""

    name: str
    sources: tuple[str, ...]
    people: int
    curve_db: FloatArray


@dataclass(frozen=True)
class Meaning:
    """A word's default meaning.

    Attributes
    ----------
    name, language, aliases
        The word, its language, other forms of it.
    curve_db, params
        What it does, (128,), and as five bands, (13,).
    sources, people
        Where it is known from, and the number of people behind it.
    origin
        ``people``, ``convention``, ``translation``, or several of them with ``+``: whose word the default is.
    contested, schools
        Whether its witnesses contradict each other, and then their schools, the default first.
    """

    name: str
    language: str
    aliases: tuple[str, ...]
    curve_db: FloatArray
    params: FloatArray
    sources: tuple[str, ...]
    people: int
    origin: str
    contested: bool
    schools: tuple[MeaningSchool, ...]


@dataclass(frozen=True)
class _Voice:
    """A witness: where from, its shape, (128,), variance and that of a crowd's bias, (k + 1,), people, and whether it
    may contradict others.
    """

    kind: str
    source: str
    shape: FloatArray
    variance: FloatArray
    people: int
    firm: bool
    bias: FloatArray | None = None

    @property
    def of_the_trade(self) -> bool:
        """Whether an engineer or a handbook speaks, rather than a crowd or a dictionary."""
        return self.kind == "convention" or (self.kind == "people" and self.bias is None)


def word_meanings(
    words: Sequence[Witnesses], spread: Spread, translations: Mapping[str, str] | None = None
) -> tuple[Meaning, ...]:
    """Default meanings of words, in their order; words in `translations` also hear the meaning of their translation."""
    translated = translations or {}
    first = {word.name: _meaning(word, spread) for word in words if word.name not in translated}
    foreign = [word for word in words if word.name in translated]
    pairs = [(w.crowd, unit(first[translated[w.name]].curve_db)) for w in foreign if _has_pair(w, translated, first)]
    spread = replace(
        spread,
        statements={**spread.statements, "translation": translation_spread(spread, [(c, s) for c, s in pairs if c])},
    )
    for word in foreign:
        first[word.name] = _meaning(_with_translation(word, first.get(translated[word.name])), spread)
    found = [first[word.name] for word in words]
    fit = fit_curves(np.stack([meaning.curve_db for meaning in found]))
    return tuple(replace(meaning, params=params) for meaning, params in zip(found, fit.params, strict=True))


def blend(
    voices: Iterable[tuple[FloatArray, FloatArray]], spread: Spread, prior: FloatArray, around: FloatArray
) -> FloatArray:
    """Shape that witnesses (shape (128,), variances (k + 1,)) mean together, (128,).

    It is drawn towards `prior`, (128,), as far as words lie `around` it, (k + 1,).
    """
    total = spread.parts(prior) / around[:, None]
    weight = 1 / around
    for shape, variance in voices:
        total = total + spread.parts(shape) / variance[:, None]
        weight = weight + 1 / variance
    return np.asarray((total / weight[:, None]).sum(axis=0), dtype=np.float64)


def word_strength_db(word: Witnesses, shape: FloatArray) -> float:
    """Median strength of a word's settings, few drawn towards the usual one, within limits for this shape (128,)."""
    stated = [s.strength_db for s in word.statements if s.shape.any()]
    usual = stated[0] if stated else USUAL_STRENGTH_DB
    n = len(word.people)
    known = float(np.median(word.strengths_db)) if n else usual
    strength = float(np.exp((n * np.log(known) + STRENGTH_PRIOR * np.log(usual)) / (n + STRENGTH_PRIOR)))
    low, high = STRENGTH_LIMITS_DB
    return min(max(low, min(strength, high)), PEAK_LIMIT_DB / float(np.abs(unit(shape)).max()))


def _has_pair(word: Witnesses, translated: Mapping[str, str], first: Mapping[str, Meaning]) -> bool:
    return word.crowd is not None and word.crowd.count >= 3 and translated[word.name] in first


def _with_translation(word: Witnesses, other: Meaning | None) -> Witnesses:
    if other is None:
        return word
    strength = float(rms_db(other.curve_db))
    firm = "convention" in other.origin or other.people > word.people_count
    statement = Statement("translation", other.name, unit(other.curve_db), strength, firm)
    return replace(word, statements=(*word.statements, statement))


def _meaning(word: Witnesses, spread: Spread) -> Meaning:
    voices = _voices(word, spread)
    sources = tuple(dict.fromkeys(v.source for v in voices if v.kind != "translation"))
    if word.flat:
        flat = np.zeros(spread.basis.shape[1])
        return _entry(word, flat, sources, voices[-1:], ())
    groups = _schools(voices)
    curves = []
    for group in groups:
        shape = unit(_together(group, spread))
        curves.append(shape * word_strength_db(_only(word, group), shape))
    schools = tuple(
        MeaningSchool("+".join(v.source for v in group), tuple(v.source for v in group), _people(group), curve)
        for group, curve in zip(groups, curves, strict=True)
    )
    return _entry(word, curves[0], sources, groups[0], schools if len(schools) > 1 else ())


def _together(group: Sequence[_Voice], spread: Spread) -> FloatArray:
    """The shape that a group means.

    Convention alone is taken at its word. Among a crowd's words alone its bias does not matter: it is what they mean.
    """
    if all(v.kind == "convention" for v in group):
        return group[0].shape
    if any(v.of_the_trade for v in group):
        heard = [(v.shape, v.variance if v.bias is None else v.variance + v.bias) for v in group]
        return blend(heard, spread, spread.prior, spread.word)
    return blend([(v.shape, v.variance) for v in group], spread, spread.crowd_prior, spread.crowd_word)


def _entry(
    word: Witnesses,
    curve_db: FloatArray,
    sources: tuple[str, ...],
    heard: Sequence[_Voice],
    schools: tuple[MeaningSchool, ...],
) -> Meaning:
    return Meaning(
        word.name,
        word.language,
        word.aliases,
        curve_db,
        np.zeros(13),
        sources or tuple(v.source for v in heard),
        word.people_count,
        "+".join(dict.fromkeys(v.kind for v in heard)),
        bool(schools),
        schools,
    )


def _voices(word: Witnesses, spread: Spread) -> list[_Voice]:
    """The witnesses of a word, those who saved settings first."""
    voices = []
    if n := len(word.people):
        mean = robust_mean(word.people)
        voices.append(_Voice("people", word.source, mean, spread.person / n, n, word.people_reliable))
    if word.crowd:
        crowd, noise = word.crowd, spread.submission / word.crowd.count
        voices.append(_Voice("people", crowd.source, crowd.shape, noise, crowd.count, crowd.reliable, spread.crowd))
    for said in word.statements:
        voices.append(_Voice(said.kind, said.source, said.shape, spread.statements[said.kind], 0, said.firm))
    return voices


def _schools(voices: Sequence[_Voice]) -> list[list[_Voice]]:
    """Voices grouped so that no two firm ones in a group contradict each other; the leading group first.

    The others join the group that they are most like, if they do not contradict it.
    """
    firm = sorted((v for v in voices if v.firm), key=lambda v: (v.kind == "people", -v.people))
    groups: list[list[_Voice]] = []
    for voice in firm:
        fitting = [group for group in groups if all(_likeness(voice, other) >= 0 for other in group)]
        if fitting:
            max(fitting, key=lambda group: _likeness(voice, group[0])).append(voice)
        else:
            groups.append([voice])
    if not groups:
        return [list(voices)]
    for voice in voices:
        if not voice.firm:
            nearest = max(groups, key=lambda group: _likeness(voice, group[0]))
            if _likeness(voice, nearest[0]) >= 0:
                nearest.append(voice)
    groups.sort(key=lambda group: (all(v.kind == "people" for v in group), -_people(group)))
    order = list(voices)
    return [sorted(group, key=order.index) for group in groups]


def _only(word: Witnesses, group: Sequence[_Voice]) -> Witnesses:
    """The word with the witnesses of one school."""
    sources = {(v.kind, v.source) for v in group}
    saved = ("people", word.source) in sources
    crowd: Crowd | None = word.crowd if word.crowd and ("people", word.crowd.source) in sources else None
    return replace(
        word,
        people=word.people if saved else word.people[:0],
        strengths_db=word.strengths_db if saved else word.strengths_db[:0],
        crowd=crowd,
        statements=tuple(s for s in word.statements if (s.kind, s.source) in sources),
    )


def _people(group: Sequence[_Voice]) -> int:
    return sum(v.people for v in group)


def _likeness(a: _Voice, b: _Voice) -> float:
    return float(np.corrcoef(a.shape, b.shape)[0, 1])
