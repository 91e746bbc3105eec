"""A space whose errors are known, and rows of one's own."""

import numpy as np
import torch
from torch import nn

from semeq.training.data.corpus import Corpus
from semeq.training.models.network import Space
from semeq.training.models.scale import fixed_scale
from semeq.training.recipe import ModelSection


class Knobs(Space):
    """Its latent is the setting in the unit cube; `spoil` is what decoding does wrong."""

    def __init__(self, spoil=lambda params: params):
        super().__init__(ModelSection(semantic=13, detail=0))
        self.scale, self.spoil = fixed_scale(), spoil
        self.nothing = nn.Parameter(torch.zeros(1))

    def encode(self, params):
        return self.scale.to_unit(params)

    def decode(self, latent):
        return self.spoil(self.scale.to_physical(latent))


def unit(params):
    return Knobs().encode(torch.tensor(params, dtype=torch.float32).reshape(-1, 13)).double().numpy()


def corpus_of(params, labels, people=None, words=("warm", "bright")):
    people = np.array([f"p{i}" for i in range(len(params))] if people is None else people)
    names = np.array([words[label] if label >= 0 else "" for label in labels])
    return Corpus(params, params, np.array(labels), people, names, words, np.zeros((0, 13)), 0)


def by_hand(errors, fraction):
    """A quantile by sorting: linear between the two values around it."""
    ordered = sorted(errors)
    at = fraction * (len(ordered) - 1)
    low = int(at)
    return ordered[low] + (at - low) * (ordered[min(low + 1, len(ordered) - 1)] - ordered[low])
