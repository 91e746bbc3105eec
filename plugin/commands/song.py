"""A short song in four stems, synthesised: something to hear the EQ on where no recording is at hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

SAMPLE_RATE_HZ = 44_100
TEMPO_BPM = 96.0
BARS = 8

Stereo = NDArray[np.float32]

_BEAT_S = 60.0 / TEMPO_BPM
#: Am9, Fmaj7, C, G: MIDI notes, root first.
_CHORDS = ((45, 60, 64, 67, 71), (41, 57, 60, 64, 69), (48, 55, 60, 64, 67), (43, 55, 59, 62, 67))
_MELODY = ((0, 76), (1, 74), (1.5, 72), (2.5, 71), (3, 67), (4, 69), (5.5, 72), (6.5, 74), (7, 76))


def song() -> dict[str, Stereo]:
    """The stems by name, each float32 of shape (2, frames) at 44.1 kHz; their sum peaks at −3 dBFS."""
    frames = round(BARS * 4 * _BEAT_S * SAMPLE_RATE_HZ) + SAMPLE_RATE_HZ
    stems = {"drums": _drums(frames), "bass": _bass(frames), "keys": _keys(frames), "lead": _lead(frames)}
    gain = 10 ** (-3 / 20) / np.abs(sum(stems.values())).max()
    return {name: (stem * gain).astype(np.float32) for name, stem in stems.items()}


def _time(seconds: float) -> NDArray[np.float64]:
    return np.arange(int(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ


def _hz(note: float) -> float:
    return float(440.0 * 2 ** ((note - 69) / 12))


def _place(
    track: NDArray[np.float64], beat: float, sound: NDArray[np.float64], pan: float = 0.0, gain: float = 1.0
) -> None:
    """Add a mono sound at a beat; pan −1 to 1 at constant power."""
    start = round(beat * _BEAT_S * SAMPLE_RATE_HZ)
    part = sound[: track.shape[1] - start] * gain
    angle = (pan + 1) * np.pi / 4
    track[0, start : start + len(part)] += np.cos(angle) * part
    track[1, start : start + len(part)] += np.sin(angle) * part


def _fade(sound: NDArray[np.float64], seconds: float = 0.01) -> NDArray[np.float64]:
    n = int(seconds * SAMPLE_RATE_HZ)
    sound[-n:] *= np.linspace(1, 0, n)
    return sound


def _drums(frames: int) -> NDArray[np.float64]:
    random = np.random.default_rng(3)
    t = _time(0.4)
    kick = np.sin(2 * np.pi * (48 * t + 110 * 0.03 * (1 - np.exp(-t / 0.03)))) * np.exp(-t / 0.12)
    kick += 0.15 * random.standard_normal(len(t)) * np.exp(-t / 0.003)
    noise = random.standard_normal(len(t))
    body = sosfilt(butter(2, [900, 9000], "bandpass", fs=SAMPLE_RATE_HZ, output="sos"), noise)
    snare = 0.8 * body * np.exp(-t / 0.07) + 0.5 * np.sin(2 * np.pi * 185 * t) * np.exp(-t / 0.05)
    t = _time(0.12)
    metal = sosfilt(butter(4, 7000, "highpass", fs=SAMPLE_RATE_HZ, output="sos"), random.standard_normal(len(t)))
    hat = metal * np.exp(-t / 0.025)
    track = np.zeros((2, frames))
    for bar in range(BARS):
        for beat in (0, 2.5):
            _place(track, 4 * bar + beat, _fade(kick.copy()), gain=0.9)
        for beat in (1, 3):
            _place(track, 4 * bar + beat, _fade(snare.copy()), pan=0.05, gain=0.5)
        for eighth in range(8):
            _place(track, 4 * bar + eighth / 2, _fade(hat.copy()), pan=0.3, gain=0.22 if eighth % 2 else 0.32)
    return track


def _bass(frames: int) -> NDArray[np.float64]:
    track = np.zeros((2, frames))
    for bar in range(BARS):
        root = _CHORDS[bar % 4][0] - 12
        for beat, length, step in ((0, 1.4, 0), (1.5, 0.45, 12), (2.5, 0.9, 0), (3.5, 0.45, 7)):
            t = _time(length * _BEAT_S)
            saw = sum(np.sin(2 * np.pi * k * _hz(root + step) * t) / k * np.exp(-t * k * 0.9) for k in range(1, 24))
            _place(track, 4 * bar + beat, _fade(saw * (1 - np.exp(-t / 0.004)), 0.03), gain=0.42)
    return track


def _keys(frames: int) -> NDArray[np.float64]:
    """Electric piano: two-operator FM (J. Chowning, 1973), slightly detuned left and right."""
    track = np.zeros((2, frames))
    for bar in range(BARS):
        for voice, note in enumerate(_CHORDS[bar % 4][1:]):
            for side, cents in ((-0.7, -3), (0.7, 3)):
                t = _time(3.9 * _BEAT_S)
                f = _hz(note + cents / 100)
                index = 1.6 * np.exp(-t / 0.35) + 0.15
                tone = np.sin(2 * np.pi * f * t + index * np.sin(2 * np.pi * f * t))
                tone += 0.12 * np.sin(2 * np.pi * 14 * f * t) * np.exp(-t / 0.05)
                sound = tone * np.exp(-t / 1.4) * (1 - np.exp(-t / 0.003))
                _place(track, 4 * bar + 0.02 * voice, _fade(sound, 0.05), pan=side, gain=0.085)
    return track


def _lead(frames: int) -> NDArray[np.float64]:
    """A plucked string (K. Karplus and A. Strong, CMJ 1983) with an echo, from the third bar on."""
    track = np.zeros((2, frames))
    for phrase in range(1, BARS // 2):
        for beat, note in _MELODY:
            sound = _pluck(_hz(note), 1.6 * _BEAT_S)
            for echo, level in ((0.0, 0.3), (0.75, 0.1), (1.5, 0.035)):
                _place(track, 8 * phrase + beat + echo, sound, pan=-0.25 if echo == 0 else 0.5, gain=level)
    return track


def _pluck(freq_hz: float, seconds: float) -> NDArray[np.float64]:
    period = round(SAMPLE_RATE_HZ / freq_hz - 0.5)
    excitation = np.zeros(int(seconds * SAMPLE_RATE_HZ))
    excitation[:period] = np.random.default_rng(period).uniform(-1, 1, period)
    # The string is a comb with a two-point average in its loop: 1 / (1 - 0.998 z^-P (1 + z^-1) / 2).
    sound = excitation.copy()
    for start in range(period + 1, len(sound), period):
        stop = min(start + period, len(sound))
        delayed = sound[start - period : stop - period] + sound[start - period - 1 : stop - period - 1]
        sound[start:stop] += 0.499 * delayed
    return _fade(sound, 0.03)
