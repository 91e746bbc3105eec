"""What presets may be called, so that a name is a safe file name on every system."""

from __future__ import annotations

import unicodedata

from .preset import PresetNameError

MAX_CHARACTERS = 60
_ALSO = " -_+&'(),"
#: Names of devices on Windows, which no file there can have, whatever its ending.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}

RULE = f"1 to {MAX_CHARACTERS} letters, digits, spaces and any of {_ALSO.strip()} beginning with a letter or digit"


def preset_name(text: str) -> str:
    """The name that `text` means: in lower case, with single spaces, in Unicode's composed form (NFC).

    So ``Warm  Vocals`` and ``warm vocals`` are one preset, on systems that tell case apart and on those that do not.

    Raises
    ------
    PresetNameError
        For what cannot be a name; it says the rule.
    """
    name = " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower()).split())
    allowed = all(c in _ALSO or unicodedata.category(c) in _LETTERS_AND_DIGITS for c in name)
    first = name[:1]
    if not (first and allowed and len(name) <= MAX_CHARACTERS and unicodedata.category(first)[0] in "LN"):
        shown = repr(text if len(text) <= MAX_CHARACTERS else f"{text[:MAX_CHARACTERS]}...")
        raise PresetNameError(f"{shown} cannot be a name: {RULE}")
    if name in _DEVICES:
        raise PresetNameError(f"{name!r} cannot be a name: Windows has a device of that name")
    return name


#: Letters with their marks, and decimal digits; Windows takes some other digits (COM¹) for its devices' numbers.
_LETTERS_AND_DIGITS = {"Ll", "Lm", "Lo", "Lt", "Lu", "Mn", "Mc", "Nd"}
