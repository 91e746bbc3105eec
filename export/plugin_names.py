"""How hosts know the native plugin. It needs no training stack."""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import dataclass


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
