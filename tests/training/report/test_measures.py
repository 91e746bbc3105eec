"""The figures that models are compared by, and the limits behind them, on spaces and rows whose answers are known."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from semeq.eq import (
    FLAT,
    FREQ_INDEX,
    GAIN_INDEX,
    Q_INDEX,
    curve,
    denormalise,
    rms_db,
)
from semeq.training import load_recipe
from semeq.training.data.split import Split, split_rows
from semeq.training.jobs.trainer import Trainer
from semeq.training.report.evaluation import evaluate
from semeq.training.report.telling_apart import davies_bouldin, knn_predictions, silhouette

from ..known import Knobs, by_hand, corpus_of, unit


@pytest.fixture
def rows(random):
    """Eighty settings away from the bounds; half are tested on."""
    params = denormalise(random.uniform(0.2, 0.8, (80, 13)))
    params[:, 11] = np.where(np.arange(80) % 2, 6.0, -6.0)
    params[:, [0, 2, 5, 8]] = np.linspace(0.5, 1.0, 80)[:, None] * np.array([0.8, 1.2, 6.0, -7.0])
    params[:, 0], params[:, 2] = 0.8, 1.2
    split = Split("random", np.arange(0, 40), np.arange(40, 80))
    return corpus_of(params, [i % 2 for i in range(80)]), split


def test_curve_errors_are_mean_median_and_95th_percentile(rows):
    def weaker(params):
        out = params.clone()
        out[:, GAIN_INDEX] *= 0.8
        return out

    corpus, split = rows
    test = corpus.params[split.test]
    spoilt = test.copy()
    spoilt[:, GAIN_INDEX] *= 0.8
    errors = rms_db(curve(spoilt) - curve(test))
    figures = evaluate(Knobs(weaker), corpus, split)
    assert figures.curve_error_mean_db == pytest.approx(errors.mean(), abs=1e-4)
    assert figures.curve_error_median_db == pytest.approx(by_hand(errors, 0.5), abs=1e-4)
    assert figures.curve_error_p95_db == pytest.approx(by_hand(errors, 0.95), abs=1e-4)
    assert by_hand(errors, 0.95) - by_hand(errors, 0.90) > 1e-3
    assert figures.flat_error_mean_db == pytest.approx(rms_db(curve(test)).mean())
    assert figures.gain_mae_db == pytest.approx(0.2 * np.abs(test[:, GAIN_INDEX]).mean(), abs=1e-4)


def test_frequency_and_q_count_where_a_band_is_over_one_decibel(rows):
    """Bands of .8 dB are wrong by .7 octaves and do not count; those of 1.2 dB by .3; the loud ones by .1."""

    def shifted(params):
        out = params.clone()
        size = params[:, GAIN_INDEX].abs()
        octaves = torch.where(size > 2.0, 0.1, torch.where(size > 1.0, 0.3, 0.7))
        out[:, FREQ_INDEX] = params[:, FREQ_INDEX] * 2**octaves
        out[:, Q_INDEX] = params[:, Q_INDEX] * 2 ** (2 * octaves[:, 1:4])
        return out

    corpus, split = rows
    figures = evaluate(Knobs(shifted), corpus, split)
    assert figures.gain_mae_db == pytest.approx(0.0, abs=1e-4)
    assert figures.freq_mae_octaves == pytest.approx((0.3 + 3 * 0.1) / 4, abs=1e-3)
    assert figures.q_mae_log2 == pytest.approx((0.6 + 2 * 0.2) / 3, abs=1e-3)


def test_the_reach_is_that_of_bands_over_one_decibel(rows):
    corpus, split = rows
    test = corpus.params[split.test]
    loud = np.abs(test[:, GAIN_INDEX]) > 1.0
    freqs = test[:, FREQ_INDEX][loud]
    figures = evaluate(Knobs(), corpus, split)
    assert figures.decoded_freq_min_hz == pytest.approx(freqs.min(), rel=1e-4)
    assert figures.decoded_freq_max_hz == pytest.approx(freqs.max(), rel=1e-4)
    # The edge: bands of 1.2 dB reach furthest down here, those of .8 dB would reach further.
    params = corpus.params.copy()
    params[:, 1], params[:, 3] = 21.0, 30.0
    figures = evaluate(Knobs(), replace(corpus, params=params, canonical=params), split)
    assert figures.decoded_freq_min_hz == pytest.approx(30.0, rel=1e-3)


def untrained():
    model = Knobs()
    del model.nothing
    return model


def test_words_are_measured_against_the_mean_and_the_medoid_of_their_test_rows(rows):
    corpus, split = rows
    to_mean, to_medoid = [], []
    for label in (0, 1):
        train = corpus.params[split.train][corpus.labels[split.train] == label]
        curves = curve(corpus.params[split.test][corpus.labels[split.test] == label])
        centre = Knobs().decode(torch.tensor(unit(train).mean(axis=0), dtype=torch.float32)[None])
        decoded = curve(centre.detach().numpy())[0]
        apart = [sum(rms_db(one - other) for other in curves) for one in curves]
        to_mean.append(rms_db(decoded - curves.mean(axis=0)))
        to_medoid.append(rms_db(decoded - curves[int(np.argmin(apart))]))
    figures = evaluate(untrained(), corpus, split)
    assert figures.word_to_mean_db == pytest.approx(np.mean(to_mean), abs=1e-3)
    assert figures.word_to_medoid_db == pytest.approx(np.mean(to_medoid), abs=1e-3)


def test_a_trained_space_places_a_word_by_what_its_settings_sound_like(rows):
    corpus, split = rows
    params = corpus.params.copy()
    params[:, [5, 8]] = 0.0
    params[:, 2], params[:, 3], params[:, 4] = 8.0, np.where(np.arange(80) // 2 % 2, 200.0, 5000.0), 2.0
    corpus = replace(corpus, params=params, canonical=params)
    # Half of each word is raised low, half of it high: the mean of the knobs is raised between, where nobody raised.
    assert evaluate(Knobs(), corpus, split).word_to_mean_db < 0.8
    assert evaluate(untrained(), corpus, split).word_to_mean_db > 1.5


def test_sixty_morphs_are_walked(rows):
    corpus, split = rows
    assert evaluate(Knobs(), corpus, split).morph.pairs == 60


def test_fifteen_neighbours_are_asked():
    train = np.concatenate([np.full(7, 0.1), np.full(8, 0.2), np.full(40, 5.0)])[:, None]
    labels = np.concatenate([np.full(7, 1), np.full(8, 0), np.full(40, 1)])
    assert knn_predictions(train, labels, np.zeros((1, 1))).tolist() == [0]
    labels[7] = 1  # eight of fifteen
    assert knn_predictions(train, labels, np.zeros((1, 1))).tolist() == [1]
    assert knn_predictions(train[:3], labels[:3], np.zeros((1, 1))).tolist() == [1]


@pytest.mark.parametrize("measure", [silhouette, davies_bouldin])
def test_what_needs_two_words_has_no_figure_for_one_or_for_lone_points(measure, random):
    points = random.standard_normal((6, 3))
    assert np.isnan(measure(points, np.zeros(6, dtype=int)))
    assert np.isnan(measure(points, np.arange(6)))
    assert np.isfinite(measure(points, np.arange(6) // 3))


def people_corpus(counts):
    people = [name for name, count in counts.items() for _ in range(count)]
    params = np.tile(FLAT, (len(people), 1))
    params[:, 0] = np.linspace(1, 9, len(people))
    return corpus_of(params, [i % 2 for i in range(len(people))], people)


def test_who_gave_more_than_a_tenth_of_the_rows_is_never_held_out():
    corpus = people_corpus({"large": 11, "under": 10, **{f"p{i}": 4 for i in range(20)}})
    assert len(corpus) == 101
    held = [set(corpus.people[split_rows(corpus, "annotator", 0.2, seed).test]) for seed in range(40)]
    assert not any("large" in people for people in held)
    assert any("under" in people for people in held)


def test_people_are_held_out_up_to_a_fifth_more_than_wanted():
    corpus = people_corpus({f"p{i:02}": 9 for i in range(12)})
    sizes = {len(split_rows(corpus, "annotator", 0.2, seed).test) for seed in range(20)}
    assert sizes == {18}  # 21.6 are wanted, 27 would be more than 25.9


def test_early_stopping_looks_at_a_tenth_of_the_training_rows(rows):
    corpus, split = rows
    recipe = load_recipe("v3")
    patient = replace(recipe, optimiser=replace(recipe.optimiser, patience=3))
    trainer = Trainer(patient, corpus, split, torch.device("cpu"), 0)
    assert len(trainer.validation) == 4
    kept = {row.tobytes() for row in trainer.validation.numpy()}
    assert kept <= {row.tobytes() for row in corpus.params[split.train].astype(np.float32)}
    assert len(Trainer(recipe, corpus, split, torch.device("cpu"), 0).validation) == 0
