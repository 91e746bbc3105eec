"""Settings to learn from, made on the device: augmented real rows and invented ones.

A few hundred real settings do not cover the space; half of every batch is invented (the largest single gain measured).
Everything is drawn from one generator on the device in whole chunks of steps, with no round trip to the host.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from ..models import FREQS, GAINS, QS, fixed_scale
from ..recipe import AugmentSection, SyntheticSection

Sampling = Literal["natural", "sqrt", "balanced"]


@dataclass(frozen=True)
class Chunk:
    """Settings for several steps in the unit cube, (steps, batch, 13), and labels, (steps, batch); -1 is none."""

    unit: Tensor
    labels: Tensor


class Sampler:
    """Draws chunks from training rows in the unit cube, (n, 13), with labels (n,)."""

    def __init__(
        self,
        rows: Tensor,
        labels: Tensor,
        augment: AugmentSection,
        synthetic: SyntheticSection,
        generator: torch.Generator,
        sampling: Sampling = "natural",
    ) -> None:
        """All tensors and the generator live on one device."""
        self._rows, self._labels = rows, labels
        self._weights = row_weights(labels, sampling)
        # What a curriculum starts with: the two most frequent words, and rows without one.
        common = torch.bincount(labels[labels >= 0]).argsort(descending=True)[:2]
        self._early = self._weights * ((labels < 0) | torch.isin(labels, common))
        self._augment, self._synthetic, self._generator = augment, synthetic, generator
        # Uniform settings keep to the ranges people use: each knob of the plug-in has its own.
        self._low, self._high = rows.amin(dim=0), rows.amax(dim=0)
        # On the device: a Python list as an index is a blocking copy to it at every use.
        self._gains = torch.tensor(GAINS, device=rows.device)
        self._free = torch.tensor(FREQS + QS, device=rows.device)

    def draw(self, steps: int, batch: int, *, early: bool = False) -> Chunk:
        """The next `steps` batches; `early` ones know only the two most frequent words."""
        invented = round(batch * self._synthetic.share)
        real = batch - invented
        weights = self._early if early else self._weights
        chosen = torch.multinomial(weights, steps * real, replacement=True, generator=self._generator)
        unit = self._augmented(self._rows[chosen])
        labels = self._labels[chosen]
        if invented:
            made = self._invented(steps * invented)
            unit = torch.cat([unit.view(steps, real, 13), made.view(steps, invented, 13)], dim=1)
            labels = torch.cat([labels.view(steps, real), labels.new_full((steps, invented), -1)], dim=1)
        return Chunk(sorted_bells(unit.view(steps, batch, 13)), labels.view(steps, batch))

    def _augmented(self, unit: Tensor) -> Tensor:
        low, high = self._augment.gain_scale
        scale = low + (high - low) * self._uniform(len(unit), 1)
        out = unit.clone()
        gains = (unit[:, self._gains] - 0.5) * scale + 0.5
        out[:, self._gains] = gains + self._augment.gain_noise * self._normal(len(unit), len(self._gains))
        moved = self._augment.freq_noise * self._normal(len(unit), len(self._free))
        out[:, self._free] = unit[:, self._free] + moved
        return out.clamp(0, 1)

    def _invented(self, count: int) -> Tensor:
        """Crossovers of two real settings, and settings drawn evenly from the ranges in use."""
        crossed = round(count * self._synthetic.crossover)
        first = self._rows[self._integers((crossed,), len(self._rows))]
        second = self._rows[self._integers((crossed,), len(self._rows))]
        from_first = self._uniform(crossed, 5) < 0.5
        child = torch.where(_per_parameter(from_first), first, second)
        child = child + self._synthetic.noise * self._normal(crossed, 13)

        spread = self._uniform(count - crossed, 13)
        used = round(count * (1 - self._synthetic.crossover - self._synthetic.wide))
        spread[:used] = self._low + (self._high - self._low) * spread[:used]
        loud = (self._uniform(count - crossed, 5) >= self._synthetic.silence).to(spread.dtype)
        strength = self._uniform(count - crossed, 1)
        spread[:, self._gains] = (spread[:, self._gains] - 0.5) * loud * strength + 0.5
        made = torch.cat([child.clamp(0, 1), spread])
        # Shuffled, so that every step gets its part of both kinds.
        return made[torch.randperm(count, generator=self._generator, device=made.device)]

    def _uniform(self, *shape: int) -> Tensor:
        return torch.rand(shape, generator=self._generator, device=self._rows.device)

    def _normal(self, *shape: int) -> Tensor:
        return torch.randn(shape, generator=self._generator, device=self._rows.device)

    def _integers(self, shape: tuple[int, ...], high: int) -> Tensor:
        return torch.randint(high, shape, generator=self._generator, device=self._rows.device)


def sorted_bells(unit: Tensor) -> Tensor:
    """Settings (..., 13) with the bells in order of frequency."""
    bells = unit[..., 2:11].reshape(*unit.shape[:-1], 3, 3)
    order = bells[..., 1].argsort(dim=-1, stable=True)
    bells = bells.gather(-2, order[..., None].expand(bells.shape))
    return torch.cat([unit[..., :2], bells.flatten(-2), unit[..., 11:]], dim=-1)


def training_rows(params: Tensor) -> Tensor:
    """Physical settings (n, 13) to the unit cube."""
    return fixed_scale().to(params.device).to_unit(params)


def row_weights(labels: Tensor, sampling: Sampling) -> Tensor:
    """How often each row, (n,), is drawn, relative to the others.

    `balanced` draws every word equally often, `sqrt` by the root of its count. Rows without a label keep their share.
    """
    weights = torch.ones(len(labels), device=labels.device)
    labelled = labels >= 0
    if sampling == "natural" or not bool(labelled.any()):
        return weights
    counts = torch.bincount(labels[labelled]).float()[labels.clamp_min(0)]
    wanted = 1 / counts if sampling == "balanced" else 1 / counts.sqrt()
    wanted = wanted * labelled
    return torch.where(labelled, wanted * labelled.sum() / wanted.sum(), weights)


def _per_parameter(per_band: Tensor) -> Tensor:
    """Spread a flag per band, (n, 5), over the band's parameters, (n, 13)."""
    low, one, two, three, high = per_band.unbind(dim=1)
    return torch.stack([low, low, one, one, one, two, two, two, three, three, three, high, high], dim=1)
