"""Words as points of the latent space, and the vocabulary that holds them."""

from __future__ import annotations

import difflib
import json
import math
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

LATENT_SIZE = 32
#: Version of ``vocabulary.json``; a reader takes any minor version of its own major one.
VOCABULARY_FORMAT = "1.1.0"


class VocabularyError(ValueError):
    """A vocabulary that cannot be read. The message is one sentence."""


class UnknownWordError(LookupError):
    """A word, or a school of one, that the vocabulary does not hold. The message names the nearest known ones."""


def plain_name(name: str) -> str:
    """A name without accents: ``frenético`` becomes ``frenetico``."""
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))


@dataclass(frozen=True)
class School:
    """One of the ways people mean a word, with its own point."""

    name: str
    evidence: int
    latent: tuple[float, ...]

    def __post_init__(self) -> None:
        """Check the point."""
        _check_latent(self.name, self.latent)


@dataclass(frozen=True)
class Word:
    """An entry of the vocabulary.

    Attributes
    ----------
    name
        Lower case; unique within a vocabulary.
    language
        ISO 639-1, e.g. ``en``.
    sources
        Data sets the word comes from.
    evidence
        Number of people who used it.
    latent
        Its point, 32 numbers in (-1, 1). At intensity 1 it decodes to the word at its typical strength.
    low_evidence
        True where too few people used it to rely on it and convention does not speak for it.
    schools
        Ways people mean it, the most common first; usually none.
    contested
        True where people, or people and handbooks, contradict each other: the schools are theirs, the first leads.
    origin
        Whose word its meaning is: ``people`` who used it, ``convention`` (what handbooks and glossaries state), its
        ``translation``, or several of them joined by ``+``.
    aliases
        Other forms of the word, found under it: *mud* is *muddy*.
    """

    name: str
    language: str
    sources: tuple[str, ...]
    evidence: int
    latent: tuple[float, ...]
    low_evidence: bool = False
    schools: tuple[School, ...] = ()
    contested: bool = False
    origin: str = "people"
    aliases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check name and point."""
        if not self.name.strip() or "/" in self.name or self.name != self.name.lower().strip():
            raise VocabularyError(f"{self.name[:60]!r} is not a word: lower case, not empty, and no slash")
        _check_latent(self.name, self.latent)

    def school(self, key: str) -> Word:
        """The word meant as one of its schools, by number (from 1) or name: same name, the school's point."""
        for number, school in enumerate(self.schools, start=1):
            if key.strip().lower() in (str(number), school.name):
                return replace(self, evidence=school.evidence, latent=school.latent, schools=())
        if not self.schools:
            raise UnknownWordError(f"{self.name!r} has no schools; say {self.name!r} alone")
        known = ", ".join(f"{self.name}/{n} ({s.name})" for n, s in enumerate(self.schools, start=1))
        raise UnknownWordError(f"{self.name!r} has no school {key!r}; it has {known}")


