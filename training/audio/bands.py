"""64 bands on the ERB-rate scale: how the ear divides a spectrum.

B. R. Glasberg and B. C. J. Moore, "Derivation of auditory filter shapes from notched-noise data", Hearing Research 47,
1990: ERB-rate = 21.4 log10(1 + 0.00437 f).
"""

from __future__ import annotations

import numpy as np

from semeq.eq import FloatArray

RATE_HZ = 44_100
FFT_SIZE = 4096
HOP = 2048
BINS = FFT_SIZE // 2 + 1
BANDS = 64
LOWEST_HZ, HIGHEST_HZ = 40.0, 16_000.0
#: Levels are held above this many dB under the loudest band: what a band-limited source lacks is not heard as colour.
FLOOR_DB = -65.0

BIN_FREQS_HZ: FloatArray = np.arange(BINS, dtype=np.float64) * (RATE_HZ / FFT_SIZE)


def erb_rate(freqs_hz: FloatArray) -> FloatArray:
    """ERB-rate of frequencies in Hz."""
    return np.asarray(21.4 * np.log10(1 + 0.00437 * freqs_hz), dtype=np.float64)


def _edges_hz() -> FloatArray:
    lowest, highest = erb_rate(np.array([LOWEST_HZ, HIGHEST_HZ])).tolist()
    rate = np.linspace(lowest, highest, BANDS + 2)
    return np.asarray((10 ** (rate / 21.4) - 1) / 0.00437, dtype=np.float64)


def band_centres_hz() -> FloatArray:
    """Centre of each band in Hz, shape (64,)."""
    return _edges_hz()[1:-1]


def band_weights() -> FloatArray:
    """Weights of the FFT bins in each band, shape (64, 2049); triangles that overlap by half, each summing to 1.

    Bands narrower than the bins take their nearest bins in proportion.
    """
    edges = erb_rate(_edges_hz())
    width = edges[1] - edges[0]
    distance = np.abs(erb_rate(BIN_FREQS_HZ)[None, :] - edges[1:-1, None]) / width
    weights = np.maximum(0.0, 1.0 - distance)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float64)


def band_energy(power: FloatArray) -> FloatArray:
    """Energy in each band of long-term power spectra (..., 2049) relative to the loudest band, (..., 64)."""
    energy = power @ band_weights().T
    return np.asarray(energy / np.maximum(energy.max(axis=-1, keepdims=True), 1e-300), dtype=np.float64)


def levels_of(energy: FloatArray) -> FloatArray:
    """Levels in dB of relative energies (..., 64), above the floor, mean removed, (..., 64)."""
    levels = 10 * np.log10(energy + 10 ** (FLOOR_DB / 10))
    return np.asarray(levels - levels.mean(axis=-1, keepdims=True), dtype=np.float64)


def band_levels_db(power: FloatArray) -> FloatArray:
    """Band levels in dB of long-term power spectra (..., 2049), mean removed; returns (..., 64). Level invariant."""
    return levels_of(band_energy(power))
