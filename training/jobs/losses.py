"""What a model is asked for: the right curve, the right knobs, and words that stand apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from semeq.eq import FloatArray

from ..recipe import LossSection

#: Margin of the triplet loss, in units of the (normalised) points.
TRIPLET_MARGIN = 0.5
_FAR = 1e9

Form = Literal["infonce", "supcon", "triplet", "npairs", "none"]


@dataclass(frozen=True)
class Terms:
    """The weighted terms of one step, scalars on the device."""

    curve: Tensor
    params: Tensor
    contrastive: Tensor
    prototype: Tensor
    divergence: Tensor
    mixing: Tensor
    geometry: Tensor

    @property
    def total(self) -> Tensor:
        """What is minimised."""
        return (
            self.curve + self.params + self.contrastive + self.prototype + self.divergence + self.mixing + self.geometry
        )

    def stacked(self) -> Tensor:
        """The terms in their order, (7,)."""
        terms = [self.curve, self.params, self.contrastive, self.prototype, self.divergence, self.mixing, self.geometry]
        return torch.stack(terms)


def curve_loss(decoded_db: Tensor, target_db: Tensor, section: LossSection) -> Tensor:
    """Smooth L1 of the difference of two curves, (n, 128), in units of `curve_scale_db`."""
    return F.smooth_l1_loss(
        decoded_db / section.curve_scale_db, target_db / section.curve_scale_db, beta=section.curve_beta
    )


def params_loss(decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Weighted mean squared error of outputs (n, k)."""
    return (weight * (decoded - target) ** 2).mean()


def contrastive_loss(form: Form, points: Tensor, labels: Tensor, temperature: float, weights: Tensor) -> Tensor:
    """Pull points (n, d) of one label together and push others away; label -1 takes no part.

    `weights` (n,) says how much each anchor counts. Written with masks over the whole batch: selecting rows would wait
    for the device. The anchor itself is in neither numerator nor denominator, and only anchors with a positive (and,
    for `triplet` and `npairs`, a negative) in the batch count.

    * `supcon`: supervised contrastive, L_out of Khosla et al., 2020 (mean over positives outside the logarithm);
    * `infonce`: the same with the sum over positives inside (their L_in; van den Oord et al., 2018, for several);
    * `triplet`: hardest positive and negative of each anchor (Schroff et al., 2015; Hermans et al., 2017);
    * `npairs`: Sohn, 2016, with the mean of the positives.
    """
    if form == "none":
        return points.new_zeros(())
    if form != "npairs":
        points = F.normalize(points, dim=1)
    labelled = labels >= 0
    itself = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    same = (labels[:, None] == labels[None]) & labelled[:, None] & ~itself
    other = (labels[:, None] != labels[None]) & labelled[:, None] & labelled[None]
    counts = same.sum(dim=1)
    similarity = points @ points.T
    usable = (counts > 0).to(points.dtype) * weights
    if form in ("supcon", "infonce"):
        scaled = similarity / temperature
        everyone = scaled.masked_fill(~(same | other), -_FAR).logsumexp(dim=1, keepdim=True)
        if form == "supcon":
            per_anchor = ((everyone - scaled) * same).sum(dim=1) / counts.clamp_min(1)
        else:
            per_anchor = everyone[:, 0] - scaled.masked_fill(~same, -_FAR).logsumexp(dim=1)
    else:
        usable = usable * other.any(dim=1).to(points.dtype)
        if form == "triplet":
            hardest_same = similarity.masked_fill(~same, _FAR).amin(dim=1).clamp_max(1)
            hardest_other = similarity.masked_fill(~other, -_FAR).amax(dim=1).clamp_min(-1)
            # Of unit vectors: d² = 2 - 2 cos.
            per_anchor = F.relu(2 * hardest_other - 2 * hardest_same + TRIPLET_MARGIN)
        else:
            mean_same = (similarity * same).sum(dim=1, keepdim=True) / counts.clamp_min(1)[:, None]
            gap = (similarity - mean_same).masked_fill(~other, -_FAR)
            per_anchor = F.softplus(gap.logsumexp(dim=1))
    per_anchor = torch.where(usable > 0, per_anchor, 0.0)
    return (per_anchor * usable).sum() / usable.sum().clamp_min(1e-6)


def geometry_loss(directions: Tensor, curve_db: Tensor) -> Tensor:
    """Mean squared difference between the cosines of directions (n, d) and the cosines of curves (n, 128).

    Curves weaker than a dB count less: their direction is chance.
    """
    strength = curve_db.square().mean(dim=1).sqrt()
    weight = strength / (strength + 1)
    points, shapes = F.normalize(directions, dim=1), F.normalize(curve_db, dim=1)
    difference = (points @ points.T - shapes @ shapes.T).square()
    return (difference * weight[:, None] * weight[None]).mean()


class Prototypes(nn.Module):
    """One learnt point per word in the semantic space."""

    targets: Tensor | None

    def __init__(self, words: int, size: int, targets: FloatArray | None = None) -> None:
        """Start near the origin. `targets` (words, words) say what a row of each word counts as: without, itself."""
        super().__init__()
        self.points = nn.Parameter(0.1 * torch.randn(words, size))
        known = None if targets is None else torch.tensor(targets, dtype=torch.float32)
        self.register_buffer("targets", known, persistent=False)

    def forward(self, semantic: Tensor, labels: Tensor, width: float, weights: Tensor) -> Tensor:
        """Cross-entropy of a softmax over -d²/width, plus the squared distance to the own prototype; scalar."""
        distance2 = ((semantic[:, None] - torch.tanh(self.points)[None]) ** 2).sum(dim=2)
        counted = (labels >= 0).to(semantic.dtype) * weights
        target = labels.clamp_min(0)
        counts_as = target if self.targets is None else self.targets[target]
        cross_entropy = F.cross_entropy(-distance2 / width, counts_as, reduction="none")
        pull = distance2.gather(1, target[:, None])[:, 0]
        return ((cross_entropy + pull) * counted).sum() / counted.sum().clamp_min(1e-6)
