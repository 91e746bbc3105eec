"""The mix vocabulary: terms of the trade with the bands they raise or lower, by published sources.

The facts stand in ``mix_terms.toml``, each term with its sources. A term is *convention*: what handbooks and glossaries
say a word means, not what people saved under it. Its bands are those of the five-band EQ, so it is a setting as it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from semeq.eq import (
    FLAT,
    FREQ_INDEX,
    GAIN_INDEX,
    Q_INDEX,
    REFERENCE_GRID_HZ,
    REFERENCE_RATE_HZ,
    FloatArray,
    check_params,
    curve,
)
from semeq.presets import TomlError, read_toml

TERMS_FORMAT = "1.0.0"
#: A listener hears balance, not level: expectations are held against the mean of the curve over this range, in Hz.
BALANCE_RANGE_HZ = (100.0, 10_000.0)


class MixTermError(ValueError):
    """A table of terms that cannot be used. The message is one sentence that names the term."""


@dataclass(frozen=True)
class Source:
    """A published text: author (empty where it names none), title, and where and when it appeared."""

    key: str
    author: str
    title: str
    published: str


@dataclass(frozen=True)
class Citation:
    """Where a source speaks of a term: the entry of a glossary, a section, a page."""

    source: str
    where: str


@dataclass(frozen=True)
class Band:
    """A range that a term raises or lowers: `from_hz` None is a low shelf, `to_hz` None a high shelf.

    The edges are the frequencies where half of `gain_db` is reached.
    """

    from_hz: float | None
    to_hz: float | None
    gain_db: float

    @property
    def shape(self) -> str:
        """``low shelf``, ``bell`` or ``high shelf``."""
        if self.from_hz is None:
            return "low shelf"
        return "high shelf" if self.to_hz is None else "bell"

    def centre_and_q(self) -> tuple[float, float]:
        """Centre in Hz and Q of the bell with these edges, at the rate of the reference grid.

        A cookbook bell has half its gain in dB where ``x - 1/x = 1/Q``, ``x = tan(pi f/fs) / tan(pi f0/fs)``.
        """
        if self.from_hz is None or self.to_hz is None:
            raise ValueError("a shelf has no centre")
        low, high = (math.tan(math.pi * f / REFERENCE_RATE_HZ) for f in (self.from_hz, self.to_hz))
        ratio = math.sqrt(high / low)
        return math.atan(math.sqrt(low * high)) * REFERENCE_RATE_HZ / math.pi, 1 / (ratio - 1 / ratio)


@dataclass(frozen=True)
class Expectation:
    """A range that a listener expects to hear raised (`sign` +1) or lowered (-1) under a word."""

    from_hz: float
    to_hz: float
    sign: int

    def margin_db(self, curve_db: FloatArray) -> float:
        """How far a curve, shape (128,), lies on the expected side of its own mean over `BALANCE_RANGE_HZ`, in dB.

        Both means are taken over log frequency. Positive where the expectation holds.
        """
        return self.sign * (_mean_db(curve_db, self.from_hz, self.to_hz) - _mean_db(curve_db, *BALANCE_RANGE_HZ))


@dataclass(frozen=True)
class MixTerm:
    """A term: its name, other forms of it, its meaning in a few words, bands, expectations and citations."""

    name: str
    aliases: tuple[str, ...]
    note: str
    bands: tuple[Band, ...]
    expects: tuple[Expectation, ...]
    citations: tuple[Citation, ...]

    def params(self) -> FloatArray:
        """The term as a setting, shape (13,): shelves in their place, bells in rising order, the rest silent."""
        params: FloatArray = FLAT.copy()
        bells = []
        for band in self.bands:
            if band.from_hz is None:
                params[GAIN_INDEX[0]], params[FREQ_INDEX[0]] = band.gain_db, band.to_hz
            elif band.to_hz is None:
                params[GAIN_INDEX[4]], params[FREQ_INDEX[4]] = band.gain_db, band.from_hz
            else:
                bells.append((*band.centre_and_q(), band.gain_db))
        for i, (centre_hz, q, gain_db) in enumerate(sorted(bells), start=1):
            params[GAIN_INDEX[i]], params[FREQ_INDEX[i]], params[Q_INDEX[i - 1]] = gain_db, centre_hz, q
        return check_params(params)

    def curve_db(self) -> FloatArray:
        """Its response in dB on the reference grid, shape (128,)."""
        return curve(self.params())


class MixTerms:
    """Terms in their order, found by name or alias, and the sources they cite."""

    def __init__(self, terms: tuple[MixTerm, ...], sources: Mapping[str, Source]) -> None:
        """Raise `MixTermError` where a name or alias stands twice, or a citation names no source."""
        self.sources = dict(sources)
        self._terms = {term.name: term for term in terms}
        self._found: dict[str, MixTerm] = {}
        for term in terms:
            for name in (term.name, *term.aliases):
                if name in self._found:
                    raise MixTermError(f"{name!r} is a name of both {self._found[name].name!r} and {term.name!r}")
                self._found[name] = term
            unknown = [c.source for c in term.citations if c.source not in self.sources]
            if unknown:
                raise MixTermError(f"{term.name!r} cites {unknown[0]!r}, which is not among the sources")

    def __len__(self) -> int:
        """Number of terms."""
        return len(self._terms)

    def __iter__(self) -> Iterator[MixTerm]:
        """The terms in their order."""
        return iter(self._terms.values())

    def get(self, name: str) -> MixTerm | None:
        """The term with this name or alias, or None."""
        return self._found.get(" ".join(name.lower().split()))

    @property
    def aliases(self) -> dict[str, str]:
        """Every alias with the name of its term."""
        return {alias: term.name for term in self for alias in term.aliases}


@cache
def mix_terms() -> MixTerms:
    """The terms that ship."""
    return parse_mix_terms(resources.files(__package__).joinpath("mix_terms.toml").read_bytes())


def parse_mix_terms(content: bytes) -> MixTerms:
    """Read a table of terms; raise `MixTermError` where it is not of its form."""
    try:
        table = read_toml(content)
    except TomlError as error:
        raise MixTermError(f"the table of mix terms is not TOML: {error}") from error
    if str(table.get("format")).split(".")[0] != TERMS_FORMAT.split(".")[0]:
        raise MixTermError(f"the table of mix terms has format {table.get('format')!r}; this version reads 1.x")
    try:
        sources = {
            key: Source(key, str(entry.get("author", "")), str(entry["title"]), str(entry.get("published", "")))
            for key, entry in table["sources"].items()
        }
        names = table["terms"]
        return MixTerms(tuple(_term(name, names[name]) for name in names), sources)
    except (AttributeError, KeyError, TypeError) as error:
        raise MixTermError(f"the table of mix terms lacks or misspells {error}") from error


def _term(name: str, entry: Mapping[str, Any]) -> MixTerm:
    try:
        term = MixTerm(
            name=name,
            aliases=tuple(str(alias) for alias in entry.get("aliases", ())),
            note=str(entry["note"]),
            bands=tuple(Band(_hz(b, "from_hz"), _hz(b, "to_hz"), float(b["db"])) for b in entry["bands"]),
            expects=tuple(
                Expectation(float(e["from_hz"]), float(e["to_hz"]), {"+": 1, "-": -1}[e["sign"]])
                for e in entry["expects"]
            ),
            citations=tuple(Citation(str(c["source"]), str(c["where"])) for c in entry["sources"]),
        )
        shapes = [band.shape for band in term.bands]
        too_many = shapes.count("low shelf") > 1 or shapes.count("bell") > 3 or shapes.count("high shelf") > 1
        if too_many or any(band.from_hz is None and band.to_hz is None for band in term.bands):
            raise ValueError("a term has at most one low shelf, three bells and one high shelf, each with an edge")
        if not term.citations:
            raise ValueError("it has no source")
        term.params()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise MixTermError(f"the mix term {name!r} is malformed: {error}") from error
    return term


def _hz(band: Mapping[str, Any], key: str) -> float | None:
    return float(band[key]) if key in band else None


def _mean_db(curve_db: FloatArray, from_hz: float, to_hz: float) -> float:
    inside = (from_hz <= REFERENCE_GRID_HZ) & (to_hz >= REFERENCE_GRID_HZ)
    return float(np.mean(curve_db[inside]))
