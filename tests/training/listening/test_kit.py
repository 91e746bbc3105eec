"""The kit: stimuli equally loud and blind, the reference hidden, the key in nobody's hands but ours."""

import json
import re

import numpy as np
import pytest
import soundfile

from semeq.eq import curve
from semeq.files import loudness_lufs
from semeq.training import DataError, RunError
from semeq.training.cli import main
from semeq.training.listening import (
    ANCHOR,
    FLAT_ANCHOR,
    REFERENCE,
    Excerpt,
    pick_excerpts,
    read_key,
    render_trial,
    write_kit,
)
from semeq.training.listening.stimuli import ANCHOR_HZ, LOUDNESS_LUFS, PEAK

RATE = 44_100
WARM = np.array([6.0, 200, 0, 350, 1, 0, 1000, 1, 0, 3000, 1, -6.0, 5000])
BRIGHT = np.array([-6.0, 200, 0, 350, 1, 0, 1000, 1, 0, 3000, 1, 6.0, 5000])


def noise(seed, seconds=2.0, level=0.1, channels=2):
    return np.random.default_rng(seed).normal(0, level, (channels, int(seconds * RATE)))


@pytest.fixture
def trial():
    return render_trial(Excerpt(noise(0), RATE, "one.wav"), "warm", WARM, {"v3": BRIGHT})


@pytest.fixture
def music(tmp_path):
    folder = tmp_path / "music"
    folder.mkdir()
    for i in range(5):
        soundfile.write(folder / f"{i}.wav", noise(i, 3.0).T, RATE)
    soundfile.write(folder / "short.wav", noise(9, 0.5).T, RATE)
    soundfile.write(folder / "silent.wav", np.zeros((4 * RATE, 2)), RATE)
    return folder


def test_all_sounds_of_a_trial_are_equally_loud_and_none_clips(trial):
    names = [condition.name for condition in trial.conditions]
    assert names == [REFERENCE, "v3", ANCHOR, FLAT_ANCHOR]
    for condition in trial.conditions:
        assert loudness_lufs(condition.audio, RATE) == pytest.approx(trial.loudness_lufs, abs=0.15)
        assert np.abs(condition.audio).max() <= PEAK + 1e-9
    assert trial.loudness_lufs == pytest.approx(LOUDNESS_LUFS)


def test_where_a_peak_would_clip_the_whole_trial_is_softer():
    audio = noise(1, level=0.01)
    audio[:, RATE] = 0.9
    trial = render_trial(Excerpt(audio, RATE, "click.wav"), "warm", WARM, {})
    assert trial.loudness_lufs < LOUDNESS_LUFS - 1
    assert max(np.abs(c.audio).max() for c in trial.conditions) == pytest.approx(PEAK, rel=1e-6)


def test_the_reference_is_the_setting_and_the_anchor_a_low_pass(trial):
    spectrum = {c.name: np.abs(np.fft.rfft(c.audio[0])) for c in trial.conditions}
    freqs = np.fft.rfftfreq(len(trial.conditions[0].audio[0]), 1 / RATE)

    def level_db(name, low, high):
        here = (freqs > low) & (freqs < high)
        return 20 * np.log10(np.sqrt((spectrum[name][here] ** 2).mean()))

    def tilt_db(name):
        return level_db(name, 10_000, 15_000) - level_db(name, 40, 90)

    assert tilt_db(REFERENCE) - tilt_db(FLAT_ANCHOR) == pytest.approx(-12, abs=0.5)
    assert tilt_db("v3") - tilt_db(FLAT_ANCHOR) == pytest.approx(12, abs=0.5)
    assert level_db(ANCHOR, 2 * ANCHOR_HZ, 15_000) < level_db(REFERENCE, 2 * ANCHOR_HZ, 15_000) - 40
    assert curve(WARM)[0] > 5


def test_excerpts_are_of_different_files_that_are_long_and_loud_enough(music):
    found = pick_excerpts(music, 5, 2.0, np.random.default_rng(0))
    assert sorted(piece.source for piece in found) == [f"{i}.wav" for i in range(5)]
    assert {piece.audio.shape for piece in found} == {(2, 2 * RATE)}
    again = pick_excerpts(music, 5, 2.0, np.random.default_rng(0))
    assert all(np.array_equal(a.audio, b.audio) for a, b in zip(found, again, strict=True))
    with pytest.raises(DataError, match="holds 5 files"):
        pick_excerpts(music, 6, 2.0, np.random.default_rng(0))


