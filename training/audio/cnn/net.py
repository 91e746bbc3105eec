"""The nets of the recipe `cnn`: mel spectrograms to the semantic numbers of the EQ that was applied.

They hear 3 s of a 64-band mel spectrogram and never meet the clip without the EQ (unless `closed_loop` shows it to
them): what is EQ and what is music they have to guess, and that is their weakness. Level is left in and frequency
pooled because the published encoder did so; `CnnOptions` turns each off.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..bands import FLOOR_DB
from ..front_end import SEMANTIC
from ..mel import MELS
from .options import CnnOptions

FLOOR = 1e-10  # −100 dB
CHANNELS = (16, 32, 64)
HIDDEN = 64


def _separable(inputs: int, outputs: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(inputs, inputs, 3, stride=2, padding=1, groups=inputs, bias=False),
        nn.Conv2d(inputs, outputs, 1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


class _Residual(nn.Module):
    """A basic block of K. He et al., 2016: two convolutions of 3 × 3 and a way around them, half the size."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.around = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride=2, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.body(x) + self.around(x))


class MelCnn(nn.Module):
    """Mel power of crops (n, 64 frames, 64 bands) to semantic numbers (n, 8)."""

    def __init__(self, options: CnnOptions) -> None:
        """Build untrained."""
        super().__init__()
        self.options = options
        first, second, third = CHANNELS
        if options.net == "residual":
            self.layers = nn.Sequential(_Residual(1, first), _Residual(first, second), _Residual(second, third))
        else:
            self.layers = nn.Sequential(
                nn.Conv2d(1, first, 3, stride=2, padding=1, bias=False),
                nn.BatchNorm2d(first),
                nn.ReLU(),
                _separable(first, second),
                _separable(second, third),
            )
        features = third if options.pool_frequency else third * MELS // 8
        self.out: nn.Module = nn.Linear(features, SEMANTIC)
        if options.head == "hidden":
            self.out = nn.Sequential(nn.Linear(features, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, SEMANTIC))

    def forward(self, mel: Tensor) -> Tensor:
        """Levels in decibels, 20 dB to the unit; with the level removed the floor too is relative to the crop."""
        if self.options.level_removed:
            mel = mel / mel.mean(dim=(1, 2), keepdim=True).clamp_min(1e-30)
            level = 10 * torch.log10(mel + 10 ** (FLOOR_DB / 10))
            level = level - level.mean(dim=(1, 2), keepdim=True)
        else:
            level = 10 * torch.log10(mel + FLOOR) + 60
        features = self.layers((level / 20)[:, None]).mean(dim=2)
        features = features.mean(dim=2) if self.options.pool_frequency else features.flatten(1)
        out: Tensor = self.out(features)
        return out
