"""Training the recipe `cnn`: which clip meets which setting, and the loop."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from semeq.eq import FloatArray

from ...errors import DataError, DivergedError
from ...jobs import learning_rate
from ...recipe import OptimiserSection
from ...run_files import under
from ..closed_loop import bin_response
from ..lean import LabelledCurves
from ..mel import CLIP_FRAMES, CROP_FRAMES, MelClips, mel_weights
from .net import MelCnn
from .options import BATCH, CnnOptions

Rows = NDArray[np.intp]
#: Steps between two reports; the loss is looked at (which waits for the device) only here.
CHUNK_STEPS = 50
PEAK_RATE, WEIGHT_DECAY = 3e-3, 1e-4


@dataclass(frozen=True)
class CnnProgress:
    """State after a chunk of steps: the mean losses over it; `closed_loop` is weighted and part of `loss`."""

    step: int
    steps: int
    loss: float
    closed_loop: float


def draw_settings(labels: NDArray[np.int64], count: int, sampling: str, random: np.random.Generator) -> Rows:
    """Rows of `count` labelled settings: each as likely, or each word as likely."""
    rows: Rows = np.flatnonzero(labels >= 0)
    if not len(rows):
        raise DataError("there is no labelled setting to learn from")
    if sampling == "uniform":
        return rows[random.integers(len(rows), size=count)]
    words, sizes = np.unique(labels[rows], return_counts=True)
    ordered = rows[np.argsort(labels[rows], kind="stable")]
    first = np.cumsum(sizes) - sizes
    word = random.integers(len(words), size=count)
    drawn: Rows = ordered[first[word] + np.floor(random.random(count) * sizes[word]).astype(np.intp)]
    return drawn


def draw_clips(music: int, pink: int, count: int, music_share: float, random: np.random.Generator) -> Rows:
    """Rows of `count` clips where the first `music` are music and the next `pink` are noise."""
    if (music_share > 0 and not music) or (music_share < 1 and not pink):
        raise DataError(f"training on {music_share:.0%} music needs clips of music and of noise")
    of_music, of_pink = random.integers(max(music, 1), size=count), music + random.integers(max(pink, 1), size=count)
    return np.asarray(np.where(random.random(count) < music_share, of_music, of_pink), dtype=np.intp)


class CnnTrainer:
    """Holds what one training needs on the device: clips, settings and all draws are there before the first step."""

    def __init__(
        self,
        options: CnnOptions,
        music: MelClips | None,
        pink: MelClips,
        settings: LabelledCurves,
        device: str | torch.device = "cpu",
    ) -> None:
        """Everything random follows from the seed; raise `DataError` where clips or labelled settings are missing."""
        torch.manual_seed(options.seed)
        self.options, self.device = options, torch.device(device)
        self.net = MelCnn(options).to(device)
        random = np.random.default_rng(options.seed)
        count = options.steps * BATCH
        parts = [part for part in (music, pink) if part is not None]
        plan = (
            draw_clips(len(music) if music else 0, len(pink), count, options.music_share, random),
            draw_settings(settings.labels, count, options.sampling, random),
            random.integers(CLIP_FRAMES - CROP_FRAMES + 1, size=count),
        )
        self.clip, self.setting, self.start = (torch.tensor(r, device=device).reshape(-1, BATCH) for r in plan)
        self.frames = torch.tensor(np.concatenate([p.frames for p in parts]), device=device)
        power = np.concatenate([p.spectra.power for p in parts])
        self.spectra = torch.tensor(power / power.max(axis=1, keepdims=True) + 1e-12, dtype=torch.float32).to(device)
        self.weights = torch.tensor(mel_weights(), dtype=torch.float32, device=device)
        self.target = torch.tensor(settings.semantic, dtype=torch.float32, device=device)
        with torch.no_grad():
            response = bin_response().to(device)(torch.tensor(settings.params, dtype=torch.float32, device=device))
            self.gain, self.dry = torch.exp(response * (math.log(10) / 10)), self.spectra @ self.weights
        self.optimiser = torch.optim.AdamW(self.net.parameters(), lr=PEAK_RATE, weight_decay=WEIGHT_DECAY)
        self.rates = OptimiserSection(steps=options.steps, learning_rate=PEAK_RATE, schedule=options.schedule)
        self.ahead = torch.arange(CROP_FRAMES, device=device)
        self.done = 0

    def run(
        self, report: Callable[[CnnProgress], None] | None = None, save: Callable[[], None] | None = None
    ) -> MelCnn:
        """Train to the end; `report` and `save` are called after every chunk. Returns the net, on the CPU.

        Raises
        ------
        DivergedError
            If the loss stops being a finite number.
        """
        with torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True):
            while self.done < self.options.steps:
                steps = range(self.done, min(self.done + CHUNK_STEPS, self.options.steps))
                loss, closed = torch.stack([self._step(step) for step in steps]).mean(dim=0).tolist()
                if not math.isfinite(loss):
                    raise DivergedError(f"the loss of the CNN is no longer a finite number at step {steps.stop}")
                self.done = steps.stop
                if report:
                    report(CnnProgress(self.done, self.options.steps, loss, closed))
                if save:
                    save()
        return self.net.cpu().eval()

    def state(self) -> dict[str, Tensor]:
        """All that `restore` needs to go on as if nothing had happened, as named tensors."""
        out = {f"net.{k}": v.clone() for k, v in self.net.state_dict().items()}
        for i, parameter in enumerate(self.net.parameters()):
            out |= {f"optimiser.{i}.{k}": v.clone() for k, v in self.optimiser.state[parameter].items()}
        return out | {"done": torch.tensor(self.done)}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from `state`; raise `KeyError` or `RuntimeError` if it is of another net."""
        self.net.load_state_dict(under(state, "net."))
        slots = {i: under(state, f"optimiser.{i}.") for i, _ in enumerate(self.net.parameters())}
        self.optimiser.load_state_dict({"state": slots, "param_groups": self.optimiser.state_dict()["param_groups"]})
        self.done = int(state["done"])

    def _step(self, step: int) -> Tensor:
        """Loss and closed-loop loss, (2,), on the device."""
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.rates, step)
        clip, setting = self.clip[step], self.setting[step]
        gains = (self.spectra[clip] * self.gain[setting]) @ self.weights / self.dry[clip]
        crops = self.frames[clip[:, None], self.start[step][:, None] + self.ahead]
        target = self.target[setting]
        heard = self.net(crops * gains[:, None, :])
        loss = (heard - target).square().mean()
        closed = loss.new_zeros(())
        if self.options.closed_loop:
            closed = self.options.closed_loop * (heard - self.net(crops) - target).square().mean()
        self.optimiser.zero_grad()
        (loss + closed).backward()
        self.optimiser.step()
        return torch.stack([loss + closed, closed]).detach()


def train_cnn(
    options: CnnOptions, music: MelClips | None, pink: MelClips, settings: LabelledCurves, device: str = "cpu"
) -> tuple[MelCnn, FloatArray]:
    """Train one form; returns the net, on the CPU, and the mean loss of each chunk of steps."""
    losses: list[float] = []
    net = CnnTrainer(options, music, pink, settings, device).run(lambda progress: losses.append(progress.loss))
    return net, np.array(losses)
