"""Does the frozen graph say what the trained model says?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray

from semeq.eq import LOWER_BOUNDS, UPPER_BOUNDS, curve, denormalise
from semeq.words import LATENT_SIZE

from .graphs import BundleSpace

#: Largest difference of two curves that counts as the same, in dB.
TOLERANCE_DB = 1e-3
POINTS = 2000

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Parity:
    """Largest difference in dB, anywhere on the reference grid, between the curves of graph and model."""

    points: int
    decoder_db: float
    encoder_db: float

    @property
    def holds(self) -> bool:
        """Whether both stay within `TOLERANCE_DB`; a NaN does not."""
        return self.decoder_db <= TOLERANCE_DB and self.encoder_db <= TOLERANCE_DB


def session(content: bytes) -> onnxruntime.InferenceSession:
    """An onnxruntime session on one thread, like the plugin's."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def random_settings(count: int, seed: int) -> NDArray[np.float64]:
    """Settings (count, 13) spread evenly over the unit cube, some bands silent, the corners included."""
    rng = np.random.default_rng(seed)
    params = denormalise(rng.random((count, 13)))
    gains = np.array([0, 2, 5, 8, 11])
    params[:, gains] *= rng.random((count, 5)) > 0.2
    params[0], params[1] = LOWER_BOUNDS, UPPER_BOUNDS
    return params


def check_parity(model: BundleSpace, decoder: bytes, encoder: bytes, points: int = POINTS, seed: int = 0) -> Parity:
    """Compare onnxruntime with PyTorch on random points.

    The decoder is compared on latents spread over the whole cube, not only where settings lie; the encoder by the curve
    its latent decodes to, which is what a difference would sound like.
    """
    rng = np.random.default_rng(seed)
    latents: Array = rng.uniform(-1, 1, (points, LATENT_SIZE)).astype(np.float32)
    params: Array = random_settings(points, seed).astype(np.float32)
    with torch.no_grad():
        decoded = model.decode(torch.from_numpy(latents)).numpy()
        encoded = model.encode(torch.from_numpy(params))
        rebuilt = model.decode(encoded).numpy()
    (graph_decoded,) = session(decoder).run(["params"], {"latent": latents})
    (graph_encoded,) = session(encoder).run(["latent"], {"params": params})
    with torch.no_grad():
        graph_rebuilt = model.decode(torch.from_numpy(graph_encoded)).numpy()
    return Parity(points, _difference_db(decoded, graph_decoded), _difference_db(rebuilt, graph_rebuilt))


def _difference_db(first: Array, second: Array) -> float:
    return float(np.abs(curve(first) - curve(second)).max())