class Vocabulary:
    """Words in a fixed order, looked up by name without regard to case and, where that names no other, accents.

    ``warm`` is the word; ``warm/2`` (or ``warm/NAME``) is its second school.
    """

    def __init__(self, words: Iterable[Word], flat: tuple[float, ...] | None = None) -> None:
        """Raise `VocabularyError` where two words have one name. `flat` is the point of the flat setting."""
        if flat is not None:
            _check_latent("the flat setting", flat)
        self.flat = flat if flat is not None else (0.0,) * LATENT_SIZE
        self._words: dict[str, Word] = {}
        for word in words:
            if word.name in self._words:
                raise VocabularyError(f"the word {word.name[:60]!r} stands twice in the vocabulary")
            self._words[word.name] = word
        #: Words by their name without accents, for keyboards and hosts that have none; the first of a name wins.
        self._plain: dict[str, Word] = {}
        for word in self._words.values():
            self._plain.setdefault(plain_name(word.name), word)
        for word in self._words.values():
            for alias in word.aliases:
                self._plain.setdefault(plain_name(alias), word)

    def __len__(self) -> int:
        """Number of words."""
        return len(self._words)

    def __iter__(self) -> Iterator[Word]:
        """The words in their order."""
        return iter(self._words.values())

    def __contains__(self, name: object) -> bool:
        """Whether `get` would find it."""
        if not isinstance(name, str):
            return False
        word, slash, school = self._find(name)
        if word is None or not slash:
            return word is not None
        try:
            word.school(school)
        except UnknownWordError:
            return False
        return True

    def _find(self, name: str) -> tuple[Word | None, str, str]:
        """The word that `name` is about, if there is one; the slash and what is behind it."""
        wanted, slash, school = " ".join(name.lower().split()).partition("/")
        return self._words.get(wanted.strip()) or self._plain.get(plain_name(wanted.strip())), slash, school

    @property
    def names(self) -> tuple[str, ...]:
        """All names in their order, without schools."""
        return tuple(self._words)

    def get(self, name: str) -> Word:
        """The word called `name`, or its school where `name` is ``word/school``.

        Raises
        ------
        UnknownWordError
            Naming the nearest known words.
        """
        word, slash, school = self._find(name)
        if word is None:
            wanted = " ".join(name.lower().split()).partition("/")[0]
            near = difflib.get_close_matches(wanted, self._words, n=3, cutoff=0.5)
            hint = f"nearest: {', '.join(near)}" if near else f"known are {', '.join(self.names[:8])} and others"
            raise UnknownWordError(f"unknown word {name!r}; {hint}")
        return word.school(school) if slash else word

    def to_json(self) -> str:
        """As the text of ``vocabulary.json``."""
        return json.dumps(
            {"format": VOCABULARY_FORMAT, "flat": self.flat, "words": [_without_defaults(word) for word in self]},
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, text: str) -> Vocabulary:
        """Read the text of ``vocabulary.json``.

        Raises
        ------
        VocabularyError
            If it is not JSON, of another major version, or an entry is incomplete or malformed.
        """
        try:
            table = json.loads(text)
        except RecursionError:
            raise VocabularyError("the vocabulary is nested too deeply") from None
        except ValueError as error:
            raise VocabularyError(f"the vocabulary is not JSON ({error})") from error
        version = table.get("format") if isinstance(table, dict) else None
        major = VOCABULARY_FORMAT.split(".", maxsplit=1)[0]
        if not isinstance(version, str) or version.split(".", maxsplit=1)[0] != major:
            raise VocabularyError(f"the vocabulary has format {repr(version)[:60]}; this version reads {major}.x")
        if not isinstance(table.get("words"), list):
            raise VocabularyError("the vocabulary has no list of words")
        flat = table.get("flat")
        try:
            flat_point = None if flat is None else _point(flat)
        except (TypeError, ValueError, OverflowError):
            raise VocabularyError("the vocabulary's point of the flat setting is malformed") from None
        return cls((_word(entry) for entry in table["words"]), flat_point)


def _without_defaults(word: Word) -> dict[str, Any]:
    """A word as a table; what most words have in common is left out."""
    table = asdict(word)
    for name, usual in (("contested", False), ("origin", "people"), ("aliases", ())):
        if table[name] == usual:
            del table[name]
    return table


def _word(entry: Any) -> Word:
    try:
        return Word(
            name=str(entry["name"]),
            language=str(entry["language"]),
            sources=tuple(str(s) for s in entry["sources"]),
            evidence=int(entry["evidence"]),
            latent=_point(entry["latent"]),
            low_evidence=bool(entry.get("low_evidence", False)),
            schools=tuple(
                School(str(s["name"]), int(s["evidence"]), _point(s["latent"])) for s in entry.get("schools", ())
            ),
            contested=bool(entry.get("contested", False)),
            origin=str(entry.get("origin", "people")),
            aliases=tuple(str(a) for a in entry.get("aliases", ())),
        )
    except VocabularyError:
        raise
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        name = repr(entry.get("name") if isinstance(entry, dict) else entry)[:60]
        what = f"lacks {error}" if isinstance(error, KeyError) else f"is malformed ({str(error)[:100]})"
        raise VocabularyError(f"the vocabulary's entry {name} {what}") from error


def _point(values: Any) -> tuple[float, ...]:
    if not isinstance(values, list):
        raise TypeError("its point is not a list")
    return tuple(float(v) for v in values)


def _check_latent(name: str, latent: tuple[float, ...]) -> None:
    if len(latent) != LATENT_SIZE or not all(math.isfinite(v) and -1 <= v <= 1 for v in latent):
        raise VocabularyError(f"the point of {name[:60]!r} is not {LATENT_SIZE} numbers between -1 and 1")
