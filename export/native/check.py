"""A look at a freshly compiled plugin from a host's side: does it sound as its bundle says?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pedalboard

from semeq import eq
from semeq.words import Bundle

from ..errors import BuildError

TOLERANCE_DB = 0.05
_RATE_HZ = 48_000
_FRAMES = 1 << 15


def check_vst3(path: Path, bundle: Bundle, words: int = 12) -> float:
    """Load a VST3 in pedalboard and compare its response at `words` words with the bundle's decoder.

    Returns the largest difference in dB from 40 Hz to 20 kHz. Raises `BuildError` beyond 0.05 dB, where one channel
    sounds different from two, or where the plugin does not load.
    """
    try:
        plugin: Any = pedalboard.load_plugin(str(path))  # type: ignore[attr-defined]
    except (ImportError, ValueError, RuntimeError) as error:
        raise BuildError(f"{path.name} was compiled but does not load: {str(error).splitlines()[0]}") from None
    listed = list(plugin.parameters["semantic"].valid_values)
    names = [name for name in listed if name in bundle.vocabulary]  # not the phrases, nor what an older list kept
    session = onnxruntime.InferenceSession(str(bundle.decoder_path), providers=["CPUExecutionProvider"])
    chosen = names[:: max(1, len(names) // words)]
    latents = np.array([bundle.vocabulary.get(name).latent for name in chosen], dtype=np.float32)
    settings = np.asarray(session.run(["params"], {"latent": latents})[0], dtype=np.float64)

    impulse = np.zeros((2, _FRAMES), np.float32)
    impulse[:, 0] = 0.5
    freqs = np.fft.rfftfreq(_FRAMES, 1 / _RATE_HZ)
    audible = (freqs >= 40) & (freqs <= 20_000)
    worst = 0.0
    for name, params in zip(chosen, settings, strict=True):
        plugin.semantic = name
        sound = plugin(impulse, _RATE_HZ)
        spectrum = np.fft.rfft(sound[0].astype(np.float64) / 0.5)
        measured = 20 * np.log10(np.maximum(np.abs(spectrum[audible]), 1e-9))
        worst = max(worst, float(np.abs(measured - eq.magnitude_db(params, freqs[audible], _RATE_HZ)).max()))
    if not np.array_equal(plugin(impulse[:1], _RATE_HZ), sound[:1]):
        raise BuildError(f"{path.name} sounds different in mono")
    if not worst <= TOLERANCE_DB:
        raise BuildError(f"{path.name} differs from its model by {worst:.3f} dB, more than {TOLERANCE_DB} dB")
    return worst
