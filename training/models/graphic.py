"""The 40-band graphic EQ of SocialFX as a model: band gains to 32 numbers and back. It has curves, no settings."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from semeq.eq import REFERENCE_GRID_HZ

from ..data.readers import BAND_FREQS_HZ
from ..recipe import ModelSection
from .network import CURVE_UNIT_DB, Perceptron, Reconstruction, Shown, Space, mixed


def _interpolation(at: np.ndarray, known: np.ndarray) -> Tensor:
    """Matrix (len(known), len(at)) that interpolates linearly over log frequency."""
    identity = np.eye(len(known))
    rows = [np.interp(np.log(at), np.log(known), row) for row in identity]
    return torch.tensor(np.stack(rows), dtype=torch.float32)


class GraphicSpace(Space):
    """Reads a setting's response at the 40 bands, gives 40 gains, and is heard as the curve through them."""

    has_settings = False

    def __init__(self, section: ModelSection) -> None:
        """Build untrained."""
        super().__init__(section)
        bands = len(BAND_FREQS_HZ)
        self.encoder = Perceptron(bands, section.hidden, section.semantic, section.dropout, section.skip)
        self.decoder = Perceptron(section.semantic, section.hidden[::-1], bands, section.dropout, section.skip)
        self.register_buffer("to_bands", _interpolation(BAND_FREQS_HZ, REFERENCE_GRID_HZ), persistent=False)
        self.register_buffer("to_grid", _interpolation(REFERENCE_GRID_HZ, BAND_FREQS_HZ), persistent=False)

    def encode(self, params: Tensor) -> Tensor:
        """Settings (n, 13) to latents (n, 32), by their response."""
        return torch.tanh(self.encoder(self._bands(self.response(params))))

    def curves(self, latent: Tensor) -> Tensor:
        """Responses (n, 128)."""
        out: Tensor = self.decoder(latent) @ self.get_buffer("to_grid") * CURVE_UNIT_DB
        return out

    def show(self, params: Tensor) -> Shown:
        """Seen and given are the gains of the 40 bands."""
        curve_db = self.response(params)
        bands = self._bands(curve_db)
        return Shown(curve_db, bands, bands, torch.ones_like(bands))

    def reconstruct(self, shown: Shown, labels: Tensor, between: Tensor) -> Reconstruction:
        """Latents decode to the gains of the 40 bands."""
        latent = torch.tanh(self.encoder(shown.seen))
        decoded = self.decoder(latent)
        return Reconstruction(
            latent=latent,
            semantic=latent,
            directions=latent,
            decoded=decoded,
            curve_db=decoded @ self.get_buffer("to_grid") * CURVE_UNIT_DB,
            between_db=self.curves(mixed(latent, between)),
            divergence=latent.new_zeros(()),
        )

    def _bands(self, curve_db: Tensor) -> Tensor:
        out: Tensor = curve_db @ self.get_buffer("to_bands") / CURVE_UNIT_DB
        return out
