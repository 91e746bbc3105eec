"""One stream through the EQ, from a pipe to a pipe, in constant memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from semeq.files import WavStream
from semeq.words import WordSpace

from ..renderer import Renderer
from .request import Request


@dataclass(frozen=True)
class Streamed:
    """What went through.

    Parameters
    ----------
    frames : int
    peak : float
        The largest sample before any clipping; 1 is full scale.
    overs : int
        Samples that were clipped.
    """

    frames: int
    peak: float
    overs: int


def render_stream(source: BinaryIO, sink: BinaryIO, request: Request, space: WordSpace) -> Streamed:
    """Render a WAV stream into another of the same format, block by block.

    Nothing that looks at the whole first can be asked for: no level match, no guard; what clips is counted.

    Raises
    ------
    AudioFileError
        It is not a WAV stream that can be read, or it ends early.
    BrokenPipeError
        Nobody reads any more.
    """
    stream = WavStream.read(source)
    rate = stream.sample_rate_hz
    renderer = Renderer(space, rate, stream.channels, request.moves.controls)
    moves = request.moves.movement(space, rate)
    quantiser = stream.quantiser()
    sink.write(stream.head())
    frames, peak, overs = 0, 0.0, 0
    for dry in stream.blocks(source):
        wet = np.empty_like(dry)
        renderer.process(dry.T, wet.T, automation=moves)
        sizes = np.abs(wet)
        frames, peak = frames + len(wet), max(peak, float(sizes.max()))
        if not stream.floating and peak > 1.0:
            overs += int(np.count_nonzero(sizes > 1.0))
        sink.write(stream.encoded(wet, quantiser, dither=not np.array_equal(wet, dry)))
    sink.write(stream.tail(frames))
    sink.flush()
    return Streamed(frames, peak, overs)
