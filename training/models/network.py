"""What every model here is - an encoder and a decoder of settings around a latent - and V3, the one that ships."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from semeq.eq import FLAT, PARAMETER_COUNT

from ..recipe import ModelSection
from .response import Response
from .scale import fixed_scale

#: dB that stand for 1 at the input of the curve encoder.
CURVE_UNIT_DB = 6.0
#: A band's frequency and Q fade in over this gain: what a silent band rests on is no information.
FADE_IN_DB = 0.15
#: The gain that decides over each parameter, by index.
BAND_GAIN = (0, 0, 2, 2, 2, 5, 5, 5, 8, 8, 8, 11, 11)


@dataclass(frozen=True)
class Shown:
    """What a model is shown of n settings in training; none of it depends on the weights.

    Attributes
    ----------
    curve_db
        Their responses, (n, 128).
    seen
        What the encoder of parameters reads, (n, i).
    target
        What the decoder shall give, in the model's own scale, (n, k).
    weight
        How much each output counts, (n, k).
    """

    curve_db: Tensor
    seen: Tensor
    target: Tensor
    weight: Tensor

    def part(self, rows: slice) -> Shown:
        """Some of the settings."""
        return Shown(self.curve_db[rows], self.seen[rows], self.target[rows], self.weight[rows])


@dataclass(frozen=True)
class Reconstruction:
    """What one training step looks at, for a batch of n settings.

    Attributes
    ----------
    latent
        The points, (n, d).
    semantic
        What words are told apart by, (n, s).
    directions
        Semantic points seen from the flat setting, (n, s).
    decoded
        Output in the model's own scale, (n, k).
    curve_db
        Response of the output, (n, 128).
    between_db
        Response half way and elsewhere between neighbours, (m, 128), where it was asked for.
    divergence
        Kullback-Leibler term of a variational model, scalar; 0 otherwise.
    """

    latent: Tensor
    semantic: Tensor
    directions: Tensor
    decoded: Tensor
    curve_db: Tensor
    between_db: Tensor
    divergence: Tensor


class Perceptron(nn.Module):
    """Linear, LayerNorm, GELU, repeated over `hidden`, then linear, and with `skip` a linear path around it all."""

    def __init__(
        self, inputs: int, hidden: tuple[int, ...], outputs: int, dropout: float = 0.0, skip: bool = True
    ) -> None:
        """Sizes of the layers."""
        super().__init__()
        layers: list[nn.Module] = []
        width = inputs
        for size in hidden:
            layers += [nn.Linear(width, size), nn.LayerNorm(size), nn.GELU()]
            if dropout:
                layers.append(nn.Dropout(dropout))
            width = size
        self.body = nn.Sequential(*layers, nn.Linear(width, outputs))
        self.skip = nn.Linear(inputs, outputs, bias=False) if skip else None

    def forward(self, x: Tensor) -> Tensor:
        """(n, inputs) to (n, outputs), float32 whatever precision the layers ran in."""
        out: Tensor = self.body(x)
        return (out if self.skip is None else out + self.skip(x)).float()


class Space(nn.Module):
    """Base of the models: `encode`, `decode`, `curves` and, for training, `reconstruct`."""

    #: Whether a latent decodes to a setting; otherwise only to a curve.
    has_settings = True
    #: Whether latents lie in (-1, 1).
    bounded = True

    def __init__(self, section: ModelSection) -> None:
        """Tables that all models share."""
        super().__init__()
        self.section = section
        self.response = Response()
        self.register_buffer("flat", torch.tensor(FLAT, dtype=torch.float32)[None], persistent=False)
        self.register_buffer("band_gain", torch.tensor(BAND_GAIN), persistent=False)

    @property
    def latent_size(self) -> int:
        """Length of a latent."""
        return self.section.semantic + self.section.detail

    def encode(self, params: Tensor) -> Tensor:
        """Physical settings (n, 13) to latents (n, d)."""
        raise NotImplementedError

    def encode_told(self, params: Tensor, labels: Tensor) -> Tensor:
        """As `encode`; a model conditioned on the word is told the labels (n,) and gives longer points."""
        return self.encode(params)

    def decode(self, latent: Tensor) -> Tensor:
        """Latents (n, d) to settings (n, 13) in physical units, always within the bounds."""
        raise NotImplementedError

    def curves(self, latent: Tensor) -> Tensor:
        """Latents (n, d) to responses in dB on the reference grid, (n, 128)."""
        out: Tensor = self.response(self.decode(latent))
        return out

    def show(self, params: Tensor) -> Shown:
        """What `reconstruct` is given of settings (n, 13)."""
        raise NotImplementedError

    def reconstruct(self, shown: Shown, labels: Tensor, between: Tensor) -> Reconstruction:
        """Encode and decode a batch of n settings with labels (n,), -1 for none.

        `between` (m, 1) also asks for points between the first m latents and their neighbours, from 0 to 1 of the way.
        """
        raise NotImplementedError


def mixed(latent: Tensor, between: Tensor) -> Tensor:
    """Points (m, d) between the first m of latents (n, d), each `between` (m, 1) of the way to the one before it."""
    some = latent[: len(between)]
    return torch.lerp(some, some.roll(1, 0), between)


class Canonical(nn.Module):
    """One form for settings that sound the same: bells in order of frequency, silent bands on a neutral place.

    A band's frequency and Q fade in with its gain, so fading a band out moves the latent continuously, and the order of
    the bells is that of the faded frequencies, so a silent bell stands in the same place wherever its knob points.
    Written with comparisons and selections only, so that it becomes part of the exported graph.
    """

    def __init__(self) -> None:
        """Tabulate the neutral setting in the unit cube. All bells rest on one place, or their order would matter."""
        super().__init__()
        self.scale = fixed_scale()
        neutral = torch.tensor(FLAT, dtype=torch.float32)[None]
        neutral[:, [3, 9]] = neutral[:, [6]]
        self.register_buffer("neutral", self.scale.to_unit(neutral), persistent=False)
        self.register_buffer("band_gain", torch.tensor(BAND_GAIN), persistent=False)

    def forward(self, params: Tensor) -> tuple[Tensor, Tensor]:
        """Physical settings (n, 13) to the unit cube, bells in order: as they are, and with silent bands faded."""
        unit = self.scale.to_unit(params)
        neutral = self.get_buffer("neutral")
        gain_db = params.index_select(1, self.get_buffer("band_gain"))
        heard = gain_db**2 / (gain_db**2 + FADE_IN_DB**2)
        faded = torch.where(self.scale.get_buffer("logarithmic"), neutral + (unit - neutral) * heard, unit)
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


class EqSpace(Space):
    """V3: what an EQ does (its curve) becomes 8 semantic numbers, how it is dialled 24 detail numbers, in (-1, 1).

    The decoder is *anchored*: its gain logits are taken relative to those at the latent of the flat setting, so a flat
    setting decodes to exactly flat whatever the weights are, and settings near it to nearly flat.
    """

    def __init__(self, section: ModelSection) -> None:
        """Build untrained, of the sizes in `section`."""
        super().__init__(section)
        self.canonical = Canonical()
        self.scale = self.canonical.scale
        self.curve_encoder = Perceptron(128, section.hidden, section.semantic, section.dropout, section.skip)
        self.params_encoder = Perceptron(PARAMETER_COUNT, section.hidden, section.detail, section.dropout, section.skip)
        self.decoder = Perceptron(
            self.latent_size, section.hidden[::-1], PARAMETER_COUNT, section.dropout, section.skip
        )
        is_gain = torch.tensor([float(i == owner) for i, owner in enumerate(BAND_GAIN)])
        self.register_buffer("gain_mask", is_gain, persistent=False)

    def encode(self, params: Tensor) -> Tensor:
        """Physical settings (n, 13) to latents (n, 32)."""
        return self._encode(self.response(params), self.canonical(params)[1])

    def decode(self, latent: Tensor) -> Tensor:
        """Latents (n, 32) to settings (n, 13) in physical units, always within the bounds."""
        return self.scale.to_physical(self._decode_unit(latent, self.encode(self.get_buffer("flat"))))

    def show(self, params: Tensor) -> Shown:
        """Frequency and Q of a band count by |g| / (|g| + 1 dB): unheard bands may rest anywhere."""
        ordered, seen = self.canonical(params)
        gain_db = self.scale.to_physical(ordered).index_select(1, self.get_buffer("band_gain")).abs()
        mask = self.get_buffer("gain_mask")
        return Shown(self.response(params), seen, ordered, mask + (1 - mask) * gain_db / (gain_db + 1.0))

    def reconstruct(self, shown: Shown, labels: Tensor, between: Tensor) -> Reconstruction:
        """The flat setting rides along in the batch: its latent anchors the decoder. What lies between does, too."""
        flat = shown.curve_db.new_zeros((1, shown.curve_db.shape[1])), self.canonical.get_buffer("neutral")
        latent = self._encode(torch.cat([shown.curve_db, flat[0]]), torch.cat([shown.seen, flat[1]]))
        latent, anchor = latent[:-1], latent[-1:]
        heard = latent + self.section.noise * torch.randn_like(latent) if self.section.noise else latent
        unit = self._decode_unit(torch.cat([heard, mixed(latent, between)]), anchor)
        curve_db = self.response(self.scale.to_physical(unit))
        return Reconstruction(
            latent=latent,
            semantic=latent[:, : self.section.semantic],
            directions=(latent - anchor)[:, : self.section.semantic],
            decoded=unit[: len(latent)],
            curve_db=curve_db[: len(latent)],
            between_db=curve_db[len(latent) :],
            divergence=latent.new_zeros(()),
        )

    def _encode(self, curve_db: Tensor, seen: Tensor) -> Tensor:
        """Latents of curves (n, 128) and of canonical settings in the unit cube, (n, 13)."""
        semantic = torch.tanh(self.curve_encoder(curve_db / CURVE_UNIT_DB))
        detail = torch.tanh(self.params_encoder(4 * seen - 2))
        return torch.cat([semantic, detail], dim=1)

    def _decode_unit(self, latent: Tensor, anchor: Tensor) -> Tensor:
        """Latents (n, 32) to the unit cube; `anchor` is the latent of the flat setting, (1, 32)."""
        logits = self.decoder(torch.cat([latent, anchor]))
        return torch.sigmoid(logits[:-1] - logits[-1:] * self.get_buffer("gain_mask"))
