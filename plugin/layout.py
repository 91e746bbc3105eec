"""Which axis of an array is the channels': by its shape, and where that does not tell, as in the blocks before.

The rules are pedalboard's, so that a block means the same to the effect and to the plugins beside it.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from semeq.eq import MAX_CHANNELS, AnyAudio

Layout = Literal["planes", "frames"]  # (channels, frames), (frames, channels)


class LayoutError(ValueError, RuntimeError):
    """An array whose channels cannot be told from its frames. pedalboard raises `RuntimeError`, semeq `ValueError`."""


def layout_of(audio: AnyAudio, last: Layout | None, channels: int | None) -> Layout:
    """The layout of an array of float32 or float64 with one or two axes.

    Parameters
    ----------
    audio : ndarray
        (frames,), (channels, frames) or (frames, channels).
    last : {"planes", "frames"} or None
        The layout of the block before.
    channels : int or None
        The number of channels of a stream that goes on; None: a new stream.

    Raises
    ------
    TypeError
        Not such an array.
    ValueError
        More than two axes, or more than 64 channels.
    LayoutError
        As many rows as columns (and more than one), with nothing before them to tell which are the channels.
    """
    if not isinstance(audio, np.ndarray) or audio.dtype not in (np.float32, np.float64):
        kind = audio.dtype if isinstance(audio, np.ndarray) else type(audio).__name__
        raise TypeError(f"audio must be a NumPy array of float32 or float64, not {kind}")
    if audio.ndim == 1:
        return "planes"
    if audio.ndim != 2:
        raise ValueError(f"audio must have one or two axes, not {audio.ndim}")
    rows, columns = audio.shape
    if channels is not None and last is not None:
        places: tuple[Layout, ...] = (last, "frames" if last == "planes" else "planes")
        for layout in places:
            if (rows if layout == "planes" else columns) == channels:
                return layout
    if rows == columns and rows != 1:
        if last is None:
            raise LayoutError(
                f"audio of shape {audio.shape} does not tell its channels from its frames; pass a block of another "
                "shape first, or more frames"
            )
        found = last
    elif not rows or not columns:  # an empty block: what there is, is channels
        found = "planes" if rows else "frames"
    else:
        found = "planes" if rows <= columns else "frames"
    if (rows if found == "planes" else columns) > MAX_CHANNELS:
        raise ValueError(f"audio of shape {audio.shape} has more than {MAX_CHANNELS} channels")
    return found


def planes_of(audio: AnyAudio, layout: Layout) -> AnyAudio:
    """View an array as (channels, frames), without a copy."""
    if audio.ndim == 1:
        return audio[None, :]
    return audio if layout == "planes" else audio.T
