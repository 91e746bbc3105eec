"""Reader of the SocialFX/Audealize descriptors: 394 words, each with an averaged 40-band curve.

T. Zheng, P. Seetharaman, B. Pardo, *SocialFX*, ACM MM 2016; the bands are those of Audealize's equaliser: 40 peaking
sections of Q 4.31 in series. The numbers are averages of z-scored submissions: shapes, not dB.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from semeq.eq import REFERENCE_GRID_HZ, FloatArray

from ...errors import DataError

SOCIALFX_FILE = "eqdescriptors.json"
BAND_FREQS_HZ = np.array(
    [20, 50, 83, 120, 161, 208, 259, 318, 383, 455, 537, 628, 729, 843, 971, 1114, 1273, 1452, 1652, 1875]
    + [2126, 2406, 2719, 3070, 3462, 3901, 4392, 4941, 5556, 6244, 7014, 7875, 8839, 9917, 11124, 12474]
    + [13984, 15675, 17566, 19682],
    dtype=np.float64,
)
#: A word's curve is rendered so that it peaks at this many dB: about as strong as engineers' settings.
PEAK_DB = 8.0
LANGUAGES = {"English": "en", "Español": "es"}


@dataclass(frozen=True)
class DescribedCurves:
    """Words with 40-band shapes.

    Attributes
    ----------
    words, languages
        One per curve; ISO 639-1 languages.
    bands
        Relative band gains, shape (n, 40).
    submissions
        Number of people behind each curve, shape (n,).
    sha256
        Digest of the file.
    """

    words: tuple[str, ...]
    languages: tuple[str, ...]
    bands: FloatArray
    submissions: tuple[int, ...]
    sha256: str

    def __len__(self) -> int:
        """Number of curves."""
        return len(self.words)


def read_socialfx(path: Path) -> DescribedCurves:
    """Read ``eqdescriptors.json``; raise `DataError` at the first entry that is not of its form."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}") from error
    try:
        entries = json.loads(raw)
    except ValueError as error:
        raise DataError(f"{path} is not JSON ({error})") from error
    if not isinstance(entries, list) or not entries:
        raise DataError(f"{path} is not a list of descriptors")
    rows = [_entry(path, number, entry) for number, entry in enumerate(entries, start=1)]
    words, languages, bands, submissions = zip(*rows, strict=True)
    return DescribedCurves(words, languages, np.array(bands), submissions, sha256(raw).hexdigest())


def _entry(path: Path, number: int, entry: Any) -> tuple[str, str, list[float], int]:
    try:
        word, language = str(entry["word"]).strip().lower(), LANGUAGES[entry["lang"]]
        bands, submissions = [float(v) for v in entry["settings"]], int(entry["num"])
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path}, entry {number}: {error!r} is missing or malformed") from error
    if not word or len(bands) != len(BAND_FREQS_HZ) or not all(math.isfinite(v) for v in bands):
        raise DataError(f"{path}, entry {number}: needs a word and {len(BAND_FREQS_HZ)} finite band gains")
    return word, language, bands, submissions


def shapes_db(bands: FloatArray, peak_db: float = PEAK_DB) -> FloatArray:
    """Curves (n, 128) of these shapes, (n, 40), on the reference grid, scaled to peak at `peak_db`.

    Straight between the bands on a logarithmic frequency axis. Rendering the 40 narrow sections instead adds a ripple
    below 100 Hz, where they do not overlap, that nobody asked for and five bands cannot follow.
    """
    curves = on_grid(bands)
    peak = np.abs(curves).max(axis=1, keepdims=True)
    return np.asarray(curves * (peak_db / np.maximum(peak, 1e-9)), dtype=np.float64)


def on_grid(bands: FloatArray) -> FloatArray:
    """Band gains (n, 40) on the reference grid, (n, 128): straight between the bands on a log frequency axis."""
    at, bands_at = np.log(REFERENCE_GRID_HZ), np.log(BAND_FREQS_HZ)
    return np.stack([np.interp(at, bands_at, row) for row in bands])
