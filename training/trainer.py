"""The training loop: chunks of settings in, a trained `EqSpace` out."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from .corpus import Corpus
from .errors import DivergedError
from .losses import Prototypes, Terms, curve_loss, params_loss, supervised_contrastive
from .network import EqSpace
from .recipe import Recipe
from .split import Split
from .synthesis import Sampler, training_rows

#: Steps drawn at once, and between two reports; the loss is looked at (which waits for the device) only here.
CHUNK_STEPS = 50


@dataclass(frozen=True)
class Progress:
    """State after a chunk of steps: mean loss terms over it, and the curve error of its last batch in dB."""

    step: int
    steps: int
    loss: float
    curve: float
    params: float
    contrastive: float
    prototype: float
    curve_error_db: float
    seconds: float


@dataclass(frozen=True)
class Trained:
    """A finished model with how long it took."""

    model: EqSpace
    seconds: float
    cpu_seconds: float


def choose_device(name: str) -> torch.device:
    """`auto` takes CUDA where there is one; raise `ValueError` if CUDA is asked for and missing."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise ValueError("this PyTorch sees no CUDA device; use --device cpu")
    return torch.device(name)


class Trainer:
    """Holds what one training job needs on the device."""

    def __init__(self, recipe: Recipe, corpus: Corpus, split: Split, device: torch.device, seed: int) -> None:
        """Everything random follows from `seed`."""
        self.recipe, self.device = recipe, device
        torch.manual_seed(seed)
        self.model = EqSpace(recipe.model).to(device)
        self.prototypes = Prototypes(len(corpus.words), recipe.model.semantic).to(device)
        generator = torch.Generator(device=device)
        generator.manual_seed(seed)
        rows = torch.tensor(corpus.canonical[split.train], dtype=torch.float32, device=device)
        labels = torch.tensor(corpus.labels[split.train], device=device)
        self.sampler = Sampler(training_rows(rows), labels, recipe.augment, recipe.synthetic, generator)
        self.parameters = [*self.model.parameters(), *self.prototypes.parameters()]
        section = recipe.optimiser
        # fused: one kernel for all tensors, on the CPU too, where it saves a tenth of a step.
        self.optimiser = torch.optim.AdamW(
            self.parameters, lr=section.learning_rate, weight_decay=section.weight_decay, fused=True
        )
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimiser, max_lr=section.learning_rate, total_steps=section.steps, pct_start=0.15
        )

    def run(self, report: Callable[[Progress], None] | None = None) -> Trained:
        """Train for the recipe's number of steps; `report` is called about every 50 of them.

        Raises
        ------
        DivergedError
            If the loss stops being a finite number.
        """
        steps, batch = self.recipe.optimiser.steps, self.recipe.optimiser.batch
        wall, cpu = time.perf_counter(), time.process_time()
        self.model.train()
        done = 0
        while done < steps:
            count = min(CHUNK_STEPS, steps - done)
            chunk = self.sampler.draw(count, batch)
            with torch.no_grad():
                physical = self.model.scale.to_physical(chunk.unit.flatten(0, 1))
                curves = self.model.response(physical).view(count, batch, -1)
                ordered, _ = self.model.canonical(physical)
                ordered = ordered.view(count, batch, -1)
                physical = physical.view(count, batch, -1)
            sums = torch.zeros(5, device=self.device)
            for i in range(count):
                terms, error = self._step(physical[i], ordered[i], curves[i], chunk.labels[i])
                sums += torch.stack([terms.curve, terms.params, terms.contrastive, terms.prototype, error]).detach()
            done += count
            means = (sums / count).tolist()
            total = sum(means[:4])
            if not math.isfinite(total):
                raise DivergedError(f"the loss is no longer a finite number at step {done}; try a lower learning rate")
            if report:
                curve, params, contrastive, prototype, error_db = means
                seconds = time.perf_counter() - wall
                report(Progress(done, steps, total, curve, params, contrastive, prototype, error_db, seconds))
        self.model.eval()
        return Trained(self.model, time.perf_counter() - wall, time.process_time() - cpu)

    def _step(self, physical: Tensor, unit: Tensor, curve_db: Tensor, labels: Tensor) -> tuple[Terms, Tensor]:
        model, section = self.model, self.recipe.loss
        # The flat setting rides along in the batch: its latent anchors the decoder.
        latent = model.encode(torch.cat([physical, model.get_buffer("flat")]))
        latent, anchor = latent[:-1], latent[-1:]
        decoded_unit = model.decode_unit(latent, anchor)
        decoded_db = model.response(model.scale.to_physical(decoded_unit))
        semantic = latent[:, : model.section.semantic]
        canonical = model.canonical
        terms = Terms(
            curve=section.curve * curve_loss(decoded_db, curve_db, section),
            params=section.params
            * params_loss(decoded_unit, unit, canonical.get_buffer("owner"), model.scale.get_buffer("is_gain")),
            contrastive=section.contrastive * supervised_contrastive(semantic, labels, section.temperature),
            prototype=section.prototype * self.prototypes(semantic, labels, section.prototype_width),
        )
        self.optimiser.zero_grad(set_to_none=True)
        terms.total.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimiser.step()
        self.schedule.step()
        error = (decoded_db.detach() - curve_db).square().mean(dim=1).sqrt().mean()
        return terms, error


def encode(model: EqSpace, params: np.ndarray) -> np.ndarray:
    """Latents (n, 32) float64 of settings (n, 13), computed on the model's device."""
    device = model.get_buffer("flat").device
    with torch.no_grad():
        return model.encode(torch.tensor(params, dtype=torch.float32, device=device)).double().cpu().numpy()


def decode(model: EqSpace, latents: np.ndarray) -> np.ndarray:
    """Settings (n, 13) float64 of latents (n, 32), computed on the model's device."""
    device = model.get_buffer("flat").device
    with torch.no_grad():
        return model.decode(torch.tensor(latents, dtype=torch.float32, device=device)).double().cpu().numpy()
