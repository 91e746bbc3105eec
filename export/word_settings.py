"""Settings of words and morphs, decoded from a bundle with onnxruntime alone."""

from __future__ import annotations

import numpy as np
import onnxruntime
from numpy.typing import ArrayLike

from semeq.eq import clip_params, curve, even_positions, scale_gains
from semeq.eq.settings import FloatArray
from semeq.presets import Bundle, BundleError

#: Points at which a morph's length is measured, as the effect and the native plugin do.
_ARC_POINTS = 129


class WordSettings:
    """The settings of one bundle's words. Raises `BundleError` where its decoder cannot be run."""

    def __init__(self, bundle: Bundle) -> None:
        self._vocabulary = bundle.vocabulary
        try:
            self._session = onnxruntime.InferenceSession(str(bundle.decoder_path), providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises many types, none of them public
            reason = str(error).splitlines()[0]
            raise BundleError(f"{bundle.decoder_path.name} is not a model onnxruntime can run: {reason}") from None

    def setting(self, word: str, to: str | None = None, morph: float = 0.0, intensity: float = 1.0) -> FloatArray:
        """The setting (13,) of `word`, or of the morph 0…1 from it to `to`, its gains scaled by `intensity`.

        The morph is the effect's: a straight line in the latent space, walked at even pace in curve distance. Raises
        `UnknownWordError`, which names the nearest known words.
        """
        start = np.asarray(self._vocabulary.get(word).latent, dtype=np.float64)
        position = np.zeros(1)
        end = start
        if to is not None:
            end = np.asarray(self._vocabulary.get(to).latent, dtype=np.float64)
            fine = np.linspace(0.0, 1.0, _ARC_POINTS)[:, None]
            position, _ = even_positions(curve(self._decode(start + fine * (end - start))), [morph])
        params = self._decode(start + position[:, None] * (end - start))[0]
        return scale_gains(params, intensity)

    def _decode(self, latents: ArrayLike) -> FloatArray:
        return clip_params(self._session.run(["params"], {"latent": np.asarray(latents, dtype=np.float32)})[0])