@pytest.mark.parametrize("kind", ["mushra", "abx"])
def test_what_listeners_get_does_not_say_what_is_what(trial, tmp_path, kind):
    kit = write_kit(tmp_path / "kit", kind, [trial, trial], 3, {"runs": ["v3"]})
    key = read_key(kit.key)
    assert kit.key.parent == tmp_path  # beside the folder, not in it
    listed = [code for one in key["trials"].values() for code in one["conditions"]]
    assert sorted(path.stem for path in (kit.folder / "audio").iterdir()) == sorted(listed)
    assert len(set(listed)) == 8
    page = (kit.folder / "index.html").read_text()
    assert (kit.folder / "webmushra.yaml").is_file() == (kind == "mushra")
    texts = [page, *(file.read_text() for file in kit.folder.glob("*.yaml"))]
    for text in texts:
        for told in ("v3", ANCHOR, "flat", "warm", "one.wav"):
            assert not re.search(rf"\b{told}\b", re.sub(r"createAnchor\d+", "", text)), told
    assert "http" not in page  # no network
    with pytest.raises(RunError, match="is there already"):
        write_kit(tmp_path / "kit", kind, [trial], 3, {})


def test_the_reference_is_hidden_among_the_sounds_in_random_order(trial, tmp_path):
    kit = write_kit(tmp_path / "kit", "mushra", [trial] * 12, 0, {})
    key = read_key(kit.key)["trials"]
    (line,) = re.findall(r"const test = (\{.*\});", (kit.folder / "index.html").read_text())
    places = []
    for one in json.loads(line)["trials"]:
        conditions = key[one["id"]]["conditions"]
        assert set(one["stimuli"]) == set(conditions)
        assert conditions[one["reference"]] == REFERENCE
        places.append(one["stimuli"].index(one["reference"]))
    assert len(set(places)) > 1


def test_the_configuration_is_yaml_of_webmushra(trial, tmp_path):
    """JSON is YAML. Its player adds the hidden reference, so that is not listed as a stimulus."""
    kit = write_kit(tmp_path / "kit", "mushra", [trial, trial], 0, {})
    table = json.loads((kit.folder / "webmushra.yaml").read_text())
    order, *pages = table["pages"][0]
    assert order == "random"
    assert [page["type"] for page in pages] == ["mushra", "mushra"]
    for page in pages:
        assert len(page["stimuli"]) == 3
        for file in (page["reference"], *page["stimuli"].values()):
            assert (tmp_path / file.removeprefix("configs/")).is_file()
        assert page["reference"] not in page["stimuli"].values()
    assert table["pages"][1]["questionnaire"][0]["name"] == "listener"


@pytest.mark.slow
def test_the_command_takes_settings_that_no_run_has_learnt_from(made_csv, music, tmp_path, capsys):
    runs = [tmp_path / name for name in ("a", "b", "other")]
    for run, seed in zip(runs, (0, 0, 1), strict=True):
        train = ["v3", "--data", str(made_csv), "--split", "random", "--steps", "5", "--seed", str(seed)]
        with pytest.raises(SystemExit):
            main([*train, "--out", str(run)])
    make = ["listening-test", "make", "--data", str(made_csv), "--music", str(music), "--trials", "3", "--seconds", "1"]
    with pytest.raises(SystemExit) as stop:
        main([*make, "--run", str(runs[0]), "--run", str(runs[1]), "--out", str(tmp_path / "kit")])
    assert stop.value.code == 0
    key = read_key(tmp_path / "kit-key.json")
    assert all(
        sorted(one["conditions"].values()) == ["a", ANCHOR, "b", FLAT_ANCHOR, REFERENCE]
        for one in key["trials"].values()
    )
    with pytest.raises(SystemExit) as stop:
        main([*make, "--run", str(runs[0]), "--run", str(runs[2]), "--out", str(tmp_path / "no")])
    assert stop.value.code == 1
    assert "different rows" in capsys.readouterr().err
