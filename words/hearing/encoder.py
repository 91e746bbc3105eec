"""Hearing where a recording sits: the bundle's audio encoder, run by onnxruntime, and scores for every word.

What is heard is the *lean*: how the long-term spectrum, in 64 ERB bands, deviates from average music. A word's score is
how far the lean goes in the direction of the word's own EQ curve, in standard deviations over music: 0 is average, +1
already one standard deviation *warm*.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semeq.eq import FloatArray, magnitude_db

from ..bundle import BundleError
from ..decoder import open_session
from ..space import WordSpace

SHORTEST_S = 0.1
SILENCE_DBFS = -80.0
WINDOW_S, WINDOW_STEP_S = 3.0, 1.0


class HearingError(ValueError):
    """Audio in which there is nothing to hear; the message says why."""


@dataclass(frozen=True)
class Heard:
    """What was heard in a recording, or in a window of one.

    Attributes
    ----------
    lean_db
        Deviation from average music in each band, mean removed, (64,). Bands in which the recording has no signal are
        taken for what music has beside the others.
    semantic
        The lean as the eight semantic numbers of V3's space, (8,).
    """

    lean_db: FloatArray
    semantic: FloatArray


@dataclass(frozen=True)
class Course:
    """Scores over time: `seconds` (t,) middle of each window, `scores` (t, w), `weight` (t,) share of the energy."""

    seconds: FloatArray
    scores: FloatArray
    weight: FloatArray


class Hearing:
    """The ear of a model. For the control side: a call takes about 1.5 ms a second of audio.

    Raises
    ------
    BundleError
        The model has no audio encoder, or one that this version cannot use.
    """

    def __init__(self, space: WordSpace) -> None:
        bundle = space.decoder.bundle
        if bundle.audio_encoder_path is None:
            raise BundleError(
                f"the model {bundle.name} has no audio encoder, so it cannot hear; see semeq-export audio"
            )
        self._session = open_session(bundle.audio_encoder_path)
        about = self._session.get_modelmeta().custom_metadata_map.get("semeq", "{}")
        try:
            table = json.loads(about)
            self.sample_rate_hz = int(table["sample_rate_hz"])
            self.bands_hz = np.array(table["bands_hz"], dtype=np.float64)
            self._mean_music = np.array(table["mean_music_db"], dtype=np.float64)
            metric = np.array(table["word_metric"], dtype=np.float64)
            covariance = np.array(table["music_covariance"], dtype=np.float64)
        except (KeyError, TypeError, ValueError) as error:
            raise BundleError(f"{bundle.audio_encoder_path.name} does not describe itself ({error})") from None
        count = len(self.bands_hz)
        if metric.shape != (count, count) or covariance.shape != (count, count) or self._mean_music.shape != (count,):
            raise BundleError(f"{bundle.audio_encoder_path.name} has tables of the wrong shape")
        self.space, self.metric, self.music_covariance = space, metric, covariance
        self.words = space.vocabulary.names
        latents = np.array([space.latent(word) for word in self.words])
        axes = self.band_curves(space.decoder.decode(latents)) @ metric
        spread = np.sqrt(np.einsum("wi,ij,wj->w", axes, covariance, axes))
        self._axes = axes / np.maximum(spread, 1e-12)[:, None]

    def band_curves(self, params: FloatArray) -> FloatArray:
        """Responses of settings (..., 13) at the encoder's bands in dB, mean removed, (..., 64)."""
        curves = magnitude_db(params, self.bands_hz)
        return np.asarray(curves - curves.mean(axis=-1, keepdims=True), dtype=np.float64)

    def hear(self, planes: NDArray[np.floating], sample_rate_hz: float) -> Heard:
        """Hear (channels, frames) of audio.

        Raises
        ------
        HearingError
            Silence, less than 0.1 s, or samples that are not finite.
        """
        semantic, lean = self._run(self._mono(planes, sample_rate_hz)[None])
        return Heard(lean[0], semantic[0])

    def scores(self, lean_db: FloatArray) -> FloatArray:
        """Scores of all words (..., w) for leans (..., 64), in the order of `words`."""
        return np.asarray(lean_db @ self._axes.T, dtype=np.float64)

    def course(self, planes: NDArray[np.floating], sample_rate_hz: float) -> Course:
        """Scores in windows of 3 s, one a second; silent windows are left out."""
        mono = self._mono(planes, sample_rate_hz)
        size, step = int(WINDOW_S * self.sample_rate_hz), int(WINDOW_STEP_S * self.sample_rate_hz)
        starts = np.arange(0, max(len(mono) - size, 0) + 1, step)
        windows = [mono[start : start + size] for start in starts]
        energy = np.array([float(np.mean(window**2)) for window in windows])
        kept = energy > 10 ** (SILENCE_DBFS / 10)
        leans = np.concatenate([self._run(w[None])[1] for w, keep in zip(windows, kept, strict=True) if keep])
        seconds = (starts + min(size, len(mono)) / 2)[kept] / self.sample_rate_hz
        return Course(seconds, self.scores(leans), energy[kept] / energy[kept].sum())

    def _run(self, audio: NDArray[np.floating]) -> tuple[FloatArray, FloatArray]:
        outputs = self._session.run(["semantic", "lean"], {"audio": audio.astype(np.float32)})
        semantic, lean = (np.asarray(o, dtype=np.float64) for o in outputs)
        return semantic, lean

    def _mono(self, planes: NDArray[np.floating], sample_rate_hz: float) -> FloatArray:
        """One channel at the encoder's rate, one second at least."""
        audio = np.asarray(planes, dtype=np.float64)
        if audio.shape[1] < SHORTEST_S * sample_rate_hz:
            raise HearingError(f"{audio.shape[1]} samples are too short to hear anything in: {SHORTEST_S} s are needed")
        if not np.isfinite(audio).all():
            raise HearingError("the audio holds samples that are not finite")
        mono = audio.mean(axis=0)
        powers = np.mean(audio**2, axis=1)
        if np.mean(mono**2) < 0.1 * powers.mean():  # channels that cancel: take the loudest instead of their sum
            mono = audio[int(powers.argmax())]
        if np.mean(mono**2) < 10 ** (SILENCE_DBFS / 10):
            raise HearingError("the audio is silent")
        if round(sample_rate_hz) != self.sample_rate_hz:
            import soxr

            mono = soxr.resample(mono, sample_rate_hz, self.sample_rate_hz)
        if len(mono) < self.sample_rate_hz:
            mono = np.tile(mono, -(-self.sample_rate_hz // len(mono)))
        return np.asarray(mono, dtype=np.float64)
