"""Music and noise as long-term power spectra: read once, cached, split by source."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from semeq.eq import FloatArray
from semeq.files import expand, whole

from ..errors import DataError
from .bands import BIN_FREQS_HZ, BINS, FFT_SIZE, HOP, RATE_HZ

CROP_S = 12.0
CROPS_PER_FILE = 3


@dataclass(frozen=True)
class Spectra:
    """Long-term power spectra of clips.

    Attributes
    ----------
    power
        Mean power per FFT bin, shape (n, 2049).
    sources
        Where each clip comes from, n strings; clips of one source must stay on one side of a split.
    names
        A name for each clip.
    skipped
        Files that could not be used, with the reason.
    """

    power: FloatArray
    sources: tuple[str, ...]
    names: tuple[str, ...]
    skipped: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Number of clips."""
        return len(self.names)

    def take(self, rows: NDArray[np.intp]) -> Spectra:
        """Some of the clips."""
        return Spectra(self.power[rows], tuple(self.sources[i] for i in rows), tuple(self.names[i] for i in rows))

    @property
    def centroid_hz(self) -> FloatArray:
        """Spectral centroid of each clip, amplitude weighted, shape (n,)."""
        amplitude = np.sqrt(self.power)
        return np.asarray((amplitude @ BIN_FREQS_HZ) / np.maximum(amplitude.sum(axis=1), 1e-30), dtype=np.float64)


def long_term_power(audio: FloatArray) -> FloatArray:
    """Mean power spectrum of mono audio at 44.1 kHz, shape (2049,); at least one frame."""
    if len(audio) < FFT_SIZE:
        audio = np.pad(audio, (0, FFT_SIZE - len(audio)))
    frames = np.lib.stride_tricks.sliding_window_view(audio, FFT_SIZE)[::HOP]
    window = np.hanning(FFT_SIZE + 1)[:-1]
    total = np.zeros(BINS)
    for start in range(0, len(frames), 256):
        total += (np.abs(np.fft.rfft(frames[start : start + 256] * window)) ** 2).sum(axis=0)
    return total / len(frames)


