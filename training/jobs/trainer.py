"""The training loop: chunks of settings in, a trained model out. One loop for every recipe."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from semeq.eq import tilt

from ..data import UNLABELLED, Corpus, Split
from ..errors import DivergedError
from ..models import Space, build_model, fixed_scale, mixed
from ..recipe import OptimiserSection, Recipe
from ..run_files import under
from .kinship import families, kinship, soft_targets
from .losses import Prototypes, Terms, contrastive_loss, curve_loss, geometry_loss, params_loss
from .synthesis import Sampler, row_weights, training_rows

#: Steps drawn at once, and between two reports; the loss is looked at (which waits for the device) only here.
CHUNK_STEPS = 50
#: Part of the steps in which the learning rate rises, and the factors it starts and ends with.
WARM_UP, FIRST, LAST = 0.15, 1 / 25, 1e-5
#: Part of the training rows that early stopping looks at instead of learning from.
VALIDATION_SHARE = 0.1


@dataclass(frozen=True)
class Progress:
    """State after a chunk of steps: mean loss terms over it, and mean curve error in dB."""

    step: int
    steps: int
    loss: float
    curve: float
    params: float
    contrastive: float
    prototype: float
    divergence: float
    mixing: float
    geometry: float
    curve_error_db: float
    seconds: float


@dataclass(frozen=True)
class Trained:
    """A finished model with how long it took, and after how many steps it was best."""

    model: Space
    steps: int
    seconds: float
    cpu_seconds: float


def choose_device(name: str) -> torch.device:
    """`auto` takes CUDA where there is one; raise `ValueError` if CUDA is asked for and missing."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise ValueError("this PyTorch sees no CUDA device; use --device cpu")
    return torch.device(name)


def learning_rate(section: OptimiserSection, step: int) -> float:
    """Learning rate of a step: constant, or one cycle of two half cosines (L. Smith and N. Topin, 2017).

    A function of the step alone, so that a resumed run needs no schedule to restore.
    """
    if section.schedule == "constant":
        return section.learning_rate
    rise = max(round(WARM_UP * section.steps), 1)
    if step < rise:
        low, high, part = FIRST, 1.0, step / rise
    else:
        low, high, part = 1.0, LAST, (step - rise) / max(section.steps - rise, 1)
    return section.learning_rate * (low + (high - low) * (1 - math.cos(math.pi * part)) / 2)


