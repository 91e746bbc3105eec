"""The audio encoder: it hears an EQ in any piece, the loop is closed, and its figures hold on real music."""

import copy
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from semeq import eq
from semeq.training import load_recipe
from semeq.training.audio import job as job_module
from semeq.training.audio.bands import BANDS, band_levels_db
from semeq.training.audio.closed_loop import ClosedLoop, bin_response, loop_loss, refine
from semeq.training.audio.evaluation import equalise, evaluate_hearing
from semeq.training.audio.front_end import LeanEncoder
from semeq.training.audio.job import AudioJob, gather, run_audio_job
from semeq.training.audio.lean import LabelledCurves, LeanHearer, band_curves, fit_ear, word_axes
from semeq.training.audio.run_folder import load_audio_run, save_audio_run
from semeq.training.audio.spectra import Spectra, music_spectra, pink_spectra
from semeq.training.data.sources import load_data
from semeq.training.errors import DivergedError, RunError
from semeq.training.models.building import build_model

pytestmark = pytest.mark.slow

WARM = eq.Setting(low_shelf_gain_db=5.0, low_shelf_freq_hz=300.0, high_shelf_gain_db=-4.0).to_array()
BRIGHT = eq.Setting(low_shelf_gain_db=-4.0, high_shelf_gain_db=6.0, high_shelf_freq_hz=4000.0).to_array()


@pytest.fixture(scope="module")
def music():
    """Forty pieces of twelve sources, made: pink noise through random settings of its source."""
    random = np.random.default_rng(6)
    pink = pink_spectra(40, seed=50, seconds=2.0)
    colours = eq.denormalise(0.5 + 0.4 * (random.random((12, 13)) - 0.5))
    power = np.array([equalise(p, colours[i % 12]) for i, p in enumerate(pink.power)])
    return Spectra(power, tuple(f"source-{i % 12}" for i in range(40)), pink.names)


@pytest.fixture(scope="module")
def settings():
    """Warm and bright as thirty made people dial them."""
    random = np.random.default_rng(7)
    rows, labels, people = [], [], []
    for person in range(30):
        for label, base in enumerate((WARM, BRIGHT)):
            unit = eq.normalise(base) + random.normal(0, 0.05, 13)
            rows.append(eq.denormalise(np.clip(unit, 0, 1)))
            labels.append(label)
            people.append(f"p{person}")
    params = np.array(rows)
    semantic = np.tile(np.where(np.array(labels)[:, None] == 0, -0.5, 0.5), (1, 8))
    return LabelledCurves(params, np.array(labels), np.array(people), semantic)


def test_a_score_rises_by_the_same_amount_in_every_piece(music, settings):
    hearer = LeanHearer(fit_ear(music, settings), np.array([WARM, BRIGHT]))
    rise = hearer.scores(equalise(music.power, BRIGHT)) - hearer.scores(music.power)
    assert (rise[:, 1] > 0.5).all()
    assert rise[:, 1].std() < 0.15 * rise[:, 1].mean()


