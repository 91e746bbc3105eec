"""The thesaurus: for each of many English words, a few known ones with weights, from WordNet 3.0.

A gzipped text. Its first line is JSON: format, source, and the known words. Every other line is a word, a tab, and its
weights in percent as ``number:percent`` of known words; the absolute percentages add up to about 100, and a negative
one says that the known word is an opposite. `semeq-train thesaurus` makes it.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources

THESAURUS_FORMAT = "1.0.0"
_FILE = "wordnet.txt.gz"


class ThesaurusError(ValueError):
    """An index that cannot be read. The message is one sentence."""


class Thesaurus:
    """Known words, with weights, for words outside a vocabulary."""

    def __init__(self, entries: Mapping[str, Mapping[str, float]], source: str = "") -> None:
        """`entries`: for each word, known words and their weights, −1 to 1; `source` says where they come from."""
        self.source = source
        self._entries = dict(entries)

    def __len__(self) -> int:
        """Number of words it explains."""
        return len(self._entries)

    def __iter__(self) -> Iterable[str]:
        """The words it explains, in their order."""
        return iter(self._entries)

    def get(self, word: str) -> Mapping[str, float]:
        """Known words and their weights, the heaviest first; empty for a word it does not explain."""
        return self._entries.get(word, {})

    def to_bytes(self) -> bytes:
        """As the bytes of its file; the same entries give the same bytes."""
        known = sorted({name for weights in self._entries.values() for name in weights})
        number = {name: n for n, name in enumerate(known)}
        head = json.dumps({"format": THESAURUS_FORMAT, "source": self.source, "known": known}, ensure_ascii=False)
        lines = [
            f"{word}\t" + " ".join(f"{number[name]}:{round(100 * weight)}" for name, weight in weights.items())
            for word, weights in sorted(self._entries.items())
        ]
        return gzip.compress("\n".join([head, *lines]).encode(), compresslevel=9, mtime=0)

    @classmethod
    def from_bytes(cls, data: bytes) -> Thesaurus:
        """Read the bytes of its file.

        Raises
        ------
        ThesaurusError
            If they are damaged, or of another major version.
        """
        try:
            head, *lines = gzip.decompress(data).decode().split("\n")
            table = json.loads(head)
            version, known = str(table["format"]), [str(name) for name in table["known"]]
            if version.split(".", maxsplit=1)[0] != THESAURUS_FORMAT.split(".", maxsplit=1)[0]:
                raise ThesaurusError(f"the thesaurus has format {version[:20]}; this version reads {THESAURUS_FORMAT}")
            entries = {}
            for line in lines:
                word, _, weights = line.partition("\t")
                pairs = (pair.split(":") for pair in weights.split(" "))
                entries[word] = {known[int(number)]: int(percent) / 100 for number, percent in pairs}
            return cls(entries, str(table.get("source", "")))
        except ThesaurusError:
            raise
        except (AttributeError, EOFError, IndexError, KeyError, OSError, TypeError, ValueError, zlib.error) as error:
            raise ThesaurusError(f"the thesaurus is damaged ({type(error).__name__}); install semeq again") from error


@cache
def shipped_thesaurus() -> Thesaurus:
    """The one that ships, read at the first call."""
    return Thesaurus.from_bytes(resources.files(__package__).joinpath(_FILE).read_bytes())
