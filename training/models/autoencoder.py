"""Earlier systems of the field, as one family: an autoencoder on the parameters, plain, variational or conditional.

* the three generations of semantic-EQ autoencoders that V3 follows (2026): latent of 32, contrastive loss on a
  projection, differing in how parameters are scaled;
* flowEQ (C. Steinmetz, 2019): a β-VAE of 1 to 3 dimensions on the same 13 parameters;
* a VAE conditioned on the word.

Re-implemented from their descriptions, without the defects found in them (see the comparison page), so that figures
compare ideas and not mistakes.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from semeq.eq import PARAMETER_COUNT

from ..recipe import ModelSection
from .network import Perceptron, Reconstruction, Shown, Space, mixed
from .scale import Scale


class Autoencoder(Space):
    """One encoder on scaled parameters; outputs through a sigmoid, or linear where the scale is a z-score.

    A conditional model gets the word as a one-hot vector at encoder and decoder. A point that was told its word
    (`encode_told`) carries it after its coordinates; elsewhere it is all zeros, which training shows the model only
    where there are rows without a label.
    """

    def __init__(self, section: ModelSection, scale: Scale, words: int) -> None:
        """`words` is the number of labels a conditional model knows."""
        super().__init__(section)
        self.bounded = not section.variational
        self.scale = scale
        self.words = words if section.conditional else 0
        self.register_buffer("indices", torch.arange(self.words), persistent=False)
        width = section.semantic
        outputs = 2 * width if section.variational else width
        self.encoder = Perceptron(PARAMETER_COUNT + self.words, section.hidden, outputs, section.dropout, section.skip)
        self.decoder = Perceptron(
            width + self.words, section.hidden[::-1], PARAMETER_COUNT, section.dropout, section.skip
        )
        self.projection = nn.Linear(width, section.projection) if section.projection else nn.Identity()

    def encode(self, params: Tensor) -> Tensor:
        """Latents (n, d): the mean, where the model is variational."""
        return self._encode(self.scale.to_unit(params), self._condition(params))[0]

    def encode_told(self, params: Tensor, labels: Tensor) -> Tensor:
        """Latents with the word behind them, (n, d + words), of a conditional model; otherwise as `encode`."""
        if not self.words:
            return self.encode(params)
        word = self._one_hot(labels)
        return torch.cat([self._encode(self.scale.to_unit(params), word)[0], word], dim=1)

    def decode(self, latent: Tensor) -> Tensor:
        """Settings (n, 13), kept within the bounds, of latents (n, d), or (n, d + words) of `encode_told`."""
        width = self.section.semantic
        told = latent.shape[1] > width
        condition = latent[:, width:] if told else self._condition(latent)
        return self.scale.to_physical(self._decode(latent[:, :width], condition))

    def show(self, params: Tensor) -> Shown:
        """Seen and given are the scaled parameters."""
        unit = self.scale.to_unit(params)
        return Shown(self.response(params), unit, unit, torch.ones_like(unit))

    def reconstruct(self, shown: Shown, labels: Tensor, between: Tensor) -> Reconstruction:
        """A variational model decodes a sample, not the mean."""
        condition = self._one_hot(labels) if self.words else None
        mean, log_variance = self._encode(shown.seen, condition)
        latent, divergence = mean, mean.new_zeros(())
        if log_variance is not None:
            latent = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
            divergence = 0.5 * (mean**2 + log_variance.exp() - log_variance - 1).sum(dim=1).mean()
        decoded = self._decode(latent, condition)
        return Reconstruction(
            latent=latent,
            semantic=self.projection(mean),
            directions=mean,
            decoded=decoded,
            curve_db=self.response(self.scale.to_physical(decoded)),
            between_db=self.curves(mixed(mean, between)),
            divergence=divergence,
        )

    def _encode(self, unit: Tensor, condition: Tensor | None) -> tuple[Tensor, Tensor | None]:
        # Centred at any scale: the unit cube's middle is 0.5, a z-score's is 0.
        centred = unit if self.section.normalisation == "zscore" else 4 * unit - 2
        out = self.encoder(centred if condition is None else torch.cat([centred, condition], dim=1))
        if not self.section.variational:
            return torch.tanh(out), None
        mean, log_variance = out.chunk(2, dim=1)
        return mean, log_variance.clamp(-10, 10)

    def _decode(self, latent: Tensor, condition: Tensor | None) -> Tensor:
        out: Tensor = self.decoder(latent if condition is None else torch.cat([latent, condition], dim=1))
        return out if self.section.normalisation == "zscore" else torch.sigmoid(out)

    def _condition(self, like: Tensor) -> Tensor | None:
        # Not len(like): an exported graph would have that many rows for good.
        return like.new_zeros((like.shape[0], self.words)) if self.words else None

    def _one_hot(self, labels: Tensor) -> Tensor:
        # Not F.one_hot, which reads the largest label on the host. No label (-1) is nowhere, hence all zeros.
        return (labels[:, None] == self.get_buffer("indices")).float()
