"""The comparison recipe `cnn` and its ablation, on made sounds and settings; nothing here needs the data."""

import json
import re
from dataclasses import asdict

import numpy as np
import pytest
import torch

from semeq import eq
from semeq.training import cli
from semeq.training.audio.ablation.folds import FORMS, LEAN, SHOWN, Material, run_fold
from semeq.training.audio.ablation.report import QUOTED, as_page, rows
from semeq.training.audio.cnn import CnnListener, CnnOptions, CnnTrainer, MelCnn, train_cnn
from semeq.training.audio.cnn import run as cnn_run
from semeq.training.audio.cnn.training import draw_clips, draw_settings
from semeq.training.audio.lean import LabelledCurves
from semeq.training.audio.mel import MELS, MelClips, amplify, equalise_clips, mel_frames, mel_weights, pink_clips
from semeq.training.audio.spectra import pink_noise
from semeq.training.errors import DataError, DivergedError
from semeq.training.run_files import read_tensors

from ..conftest import made

pytestmark = pytest.mark.slow

WARM = eq.Setting(low_shelf_gain_db=7.0, low_shelf_freq_hz=300.0, high_shelf_gain_db=-6.0).to_array()
BRIGHT = eq.Setting(low_shelf_gain_db=-6.0, high_shelf_gain_db=8.0, high_shelf_freq_hz=4000.0).to_array()
#: The recipe without music, which needs no files.
NOISE = ("--recipe", "cnn", "--music-ratio", "0")
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
    return train_cnn(CnnOptions("balanced", 0.5, steps=150), music, pink, settings)


def test_it_hears_what_it_is_taught(trained, music):
    net, losses = trained
    assert losses[-1] < 0.3 * losses[0]
    listener = CnnListener(net, POINTS)
    dark, light = (listener.scores(equalise_clips(music, params)) for params in (WARM, BRIGHT))
    brighter = (light[:, 1] - light[:, 0]) > (dark[:, 1] - dark[:, 0])
    assert brighter.mean() > 0.9


def test_a_seed_decides_everything(music, pink, settings):
    options = CnnOptions("balanced", 0.5, steps=5, seed=4)
    (one, losses), (two, again) = (train_cnn(options, music, pink, settings) for _ in range(2))
    assert losses.tolist() == again.tolist()
    for a, b in zip(one.state_dict().values(), two.state_dict().values(), strict=True):
        assert torch.equal(a, b)
    other = train_cnn(CnnOptions("balanced", 0.5, steps=5, seed=5), music, pink, settings)[1]
    assert other.tolist() != losses.tolist()


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
    assert draw_clips(30, 20, 1000, 0.0, random).min() == 30
    assert draw_clips(30, 20, 1000, 1.0, random).max() == 29
    for share in (0.3, 0.5, 0.7):
        assert np.mean(draw_clips(30, 20, 4000, share, random) < 30) == pytest.approx(share, abs=0.05)
    with pytest.raises(DataError, match="needs clips"):
        draw_clips(0, 20, 10, 0.5, random)


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
        listener = CnnListener(MelCnn(CnnOptions(level_removed=removed)).eval(), POINTS)
        moved[removed] = np.abs(listener.hear(quiet) - listener.hear(pink)).max()
    assert moved[True] < 1e-4 < moved[False]


def test_keeping_frequency_tells_mirrored_spectra_apart(pink):
    torch.manual_seed(0)
    net = MelCnn(CnnOptions(pool_frequency=False))
    assert net.out.in_features == 8 * MelCnn(CnnOptions()).out.in_features
    assert net(torch.from_numpy(pink.frames[:2, :64])).shape == (2, 8)


def test_the_ablation_judges_every_row_on_the_same_pairs(music, pink, settings):
    some = [*SHOWN, "the same, closed loop"]
    words = np.array([WARM, BRIGHT])
    material = Material(music, pink, pink.take(np.arange(3)), settings, words, POINTS)
    folds = [run_fold(material, seed, 2, forms={name: FORMS[name] for name in some}) for seed in (0, 1)]
    table = dict(rows(folds))
    assert set(table) == {*some, LEAN, "centroid", "slope over ERB bands", "tilt", QUOTED}
    assert folds[0].encoders[LEAN].level == 0.0
    assert folds[0].encoders[LEAN].order > 0.9
    assert table[QUOTED][0] == "80.0 %"
    page = as_page(folds, ["warm", "bright"], "semeq-train ablation", 3, 10)
    assert "quoted" in page
    examples = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]
    assert len(examples) == min(12, folds[0].clips)
    centroids = [int(cells[1]) for cells in examples]
    assert centroids == sorted(centroids)
    of_lean = [[float(score) for score in re.findall(r"-?\d\.\d\d", cells[4])] for cells in examples]
    assert all(len(scores) == 2 and scores == sorted(scores, reverse=True) for scores in of_lean)  # of two words
    brightest = sum(cells[4].startswith("bright") for cells in examples)
    assert f"{brightest} of {len(examples)}" in page.splitlines()[-1]
    assert "nan" not in page


@pytest.mark.parametrize("changes", [{"net": "residual"}, {"head": "hidden"}, {"closed_loop": 0.5}])
def test_every_variant_learns_and_is_another_net(changes, trained, music, pink, settings):
    options = CnnOptions.from_dict({"sampling": "balanced", "music_share": 0.5, "steps": 100, **changes})
    net, losses = train_cnn(options, music, pink, settings)
    assert losses[-1] < 0.7 * losses[0]
    assert not np.allclose(CnnListener(net, POINTS).hear(music), CnnListener(trained[0], POINTS).hear(music), atol=1e-3)