class Trainer:
    """Holds what one training job needs on the device."""

    def __init__(
        self, recipe: Recipe, corpus: Corpus, split: Split, device: torch.device, seed: int, mixed: bool = False
    ) -> None:
        """Everything random follows from `seed`. `mixed` runs the networks' layers in bfloat16."""
        self.recipe, self.device, self.mixed, self.seed = recipe, device, mixed, seed
        torch.manual_seed(seed)
        train, validation = split.train, split.train[:0]
        if recipe.optimiser.patience:
            order = np.random.default_rng(seed).permutation(train)
            held = round(VALIDATION_SHARE * len(order))
            train, validation = order[held:], order[:held]
        self.model = build_model(recipe.model, corpus.canonical[train], len(corpus.words)).to(device)
        semantic = recipe.model.projection or recipe.model.semantic
        kin = kinship(corpus, train)
        targets = soft_targets(kin, recipe.loss.soft) if recipe.loss.soft else None
        self.prototypes = Prototypes(len(corpus.words), semantic, targets).to(device)
        self.families = torch.tensor(families(kin, recipe.loss.families), device=device)
        self.generator = torch.Generator(device=device)
        self.generator.manual_seed(seed)
        labels = torch.tensor(corpus.labels[train], device=device)
        if "unlabelled" not in recipe.data.pool:
            kept = corpus.labels[train] != UNLABELLED
            train, labels = train[kept], labels[torch.tensor(kept, device=device)]
        rows = torch.tensor(corpus.canonical[train], dtype=torch.float32, device=device)
        if "socialfx" in recipe.data.pool and len(corpus.pool):
            extra = torch.tensor(corpus.pool, dtype=torch.float32, device=device)
            rows = torch.cat([rows, extra])
            labels = torch.cat([labels, labels.new_full((len(extra),), UNLABELLED)])
        self.sampler = Sampler(
            training_rows(rows), labels, recipe.augment, recipe.synthetic, self.generator, recipe.data.sampling
        )
        self.scale = fixed_scale().to(device)
        self.class_weights = _class_weights(labels, len(corpus.words), recipe.loss.class_weights)
        self.validation = torch.tensor(corpus.params[validation], dtype=torch.float32, device=device)
        self.parameters = [*self.model.parameters(), *self.prototypes.parameters()]
        section = recipe.optimiser
        self.real = section.batch - round(section.batch * recipe.synthetic.share)
        # fused: one kernel for all tensors, on the CPU too, where it saves a tenth of a step.
        self.optimiser = torch.optim.AdamW(
            self.parameters, lr=section.learning_rate, weight_decay=section.weight_decay, fused=True
        )
        # The tilt is linear in the curve: its weights are the tilts of the 128 unit curves.
        self.tilt_weights = torch.tensor(tilt(np.eye(128)), dtype=torch.float32, device=device)[:, None]
        self.done = 0
        self.best: dict[str, Tensor] = {}
        self.best_error, self.best_step, self.worse = math.inf, section.steps, 0

    def run(
        self,
        report: Callable[[Progress], None] | None = None,
        save: Callable[[], None] | None = None,
    ) -> Trained:
        """Train for the recipe's number of steps; `report` and `save` are called after every chunk of them.

        Raises
        ------
        DivergedError
            If the loss stops being a finite number.
        """
        steps = self.recipe.optimiser.steps
        wall, cpu = time.perf_counter(), time.process_time()
        self.model.train()
        while self.done < steps and not self._stopped():
            count = min(CHUNK_STEPS, steps - self.done)
            # The only wait for the device in a chunk.
            *terms, error = (self._chunk(count) / count).tolist()
            if not math.isfinite(sum(terms)):
                raise DivergedError(
                    f"the loss is no longer a finite number at step {self.done + count}; try a lower learning rate"
                )
            self.done += count
            if report:
                seconds = time.perf_counter() - wall
                report(Progress(self.done, steps, sum(terms), *terms, error, seconds))  # type: ignore[call-arg]
            if self.recipe.optimiser.patience:
                self._look_at_validation()
            if save:
                save()
        if self.best:
            self.model.load_state_dict(self.best)
        self.model.eval()
        return Trained(self.model, self.best_step, time.perf_counter() - wall, time.process_time() - cpu)

    def state(self) -> dict[str, Tensor]:
        """All that `restore` needs to go on as if nothing had happened, as named tensors."""
        out = {f"model.{k}": v.clone() for k, v in self.model.state_dict().items()}
        out |= {f"prototypes.{k}": v.clone() for k, v in self.prototypes.state_dict().items()}
        for i, parameter in enumerate(self.parameters):
            out |= {f"optimiser.{i}.{k}": v.clone() for k, v in self.optimiser.state[parameter].items()}
        out["generator"], out["random"] = self.generator.get_state(), torch.get_rng_state()
        if self.device.type == "cuda":
            out["random_cuda"] = torch.cuda.get_rng_state(self.device)
        out |= {f"best.{k}": v for k, v in self.best.items()}
        out["done"] = torch.tensor([self.done, self.best_step, self.worse])
        out["best_error"] = torch.tensor(self.best_error, dtype=torch.float64)
        return out

    def restore(self, state: dict[str, Tensor]) -> None:
        """Go on from `state`; raise `KeyError` or `RuntimeError` if it is of another model."""
        self.model.load_state_dict(under(state, "model."))
        self.prototypes.load_state_dict(under(state, "prototypes."))
        table = self.optimiser.state_dict()
        slots = {
            i: {k: v.clone() for k, v in under(state, f"optimiser.{i}.").items()} for i in range(len(self.parameters))
        }
        self.optimiser.load_state_dict({"state": slots, "param_groups": table["param_groups"]})
        torch.set_rng_state(state["random"].cpu())
        if self.device.type == "cuda" and "random_cuda" in state:
            torch.cuda.set_rng_state(state["random_cuda"].cpu(), self.device)
        self.best = under(state, "best.")
        self.best_error = float(state["best_error"])
        self.done, self.best_step, self.worse = (int(v) for v in state["done"])
        if state["generator"].shape == self.generator.get_state().shape:
            self.generator.set_state(state["generator"].cpu())
        else:
            # Begun on another kind of device, whose draws cannot be continued here: these are others, as random.
            self.generator.manual_seed(self.seed + self.done)

    def _chunk(self, count: int) -> Tensor:
        """Draw and learn `count` batches; the sums of the loss terms and of the curve error, (8,), on the device."""
        section = self.recipe.optimiser
        early = self.done < self.recipe.data.curriculum * section.steps
        chunk = self.sampler.draw(count, section.batch, early=early)
        params = self.scale.to_physical(chunk.unit)
        # Neighbours among the real settings of a batch are mixed, where the recipe asks for that.
        pairs = (count, self.real if self.recipe.loss.mixing else 0, 1)
        between = torch.rand(pairs, generator=self.generator, device=self.device)
        sums = torch.zeros(8, device=self.device)
        for i in range(count):
            step = self.done + i
            for group in self.optimiser.param_groups:
                group["lr"] = learning_rate(section, step)
            sums += self._step(params[i], chunk.labels[i], between[i], step / section.steps)
        return sums

    def _step(self, params: Tensor, labels: Tensor, between: Tensor, part: float) -> Tensor:
        loss = self.recipe.loss
        with torch.no_grad():
            shown = self.model.show(params)
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.mixed):
            rebuilt = self.model.reconstruct(shown, labels, between)
        curve_db = shown.curve_db
        # Invented settings, the last in the batch, have no labels.
        semantic, labels = rebuilt.semantic[: self.real], labels[: self.real]
        weights = self.class_weights[labels.clamp_min(0)]
        apart = contrastive_loss(loss.form, semantic, labels, loss.temperature, weights)
        if loss.family:
            family = torch.where(labels >= 0, self.families[labels.clamp_min(0)], labels)
            apart = apart + loss.family * contrastive_loss(loss.form, semantic, family, loss.temperature, weights)
        contrast = loss.contrastive + (loss.contrastive_final - loss.contrastive) * part
        divergence = loss.kl * (min(part / loss.kl_warmup, 1.0) if loss.kl_warmup else 1.0)
        weight = shown.weight if loss.heard_only else torch.ones_like(shown.weight)
        nothing = curve_db.new_zeros(())
        terms = Terms(
            curve=loss.curve * curve_loss(rebuilt.curve_db, curve_db, loss) if loss.curve else nothing,
            params=loss.params * params_loss(rebuilt.decoded, shown.target, weight),
            contrastive=contrast * apart,
            prototype=loss.prototype * self.prototypes(semantic, labels, loss.prototype_width, weights)
            if loss.prototype
            else nothing,
            divergence=divergence * rebuilt.divergence,
            mixing=loss.mixing * self._mixing_loss(rebuilt.between_db, curve_db, between) if loss.mixing else nothing,
            geometry=loss.geometry * geometry_loss(rebuilt.directions, curve_db) if loss.geometry else nothing,
        )
        self.optimiser.zero_grad(set_to_none=True)
        terms.total.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimiser.step()
        error = (rebuilt.curve_db.detach() - curve_db).square().mean(dim=1).sqrt().mean()
        return torch.cat([terms.stacked().detach(), error[None]])

    def _mixing_loss(self, between_db: Tensor, curve_db: Tensor, between: Tensor) -> Tensor:
        """How far the tilt of points between neighbours in the real part of the batch is from the mix of their tilts.

        Asking the same of the whole curve costs a third of the accuracy and makes no morph more monotone.
        """
        wanted = mixed(self._tilt(curve_db), between)
        return curve_loss(self._tilt(between_db), wanted, self.recipe.loss)

    def _tilt(self, curve_db: Tensor) -> Tensor:
        """`semeq.eq.tilt` of curves (n, 128), as (n, 1)."""
        return curve_db @ self.tilt_weights

    def _stopped(self) -> bool:
        return bool(self.recipe.optimiser.patience) and self.worse >= self.recipe.optimiser.patience

    def _look_at_validation(self) -> None:
        self.model.eval()
        with torch.no_grad():
            rebuilt = self.model.curves(self.model.encode(self.validation))
            error = (rebuilt - self.model.response(self.validation)).square().mean(dim=1).sqrt().mean()
        self.model.train()
        self.worse += 1
        if float(error) < self.best_error:
            self.best, self.worse = copy.deepcopy(self.model.state_dict()), 0
            self.best_error, self.best_step = float(error), self.done


def train_once(recipe: Recipe, corpus: Corpus, split: Split, device: torch.device, seed: int) -> Space:
    """A model trained on a split and on the CPU again, without a run folder."""
    return Trainer(recipe, corpus, split, device, seed).run().model.cpu()


def _class_weights(labels: Tensor, words: int, wanted: bool) -> Tensor:
    """Weight of each word, (words,): 1, or such that all words count the same and the mean over rows is 1."""
    if not wanted:
        return torch.ones(words, device=labels.device)
    labelled = labels[labels >= 0]
    per_row = row_weights(labelled, "balanced")
    out = torch.zeros(words, device=labels.device)
    out[labelled] = per_row
    return out