def pink_noise(samples: int, seed: int) -> FloatArray:
    """True pink noise, −3 dB per octave from 20 Hz up, RMS 0.1: white Gaussian noise shaped by 1/sqrt(f) exactly."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(samples))
    freqs = np.fft.rfftfreq(samples, 1 / RATE_HZ)
    spectrum *= np.where(freqs >= 20.0, 1 / np.sqrt(np.maximum(freqs, 20.0)), 0.0)
    noise = np.fft.irfft(spectrum, samples)
    return np.asarray(0.1 * noise / np.sqrt(np.mean(noise**2)), dtype=np.float64)


def pink_spectra(clips: int, seed: int, seconds: float = CROP_S) -> Spectra:
    """Spectra of pink noise; every clip is a source of its own."""
    power = [long_term_power(pink_noise(int(seconds * RATE_HZ), seed + i)) for i in range(clips)]
    names = tuple(f"pink-{i}" for i in range(clips))
    return Spectra(np.array(power).reshape(-1, BINS), names, names)


def music_spectra(
    folder: Path, seed: int = 0, cache: Path | None = None, progress: Callable[[int, int], None] = lambda done, of: None
) -> Spectra:
    """Spectra of every audio file below a folder, up to three crops of 12 s each.

    Files that are no audio, unreadable or silent are skipped and listed. A ``MANIFEST.csv`` with the columns ``file``
    and ``source_repo`` names the sources; elsewhere a file's folder and its name up to ``__`` do.

    Raises
    ------
    DataError
        If the folder is missing or holds no usable audio.
    """
    files = audio_files(folder)
    kept = cache_path(files, seed, cache)
    if kept.exists():
        with np.load(kept, allow_pickle=False) as stored:
            return Spectra(
                *(stored["power"], *(tuple(str(v) for v in stored[k]) for k in ("sources", "names", "skipped")))
            )
    sources = sources_of(files, folder)
    power, owners, names, skipped = [], [], [], []
    for done, path in enumerate(files):
        relative = path.relative_to(folder).as_posix()
        try:
            for number, crop in enumerate(read_crops(path, np.random.default_rng([seed, done]))):
                power.append(long_term_power(crop))
                owners.append(sources[path])
                names.append(relative if number == 0 else f"{relative}#{number}")
        except Unusable as reason:
            skipped.append(f"{relative}: {reason}")
        progress(done + 1, len(files))
    if not power:
        raise DataError(f"none of the {len(files)} audio files below {folder} can be used; the first: {skipped[0]}")
    found = Spectra(np.array(power), tuple(owners), tuple(names), tuple(skipped))
    _store(found, kept)
    return found


def audio_files(folder: Path) -> list[Path]:
    """Every audio file below a folder, in a fixed order; raise `DataError` if there is none."""
    if not folder.is_dir():
        raise DataError(f"there is no music folder {folder}; name one with --music")
    found, problems, _ = expand([folder])
    if problems:
        raise DataError(problems[0])
    return [item.path for item in found]


class Unusable(Exception):
    """A file that cannot be used; the reason in a phrase."""


def read_crops(path: Path, random: np.random.Generator) -> Iterable[FloatArray]:
    """Crops of a file, mono at 44.1 kHz; raise `Unusable` with the reason."""
    try:
        with soundfile.SoundFile(path) as file:
            wanted = int(CROP_S * file.samplerate)
            count = 1 if file.frames < 2 * wanted else min(CROPS_PER_FILE, file.frames // wanted)
            for i in range(count):
                room = file.frames // count - wanted
                file.seek(i * (file.frames // count) + (int(random.integers(room)) if room > 0 else 0))
                audio = file.read(wanted, dtype="float64", always_2d=True).mean(axis=1)
                if file.samplerate != RATE_HZ:
                    audio = soxr.resample(audio, file.samplerate, RATE_HZ)
                if not np.isfinite(audio).all():
                    raise Unusable("holds samples that are not finite")
                if len(audio) < RATE_HZ or np.sqrt(np.mean(audio**2)) < 1e-4:
                    raise Unusable("is shorter than a second" if len(audio) < RATE_HZ else "is silent")
                yield audio
    except (soundfile.LibsndfileError, RuntimeError) as error:
        raise Unusable(f"cannot be read ({str(error).splitlines()[0]})") from error


def sources_of(files: Iterable[Path], folder: Path) -> dict[Path, str]:
    """The source of each file below `folder`: as its ``MANIFEST.csv`` says, or by the file's name."""
    stated = _manifest_sources(folder)
    relative = {path: path.relative_to(folder).as_posix() for path in files}
    return {path: stated.get(name) or _source_of(name) for path, name in relative.items()}


def _manifest_sources(folder: Path) -> dict[str, str]:
    manifest = folder / "MANIFEST.csv"
    if not manifest.is_file():
        return {}
    with manifest.open(newline="", encoding="utf-8") as file:
        return {row["file"]: row["source_repo"] for row in csv.DictReader(file) if row.get("source_repo")}


def _source_of(relative: str) -> str:
    return re.sub(r"__\d+$", "", relative.rsplit(".", 1)[0])


def cache_path(files: list[Path], seed: int, cache: Path | None, what: str = "") -> Path:
    """Where the spectra of these files are kept; another file, size, date or use (`what`) is another place."""
    base = cache or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "semeq" / "spectra"
    digest = hashlib.sha256(f"{FFT_SIZE} {HOP} {CROP_S} {CROPS_PER_FILE} {seed}{what}".encode())
    for path in files:
        state = path.stat()
        digest.update(f"{path} {state.st_size} {state.st_mtime_ns}".encode())
    return base / f"{digest.hexdigest()[:24]}.npz"


def _store(found: Spectra, path: Path) -> None:
    """Keep for the next time; a cache that cannot be written is no reason to fail."""
    with contextlib.suppress(OSError), whole(path) as partial:
        np.savez(partial, power=found.power, sources=found.sources, names=found.names, skipped=found.skipped)
