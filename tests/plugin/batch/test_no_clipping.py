"""Nothing clips unless it was asked for: what would is turned down as a whole, all else is untouched to the bit."""

import json

import numpy as np
import pytest
import soundfile
from scipy.signal import resample_poly

from semeq.plugin.batch import process_files

from .batch_tools import RATE, hashes, library, semeq


def true_peak_db(path):
    audio = soundfile.read(path, always_2d=True)[0]
    return 20 * np.log10(np.abs(resample_poly(audio, 16, 1, axis=0)).max())


def mastered(folder, count=1, subtype="PCM_16", peak=0.97, container="WAV", suffix="wav"):
    """Noise in a band, at full scale nearly all the time, as mastered music is."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        noise = np.random.default_rng(number).normal(0, 0.4, (RATE, 2))
        audio = peak * np.tanh(np.cumsum(noise - noise.mean(axis=0), axis=0) * 0.2)
        path = folder / f"{number:02}.{suffix}"
        soundfile.write(path, audio, RATE, subtype=subtype, format=container)
    return folder


@pytest.mark.parametrize(
    ("container", "suffix", "subtype"),
    [("WAV", "wav", "PCM_16"), ("WAV", "wav", "PCM_24"), ("FLAC", "flac", "PCM_16"), ("AIFF", "aiff", "PCM_32")],
)
def test_what_would_clip_is_turned_down_to_minus_one_dbtp(tmp_path, container, suffix, subtype):
    folder = mastered(tmp_path / "in", 1, subtype, container=container, suffix=suffix)
    (plain,) = process_files([folder], tmp_path / "plain", "muddy", guard=False)
    assert plain.rendered.overs > 0
    (done,) = process_files([folder], tmp_path / "out", "muddy")
    excess = plain.rendered.true_peak_dbtp + 1
    assert done.rendered.overs == 0
    assert done.rendered.gain_db == pytest.approx(-excess, abs=1e-6)
    assert true_peak_db(done.output) == pytest.approx(-1.0, abs=0.02)
    assert f"turned down by {excess:.2f} dB" in " ".join(done.notes)


def test_what_would_not_clip_is_untouched_to_the_bit(tmp_path):
    folder = library(tmp_path / "in", 2, 0.5, peak=0.4)
    process_files([folder], tmp_path / "plain", "warm", guard=False)
    done = process_files([folder], tmp_path / "out", "warm")
    assert all(outcome.rendered.gain_db == 0 and not outcome.notes for outcome in done)
    assert hashes(tmp_path / "out") == hashes(tmp_path / "plain")


@pytest.mark.parametrize("subtype", ["FLOAT", "DOUBLE"])
def test_floating_point_is_never_touched(tmp_path, subtype):
    folder = mastered(tmp_path / "in", 2, subtype)
    process_files([folder], tmp_path / "plain", "muddy", guard=False)
    done = process_files([folder], tmp_path / "out", "muddy")
    assert all(outcome.rendered.peak > 1 and outcome.rendered.gain_db == 0 for outcome in done)
    assert hashes(tmp_path / "out") == hashes(tmp_path / "plain")
    (one, _) = process_files([folder], tmp_path / "16", "muddy", bits="16")
    assert one.rendered.gain_db < -1
    assert process_files([folder], tmp_path / "stems", "muddy", stems=True)[0].rendered.gain_db == 0


def test_the_encoder_gets_what_does_not_clip(tmp_path):
    folder = mastered(tmp_path / "in")
    (done,) = process_files([folder], tmp_path / "out", "muddy", container="mp3")
    assert done.rendered.true_peak == pytest.approx(10 ** (-1 / 20), abs=1e-3)


def test_stems_share_the_gain_that_the_loudest_needs(tmp_path):
    folder = mastered(tmp_path / "in", 2)
    library(folder / "low", 1, 1.0, peak=0.05)
    (folder / "low" / "00.wav").rename(folder / "quiet.wav")
    alone = process_files([folder / "00.wav", folder / "01.wav"], tmp_path / "alone", "muddy")
    together = process_files([folder], tmp_path / "out", "muddy", stems=True)
    assert len(together) == 3
    (gain_db,) = {outcome.rendered.gain_db for outcome in together}
    assert gain_db == pytest.approx(min(outcome.rendered.gain_db for outcome in alone), abs=1e-3)
    assert all(outcome.rendered.overs == 0 for outcome in together)


def test_stems_that_do_not_clip_are_untouched_though_their_sum_may(tmp_path):
    folder = library(tmp_path / "in", 4, 0.5, peak=0.5)
    process_files([folder], tmp_path / "plain", "warm", guard=False)
    process_files([folder], tmp_path / "out", "warm", stems=True)
    assert hashes(tmp_path / "out") == hashes(tmp_path / "plain")


@pytest.mark.parametrize("word", ["muddy", "thin"])
def test_neither_of_a_pair_clips_and_they_stay_equally_loud(tmp_path, word):
    folder = mastered(tmp_path / "in")
    (done,) = process_files([folder], tmp_path / "out", word, ab=True)
    assert done.rendered.overs == 0
    assert done.before.overs == 0
    assert done.rendered.true_peak <= 1
    assert done.loudness_before_lufs == pytest.approx(done.loudness_after_lufs, abs=1e-6)


def test_level_match_does_not_clip_either(tmp_path):
    folder = mastered(tmp_path / "in")
    (done,) = process_files([folder], tmp_path / "out", "thin", level_match=True)
    assert done.rendered.overs == 0
    assert done.rendered.true_peak <= 1.0
    assert done.loudness_after_lufs <= done.loudness_before_lufs + 1e-6


def test_automation_starts_anew_in_the_second_render(tmp_path):
    folder = mastered(tmp_path / "in")
    (tmp_path / "curve.csv").write_text("0,0\n0.5,1\n")
    command = ["process", folder, "-s", "muddy"]
    options = ["--automate", f"intensity={tmp_path / 'curve.csv'}"]
    assert semeq(*command, *options, "--out", tmp_path / "out")[0] == 0
    assert semeq(*command, *options, "--no-guard", "--bits", "float", "--out", tmp_path / "float")[0] == 0
    guarded, plain = (soundfile.read(tmp_path / name / "00.wav")[0] for name in ("out", "float"))
    gain = np.abs(guarded).max() / np.abs(plain).max()
    assert gain < 0.9
    np.testing.assert_allclose(guarded, plain * gain, atol=1e-3)


def test_what_the_eq_leaves_alone_is_left_alone(tmp_path):
    """A master with peaks between its samples is no worse for having been copied."""
    folder = tmp_path / "in"
    folder.mkdir()
    audio = 0.99 * np.sign(np.sin(np.pi / 2 * np.arange(RATE) + np.pi / 4))
    soundfile.write(folder / "a.wav", audio, RATE, subtype="PCM_16")
    assert true_peak_db(folder / "a.wav") > 2
    (done,) = process_files([folder], tmp_path / "out", "warm", intensity=0.0)
    assert done.rendered.gain_db == 0
    assert (tmp_path / "out" / "a.wav").read_bytes() == (folder / "a.wav").read_bytes()


def test_no_guard_clips_knowingly_and_reports_it(tmp_path):
    folder = mastered(tmp_path / "in")
    status, out, err = semeq("process", folder, "-s", "muddy", "--no-guard", "--out", tmp_path / "out", "--json")
    assert status == 0
    (file,) = json.loads(out)["files"]
    assert file["overs"] > 0
    assert "samples clipped" in err
    status, out, err = semeq("process", folder, "-s", "muddy", "--out", tmp_path / "guarded")
    assert (status, "turned down by" in err, "clipped, " in out) == (0, True, False)


@pytest.mark.parametrize("option", [["--ceiling", "-3"], ["--true-peak-guard"]])
def test_a_ceiling_and_no_guard_exclude_each_other(tmp_path, option):
    status, _, err = semeq("process", mastered(tmp_path / "in"), "-s", "warm", "--no-guard", *option)
    assert status == 2
    assert "--no-guard" in err


def test_a_ceiling_alone_is_kept_to(tmp_path):
    folder = mastered(tmp_path / "in", subtype="FLOAT")
    assert semeq("process", folder, "-s", "muddy", "--ceiling", "-3", "--out", tmp_path / "out")[0] == 0
    assert true_peak_db(tmp_path / "out" / "00.wav") == pytest.approx(-3.0, abs=0.02)
