"""The audio encoder as a graph: STFT, ERB bands, level removal, lean, and a linear head into V3's semantic space."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from .bands import BANDS, FFT_SIZE, FLOOR_DB, HOP, band_weights

SEMANTIC = 8


class BandLevels(nn.Module):
    """Band levels in dB, mean removed: of audio, or of power spectra where an EQ was applied to those."""

    def __init__(self) -> None:
        """Tabulate window and bands."""
        super().__init__()
        self.register_buffer("window", torch.hann_window(FFT_SIZE), persistent=False)
        self.register_buffer("bands", torch.tensor(band_weights().T, dtype=torch.float32), persistent=False)

    def power(self, audio: Tensor) -> Tensor:
        """Long-term power spectra (n, 2049) of mono audio at 44.1 kHz (n, samples), at least 4096 samples.

        A mean of power is energy weighted: silent stretches do not count.
        """
        # Level is taken out first: at −90 dBFS a power would be below what float32 sums precisely.
        peak = audio.abs().amax(dim=1, keepdim=True).clamp_min(1e-12)
        window = self.get_buffer("window")
        spectrum = torch.stft(audio / peak, FFT_SIZE, HOP, window=window, center=False, return_complex=True)
        parts = torch.view_as_real(spectrum)
        # A product, not a square: the exported Pow is several times slower.
        return (parts * parts).mean(dim=2).sum(dim=-1)

    def forward(self, power: Tensor) -> Tensor:
        """Levels (n, 64) of power spectra (n, 2049)."""
        energy = power @ self.get_buffer("bands")
        energy = energy / energy.amax(dim=1, keepdim=True).clamp_min(1e-30)
        levels = 10 * torch.log10(energy + 10 ** (FLOOR_DB / 10))
        return levels - levels.mean(dim=1, keepdim=True)


class LeanEncoder(nn.Module):
    """Audio to lean (how the bands deviate from average music, dB) and semantic (a linear map of it).

    Linear on purpose: an EQ adds in dB, so a linear head hears it the same way in every piece of music.
    """

    def __init__(self, mean_music_db: np.ndarray | None = None, head: np.ndarray | None = None) -> None:
        """`mean_music_db` (64,) is the mean level of each band over music; `head` (8, 64)."""
        super().__init__()
        self.levels = BandLevels()
        mean = np.zeros(BANDS) if mean_music_db is None else mean_music_db
        self.register_buffer("mean_music", torch.tensor(mean, dtype=torch.float32))
        self.head = nn.Linear(BANDS, SEMANTIC, bias=False)
        if head is not None:
            with torch.no_grad():
                self.head.weight.copy_(torch.tensor(head, dtype=torch.float32))

    def lean(self, power: Tensor) -> Tensor:
        """Lean (n, 64) in dB of power spectra (n, 2049)."""
        out: Tensor = self.levels(power) - self.get_buffer("mean_music")
        return out

    def from_power(self, power: Tensor) -> Tensor:
        """Semantic (n, 8) of power spectra (n, 2049)."""
        out: Tensor = self.head(self.lean(power))
        return out

    def forward(self, audio: Tensor) -> tuple[Tensor, Tensor]:
        """Semantic (n, 8) and lean (n, 64) of mono audio at 44.1 kHz (n, samples)."""
        lean = self.lean(self.levels.power(audio))
        return self.head(lean), lean
