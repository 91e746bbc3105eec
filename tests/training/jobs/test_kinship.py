"""Words that are kin: softer targets and families."""

import numpy as np
import pytest
import torch

from semeq.eq import FLAT
from semeq.training import load_recipe
from semeq.training.data.corpus import Corpus
from semeq.training.data.sources import load_data
from semeq.training.data.split import split_rows
from semeq.training.jobs.kinship import families, kinship, soft_targets
from semeq.training.jobs.losses import Prototypes
from semeq.training.jobs.trainer import Trainer
from semeq.training.recipe import with_changes

from ..second_device import NoWaiting

WORDS = ("warm", "full", "bright", "airy", "unused")
#: Gains of low and high shelf, dB.
LEAN = {"warm": (5, -4), "full": (4, -3), "bright": (-4, 5), "airy": (-2, 4)}


@pytest.fixture
def corpus():
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(4), 6)
    params = np.tile(FLAT, (len(labels), 1))
    params[:, [0, 11]] = [np.array(LEAN[WORDS[label]]) + rng.normal(0, 0.5, 2) for label in labels]
    nobody = np.full(len(labels), "", dtype=str)
    return Corpus(params, params, labels, nobody, nobody, WORDS, params[:0], 0)


@pytest.fixture
def kin(corpus):
    return kinship(corpus, np.arange(len(corpus.labels)))


def test_words_of_like_curves_are_kin(kin):
    np.testing.assert_allclose(kin, kin.T, atol=1e-12)
    np.testing.assert_allclose(np.diag(kin), 1)
    assert kin[0, 1] > 0.9
    assert kin[2, 3] > 0.9
    assert kin[0, 2] < -0.5
    assert not kin[4, :4].any()


def test_rows_outside_the_training_set_say_nothing(corpus, kin):
    some = np.flatnonzero(corpus.labels != 1)
    without = kinship(corpus, some)
    assert not without[1, [0, 2, 3]].any()
    assert without[0, 2] == pytest.approx(kin[0, 2])


def test_a_share_of_a_word_counts_as_its_kin(kin):
    targets = soft_targets(kin, 0.3)
    np.testing.assert_allclose(targets.sum(axis=1), 1)
    np.testing.assert_allclose(np.diag(targets)[:4], 0.7)
    assert targets[0, 1] == pytest.approx(0.3)  # its only kin
    assert targets[0, 2] == 0
    assert targets[4, 4] == 1
    np.testing.assert_array_equal(np.diag(kin), 1)  # left as it was


@pytest.mark.parametrize("count", [1, 2, 3])
def test_families_join_the_nearest_words(kin, count):
    found = families(kin[:4, :4], count)
    assert len(set(found)) == count
    if count == 2:
        assert found[0] == found[1] != found[2] == found[3]


def test_soft_targets_that_are_hard_change_nothing(kin):
    points, labels = torch.randn(12, 8), torch.arange(12) % 5 - 1
    hard, plain = Prototypes(5, 8, soft_targets(kin, 0.0)), Prototypes(5, 8)
    hard.load_state_dict(plain.state_dict())
    ones = torch.ones(12)
    assert hard(points, labels, 0.3, ones).item() == pytest.approx(plain(points, labels, 0.3, ones).item(), rel=1e-6)


def test_soft_targets_push_kin_less_far_away(kin):
    """The pull of a warm point on the prototypes: *full* is driven off less, *bright* as before."""

    def push(targets):
        torch.manual_seed(0)
        prototypes = Prototypes(5, 8, targets)
        prototypes(torch.zeros(1, 8), torch.tensor([0]), 0.3, torch.ones(1)).backward()
        gradient = prototypes.points.grad
        # How far out a step down the gradient goes.
        return -(gradient * prototypes.points.detach()).sum(dim=1)

    plain, soft = push(None), push(soft_targets(kin, 0.3))
    assert soft[1] < plain[1]
    assert soft[2] == pytest.approx(plain[2].item(), rel=1e-5)


def test_both_switches_train_and_never_wait_for_the_device(made_csv):
    changes = {"optimiser.batch": "32", "model.hidden": "[8]", "loss.soft": "0.2", "loss.family": "0.5"}
    recipe = with_changes(load_recipe("v3"), {**changes, "loss.families": "2"})
    corpus = load_data(recipe, made_csv).corpus
    split = split_rows(corpus, "random", 0.2, 0)
    trainer = Trainer(recipe, corpus, split, torch.device("cpu"), 0)
    assert len(set(trainer.families.tolist())) == 2
    trainer._chunk(1)
    with NoWaiting():
        terms = trainer._chunk(2)
    assert torch.isfinite(terms).all()
    plain = Trainer(with_changes(recipe, {"loss.family": "0.0"}), corpus, split, torch.device("cpu"), 0)
    # The second of the terms is the contrastive one; families are one more of them.
    assert trainer._chunk(1)[2] > plain._chunk(1)[2]
