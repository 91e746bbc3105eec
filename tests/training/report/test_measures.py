"""The figures that models are compared by, and the limits behind them, on spaces and rows whose answers are known."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from semeq.eq import (
    FLAT,
    FREQ_INDEX,
    GAIN_INDEX,
    Q_INDEX,
    REFERENCE_GRID_HZ,
    curve,
    denormalise,
    rms_db,
    shape_name,
    tilt,
)
from semeq.training import DataError, load_recipe
from semeq.training.data.corpus import Corpus
from semeq.training.data.fitted_words import FittedWords
from semeq.training.data.inspection import inspect, word_percentiles
from semeq.training.data.readers.records import SavedSettings, anonymous_key, parse_params
from semeq.training.data.readers.socialfx import BAND_FREQS_HZ, DescribedCurves, shapes_db
from semeq.training.data.schools import split_schools
from semeq.training.data.split import Split, split_rows
from semeq.training.jobs.losses import contrastive_loss, geometry_loss
from semeq.training.jobs.trainer import Trainer, learning_rate
from semeq.training.models.network import Space
from semeq.training.models.scale import fixed_scale
from semeq.training.models.words import typical_curve
from semeq.training.recipe import ModelSection
from semeq.training.report.evaluation import evaluate
from semeq.training.report.morphing import even_path, measure_morphs
from semeq.training.report.telling_apart import davies_bouldin, knn_predictions, silhouette


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


@pytest.fixture
def rows(random):
    """Eighty settings away from the bounds; half are tested on."""
    params = denormalise(random.uniform(0.2, 0.8, (80, 13)))
    params[:, 11] = np.where(np.arange(80) % 2, 6.0, -6.0)
    params[:, [0, 2, 5, 8]] = np.linspace(0.5, 1.0, 80)[:, None] * np.array([0.8, 1.2, 6.0, -7.0])
    params[:, 0], params[:, 2] = 0.8, 1.2
    split = Split("random", np.arange(0, 40), np.arange(40, 80))
    return corpus_of(params, [i % 2 for i in range(80)]), split


# --------------------------------------------------------------------------------------------------------- figures


def by_hand(errors, fraction):
    """A quantile by sorting: linear between the two values around it."""
    ordered = sorted(errors)
    at = fraction * (len(ordered) - 1)
    low = int(at)
    return ordered[low] + (at - low) * (ordered[min(low + 1, len(ordered) - 1)] - ordered[low])


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


# ---------------------------------------------------------------------------------------------------------- morphs


def bell(gain_db, freq_hz):
    params = FLAT.copy()
    params[[5, 6]] = gain_db, freq_hz
    return unit(params)[0]


def test_the_frequency_jump_is_the_95th_percentile_over_pairs():
    starts = np.stack([bell(6.0, 400.0)] * 21)
    ends = np.stack([bell(6.0, 400.0 * 1.1 ** (i + 1)) for i in range(21)])
    model = Knobs()
    each = [measure_morphs(model, starts[i : i + 1], ends[i : i + 1]).freq_jump_octaves for i in range(21)]
    assert each == sorted(each)
    assert measure_morphs(model, starts, ends).freq_jump_octaves == pytest.approx(by_hand(each, 0.95))
    assert by_hand(each, 0.95) > 1.02 * by_hand(each, 0.9)


@pytest.mark.parametrize(("gain_db", "heard"), [(0.9, False), (1.1, True), (-1.1, True)])
def test_bands_under_one_decibel_may_jump(gain_db, heard):
    figures = measure_morphs(Knobs(), bell(gain_db, 400.0)[None], bell(gain_db, 4000.0)[None])
    assert (figures.freq_jump_octaves > 0) == heard


def test_a_band_that_appears_has_not_jumped():
    def appears(params):
        out = torch.tensor(FLAT, dtype=torch.float32).repeat(len(params), 1)
        late = params[:, 5] > 3.0
        out[:, 5], out[:, 6] = torch.where(late, 4.0, 0.5), torch.where(late, 5000.0, 100.0)
        return out

    figures = measure_morphs(Knobs(appears), bell(0.0, 400.0)[None], bell(6.0, 400.0)[None])
    assert figures.freq_jump_octaves == 0


@pytest.mark.parametrize(("back_db", "monotone"), [(0.03, 1.0), (0.07, 0.0)])
def test_tilt_may_turn_back_by_a_twentieth_of_a_decibel(back_db, monotone):
    one = FLAT.copy()
    one[11] = 1.0
    tilt_of_one = float(tilt(curve(one)))

    def turns(params):
        """The shelf rises to half a decibel, and falls by a little at the end."""
        out = torch.tensor(FLAT, dtype=torch.float32).repeat(len(params), 1)
        part = params[:, 5] / 6.0
        top, fall = 0.5 / tilt_of_one, back_db / tilt_of_one
        out[:, 11] = torch.where(part < 0.8, top * part / 0.8, top - fall * (part - 0.8) / 0.2)
        return out

    figures = measure_morphs(Knobs(turns), bell(0.0, 400.0)[None], bell(6.0, 400.0)[None])
    assert figures.tilt_monotone == monotone


def test_unevenness_is_relative_to_the_mean_step():
    start, end = bell(1.5, 300.0), bell(8.0, 3000.0)
    figures = measure_morphs(Knobs(), start[None], end[None])
    path = Knobs().decode(torch.tensor(even_path(Knobs(), start, end), dtype=torch.float32)).detach().numpy()
    steps = rms_db(np.diff(curve(path), axis=0))
    assert figures.max_over_mean == pytest.approx(steps.max() / steps.mean(), rel=0.02)
    assert figures.step_cv == pytest.approx(steps.std() / steps.mean(), abs=0.01)


# --------------------------------------------------------------------------------------------- words told apart, splits


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


# ----------------------------------------------------------------------------------------------------- words placed


def described(word, target_db, people):
    curves = DescribedCurves((word,), ("en",), np.zeros((1, 40)), (people,), "0" * 64)
    return FittedWords(curves, target_db[None], FLAT[None], np.zeros(1))


def word_corpus(word, count, random):
    """Ten warm and ten bright settings, and some saved under another word."""
    params = denormalise(random.uniform(0.3, 0.7, (20 + count, 13)))
    corpus = corpus_of(params, [i % 2 for i in range(20)] + [-1] * count)
    corpus.descriptors[:] = np.array(["warm", "bright"] * 10 + [word[:6]] * count)
    return corpus


def test_a_typical_curve_has_the_median_strength_not_the_mean():
    params = np.tile(FLAT, (3, 1))
    params[:, 5] = 1.0, 2.0, 12.0
    strengths = rms_db(curve(params))
    assert rms_db(typical_curve(params)) == pytest.approx(strengths[1])
    assert abs(strengths.mean() - strengths[1]) > 0.3


@pytest.mark.parametrize(
    ("low_hz", "high_hz", "name"),
    [(20, 115, "lows"), (125, 480, "low-mids"), (520, 1900, "mids"), (2100, 5800, "presence"), (6200, 20_001, "air")],
)
def test_regions_of_a_school(low_hz, high_hz, name):
    shape = np.where((low_hz <= REFERENCE_GRID_HZ) & (high_hz > REFERENCE_GRID_HZ), 2.0, 0.0)
    assert shape_name(shape) == f"{name} up"
    assert shape_name(-shape) == f"{name} down"


def test_a_second_region_is_named_if_it_is_half_as_strong():
    lows, air = REFERENCE_GRID_HZ < 120, REFERENCE_GRID_HZ > 6000
    assert shape_name(np.where(lows, 2.0, np.where(air, -1.05, 0.0))) == "lows up, air down"
    assert shape_name(np.where(lows, 2.0, np.where(air, -0.95, 0.0))) == "lows up"


def test_a_person_belongs_to_the_school_of_most_of_their_settings():
    dark, bright = FLAT.copy(), FLAT.copy()
    dark[0], bright[11] = 9.0, 9.0
    params = np.stack([dark] * 6 + [bright] * 5)
    people = np.array(["a", "a", "a", "b", "b", "c"] + ["a", "b", "d", "d", "d"])
    first, second = split_schools(params, people, 2)
    assert (len(first.params), len(second.params)) == (6, 5)
    assert (first.people, second.people) == (3, 1)
    assert "lows up" in first.name


# --------------------------------------------------------------------------------------------------- rows and readers


def saved_settings(gains):
    """Settings with a bell 2 of so many dB, Q .1, so that strength is nearly the gain."""
    params = np.tile(FLAT, (len(gains), 1))
    params[:, 5], params[:, 6], params[:, 7] = gains, 1000.0, 0.1
    words = tuple(f"word{i}" for i in range(len(gains)))
    return SavedSettings("made", params, words, words, tuple(range(1, len(gains) + 1)), (), "0" * 64)


def test_flat_is_under_half_a_decibel():
    saved = saved_settings([0.5, 0.6, 0.68, 0.72, 0.78, 0.82, 0.9])
    strength = rms_db(curve(saved.params))
    assert strength.min() < 0.5 < 0.55 < strength.max()
    assert any(0.5 <= s < 0.6 for s in strength)
    assert inspect(saved).flat == (strength < 0.5).sum()


def test_silent_bands_are_under_03_db():
    assert inspect(saved_settings([0.29, 0.31, 0.35])).silent_bands == pytest.approx((3 * 4 + 1) / 15)


def test_percentiles_of_a_word_are_of_its_rows_and_of_bands_that_are_heard():
    saved = saved_settings([0.1, 1.0, 2.0, 3.0, 9.0])
    saved = replace(saved, words=("warm", "warm", "warm", "warm", "bright"))
    saved.params[:, 6] = [50.0, 100.0, 200.0, 300.0, 4000.0]
    gain, freq = word_percentiles(saved, "warm")[[5, 6]]
    np.testing.assert_allclose(gain[[0, 3, 6]], [0.1, 1.5, 3.0])
    np.testing.assert_allclose(freq[[0, 3, 6]], [100.0, 200.0, 300.0])
    assert np.isnan(word_percentiles(saved, "warm")[1]).all()
    with pytest.raises(DataError, match="'airy'"):
        word_percentiles(saved, "airy")


def test_more_than_14_db_rms_is_suspicious():
    params = np.tile(FLAT, (3, 1))
    params[:, GAIN_INDEX[1:4]] = np.array([[11.5], [7.8], [6.0]])
    params[:, Q_INDEX] = 0.1
    strength = rms_db(curve(params))
    for scale, expected in ((14.1, True), (13.9, False), (13.5, False)):
        row = params[:1].copy()
        low, high = 0.0, 12.0
        for _ in range(50):
            row[:, GAIN_INDEX[1:4]] = (low + high) / 2
            low, high = ((low + high) / 2, high) if rms_db(curve(row))[0] < scale else (low, (low + high) / 2)
        saved = SavedSettings("made", row, ("a",), ("a",), (1,), (), "0" * 64)
        assert bool(inspect(saved).suspicious) == expected
    assert strength[0] > 14


def test_imbalance_is_the_first_word_over_the_tenth():
    words = [name for i, name in enumerate("abcdefghijkl") for _ in range(24 - 2 * i)]
    names = tuple(f"word{name}" for name in words)
    saved = saved_settings([3.0] * len(words))
    saved = SavedSettings("made", saved.params, names, names, tuple(range(len(words))), (), "0" * 64)
    assert inspect(saved).imbalance == pytest.approx(24 / 6)


def test_a_number_at_a_bound_may_be_off_by_float32_and_no_more():
    cells = [str(float(v)) for v in FLAT]
    for value, usable in (("12.0001", True), ("12.001", False), ("-12.0001", True), ("-12.001", False)):
        parsed = parse_params("warm", [value, *cells[1:]])
        assert isinstance(parsed, list) == usable
        if usable:
            assert abs(parsed[0]) == 12.0
    for value, usable in (("0.0999995", True), ("0.0999", False)):
        assert isinstance(parse_params("warm", [*cells[:4], value, *cells[5:]]), list) == usable


def test_a_persons_key_needs_the_file():
    key = anonymous_key("192.168.0.1", "a" * 64)
    assert key == anonymous_key("192.168.0.1", "a" * 64) != anonymous_key("192.168.0.1", "b" * 64)
    assert "192" not in key
    assert len(key) == 16


def test_shapes_peak_at_8_db_and_are_straight_in_octaves():
    bands = np.zeros((1, 40))
    low, high = 10, 20
    bands[0, low], bands[0, high] = 1.0, -2.0
    shape = shapes_db(bands)[0]
    assert np.abs(shape).max() == pytest.approx(8.0, rel=0.08)
    ramp = np.zeros((1, 40))
    ramp[0] = np.log(BAND_FREQS_HZ)
    made = shapes_db(ramp)[0]
    np.testing.assert_allclose(made, 8.0 * np.log(np.minimum(REFERENCE_GRID_HZ, 19_682)) / np.log(19_682), atol=1e-9)


# -------------------------------------------------------------------------------------------------- losses, schedule


def test_a_triplet_wants_a_margin_of_a_half():
    points = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.8, 0.6], [0.8, 0.6]])
    labels, weights = torch.tensor([0, 0, 1, 1]), torch.ones(4)
    assert contrastive_loss("triplet", points, labels, 0.1, weights).item() == pytest.approx(
        2 * 0.8 - 2 + 0.5, abs=1e-5
    )
    far = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.74, 0.6726], [0.74, 0.6726]])
    assert contrastive_loss("triplet", far, labels, 0.1, weights).item() == 0.0


def test_geometry_weighs_curves_by_their_strength_over_one_decibel_more(random):
    directions, curves = random.standard_normal((3, 8)), random.standard_normal((3, 128)) * np.array([[0.2], [1], [5]])
    strength = np.sqrt((curves**2).mean(axis=1))
    weight = strength / (strength + 1)
    unit_of = [rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (directions, curves)]
    cosines = [rows @ rows.T for rows in unit_of]
    expected = ((cosines[0] - cosines[1]) ** 2 * np.outer(weight, weight)).mean()
    assert geometry_loss(*map(torch.tensor, (directions, curves))).item() == pytest.approx(expected)


def test_the_learning_rate_rises_over_15_percent_and_falls_to_nothing():
    section = replace(load_recipe("v3").optimiser, steps=1000, learning_rate=1.0)
    assert section.schedule != "constant"
    rates = [learning_rate(section, step) for step in range(1001)]
    assert rates[0] == pytest.approx(1 / 25)
    assert int(np.argmax(rates)) == 150
    assert rates[150] == pytest.approx(1.0)
    assert rates[75] == pytest.approx((1 / 25 + 1) / 2)  # half a cosine
    assert rates[1000] == pytest.approx(1e-5)
    assert learning_rate(replace(section, schedule="constant"), 500) == 1.0


def test_early_stopping_looks_at_a_tenth_of_the_training_rows(rows):
    corpus, split = rows
    recipe = load_recipe("v3")
    patient = replace(recipe, optimiser=replace(recipe.optimiser, patience=3))
    trainer = Trainer(patient, corpus, split, torch.device("cpu"), 0)
    assert len(trainer.validation) == 4
    kept = {row.tobytes() for row in trainer.validation.numpy()}
    assert kept <= {row.tobytes() for row in corpus.params[split.train].astype(np.float32)}
    assert len(Trainer(recipe, corpus, split, torch.device("cpu"), 0).validation) == 0
