"""True peak: the largest value between samples too, as ITU-R BS.1770-5 Annex 2 estimates it, of a stream.

The signal is oversampled by a polyphase FIR interpolator: four times up to 96 kHz, twice up to 192 kHz, above not at
all. The filter is a Kaiser-windowed sinc of 24 taps a phase, flat within 0.01 dB to 19 kHz at a rate of 44.1 kHz. Its
phase zero is the sample itself, so a true peak is never below the sample peak.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

TAPS = 24
_KAISER_BETA = 5.0
_ROW = 16  # samples that one row of the matrix product turns into _ROW·(factor − 1) values between them
_PIECE = 4096  # frames that are looked at together: more would not stay in the cache


def oversampling(sample_rate_hz: float) -> int:
    """How often between samples to look: to 176.4 kHz and beyond, as the Annex asks, and never coarser than 0.7 dB."""
    return 4 if sample_rate_hz <= 96_000 else 2 if sample_rate_hz <= 192_000 else 1


class TruePeak:
    """A meter of one stream.

    Parameters
    ----------
    sample_rate_hz : float
    channels : int
    floor : float
        What is of no interest: a true peak that is not above it may be told too low (never below the sample peak). With
        1, full scale, a signal that cannot exceed it costs next to nothing.

    Attributes
    ----------
    sample_peak, sample_peak_of_last : float
        Largest absolute sample so far, and of the last block.
    """

    def __init__(self, sample_rate_hz: float, channels: int, floor: float = 0.0) -> None:
        self.sample_peak = self.sample_peak_of_last = 0.0
        self._between, self._step_of_last = 0.0, 0.0
        self._floor = floor
        self._matrix, self._most, self._bend = _interpolator(oversampling(sample_rate_hz))
        self._last = np.zeros((channels, TAPS - 1), np.float32)

    def add(self, block: NDArray[np.floating], peak: float | None = None, step: float | None = None) -> None:
        """Take the next block, (frames, channels).

        Where the largest magnitude of a sample is known, and that of a step between frames (also from the block
        before), a block that is of no interest costs nothing.
        """
        if not len(block):
            return
        before = self.sample_peak_of_last
        self.sample_peak_of_last = max(float(block.max()), -float(block.min())) if peak is None else peak
        self.sample_peak = max(self.sample_peak, self.sample_peak_of_last)
        if self._matrix is None:
            return
        near = max(before, self.sample_peak_of_last)
        if step is not None and not self._bounded_above(near, max(step, self._step_of_last)):
            self._step_of_last = step
            kept = self._last.shape[1]
            keep = TAPS - 1 + (kept + len(block) - (TAPS - 1)) % _ROW
            if len(block) >= keep:
                self._last = block[len(block) - keep :].T.astype(np.float32)
                return
        self._step_of_last = np.inf if step is None else step
        planes = np.concatenate([self._last, block.T.astype(np.float32, copy=False)], axis=1)
        frames = (planes.shape[1] - (TAPS - 1)) // _ROW * _ROW  # whole rows; the rest waits for the next block
        self._last = planes[:, frames:].copy()
        if self._floor and not self._may_exceed(planes):
            return
        # No value between samples exceeds the largest sample near it times the sum of the filter's magnitudes: pieces
        # that cannot be the loudest so far are not looked at.
        for start in range(0, frames, _PIECE):
            piece = planes[:, start : start + min(_PIECE, frames - start) + TAPS - 1]
            near = max(float(piece.max()), -float(piece.min()))
            if near * self._most > max(self.sample_peak, self._between):
                self._between = max(self._between, self._largest_between(piece, self._matrix))

    def _may_exceed(self, planes: NDArray[np.float32]) -> bool:
        """Whether a value between the samples of (channels, frames) could lie above the floor.

        It differs from the straight line between its neighbours by no more than the steepest step near, times a
        constant of the filter.
        """
        near = max(float(planes.max()), -float(planes.min()))
        if not self._bounded_above(near, np.inf):
            return False
        steps = np.diff(planes, axis=1)
        return self._bounded_above(near, max(float(steps.max()), -float(steps.min())))

    def _bounded_above(self, near: float, step: float) -> bool:
        """Whether the bounds of what lies between samples are above the floor: by magnitude, and by steepest step."""
        return not self._floor or (near * self._most > self._floor and near + self._bend * step > self._floor)

    def finish(self) -> float:
        """End the stream; its true peak, as a factor of full scale."""
        if self._matrix is not None:
            peaks = self.sample_peak, self.sample_peak_of_last
            self.add(np.zeros((TAPS + _ROW, self._last.shape[0]), np.float32))
            self.sample_peak, self.sample_peak_of_last = peaks
        return max(self.sample_peak, self._between)

    @staticmethod
    def _largest_between(piece: NDArray[np.float32], matrix: NDArray[np.float32]) -> float:
        """Largest magnitude between the samples of (channels, TAPS − 1 + whole rows).

        Rows of overlapping samples times one matrix: a convolution that the processor's matrix product does, several
        times as fast as a filter routine.
        """
        channels, length = piece.shape
        rows = (length - TAPS + 1) // _ROW
        step_channel, step = piece.strides
        shape, strides = (channels, rows, _ROW + TAPS - 1), (step_channel, _ROW * step, step)
        windows = np.lib.stride_tricks.as_strided(piece, shape, strides)
        between = np.ascontiguousarray(windows).reshape(channels * rows, -1) @ matrix
        return max(float(between.max()), -float(between.min()))


@functools.lru_cache(maxsize=4)
def _interpolator(factor: int) -> tuple[NDArray[np.float32] | None, float, float]:
    """The matrix (_ROW + TAPS − 1, _ROW·(factor − 1)) that interpolates rows, the most it can add up to, its bend.

    What is left of the filter when the line between the two middle samples is taken away sums to zero, so it acts on
    steps; summed by parts, its coefficients are running sums, and the bend is the sum of their magnitudes.
    """
    if factor == 1:
        return None, 1.0, 0.0
    position = np.arange(TAPS) - (TAPS // 2 - 1)
    columns, most, bend = [], 0.0, 0.0
    for phase in range(1, factor):
        at = position - phase / factor
        window = np.i0(_KAISER_BETA * np.sqrt(1 - (at / (TAPS / 2)) ** 2)) / np.i0(_KAISER_BETA)
        taps = np.sinc(at) * window
        taps /= taps.sum()
        most = max(most, float(np.abs(taps).sum()))
        bend = max(bend, float(np.abs(np.cumsum(taps - np.maximum(1 - np.abs(at), 0))).sum()))
        for offset in range(_ROW):
            column = np.zeros(_ROW + TAPS - 1)
            column[offset : offset + TAPS] = taps
            columns.append(column)
    return np.array(columns, dtype=np.float32).T.copy(), most, bend
