"""Clips as mel spectrograms: what the comparison recipe `cnn` sees, beside the long-term spectra that `lean` sees.

An EQ acts here as it does there. In a band of many bins its gain depends on where in the band the energy lies; that
is taken from the clip's long-term spectrum, so the EQ is exact on the clip as a whole and the same for all its frames.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semeq.eq import FloatArray, magnitude_db
from semeq.files import whole

from ..errors import DataError
from .bands import BIN_FREQS_HZ, FFT_SIZE, HOP, RATE_HZ
from .spectra import (
    CROP_S,
    Spectra,
    Unusable,
    audio_files,
    cache_path,
    long_term_power,
    music_spectra,
    pink_noise,
    read_crops,
)

MELS = 64
LOWEST_HZ, HIGHEST_HZ = 20.0, 20_000.0
#: Frames of a crop of 3 s, crops of a clip of 12 s.
CROP_FRAMES, CROPS = 64, 4
CLIP_FRAMES = CROP_FRAMES * CROPS

MelFrames = NDArray[np.float32]


@dataclass(frozen=True)
class MelClips:
    """Clips in both forms.

    Attributes
    ----------
    spectra
        Long-term power spectra with names and sources.
    frames
        Mel power, shape (n, 256, 64), relative to a full-scale sine's; a shorter clip is repeated.
    """

    spectra: Spectra
    frames: MelFrames

    def __len__(self) -> int:
        """Number of clips."""
        return len(self.spectra)

    def take(self, rows: NDArray[np.intp]) -> MelClips:
        """Some of the clips; a row may come more than once."""
        return MelClips(self.spectra.take(rows), self.frames[rows])


def mel_weights() -> FloatArray:
    """Triangles on the mel scale, 2595 log10(1 + f / 700), shape (2049, 64)."""
    mel = 2595 * np.log10(1 + np.array([LOWEST_HZ, HIGHEST_HZ]) / 700)
    edges = 700 * (10 ** (np.linspace(mel[0], mel[1], MELS + 2) / 2595) - 1)
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    freqs = BIN_FREQS_HZ[:, None]
    return np.asarray(
        np.maximum(0.0, np.minimum((freqs - low) / (centre - low), (high - freqs) / (high - centre))),
        dtype=np.float64,
    )


def mel_frames(audio: FloatArray) -> MelFrames:
    """Mel power (256, 64) of mono audio at 44.1 kHz; shorter audio is repeated, longer is cut."""
    if len(audio) < FFT_SIZE:
        audio = np.pad(audio, (0, FFT_SIZE - len(audio)))
    window = np.hanning(FFT_SIZE + 1)[:-1]
    frames = np.lib.stride_tricks.sliding_window_view(audio, FFT_SIZE)[::HOP][:CLIP_FRAMES]
    power = np.abs(np.fft.rfft(frames * window)) ** 2 / (window.sum() / 2) ** 2
    mel: MelFrames = (power @ mel_weights()).astype(np.float32)
    return mel[np.arange(CLIP_FRAMES) % len(mel)]


def pink_clips(clips: int, seed: int) -> MelClips:
    """Pink noise; every clip is a source of its own."""
    audio = [pink_noise(int(CROP_S * RATE_HZ), seed + i) for i in range(clips)]
    names = tuple(f"pink-{i}" for i in range(clips))
    spectra = Spectra(np.array([long_term_power(clip) for clip in audio]), names, names)
    return MelClips(spectra, np.array([mel_frames(clip) for clip in audio]))


def music_clips(
    folder: Path, seed: int = 0, cache: Path | None = None, progress: Callable[[int, int], None] = lambda done, of: None
) -> MelClips:
    """The clips of `music_spectra` in both forms, kept beside its cache; raise `DataError` as it does."""
    spectra = music_spectra(folder, seed, cache, progress)
    files = audio_files(folder)
    kept = cache_path(files, seed, cache).with_suffix(".mel.npy")
    if kept.exists():
        stored = np.load(kept, allow_pickle=False)
        if stored.shape == (len(spectra), CLIP_FRAMES, MELS):
            return MelClips(spectra, stored)
    frames = []
    for done, path in enumerate(files):
        with suppress(Unusable):  # it is listed among the skipped of `spectra`
            for crop in read_crops(path, np.random.default_rng([seed, done])):
                frames.append(mel_frames(crop))
        progress(done + 1, len(files))
    if len(frames) != len(spectra):
        raise DataError(f"the files below {folder} changed while they were read; try again")
    clips = MelClips(spectra, np.array(frames))
    _store(clips.frames, kept)
    return clips


def _store(frames: MelFrames, path: Path) -> None:
    """Keep for the next time; a cache that cannot be written is no reason to fail."""
    with contextlib.suppress(OSError), whole(path) as partial:
        np.save(partial, frames)


def band_gains(power: FloatArray, params: FloatArray) -> FloatArray:
    """Gain in power (n, 64) of settings (n, 13) or (13,) in the mel bands of clips with spectra (n, 2049)."""
    weights = mel_weights()
    gain = 10 ** (magnitude_db(params, np.maximum(BIN_FREQS_HZ, 1.0)) / 10)
    # A band in which the clip has nothing takes the mean of the response over it.
    safe = power + 1e-12 * power.max(axis=1, keepdims=True)
    return np.asarray((safe * gain) @ weights / (safe @ weights), dtype=np.float64)


def equalise_clips(clips: MelClips, params: FloatArray) -> MelClips:
    """Clips after settings (n, 13) or (13,), in both forms."""
    gain = 10 ** (magnitude_db(params, np.maximum(BIN_FREQS_HZ, 1.0)) / 10)
    spectra = Spectra(clips.spectra.power * gain, clips.spectra.sources, clips.spectra.names)
    gains = band_gains(clips.spectra.power, params).astype(np.float32)
    return MelClips(spectra, clips.frames * gains[:, None, :])


def amplify(clips: MelClips, gain_db: float) -> MelClips:
    """Clips at another level."""
    factor = 10 ** (gain_db / 10)
    spectra = Spectra(clips.spectra.power * factor, clips.spectra.sources, clips.spectra.names)
    return MelClips(spectra, clips.frames * np.float32(factor))