def test_the_closed_loop_asks_for_the_difference_that_the_eq_makes(music, pink, settings):
    """Without it the net answers a clip as if it had an EQ; with it, less so."""
    heard = {}
    for weight in (0.0, 2.0):
        options = CnnOptions("balanced", 0.5, closed_loop=weight, steps=150)
        net, _ = train_cnn(options, music, pink, settings)
        listener = CnnListener(net, POINTS)
        dry, wet = listener.hear(music), listener.hear(equalise_clips(music, BRIGHT))
        heard[weight] = np.abs(wet - dry - POINTS[1]).mean()
    assert heard[2.0] < 0.8 * heard[0.0]


def test_a_training_that_was_interrupted_ends_as_one_that_was_not(music, pink, settings):
    options = CnnOptions("balanced", 0.5, closed_loop=0.3, steps=70)
    whole, _ = train_cnn(options, music, pink, settings)
    states = []
    first = CnnTrainer(options, music, pink, settings)
    first.run(save=lambda: states.append(first.state()))
    second = CnnTrainer(options, music, pink, settings)
    second.restore(states[0])
    assert second.done == 50
    for a, b in zip(whole.state_dict().values(), second.run().state_dict().values(), strict=True):
        assert torch.equal(a, b)


def test_a_loss_that_is_no_number_is_told(music, pink, settings):
    trainer = CnnTrainer(CnnOptions(steps=10), music, pink, settings)
    trainer.target += float("nan")
    with pytest.raises(DivergedError, match="step 10"):
        trainer.run()


@pytest.fixture(scope="module")
def space_run(tmp_path_factory, write_rows):
    """A V3 run of a few steps on made rows, and the rows."""
    folder = tmp_path_factory.mktemp("cnn")
    rows = write_rows(folder / "made.csv", made(60))
    with pytest.raises(SystemExit) as stop:
        cli.main(["v3", "--data", str(rows), "--steps", "3", "--split", "random", "--out", str(folder / "v3")])
    assert stop.value.code == 0
    return folder


@pytest.fixture
def little_noise(monkeypatch):
    monkeypatch.setattr(cnn_run, "TRAINING_PINK", 6)


def cnn(space_run, out, *arguments):
    with pytest.raises(SystemExit) as stop:
        cli.main(
            ["audio-encoder", "--recipe", "cnn", "--music-ratio", "0", "--run", str(space_run / "v3")]
            + ["--data", str(space_run / "made.csv"), "--out", str(out), *arguments]
        )
    return stop.value.code


@pytest.mark.usefixtures("little_noise")
def test_the_command_writes_a_run_with_its_losses(space_run, tmp_path, capsys):
    out = tmp_path / "run"
    assert cnn(space_run, out, "--steps", "60", "--set", "head=hidden", "--log", "tensorboard") == 0
    config = json.loads((out / "config.json").read_text())
    assert (config["head"], config["steps"], config["noise_clips"]) == ("hidden", 60, 6)
    options = CnnOptions.from_dict({key: config[key] for key in asdict(CnnOptions())})
    MelCnn(options).load_state_dict(read_tensors(out / "cnn.safetensors"))
    log = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in log] == [50, 60]
    assert json.loads((out / "metrics.json").read_text())["loss_last"] == log[-1]["loss"]
    assert list((out / "tensorboard").iterdir())
    assert not list(out.glob("state*"))
    capsys.readouterr()
    assert cnn(space_run, out, "--steps", "60") == 1
    assert "already holds a finished run" in capsys.readouterr().err


@pytest.mark.usefixtures("little_noise")
def test_the_command_goes_on_where_it_was_interrupted(space_run, tmp_path, capsys, monkeypatch):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert cnn(space_run, whole, "--steps", "70") == 0
    monkeypatch.setattr(cnn_run, "STATE_STEPS", 50)
    step = CnnTrainer._step

    def dies(self, number):
        if number == 60:
            raise KeyboardInterrupt
        return step(self, number)

    monkeypatch.setattr(CnnTrainer, "_step", dies)
    assert cnn(space_run, broken, "--steps", "70") == 130
    monkeypatch.setattr(CnnTrainer, "_step", step)
    capsys.readouterr()
    assert cnn(space_run, broken, "--steps", "70", "--resume", "--set", "net=residual") == 1
    assert "another net" in capsys.readouterr().err
    assert cnn(space_run, broken, "--steps", "70", "--resume") == 0
    for name in ("cnn.safetensors", "log.jsonl"):
        assert (broken / name).read_bytes() == (whole / name).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--set", "sampling=balanced"], "belong to --recipe cnn"),
        (["--recipe", "cnn", "--music-ratio", "0.5"], "--music-ratio 0"),
        ([*NOISE, "--set", "sampling=odd"], "uniform, balanced"),
        ([*NOISE, "--set", "colour=brown"], "colour"),
        ([*NOISE, "--set", "steps=4"], "--set steps is --steps"),
        ([*NOISE, "--set", "closed_loop=-1"], "must not be below 0"),
        ([*NOISE, "--steps", "0"], "at least 1"),
        ([*NOISE, "--resume"], "--resume needs --out"),
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
