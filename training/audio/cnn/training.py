"""The recipe `cnn`, for comparison: a convolutional net that regresses the EQ from the sound, as first published.

It hears 3 s of a 64-band mel spectrogram through depthwise-separable convolutions, pooled over time and frequency, and
is taught the semantic numbers in V3 of the EQ that was applied to a clip. It never meets the clip without the EQ: what
is EQ and what is music it has to guess, and that is its weakness. Level is left in and frequency pooled because the
published encoder did so; `CnnOptions` turns each off.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from semeq.eq import FloatArray

from ..errors import DataError, DivergedError
from .bands import FLOOR_DB
from .closed_loop import bin_response
from .front_end import SEMANTIC
from .lean import LabelledCurves
from .mel import CLIP_FRAMES, CROP_FRAMES, CROPS, MELS, MelClips, mel_weights

Rows = NDArray[np.intp]
Sampling = Literal["uniform", "balanced"]
Source = Literal["pink", "music", "mixed"]
SAMPLINGS, SOURCES = get_args(Sampling), get_args(Source)
STEPS = 1000
BATCH = 32
PEAK_RATE, WARM_UP = 3e-3, 0.15
FLOOR = 1e-10  # −100 dB
CHANNELS = (16, 32, 64)


@dataclass(frozen=True)
class CnnOptions:
    """One form of the recipe.

    Attributes
    ----------
    sampling
        `uniform`: every saved setting is as likely; `balanced`: every word is.
    source
        What the settings are applied to: pink noise, music, or half of each.
    pool_frequency
        Pool over frequency as well as time.
    level_removed
        Take the mean level of a crop out first.
    """

    sampling: Sampling = "uniform"
    source: Source = "pink"
    pool_frequency: bool = True
    level_removed: bool = False
    steps: int = STEPS
    seed: int = 0


def _separable(inputs: int, outputs: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(inputs, inputs, 3, stride=2, padding=1, groups=inputs, bias=False),
        nn.Conv2d(inputs, outputs, 1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


class MelCnn(nn.Module):
    """Mel power of crops (n, 64 frames, 64 bands) to semantic numbers (n, 8)."""

    def __init__(self, pool_frequency: bool = True, level_removed: bool = False) -> None:
        """See `CnnOptions`."""
        super().__init__()
        self.pool_frequency, self.level_removed = pool_frequency, level_removed
        first, second, third = CHANNELS
        self.layers = nn.Sequential(
            nn.Conv2d(1, first, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(first),
            nn.ReLU(),
            _separable(first, second),
            _separable(second, third),
        )
        self.out = nn.Linear(third if pool_frequency else third * MELS // 8, SEMANTIC)

    def forward(self, mel: Tensor) -> Tensor:
        """Levels in decibels, 20 dB to the unit; with the level removed the floor too is relative to the crop."""
        if self.level_removed:
            mel = mel / mel.mean(dim=(1, 2), keepdim=True).clamp_min(1e-30)
            level = 10 * torch.log10(mel + 10 ** (FLOOR_DB / 10))
            level = level - level.mean(dim=(1, 2), keepdim=True)
        else:
            level = 10 * torch.log10(mel + FLOOR) + 60
        features = self.layers((level / 20)[:, None]).mean(dim=2)
        features = features.mean(dim=2) if self.pool_frequency else features.flatten(1)
        out: Tensor = self.out(features)
        return out


def draw_settings(labels: NDArray[np.int64], count: int, sampling: Sampling, random: np.random.Generator) -> Rows:
    """Rows of `count` labelled settings: each as likely, or each word as likely."""
    rows: Rows = np.flatnonzero(labels >= 0)
    if not len(rows):
        raise DataError("there is no labelled setting to learn from")
    if sampling == "uniform":
        return rows[random.integers(len(rows), size=count)]
    words, sizes = np.unique(labels[rows], return_counts=True)
    ordered = rows[np.argsort(labels[rows], kind="stable")]
    first = np.cumsum(sizes) - sizes
    word = random.integers(len(words), size=count)
    drawn: Rows = ordered[first[word] + np.floor(random.random(count) * sizes[word]).astype(np.intp)]
    return drawn


def draw_clips(music: int, pink: int, count: int, source: Source, random: np.random.Generator) -> Rows:
    """Rows of `count` clips where the first `music` are music and the next `pink` are noise."""
    if (source != "pink" and not music) or (source != "music" and not pink):
        raise DataError(f"training on {source} needs clips of it")
    of_music, of_pink = random.integers(max(music, 1), size=count), music + random.integers(max(pink, 1), size=count)
    noisy = random.random(count) < {"pink": 1.0, "music": 0.0, "mixed": 0.5}[source]
    return np.asarray(np.where(noisy, of_pink, of_music), dtype=np.intp)


def train_cnn(
    options: CnnOptions, music: MelClips | None, pink: MelClips, settings: LabelledCurves, device: str = "cpu"
) -> tuple[MelCnn, list[float]]:
    """Train one form; returns the net, on the CPU, and the loss of each step. Everything random follows from the seed.

    All clips, settings and draws are on the device before the first step; nothing is copied in between.
    """
    torch.manual_seed(options.seed)
    net = MelCnn(options.pool_frequency, options.level_removed).to(device)
    random = np.random.default_rng(options.seed)
    count = options.steps * BATCH
    parts = [part for part in (music, pink) if part is not None]
    plan = (
        draw_clips(len(music) if music else 0, len(pink), count, options.source, random),
        draw_settings(settings.labels, count, options.sampling, random),
        random.integers(CLIP_FRAMES - CROP_FRAMES + 1, size=count),
    )
    clip, setting, start = (torch.tensor(rows, device=device).reshape(-1, BATCH) for rows in plan)
    frames = torch.tensor(np.concatenate([p.frames for p in parts]), device=device)
    power = np.concatenate([p.spectra.power for p in parts])
    spectra = torch.tensor(power / power.max(axis=1, keepdims=True) + 1e-12, dtype=torch.float32, device=device)
    weights = torch.tensor(mel_weights(), dtype=torch.float32, device=device)
    target = torch.tensor(settings.semantic, dtype=torch.float32, device=device)
    with torch.no_grad():
        response = bin_response().to(device)(torch.tensor(settings.params, dtype=torch.float32, device=device))
        gain, dry = torch.exp(response * (math.log(10) / 10)), spectra @ weights
    optimiser = torch.optim.AdamW(net.parameters(), lr=PEAK_RATE, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, PEAK_RATE, max(options.steps, 2), pct_start=WARM_UP)
    ahead = torch.arange(CROP_FRAMES, device=device)
    losses = []
    with torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True):
        for step in range(options.steps):
            c, s = clip[step], setting[step]
            gains = (spectra[c] * gain[s]) @ weights / dry[c]
            crops = frames[c[:, None], start[step][:, None] + ahead] * gains[:, None, :]
            loss = (net(crops) - target[s]).square().mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            losses.append(loss.detach())
    found = torch.stack(losses).cpu().tolist() if losses else []
    if not np.isfinite(found).all():
        raise DivergedError("the loss of the CNN became infinite or not a number")
    return net.cpu().eval(), found


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
