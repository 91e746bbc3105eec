"""The audio encoder as a graph: STFT, ERB bands, level removal, lean, empty bands filled, and a linear head into V3's
semantic space.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from .bands import BANDS, BINS, FFT_SIZE, FLOOR_DB, HOP, band_weights
from .confidence import BandError, FilledLean, precision

SEMANTIC = 8
#: A frame is a square of so many samples a side.
SIDE = 64


class MeanPower(nn.Module):
    """The mean power spectrum over frames of 4096 samples under a Hann window, every 2048 samples.

    A transform of 64 x 64 in two steps (J. Cooley and J. Tukey, 1965), each a product of matrices, of which onnxruntime
    makes three to four times the speed of its STFT. With sample n = 64 a + b and bin k = c + 64 d: the first step sums
    over a, with window and twiddle in its table, and needs c up to 32 only, because the signal is real; the second sums
    over b. A frame is two blocks of 2048 samples, so each block meets one half of the first table, then the other.
    """

    def __init__(self) -> None:
        """Tabulate both steps, and where in their result the bins stand."""
        super().__init__()
        a, b, c = np.ogrid[:SIDE, :SIDE, : SIDE // 2 + 1]
        window = 0.5 - 0.5 * np.cos(2 * np.pi * (SIDE * a + b) / FFT_SIZE)
        angle = 2 * np.pi * (a * c / SIDE + b * c / FFT_SIZE)
        first = np.stack([window * np.cos(angle), -window * np.sin(angle)]).swapaxes(1, 2)
        b, d = np.ogrid[:SIDE, :SIDE]
        cosine, sine = np.cos(2 * np.pi * d * b / SIDE), np.sin(2 * np.pi * d * b / SIDE)
        c, d = np.arange(BINS) % SIDE, np.arange(BINS) // SIDE
        # The bins with c above 32 are the conjugates of those as far below the end of the spectrum.
        mirrored = c > SIDE // 2
        c, d = np.where(mirrored, SIDE - c, c), np.where(mirrored, SIDE - 1 - d, d)
        tables = {
            "early": first[:, :, : SIDE // 2],
            "late": first[:, :, SIDE // 2 :],
            "second": np.block([[cosine, sine], [-sine, cosine]]),
        }
        for name, table in tables.items():
            self.register_buffer(name, torch.tensor(table, dtype=torch.float32), persistent=False)
        self.register_buffer("order", torch.tensor(d * (SIDE // 2 + 1) + c), persistent=False)

    def forward(self, audio: Tensor) -> Tensor:
        """Power (n, 2049) of audio (n, samples), of which what no longer fills a frame is not heard."""
        count, half = audio.shape[1] // HOP, SIDE // 2
        blocks = audio[:, : count * HOP].reshape(-1, 1, count, half, SIDE).permute(0, 1, 4, 2, 3)
        early, late = blocks[:, :, :, :-1] @ self.get_buffer("early"), blocks[:, :, :, 1:] @ self.get_buffer("late")
        summed = (early + late).flatten(1, 2).flatten(2)
        spectrum = (self.get_buffer("second") @ summed).view(audio.shape[0], 2 * SIDE, -1, half + 1)
        # A product, not a square: the exported Pow is several times slower.
        power = (spectrum * spectrum).mean(dim=2)
        return (power[:, :SIDE] + power[:, SIDE:]).flatten(1).index_select(1, self.get_buffer("order"))


class BandLevels(nn.Module):
    """Band levels in dB, mean removed: of audio, or of power spectra where an EQ was applied to those."""

    def __init__(self) -> None:
        """Tabulate the bands."""
        super().__init__()
        self.spectrum = MeanPower()
        self.register_buffer("bands", torch.tensor(band_weights().T, dtype=torch.float32), persistent=False)

    def power(self, audio: Tensor) -> Tensor:
        """Long-term power spectra (n, 2049) of mono audio at 44.1 kHz (n, samples), at least 4096 samples.

        A mean of power is energy weighted: silent stretches do not count.
        """
        # Level is taken out first: at −90 dBFS a power would be below what float32 sums precisely.
        peak = audio.abs().amax(dim=1, keepdim=True).clamp_min(1e-12)
        out: Tensor = self.spectrum(audio / peak)
        return out

    def energy(self, power: Tensor) -> Tensor:
        """Energy (n, 64) relative to the loudest band of power spectra (n, 2049)."""
        energy = power @ self.get_buffer("bands")
        return energy / energy.amax(dim=1, keepdim=True).clamp_min(1e-30)

    def forward(self, energy: Tensor) -> Tensor:
        """Levels (n, 64) of relative energies (n, 64)."""
        levels = 10 * torch.log10(energy + 10 ** (FLOOR_DB / 10))
        return levels - levels.mean(dim=1, keepdim=True)


class LeanEncoder(nn.Module):
    """Audio to lean (how the bands deviate from average music, dB) and semantic (a linear map of it).

    Linear on purpose: an EQ adds in dB, so a linear head hears it the same way in every piece of music. Bands in which
    there is no signal are first taken for what music would have there.
    """

    def __init__(
        self,
        mean_music_db: np.ndarray | None = None,
        head: np.ndarray | None = None,
        music_covariance: np.ndarray | None = None,
    ) -> None:
        """Mean level over music (64,), head (8, 64), covariance of the lean over music (64, 64), as in an `Ear`."""
        super().__init__()
        self.levels, self.error = BandLevels(), BandError()
        mean = np.zeros(BANDS) if mean_music_db is None else mean_music_db
        self.register_buffer("mean_music", torch.tensor(mean, dtype=torch.float32))
        covariance = np.eye(BANDS) if music_covariance is None else music_covariance
        self.filled = FilledLean(precision(covariance))
        self.head = nn.Linear(BANDS, SEMANTIC, bias=False)
        if head is not None:
            with torch.no_grad():
                self.head.weight.copy_(torch.tensor(head, dtype=torch.float32))

    def lean(self, power: Tensor) -> Tensor:
        """Lean (n, 64) in dB of power spectra (n, 2049)."""
        energy = self.levels.energy(power)
        out: Tensor = self.filled(self.levels(energy) - self.get_buffer("mean_music"), self.error(energy))
        return out

    def from_power(self, power: Tensor) -> Tensor:
        """Semantic (n, 8) of power spectra (n, 2049)."""
        out: Tensor = self.head(self.lean(power))
        return out

    def forward(self, audio: Tensor) -> tuple[Tensor, Tensor]:
        """Semantic (n, 8) and lean (n, 64) of mono audio at 44.1 kHz (n, samples)."""
        lean = self.lean(self.levels.power(audio))
        return self.head(lean), lean
