"""The closed loop: hear a recording, decode what was heard into an EQ, apply it, and hear the result.

Everything on the way is differentiable, so a loss on what is heard at the end moves the encoder at the beginning.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from ..errors import DivergedError
from ..models import Response, Space
from .bands import BIN_FREQS_HZ, RATE_HZ
from .front_end import SEMANTIC, LeanEncoder

#: Clips, and settings, of a step.
BATCH = 64


def bin_response() -> Response:
    """Response of settings in dB at the bins of the encoder's spectra: (n, 13) to (n, 2049).

    The first bin and those above 21.6 kHz get the response at that edge. Closer to half the rate the fourth powers in
    the response's slopes would pass the range of float32, and the head would learn not-a-number.
    """
    return Response(np.clip(BIN_FREQS_HZ, 1.0, 0.49 * RATE_HZ))


@dataclass(frozen=True)
class Turn:
    """One turn of the loop: what was heard (n, 8), the setting (n, 13), what was heard after it (n, 8)."""

    heard: Tensor
    params: Tensor
    heard_after: Tensor


class ClosedLoop(nn.Module):
    """Encoder, decoder of a trained space (frozen), and the EQ between them."""

    def __init__(self, encoder: LeanEncoder, space: Space) -> None:
        """The loop holds a frozen copy of `space`: it may move to a device, and the space it was given stays."""
        super().__init__()
        self.encoder, self.space = encoder, copy.deepcopy(space)
        self.response = bin_response()
        for weight in self.space.parameters():
            weight.requires_grad_(False)
        with torch.no_grad():
            self.register_buffer("flat_latent", space.encode(space.get_buffer("flat")), persistent=False)

    def apply(self, power: Tensor, params: Tensor) -> Tensor:  # type: ignore[override]
        """Spectra (n, 2049) after settings (n, 13): exact, since an EQ adds in dB to a long-term spectrum."""
        return power * torch.exp(self.response(params) * (math.log(10) / 10))

    def semantic_of(self, params: Tensor) -> Tensor:
        """Semantic numbers of settings relative to flat, (n, 8)."""
        return self.space.encode(params)[:, :SEMANTIC] - self.get_buffer("flat_latent")[:, :SEMANTIC]

    def forward(self, power: Tensor) -> Turn:
        """One turn from spectra (n, 2049)."""
        heard = self.encoder.from_power(power)
        flat = self.get_buffer("flat_latent").expand(len(power), -1)
        semantic = (flat[:, :SEMANTIC] + heard).clamp(-0.999, 0.999)
        params = self.space.decode(torch.cat([semantic, flat[:, SEMANTIC:]], dim=1))
        return Turn(heard, params, self.encoder.from_power(self.apply(power, params)))


def loop_loss(turn: Turn, loop: ClosedLoop) -> Tensor:
    """How far what the EQ changed in the hearing is from what it is in the space: mean square over 8 dimensions."""
    return (turn.heard_after - turn.heard - loop.semantic_of(turn.params)).square().mean()


def refine(
    loop: ClosedLoop, power: Tensor, settings: Tensor, steps: int, seed: int, weight: float = 0.3
) -> list[float]:
    """Train the head: hear settings (m, 13) applied to clips (n, 2049), and close the loop; returns the losses.

    Raises
    ------
    DivergedError
        If a loss is not finite.
    """
    optimiser = torch.optim.AdamW(loop.encoder.head.parameters(), lr=2e-5, weight_decay=0.0)
    generator = torch.Generator().manual_seed(seed)
    # All draws are on the device before the first step, and the losses are read after the last.
    drawn = [torch.randint(len(of), (BATCH,), generator=generator) for _ in range(steps) for of in (power, settings)]
    if not drawn:
        return []
    rows, picks = torch.stack(drawn).to(power.device).view(steps, 2, BATCH).unbind(dim=1)
    losses = [_step(loop, optimiser, power[rows[i]], settings[picks[i]], weight) for i in range(steps)]
    found: list[float] = torch.stack(losses).tolist()
    if not np.isfinite(found).all():
        raise DivergedError(f"the audio encoder's loss is {found[-1]} after {steps} steps; nothing was written")
    return found


def _step(loop: ClosedLoop, optimiser: torch.optim.Optimizer, dry: Tensor, params: Tensor, weight: float) -> Tensor:
    """Learn from clips (n, 2049) and settings (n, 13); the loss, on the device."""
    wet = loop.apply(dry, params)
    heard = loop.encoder.from_power(wet) - loop.encoder.from_power(dry)
    turn = loop(dry)
    loss = (heard - loop.semantic_of(params)).square().mean() + weight * loop_loss(turn, loop)
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()
    return loss.detach()
