"""The comparison recipe `cnn` and its ablation, on made sounds and settings; nothing here needs the data."""

import numpy as np
import pytest
import torch

from semeq import eq
from semeq.training import cli
from semeq.training.audio.ablation.folds import FORMS, LEAN, Material, run_fold
from semeq.training.audio.ablation.report import QUOTED, as_page, rows
from semeq.training.audio.cnn import CnnListener, CnnOptions, MelCnn, draw_clips, draw_settings, train_cnn
from semeq.training.audio.cnn_run import save_cnn_run
from semeq.training.audio.lean import LabelledCurves
from semeq.training.audio.mel import MELS, MelClips, amplify, equalise_clips, mel_frames, mel_weights, pink_clips
from semeq.training.audio.spectra import pink_noise
from semeq.training.errors import DataError, RunError
from semeq.training.run_files import read_tensors

pytestmark = pytest.mark.slow

WARM = eq.Setting(low_shelf_gain_db=7.0, low_shelf_freq_hz=300.0, high_shelf_gain_db=-6.0).to_array()
BRIGHT = eq.Setting(low_shelf_gain_db=-6.0, high_shelf_gain_db=8.0, high_shelf_freq_hz=4000.0).to_array()
POINTS = np.array([[-0.5] * 8, [0.5] * 8])


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """As the command sets it: several threads only wait for each other on nets this small."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def pink():
    return pink_clips(12, seed=3)


@pytest.fixture(scope="module")
def music(pink):
    """Made of noise, dull or sharp, each source with its own colour."""
    random = np.random.default_rng(1)
    colours = eq.denormalise(0.5 + 0.4 * (random.random((12, 13)) - 0.5))
    made = equalise_clips(pink, colours)
    spectra = made.spectra
    owners = tuple(f"source-{i % 10}" for i in range(12))
    return MelClips(type(spectra)(spectra.power, owners, spectra.names), made.frames)


@pytest.fixture(scope="module")
def settings():
    """Warm and bright, twenty people each; warm three times as often as bright."""
    random = np.random.default_rng(7)
    params, labels, people = [], [], []
    for person in range(20):
        for label, base, times in ((0, WARM, 3), (1, BRIGHT, 1)):
            for _ in range(times):
                params.append(eq.denormalise(np.clip(eq.normalise(base) + random.normal(0, 0.03, 13), 0, 1)))
                labels.append(label)
                people.append(f"p{person}")
    return LabelledCurves(np.array(params), np.array(labels), np.array(people), POINTS[labels])


@pytest.fixture(scope="module")
def trained(music, pink, settings):
    return train_cnn(CnnOptions("balanced", "mixed", steps=80), music, pink, settings)


def test_it_hears_what_it_is_taught(trained, music):
    net, losses = trained
    assert np.mean(losses[-10:]) < 0.3 * np.mean(losses[:10])
    listener = CnnListener(net, POINTS)
    dark, light = (listener.scores(equalise_clips(music, params)) for params in (WARM, BRIGHT))
    brighter = (light[:, 1] - light[:, 0]) > (dark[:, 1] - dark[:, 0])
    assert brighter.mean() > 0.9


def test_a_seed_decides_everything(music, pink, settings):
    options = CnnOptions("balanced", "mixed", steps=5, seed=4)
    (one, losses), (two, again) = (train_cnn(options, music, pink, settings) for _ in range(2))
    assert losses == again
    for a, b in zip(one.state_dict().values(), two.state_dict().values(), strict=True):
        assert torch.equal(a, b)
    other = train_cnn(CnnOptions("balanced", "mixed", steps=5, seed=5), music, pink, settings)[1]
    assert other != losses


def test_balanced_sampling_draws_every_word_alike_and_uniform_every_setting():
    labels = np.repeat([-1, 0, 1, 2], [50, 900, 90, 10])
    counts = {
        sampling: np.bincount(labels[draw_settings(labels, 30_000, sampling, np.random.default_rng(0))], minlength=3)
        for sampling in ("uniform", "balanced")
    }
    np.testing.assert_allclose(counts["balanced"] / 30_000, 1 / 3, atol=0.015)
    np.testing.assert_allclose(counts["uniform"] / 30_000, [0.9, 0.09, 0.01], atol=0.01)
    drawn = draw_settings(labels, 30_000, "balanced", np.random.default_rng(0))
    assert set(drawn) == set(range(50, 1050))  # every labelled setting, no unlabelled one


def test_sources_are_what_they_are_called():
    random = np.random.default_rng(0)
    assert draw_clips(30, 20, 1000, "pink", random).min() == 30
    assert draw_clips(30, 20, 1000, "music", random).max() == 29
    assert np.mean(draw_clips(30, 20, 4000, "mixed", random) < 30) == pytest.approx(0.5, abs=0.05)
    with pytest.raises(DataError, match="needs clips"):
        draw_clips(0, 20, 10, "mixed", random)


def test_an_eq_on_mel_frames_is_the_eq_on_the_audio():
    audio = pink_noise(4 * 44_100, 9)
    clip = MelClips(pink_clips(1, seed=9).spectra, mel_frames(audio)[None])
    for params in (WARM, BRIGHT):
        engine = eq.Engine(44_100, 1)
        engine.jump(params)
        played = 10 * np.log10(mel_frames(engine.process(audio)).mean(axis=0))
        computed = 10 * np.log10(equalise_clips(clip, params).frames[0].mean(axis=0))
        assert np.median(np.abs(played - computed)) < 0.1
    assert (mel_weights().sum(axis=0) > 0).all()
    assert mel_weights().shape[1] == MELS


def test_level_moves_the_published_form_only(pink):
    torch.manual_seed(0)
    quiet = amplify(pink, -20.0)
    moved = {}
    for removed in (False, True):
        listener = CnnListener(MelCnn(level_removed=removed).eval(), POINTS)
        moved[removed] = np.abs(listener.hear(quiet) - listener.hear(pink)).max()
    assert moved[True] < 1e-4 < moved[False]


def test_keeping_frequency_tells_mirrored_spectra_apart(pink):
    torch.manual_seed(0)
    net = MelCnn(pool_frequency=False)
    assert net.out.in_features == 8 * MelCnn().out.in_features
    assert net(torch.from_numpy(pink.frames[:2, :64])).shape == (2, 8)


def test_the_ablation_judges_every_row_on_the_same_pairs(music, pink, settings):
    words = np.array([WARM, BRIGHT])
    material = Material(music, pink, pink.take(np.arange(3)), settings, words, POINTS)
    folds = [run_fold(material, seed, 2, forms=dict(list(FORMS.items())[:3])) for seed in (0, 1)]
    table = dict(rows(folds))
    assert set(table) == {*list(FORMS)[:3], LEAN, "centroid", "slope over ERB bands", "tilt", QUOTED}
    assert folds[0].encoders[LEAN].level == 0.0
    assert folds[0].encoders[LEAN].order > 0.9
    assert table[QUOTED][0] == "80.0 %"
    page = as_page(folds, ["warm", "bright"], "semeq-train ablation", 3, 10)
    assert "quoted" in page
    assert "nan" not in page


def test_the_run_folder_round_trips_and_names_what_is_wrong(trained, tmp_path):
    net, _ = trained
    config = {"pool_frequency": True, "level_removed": False}
    save_cnn_run(tmp_path / "run", net, config, {})
    back = MelCnn(**config)
    back.load_state_dict(read_tensors(tmp_path / "run" / "cnn.safetensors"))
    mel = torch.rand(2, 64, 64)
    assert torch.equal(back.eval()(mel), net.eval()(mel))
    with pytest.raises(RunError, match="already holds a run"):
        save_cnn_run(tmp_path / "run", net, config, {})
    (tmp_path / "run" / "cnn.safetensors").write_bytes(b"broken")
    with pytest.raises(RunError, match="cannot read"):
        read_tensors(tmp_path / "run" / "cnn.safetensors")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--sampling", "balanced"], "belong to --recipe cnn"),
        (["--recipe", "cnn", "--music-ratio", "0.5"], "--source"),
        (["--recipe", "cnn", "--source", "mixed"], "--source pink"),
        (["--recipe", "cnn", "--source", "brown"], "brown"),
        (["--recipe", "cnn", "--steps", "0"], "at least one step"),
        (["--recipe", "resnet"], "resnet"),
    ],
)
def test_bad_options_are_one_line(arguments, says, capsys, monkeypatch):
    monkeypatch.delenv("SEMEQ_DATA", raising=False)
    with pytest.raises(SystemExit) as stopped:
        cli.main(["audio-encoder", *arguments])
    assert stopped.value.code == 2
    err = capsys.readouterr().err
    assert says in err
    assert err.count("\n") == 1


def test_the_ablation_needs_music(capsys, monkeypatch):
    monkeypatch.delenv("SEMEQ_DATA", raising=False)
    with pytest.raises(SystemExit) as stopped:
        cli.main(["ablation"])
    assert stopped.value.code == 2
    assert "--music" in capsys.readouterr().err
