"""Stimuli of a trial: one excerpt through a person's setting (the reference), through what systems give back for it,
and the anchors; all equally loud.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

from semeq.eq import Engine, FloatArray
from semeq.files import expand, loudness_lufs

from ..errors import DataError

REFERENCE, ANCHOR, FLAT_ANCHOR = "reference", "anchor", "flat"
#: The low anchor of ITU-R BS.1534-3: a low pass at 3.5 kHz.
ANCHOR_HZ = 3500.0
#: Loudness of every stimulus, unless a peak would pass `PEAK`: then the whole trial is softer.
LOUDNESS_LUFS = -23.0
PEAK = 0.89  # −1 dBFS
FADE_S = 0.02
#: An excerpt softer than this, RMS of full scale, is passed over.
_SOFT = 0.01
_TRIES = 20


@dataclass(frozen=True)
class Excerpt:
    """A piece of a file: audio (channels, frames), its rate, and where it comes from."""

    audio: FloatArray
    sample_rate_hz: int
    source: str


@dataclass(frozen=True)
class Condition:
    """One way in which a trial's excerpt was treated: its name, and audio (channels, frames)."""

    name: str
    audio: FloatArray


@dataclass(frozen=True)
class Trial:
    """The conditions of one trial, the reference first, all equally loud."""

    excerpt: Excerpt
    word: str
    conditions: tuple[Condition, ...]
    loudness_lufs: float


def pick_excerpts(folder: Path, count: int, seconds: float, random: np.random.Generator) -> list[Excerpt]:
    """Excerpts of different files below a folder, in random order.

    Raises
    ------
    DataError
        If the folder holds fewer files that are long and loud enough.
    """
    items, problems, _ = expand([folder])
    if problems:
        raise DataError(problems[0])
    found: list[Excerpt] = []
    for i in random.permutation(len(items)):
        if len(found) == count:
            break
        piece = _excerpt(items[i].path, seconds, random)
        if piece is not None:
            found.append(piece)
    if len(found) < count:
        raise DataError(f"{folder} holds {len(found)} files of {seconds:g} s and more that are not silent, not {count}")
    return found


def _excerpt(path: Path, seconds: float, random: np.random.Generator) -> Excerpt | None:
    try:
        with soundfile.SoundFile(path) as file:
            frames = round(seconds * file.samplerate)
            if file.frames < frames or file.channels > 2:
                return None
            for _ in range(_TRIES):
                file.seek(int(random.integers(file.frames - frames + 1)))
                audio = np.ascontiguousarray(file.read(frames, dtype="float64", always_2d=True).T)
                if np.isfinite(audio).all() and np.sqrt(np.mean(audio**2)) > _SOFT:
                    return Excerpt(audio, file.samplerate, path.name)
    except (soundfile.LibsndfileError, RuntimeError):
        pass  # not audio that can be read: another file will do
    return None


def render_trial(excerpt: Excerpt, word: str, setting: FloatArray, systems: Mapping[str, FloatArray]) -> Trial:
    """The reference (the excerpt through `setting`, (13,)), each system's setting, the low anchor and no EQ at all."""
    reference = equalised(excerpt, setting)
    audio = {REFERENCE: reference}
    audio |= {name: equalised(excerpt, params) for name, params in systems.items()}
    audio |= {ANCHOR: low_passed(reference, excerpt.sample_rate_hz), FLAT_ANCHOR: excerpt.audio}
    level, matched = equally_loud(audio, excerpt.sample_rate_hz)
    conditions = tuple(Condition(name, faded(sound, excerpt.sample_rate_hz)) for name, sound in matched.items())
    return Trial(excerpt, word, conditions, level)


def equalised(excerpt: Excerpt, params: FloatArray) -> FloatArray:
    """The excerpt through a setting (13,)."""
    engine = Engine(excerpt.sample_rate_hz, len(excerpt.audio))
    engine.jump(params)
    return np.asarray(engine.process(excerpt.audio), dtype=np.float64)


def low_passed(audio: FloatArray, sample_rate_hz: int) -> FloatArray:
    """Audio without what lies above 3.5 kHz."""
    sections = butter(8, ANCHOR_HZ, fs=sample_rate_hz, output="sos")
    return np.asarray(sosfiltfilt(sections, audio), dtype=np.float64)


def equally_loud(audio: Mapping[str, FloatArray], sample_rate_hz: int) -> tuple[float, dict[str, FloatArray]]:
    """All at one loudness in LUFS (which is returned too): `LOUDNESS_LUFS`, or less where a peak would be too high."""
    loudness = {name: loudness_lufs(sound, sample_rate_hz) for name, sound in audio.items()}
    silent = [name for name, value in loudness.items() if not np.isfinite(value)]
    if silent:
        raise DataError(f"the stimulus {silent[0]} is silent or too short to measure (400 ms)")
    # Loudest each may be before its peak passes: peak · 10^((level − loudness) / 20) = PEAK.
    room = [value + 20 * np.log10(PEAK / np.abs(audio[name]).max()) for name, value in loudness.items()]
    level = float(min(LOUDNESS_LUFS, *room))
    return level, {name: sound * 10 ** ((level - loudness[name]) / 20) for name, sound in audio.items()}


def faded(audio: FloatArray, sample_rate_hz: int) -> FloatArray:
    """Audio with a raised cosine of 20 ms at both ends, so that switching does not click."""
    frames = min(round(FADE_S * sample_rate_hz), audio.shape[1] // 2)
    rise: NDArray[np.float64] = 0.5 - 0.5 * np.cos(np.pi * np.arange(frames) / max(frames, 1))
    shape = np.ones(audio.shape[1])
    shape[:frames], shape[audio.shape[1] - frames :] = rise, rise[::-1]
    return np.asarray(audio * shape, dtype=np.float64)
