"""Audio and MIDI through the callback and the control side, without an audio system."""

import numpy as np

RATE = 48_000
BLOCK = 128


def noise(frames, channels=2):
    return np.random.default_rng(1).uniform(-0.2, 0.2, (channels, frames)).astype(np.float32)


def cc(value, number=21):
    return bytes((0xB0, number, value))


def play(stream, audio, messages=(), block=BLOCK):
    """Blocks through the callback, the control side catching up after each; `messages` count from the audio's start."""
    out = np.empty_like(audio)
    for i in range(0, audio.shape[1], block):
        part = slice(i, min(i + block, audio.shape[1]))
        midi = [(f - i, m) for f, m in messages if i <= f < part.stop]
        stream.callback.process(audio[:, part], out[:, part], midi)
        stream.advance()
    assert stream.processor.failure == ""
    return out
