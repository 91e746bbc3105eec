"""What V3 is asked for: the right curve, the right knobs, and words that stand apart."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from semeq.eq import GAIN_LIMIT_DB

from .recipe import LossSection

#: A band's frequency and Q count by |g| / (|g| + 1 dB): unheard bands may rest anywhere.
HEARD_DB = 1.0


@dataclass(frozen=True)
class Terms:
    """The weighted terms of one step, scalars on the device."""

    curve: Tensor
    params: Tensor
    contrastive: Tensor
    prototype: Tensor

    @property
    def total(self) -> Tensor:
        """What is minimised."""
        return self.curve + self.params + self.contrastive + self.prototype


def curve_loss(decoded_db: Tensor, target_db: Tensor, section: LossSection) -> Tensor:
    """Smooth L1 of the difference of two curves, (n, 128), in units of `curve_scale_db`."""
    return F.smooth_l1_loss(
        decoded_db / section.curve_scale_db, target_db / section.curve_scale_db, beta=section.curve_beta
    )


def params_loss(decoded_unit: Tensor, target_unit: Tensor, owner: Tensor, is_gain: Tensor) -> Tensor:
    """Mean squared error in the unit cube, frequency and Q weighted by how much their band is heard.

    `owner` gives for each parameter the index of its band's gain, `is_gain` marks the gains, both (13,).
    """
    gain_db = ((target_unit * 2 - 1) * GAIN_LIMIT_DB).index_select(1, owner).abs()
    weight = torch.where(is_gain, 1.0, gain_db / (gain_db + HEARD_DB))
    return (weight * (decoded_unit - target_unit) ** 2).mean()


def supervised_contrastive(points: Tensor, labels: Tensor, temperature: float) -> Tensor:
    """Supervised contrastive loss (Khosla et al., 2020) of points (n, d); label -1 takes no part.

    The anchor itself is in neither numerator nor denominator, and only anchors with a positive in the batch count.
    Written with masks over the whole batch: selecting rows would wait for the device.
    """
    points = F.normalize(points, dim=1)
    similarity = points @ points.T / temperature
    labelled = labels >= 0
    itself = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
    others = labelled[None] & ~itself
    positive = (labels[:, None] == labels[None]) & labelled[:, None] & others
    log_denominator = similarity.masked_fill(~others, -1e9).logsumexp(dim=1, keepdim=True)
    counts = positive.sum(dim=1)
    per_anchor = ((log_denominator - similarity) * positive).sum(dim=1) / counts.clamp_min(1)
    usable = (counts > 0).to(points.dtype)
    return (per_anchor * usable).sum() / usable.sum().clamp_min(1)


class Prototypes(nn.Module):
    """One learnt point per word in the semantic space."""

    def __init__(self, words: int, size: int) -> None:
        """Start near the origin."""
        super().__init__()
        self.points = nn.Parameter(0.1 * torch.randn(words, size))

    def forward(self, semantic: Tensor, labels: Tensor, width: float) -> Tensor:
        """Cross-entropy of a softmax over -d²/width, plus the squared distance to the own prototype; scalar."""
        distance2 = ((semantic[:, None] - torch.tanh(self.points)[None]) ** 2).sum(dim=2)
        labelled = (labels >= 0).to(semantic.dtype)
        target = labels.clamp_min(0)
        cross_entropy = F.cross_entropy(-distance2 / width, target, reduction="none")
        pull = distance2.gather(1, target[:, None])[:, 0]
        return ((cross_entropy + pull) * labelled).sum() / labelled.sum().clamp_min(1)
