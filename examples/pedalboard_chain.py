"""The EQ in an ordinary pedalboard chain, between a compressor and a limiter, on a file of any length.

python examples/pedalboard_chain.py song.wav warmer.wav
"""

import sys

from pedalboard import Compressor, Limiter, Pedalboard
from pedalboard.io import AudioFile

from semeq.plugin import SemanticEQ

source, target = sys.argv[1:]
eq = SemanticEQ("warm", intensity=0.8)
board = Pedalboard([Compressor(threshold_db=-18, ratio=2), eq, Limiter(threshold_db=-1)])

with AudioFile(source) as song, AudioFile(target, "w", song.samplerate, song.num_channels) as warmer:
    while song.tell() < song.frames:
        warmer.write(board(song.read(song.samplerate), song.samplerate, reset=False))
