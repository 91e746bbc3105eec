"""What WordNet says of a word, as a signed vector: synonyms, kin and definitions count for it, antonyms against it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from .wordnet import Key, WordNet

#: Weight of what a meaning is tied to. Half or twice of each moved the figures of `left_out` by less than .015.
_SAME, _DEFINED, _SIMILAR, _SIMILAR_DEFINED = 3.0, 1.0, 1.5, 0.3
_ANTONYM, _ANTONYM_OF_SIMILAR, _BESIDE_ANTONYM = -2.0, -1.0, 0.3
_POINTERS = {"+": 1.0, "\\": 1.0, "@": 0.5, "@i": 0.5, "^": 0.6, "=": 0.5}
#: Timbre is told by adjectives, and by meanings for ear, eye, hand and tongue.
_PART = {"a": 1.0, "n": 0.5, "v": 0.5, "r": 0.5}
_SENSED = 2.0
_SENSES = frozenset(
    {"sound", "sounds", "tone", "tones", "noise", "voice", "music", "musical", "hearing", "heard", "light", "color",
     "colour", "bright", "touch", "surface", "texture", "soft", "smooth", "taste", "temperature", "pitch", "loud",
     "volume", "echo", "resonant", "ringing", "frequency", "timbre", "audible", "tactile", "feel", "skin", "odor",
     "smell", "hard", "sharp"}
)  # fmt: skip
_EMPTY = frozenset(
    {"a", "an", "the", "of", "or", "and", "in", "to", "for", "with", "by", "on", "at", "as", "from", "that", "which",
     "is", "be", "being", "been", "are", "was", "having", "used", "especially", "very", "more", "than", "like",
     "something", "someone", "one", "it", "its", "his", "her", "their", "etc", "who", "whose", "when", "how", "such",
     "do", "can", "may", "make", "made", "characterized", "quality", "state", "act", "some", "any", "other", "into",
     "out", "up", "so", "if", "but", "this"}
)  # fmt: skip
_DENIALS = frozenset({"not", "without", "lacking", "no", "free", "deprived", "devoid"})
_DENIED = 3  # words after a denial that it reaches

Feature = str | Key


class SignedFeatures:
    """Vectors of words in the features that the known words have; cosines between them are the likeness of words.

    Parameters
    ----------
    wordnet
        The meanings.
    known
        The words whose features are used, and by which features are weighed: rare ones tell most (inverse document
        frequency).
    """

    def __init__(self, wordnet: WordNet, known: Sequence[str]) -> None:
        self._wordnet = wordnet
        self._defined = cache(self._definition)
        counts = [self._counts(word) for word in known]
        #: Indices of the known words that WordNet has.
        self.covered = [i for i, count in enumerate(counts) if count]
        frequency = Counter(feature for count in counts for feature in count)
        self._number: dict[Feature, int] = {feature: n for n, feature in enumerate(frequency)}
        size = len(self.covered)
        self._rarest = float(np.log1p(size))
        self._rarity = {feature: float(np.log((1 + size) / n)) for feature, n in frequency.items()}
        self._known = sparse.vstack([self._row(counts[i]) for i in self.covered]) if size else sparse.csr_matrix((0, 0))

    def likeness_of_known(self) -> NDArray[np.float64]:
        """Cosines of the covered known words, shape (covered, covered)."""
        return np.asarray((self._known @ self._known.T).toarray(), dtype=np.float64)

    def likeness(self, words: Iterable[str]) -> NDArray[np.float64]:
        """Cosines of words with the covered known ones, shape (words, covered); 0 for what WordNet does not have."""
        rows = [self._row(self._counts(word)) for word in words]
        if not rows:
            return np.zeros((0, len(self.covered)))
        return np.asarray((sparse.vstack(rows) @ self._known.T).toarray(), dtype=np.float64)

    def _row(self, counts: Mapping[Feature, float]) -> sparse.csr_matrix:
        """A row of unit length; features that no known word has add to the length alone."""
        columns, values, unseen = [], [], 0.0
        for feature, count in counts.items():
            value = float(np.sign(count) * np.log1p(abs(count)))
            if feature in self._number:
                columns.append(self._number[feature])
                values.append(value * self._rarity[feature])
            else:
                unseen += (value * self._rarest) ** 2
        length = float(np.sqrt(np.sum(np.square(values)) + unseen)) or 1.0
        at = (np.zeros(len(columns), dtype=np.intp), np.array(columns, dtype=np.intp))
        return sparse.csr_matrix((np.array(values) / length, at), shape=(1, len(self._number)))

    def _counts(self, word: str) -> dict[Feature, float]:
        """Weighted features of a word over its meanings, rarer meanings weighing less."""
        lemma = self._wordnet.lemma(word)
        found: defaultdict[Feature, float] = defaultdict(float)
        if lemma is None:
            return found
        ranks: Counter[str] = Counter()
        for key in self._wordnet.senses[lemma]:
            weight = _PART[key[0]] / np.sqrt(1 + ranks[key[0]])
            ranks[key[0]] += 1
            definition = self._wordnet.synsets[key].definition.lower()
            if _SENSES & set(re.findall("[a-z]+", definition)):
                weight *= _SENSED
            for feature, count in self._meaning(key).items():
                found[feature] += weight * count
        found[lemma] += _SAME
        return {feature: count for feature, count in found.items() if count}

    def _meaning(self, key: Key) -> dict[Feature, float]:
        """Features of one meaning."""
        synsets = self._wordnet.synsets
        found: defaultdict[Feature, float] = defaultdict(float)

        def add(at: Key, weight: float) -> None:
            found[at] += weight
            for word in synsets[at].words:
                found[word] += weight

        def against(at: Key, weight: float) -> None:
            add(at, weight)
            for symbol, beside in synsets[at].pointers:
                if symbol == "&":
                    add(beside, weight * _BESIDE_ANTONYM)

        add(key, _SAME)
        for word, sign in self._defined(key):
            found[word] += _DEFINED * sign
        for symbol, target in synsets[key].pointers:
            if symbol == "&":
                add(target, _SIMILAR)
                for word, sign in self._defined(target):
                    found[word] += _SIMILAR_DEFINED * sign
                if synsets[key].satellite:
                    for of_target, opposite in synsets[target].pointers:
                        if of_target == "!":
                            against(opposite, _ANTONYM_OF_SIMILAR)
            elif symbol == "!":
                against(target, _ANTONYM)
            elif symbol in _POINTERS:
                add(target, _POINTERS[symbol])
        return found

    def _definition(self, key: Key) -> tuple[tuple[str, float], ...]:
        """Lemmas of a definition's words, −1 for those that it denies."""
        found, denied = [], 0
        for word in re.findall(r"[a-z][a-z-]*", self._wordnet.synsets[key].definition.lower()):
            if word in _DENIALS:
                denied = _DENIED
                continue
            if word not in _EMPTY:
                found.append((self._wordnet.lemma(word) or word, -1.0 if denied else 1.0))
            denied = max(0, denied - 1)
        return tuple(found)
