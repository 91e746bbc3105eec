"""How hosts know the native plugin: its identity, its ports, and the words by number. It needs no training stack."""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import dataclass

from semeq.words import Bundle, plain_name

#: Hosts list a parameter's values by a number of one byte (DPF's enumeration).
MAX_WORDS = 255


@dataclass(frozen=True)
class PluginIdentity:
    """How hosts tell one plugin from another: derived from its name, so two models can be installed side by side."""

    name: str

    @property
    def slug(self) -> str:
        """The name as an identifier: lower-case letters, digits and hyphens."""
        slug = re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")
        return slug or "eq"

    @property
    def uri(self) -> str:
        """LV2 URI."""
        return f"urn:semeq:{self.slug}"

    @property
    def clap_id(self) -> str:
        """CLAP identifier."""
        return f"org.semeq.{self.slug}"

    @property
    def code(self) -> str:
        """Four letters from a hash of the name, which tell VST3 hosts (by way of DPF) one plugin from another."""
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        digest = hashlib.sha256(self.name.encode()).digest()
        return "".join(letters[byte % len(letters)] for byte in digest[:4])

    @property
    def vst3_class_id(self) -> str:
        """The 16 bytes of the VST3 class id in hex: DPF's own two words, the code, and zero."""
        words = (*(int.from_bytes(word, "big") for word in (b"DPF ", b"clas", self.code.encode())), 0)
        return struct.pack("<4I", *words).hex().upper()


def choose_words(bundle: Bundle, limit: int = MAX_WORDS) -> list[str]:
    """The words a host lists, without accents, in vocabulary order: those that enough people used, at most `limit`.

    A long list is hard to scroll; a vocabulary that is all of low evidence is listed all the same. DPF's VST3 passes
    names on byte by byte, so they must be ASCII; `Vocabulary.get` finds them with or without accents.
    """
    words = [word for word in bundle.vocabulary if plain_name(word.name).isascii()]
    words = [word for word in words if not word.low_evidence] or words
    if len(words) > limit:
        ranked = sorted(range(len(words)), key=lambda i: (words[i].low_evidence, -words[i].evidence, i))
        words = [words[i] for i in sorted(ranked[:limit])]
    return list(dict.fromkeys(plain_name(word.name) for word in words))
