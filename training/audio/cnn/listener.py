"""A trained net of the recipe `cnn`, asked for words."""

from __future__ import annotations

import numpy as np
import torch

from semeq.eq import FloatArray

from ..front_end import SEMANTIC
from ..mel import CROP_FRAMES, CROPS, MELS, MelClips
from .net import MelCnn


class CnnListener:
    """A trained net with words: a word's score is the cosine between what is heard and the word's point in V3.

    The cosine, because a net that regresses towards the mean answers too weakly, and by distance the weakest word
    would then win always.
    """

    def __init__(self, net: MelCnn, word_semantic: FloatArray) -> None:
        """`word_semantic` (w, 8): semantic numbers of each word's setting relative to the flat setting's."""
        self.net = net
        self.points = word_semantic / np.maximum(np.linalg.norm(word_semantic, axis=1, keepdims=True), 1e-12)

    def hear(self, clips: MelClips) -> FloatArray:
        """Semantic numbers (n, 8): the mean over the four crops of each clip."""
        crops = torch.from_numpy(clips.frames).reshape(-1, CROP_FRAMES, MELS)
        with torch.no_grad():
            heard = torch.cat([self.net(part) for part in torch.split(crops, 256)])
        return np.asarray(heard.reshape(-1, CROPS, SEMANTIC).mean(dim=1).numpy(), dtype=np.float64)

    def scores(self, clips: MelClips) -> FloatArray:
        """Cosines (n, w)."""
        heard = self.hear(clips)
        heard = heard / np.maximum(np.linalg.norm(heard, axis=1, keepdims=True), 1e-12)
        return np.asarray(heard @ self.points.T, dtype=np.float64)
