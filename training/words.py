"""Where a word lies in a trained space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from semeq.eq import curve, rms_db
from semeq.eq.settings import FloatArray

from .corpus import Corpus
from .network import EqSpace
from .trainer import decode, encode

#: Search of a word's point: steps and step size of Adam in the latent space.
STEPS, STEP_SIZE = 400, 0.02
#: How far the point may be pulled from where its settings lie, against 1 dB² of curve error.
PULL = 0.05


@dataclass(frozen=True)
class WordPoint:
    """A word in the latent space.

    Attributes
    ----------
    name, language, sources
        The word, its language (ISO 639-1) and the data sets it comes from.
    evidence
        Number of people who used it.
    strength_db
        Median RMS strength of its settings, which the point decodes to.
    latent
        The point, shape (32,).
    """

    name: str
    language: str
    sources: tuple[str, ...]
    evidence: int
    strength_db: float
    latent: FloatArray


def typical_curve(params: FloatArray) -> FloatArray:
    """The curve a word stands for: the mean curve of its settings (n, 13), at their median strength; shape (128,).

    Of all curves the mean lies nearest to the settings, but settings that disagree cancel: it is 2 to 3 dB RMS where
    single settings have 4 to 5. Scaled to their median strength, it sounds as strong as what people dialled in.
    """
    curves = curve(params)
    mean = curves.mean(axis=0)
    strength = float(np.median(rms_db(curves)))
    return np.asarray(mean * (strength / max(float(rms_db(mean)), 1e-6)), dtype=np.float64)


def locate(model: EqSpace, targets_db: FloatArray, starts: FloatArray) -> FloatArray:
    """Points (w, 32) near `starts` (w, 32) that decode to curves (w, 128).

    Encoding a scaled setting and decoding it again loses some of its strength; a search from the encoded point does
    not. The search minimises the squared curve error plus a pull towards the start, so the point stays among the
    settings of its word.
    """
    device = model.get_buffer("flat").device
    target = torch.tensor(targets_db, dtype=torch.float32, device=device)
    start = torch.tensor(starts, dtype=torch.float32, device=device).clamp(-0.999, 0.999)
    free = torch.atanh(start).requires_grad_(True)
    optimiser = torch.optim.Adam([free], lr=STEP_SIZE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS)
    with torch.no_grad():
        anchor = model.encode(model.get_buffer("flat"))
    for _ in range(STEPS):
        latent = torch.tanh(free)
        error = (model.response(model.decode(latent, anchor)) - target).square().mean(dim=1)
        loss = (error + PULL * (latent - start).square().sum(dim=1)).sum()
        optimiser.zero_grad()
        (free.grad,) = torch.autograd.grad(loss, [free])
        optimiser.step()
        schedule.step()
    return np.asarray(torch.tanh(free).detach().double().cpu().numpy(), dtype=np.float64)


def place_words(model: EqSpace, corpus: Corpus, source: str, language: str = "en") -> tuple[WordPoint, ...]:
    """Place every word of the corpus that has a setting."""
    present = [i for i in range(len(corpus.words)) if (corpus.labels == i).any()]
    groups = [corpus.params[corpus.labels == i] for i in present]
    targets = np.stack([typical_curve(group) for group in groups])
    starts = np.stack([_nearest(model, group, target) for group, target in zip(groups, targets, strict=True)])
    points = locate(model, targets, starts)
    return tuple(
        WordPoint(
            name=corpus.words[i],
            language=language,
            sources=(source,),
            evidence=len(np.unique(corpus.people[corpus.labels == i])),
            strength_db=float(rms_db(target)),
            latent=point,
        )
        for i, target, point in zip(present, targets, points, strict=True)
    )


def _nearest(model: EqSpace, params: FloatArray, target_db: FloatArray) -> FloatArray:
    """The mean latent of the settings, or the latent of the one nearest to the target, whichever decodes nearer.

    A mean of latents lies between settings, where no setting is encoded to; decoding and encoding it once brings it
    back to where the encoder would put its sound.
    """
    latents = encode(model, params)
    mean = encode(model, decode(model, latents.mean(axis=0, keepdims=True)))[0]
    nearest = latents[np.argmin(rms_db(curve(params) - target_db))]
    candidates = np.stack([mean, nearest])
    errors = rms_db(curve(decode(model, candidates)) - target_db)
    return np.asarray(candidates[int(np.argmin(errors))], dtype=np.float64)