def test_scores_are_calibrated_over_music(music, settings):
    scores = LeanHearer(fit_ear(music, settings), np.array([WARM, BRIGHT])).scores(music.power)
    np.testing.assert_allclose(scores.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(scores.std(axis=0), 1, rtol=0.05)


def test_the_metric_is_symmetric_and_positive(music, settings):
    ear = fit_ear(music, settings)
    np.testing.assert_allclose(ear.word_metric, ear.word_metric.T, atol=1e-9)
    assert np.linalg.eigvalsh(ear.word_metric).min() > 0
    own = band_curves(np.array([WARM]))
    assert (word_axes(ear.word_metric, ear.music_covariance, np.array([WARM])) @ own.T > 0).all()


def test_cross_validation_holds_sources_and_people_out(music, settings):
    met = []

    def fit(clips, rows):
        met.append((set(clips.sources), set(rows.people)))
        return LeanHearer(fit_ear(clips, rows), np.array([WARM, BRIGHT]))

    found = evaluate_hearing(fit, music, pink_spectra(3, seed=1, seconds=2.0), settings, np.array([WARM, BRIGHT]))
    assert len(met) == 5
    for sources, people in met:
        assert len(sources) < 12
        assert len(people) < 30
    assert found.encoder.order > 0.95
    assert found.closed_loop_all > 0.95
    assert set(found.baselines) == {"centroid", "slope over ERB bands", "tilt"}


@pytest.fixture(scope="module")
def loop(music, settings):
    torch.manual_seed(0)
    ear = fit_ear(music, settings)
    space = build_model(load_recipe("v3").model, settings.params, words=2)
    return ClosedLoop(LeanEncoder(ear.mean_music_db, ear.head, ear.music_covariance), space)


def test_the_loop_is_closed(loop, music):
    """Perturb what the encoder says: the EQ's parameters and the loss at the end must move."""
    power = torch.tensor(music.power[:8], dtype=torch.float32)
    before = loop(power)
    loss_before = loop_loss(before, loop)
    with torch.no_grad():
        loop.encoder.head.weight += 0.01 * torch.randn(8, 64, generator=torch.Generator().manual_seed(1))
    after = loop(power)
    assert (after.params - before.params).abs().max() > 1e-3
    assert abs(float((loop_loss(after, loop) - loss_before).detach())) > 1e-6


def test_gradient_reaches_the_encoder_through_eq_and_decoder(loop, music):
    power = torch.tensor(music.power[:8], dtype=torch.float32)
    turn = loop(power)
    # Only the path through the decoder and the EQ: what is heard first is cut off the graph.
    (turn.heard_after - turn.heard.detach()).square().mean().backward()
    gradient = loop.encoder.head.weight.grad
    assert torch.isfinite(gradient).all()
    assert gradient.abs().max() > 0
    assert all(weight.grad is None for weight in loop.space.parameters())


def test_closed_loop_training_lowers_the_loss(loop, music, settings):
    power = torch.tensor(music.power / music.power.max(axis=1, keepdims=True), dtype=torch.float32)
    losses = refine(loop, power, torch.tensor(settings.params, dtype=torch.float32), steps=60, seed=1)
    assert np.mean(losses[-15:]) < np.mean(losses[:15])


def test_slopes_are_finite_for_shelves_at_the_edges():
    """A shelf at 20 Hz met by the bin below half the rate: fourth powers of their ratio are past float32."""
    params = torch.tensor(np.stack([eq.FLAT, WARM, BRIGHT]), dtype=torch.float32)
    params[:, eq.FREQ_INDEX[0]], params[:, eq.FREQ_INDEX[-1]] = 20.0, 20_000.0
    params.requires_grad_()
    curves = bin_response()(params)
    curves.square().sum().backward()
    assert torch.isfinite(curves).all()
    assert torch.isfinite(params.grad).all()


def test_a_head_that_diverges_is_refused(loop, music, settings):
    power = torch.tensor(music.power[:8], dtype=torch.float32)
    power[0] = torch.nan
    with pytest.raises(DivergedError, match="loss is nan"):
        refine(copy.deepcopy(loop), power, torch.tensor(settings.params, dtype=torch.float32), steps=3, seed=1)


def test_the_run_folder_round_trips_and_names_what_is_wrong(music, settings, tmp_path):
    ear = fit_ear(music, settings)
    save_audio_run(tmp_path / "run", ear, {"recipe": "lean"}, {"order": 1.0})
    back = load_audio_run(tmp_path / "run")
    np.testing.assert_array_equal(back.ear.word_metric, ear.word_metric)
    assert back.ear.ridge == ear.ridge
    with pytest.raises(RunError, match="already holds a run"):
        save_audio_run(tmp_path / "run", ear, {}, {})
    (tmp_path / "run" / "ear.safetensors").write_bytes(b"broken")
    with pytest.raises(RunError, match="cannot read"):
        load_audio_run(tmp_path / "run")


def test_on_real_music_it_beats_every_simple_measure(data_dir):
    """Order of real warm and bright settings on clips of sources not met, against slope, tilt and centroid."""
    corpus = load_data(load_recipe("v3"), data_dir).corpus
    rows = LabelledCurves(corpus.params, corpus.labels, corpus.people, np.zeros((len(corpus), 8)))
    # What each word stands for: the setting that fits the mean response of its rows.
    means = [eq.curve(corpus.params[corpus.labels == label]).mean(axis=0) for label in (0, 1)]
    words = 2 * eq.fit_curves(np.array(means)).params
    words[:, eq.FREQ_INDEX], words[:, eq.Q_INDEX] = words[:, eq.FREQ_INDEX] / 2, words[:, eq.Q_INDEX] / 2
    music = music_spectra(data_dir / "music")
    found = evaluate_hearing(lambda c, s: LeanHearer(fit_ear(c, s), words), music, pink_spectra(6, seed=9), rows, words)
    assert found.encoder.order >= 0.93
    assert found.encoder.order > max(b.order for b in found.baselines.values())
    assert found.encoder.spearman_centroid >= 0.78
    assert found.encoder.order_pink >= 0.9


def test_music_is_counted_and_judged_without_the_noise_beside_it(music, settings, tmp_path, monkeypatch):
    """Half music, half noise: twelve sources of music are twelve, and no clip of noise is judged as music."""
    space = build_model(load_recipe("v3").model, settings.params, words=2).eval()
    run = SimpleNamespace(path=tmp_path / "v3", model=space)
    monkeypatch.setattr(job_module, "music_spectra", lambda *args, **kwargs: music)
    monkeypatch.setattr(job_module, "labelled_settings", lambda run, data: settings)
    monkeypatch.setattr(job_module, "word_settings", lambda run: np.array([WARM, BRIGHT]))
    job = AudioJob(run, None, tmp_path, music_ratio=0.5, steps=1)
    _, metrics, config = run_audio_job(job, tmp_path / "ear")
    assert (config["clips"], config["noise_clips"], config["sources"]) == (40, 40, 12)
    assert metrics.clips == 40
    assert {"music": len(gather(job).music), "all": len(gather(job).all)} == {"music": 40, "all": 80}


def test_levels_ignore_gain():
    power = pink_spectra(1, seed=2, seconds=1.0).power
    np.testing.assert_allclose(band_levels_db(power * 1e-6), band_levels_db(power), atol=1e-9)
    assert band_levels_db(power).shape == (1, BANDS)
