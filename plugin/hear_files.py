"""Hearing files: a sample of a long one, spread evenly, in constant memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from semeq.eq import REFERENCE_GRID_HZ, FloatArray
from semeq.files import AudioFileError, AudioFormat, opened, probe
from semeq.words import Course, Heard, Hearing, HearingError

CROP_S = 12.0
MOST_CROPS = 10
BASS_BELOW_HZ, TREBLE_ABOVE_HZ = 250.0, 4000.0


@dataclass(frozen=True)
class Profile:
    """What was heard in a file.

    Attributes
    ----------
    scores
        Of every word in the order of `Hearing.words`, standard deviations over music.
    centroid_hz
        Spectral centroid, amplitude weighted.
    bass_treble_db
        Energy below 250 Hz over energy above 4 kHz.
    course
        Scores over time.
    """

    path: Path
    format: AudioFormat
    heard: Heard
    scores: FloatArray
    centroid_hz: float
    bass_treble_db: float
    course: Course


def sample(path: Path) -> tuple[NDArray[np.float32], AudioFormat]:
    """Audio to judge a file by, (channels, frames): all of it, or ten stretches of 12 s spread over a long one.

    Raises `AudioFileError` where it cannot be read.
    """
    form = probe(path)
    crop = int(CROP_S * form.sample_rate_hz)
    if form.frames <= MOST_CROPS * crop:
        starts, length = [0], form.frames
    else:
        starts, length = np.linspace(0, form.frames - crop, MOST_CROPS).astype(int).tolist(), crop
    try:
        with opened(path) as file:
            parts = []
            for start in starts:
                file.seek(start)
                parts.append(file.read(length, dtype="float32", always_2d=True))
    except (soundfile.LibsndfileError, RuntimeError) as error:
        raise AudioFileError(f"{path}: cannot be decoded ({str(error).splitlines()[0]})") from None
    return np.concatenate(parts).T, form


def spectrum_db(path: Path) -> FloatArray:
    """The long-term power spectrum of a file on the reference grid in dB, shape (128,). Raises `AudioFileError`."""
    planes, form = sample(path)
    freqs, power = _power(planes, form.sample_rate_hz)
    reach = min(float(REFERENCE_GRID_HZ[-1]), 0.49 * form.sample_rate_hz)
    levels = 10 * np.log10(np.maximum(power, power.max() * 1e-10) + 1e-30)
    return np.asarray(np.interp(np.minimum(REFERENCE_GRID_HZ, reach), freqs, levels), dtype=np.float64)


def _power(planes: NDArray[np.float32], sample_rate_hz: float) -> tuple[FloatArray, FloatArray]:
    """Frequencies and mean power of (channels, frames), mixed to one channel, in frames of 4096 under a Hann window."""
    mono = planes.mean(axis=0, dtype=np.float64)
    size = 4096
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(mono, (0, max(0, size - len(mono)))), size)[:: size // 2]
    power = np.zeros(size // 2 + 1)
    for start in range(0, len(frames), 256):
        power += (np.abs(np.fft.rfft(frames[start : start + 256] * np.hanning(size))) ** 2).sum(axis=0)
    return np.asarray(np.fft.rfftfreq(size, 1 / sample_rate_hz), dtype=np.float64), power / len(frames)


def hear_file(path: Path, hearing: Hearing) -> Heard:
    """What a file sounds like. Raises `AudioFileError`, also where there is nothing to hear."""
    planes, form = sample(path)
    try:
        return hearing.hear(planes, form.sample_rate_hz)
    except HearingError as error:
        raise AudioFileError(f"{path}: {error}") from None


def profile(path: Path, hearing: Hearing) -> Profile:
    """Everything `semeq analyze` says about a file. Raises `AudioFileError`."""
    planes, form = sample(path)
    try:
        heard = hearing.hear(planes, form.sample_rate_hz)
        course = hearing.course(planes, form.sample_rate_hz)
    except HearingError as error:
        raise AudioFileError(f"{path}: {error}") from None
    freqs, power = _power(planes, form.sample_rate_hz)
    amplitude = np.sqrt(power)
    bass, treble = power[freqs < BASS_BELOW_HZ].sum(), power[freqs > TREBLE_ABOVE_HZ].sum()
    return Profile(
        path=path,
        format=form,
        heard=heard,
        scores=hearing.scores(heard.lean_db),
        centroid_hz=float(amplitude @ freqs / max(amplitude.sum(), 1e-30)),
        bass_treble_db=float(10 * np.log10(max(bass, 1e-30) / max(treble, 1e-30))),
        course=course,
    )
