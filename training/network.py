"""The V3 network: what an EQ does (its curve) becomes 8 semantic numbers, how it is dialled 24 detail numbers."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from semeq.eq import FLAT, PARAMETER_COUNT

from .recipe import ModelSection
from .response import Response, UnitScale

#: dB that stand for 1 at the input of the curve encoder.
CURVE_UNIT_DB = 6.0
#: A band's frequency and Q fade in over this gain: what a silent band rests on is no information.
FADE_IN_DB = 0.15


class Perceptron(nn.Module):
    """Linear, LayerNorm, GELU, repeated over `hidden`, then linear, plus a linear path around it all."""

    def __init__(self, inputs: int, hidden: tuple[int, ...], outputs: int) -> None:
        """Sizes of the layers."""
        super().__init__()
        layers: list[nn.Module] = []
        width = inputs
        for size in hidden:
            layers += [nn.Linear(width, size), nn.LayerNorm(size), nn.GELU()]
            width = size
        self.body = nn.Sequential(*layers, nn.Linear(width, outputs))
        self.skip = nn.Linear(inputs, outputs, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(n, inputs) to (n, outputs)."""
        out: Tensor = self.body(x) + self.skip(x)
        return out


class Canonical(nn.Module):
    """One form for settings that sound the same: bells in order of frequency, silent bands on a neutral place.

    A band's frequency and Q fade in with its gain, so fading a band out moves the latent continuously, and the order of
    the bells is that of the faded frequencies, so a silent bell stands in the same place wherever its knob points.
    Written with comparisons and selections only, so that it becomes part of the exported graph.
    """

    def __init__(self) -> None:
        """Tabulate the neutral setting in the unit cube. All bells rest on one place, or their order would matter."""
        super().__init__()
        self.scale = UnitScale()
        neutral = torch.tensor(FLAT, dtype=torch.float32)[None]
        neutral[:, [3, 9]] = neutral[:, [6]]
        self.register_buffer("neutral", self.scale.to_unit(neutral), persistent=False)
        # The gain that decides over each parameter.
        owner = torch.tensor([0, 0, 2, 2, 2, 5, 5, 5, 8, 8, 8, 11, 11])
        self.register_buffer("owner", owner, persistent=False)

    def forward(self, params: Tensor) -> tuple[Tensor, Tensor]:
        """Physical settings (n, 13) to the unit cube, bells in order: as they are, and with silent bands faded."""
        unit = self.scale.to_unit(params)
        neutral = self.get_buffer("neutral")
        gain_db = params.index_select(1, self.get_buffer("owner"))
        heard = gain_db**2 / (gain_db**2 + FADE_IN_DB**2)
        faded = torch.where(self.scale.get_buffer("is_gain"), unit, neutral + (unit - neutral) * heard)
        both = [torch.cat([unit[:, i : i + 3], faded[:, i : i + 3]], dim=1) for i in (2, 5, 8)]
        one, two, three = both
        one, two = _ordered(one, two)
        two, three = _ordered(two, three)
        one, two = _ordered(one, two)
        ordered = torch.cat([unit[:, :2], one[:, :3], two[:, :3], three[:, :3], unit[:, 11:]], dim=1)
        seen = torch.cat([faded[:, :2], one[:, 3:], two[:, 3:], three[:, 3:], faded[:, 11:]], dim=1)
        return ordered, seen


def _ordered(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Two bells, plain and faded (n, 6) each, the one of lower faded frequency first."""
    swap = a[:, 4:5] > b[:, 4:5]
    return torch.where(swap, b, a), torch.where(swap, a, b)


class EqSpace(nn.Module):
    """Two encoders and one decoder around a latent in (-1, 1): semantic numbers first, then detail.

    The decoder is *anchored*: its gain logits are taken relative to those at the latent of the flat setting, so a flat
    setting decodes to exactly flat whatever the weights are, and settings near it to nearly flat.
    """

    def __init__(self, section: ModelSection) -> None:
        """Build untrained, of the sizes in `section`."""
        super().__init__()
        self.section = section
        self.response = Response()
        self.scale = UnitScale()
        self.canonical = Canonical()
        self.curve_encoder = Perceptron(128, section.hidden, section.semantic)
        self.params_encoder = Perceptron(PARAMETER_COUNT, section.hidden, section.detail)
        self.decoder = Perceptron(section.semantic + section.detail, section.hidden[::-1], PARAMETER_COUNT)
        self.register_buffer("flat", torch.tensor(FLAT, dtype=torch.float32)[None], persistent=False)
        self.register_buffer("gain_mask", self.scale.get_buffer("is_gain").float(), persistent=False)

    @property
    def latent_size(self) -> int:
        """Length of a latent."""
        return self.section.semantic + self.section.detail

    def encode(self, params: Tensor) -> Tensor:
        """Physical settings (n, 13) to latents (n, 32)."""
        semantic = torch.tanh(self.curve_encoder(self.response(params) / CURVE_UNIT_DB))
        _, seen = self.canonical(params)
        detail = torch.tanh(self.params_encoder(4 * seen - 2))
        return torch.cat([semantic, detail], dim=1)

    def decode_unit(self, latent: Tensor, anchor: Tensor | None = None) -> Tensor:
        """Latents (n, 32) to settings in the unit cube; `anchor` is the latent of the flat setting, (1, 32)."""
        if anchor is None:
            anchor = self.encode(self.get_buffer("flat"))
        logits = self.decoder(torch.cat([latent, anchor]))
        logits = logits[:-1] - logits[-1:] * self.get_buffer("gain_mask")
        return torch.sigmoid(logits)

    def decode(self, latent: Tensor, anchor: Tensor | None = None) -> Tensor:
        """Latents (n, 32) to settings (n, 13) in physical units, always within the bounds."""
        return self.scale.to_physical(self.decode_unit(latent, anchor))
