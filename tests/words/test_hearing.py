"""Hearing: level, channels, rates and faults; words that rise after their own EQ; adaptive mode."""

import json
import subprocess
import sys
import warnings

import numpy as np
import onnxruntime
import pytest
import soundfile
from pedalboard import Pedalboard

from semeq import eq
from semeq.plugin import BundleError, Controls, SemanticEQ, WordSpace
from semeq.plugin.live import NoAdaptation, open_adaptation
from semeq.plugin.live.adapting import EncoderAdaptation
from semeq.words import load_bundle, write_bundle
from semeq.words.hearing.adaptive import TRUST, AdaptedSpace, adapt, needed, share_of
from semeq.words.hearing.encoder import Hearing, HearingError

RATE = 44_100
TEN = ("warm", "bright", "thin", "full", "muddy", "clear", "airy", "deep", "boomy", "tinny")


@pytest.fixture(scope="module")
def space():
    return WordSpace.open()


@pytest.fixture(scope="module")
def hearing(space):
    return Hearing(space)


@pytest.fixture(scope="module")
def noise():
    """Noise with a spectrum as music has, about −4.5 dB an octave."""
    return sloping_noise(-0.75)


@pytest.fixture(scope="module")
def dark_noise():
    """Noise darker than music, about −8 dB an octave: some warmth is there already."""
    return sloping_noise(-1.3)


def sloping_noise(power):
    spectrum = np.fft.rfft(np.random.default_rng(4).standard_normal(4 * RATE))
    freqs = np.fft.rfftfreq(4 * RATE, 1 / RATE)
    audio = np.fft.irfft(spectrum * np.maximum(freqs, 40.0) ** power)
    return (0.2 * audio / np.abs(audio).max())[None].astype(np.float32)


def scores(hearing, audio, rate=RATE):
    return hearing.scores(hearing.hear(audio, rate).lean_db)


@pytest.mark.parametrize("gain_db", [-40.0, -20.0, 6.0, 13.0])
def test_level_changes_no_score(hearing, noise, gain_db):
    np.testing.assert_allclose(
        scores(hearing, noise * np.float32(10 ** (gain_db / 20))), scores(hearing, noise), atol=1e-3
    )


def test_channels_and_polarity_change_little(hearing, noise):
    mono = scores(hearing, noise)
    np.testing.assert_allclose(scores(hearing, np.vstack([noise] * 2)), mono, atol=1e-4)
    np.testing.assert_allclose(scores(hearing, np.vstack([noise, -noise])), mono, atol=1e-4)  # a plain sum is silent
    np.testing.assert_allclose(scores(hearing, np.vstack([noise] * 8)), mono, atol=1e-4)


@pytest.mark.parametrize("rate", [22_050, 48_000, 96_000, 192_000])
def test_other_rates_sound_the_same(hearing, noise, rate):
    import soxr

    other = soxr.resample(noise[0], RATE, rate)[None]
    tolerance = 0.05 if rate > RATE else 0.8  # at 22 kHz the bands above 11 kHz are empty
    assert np.abs(scores(hearing, other, rate) - scores(hearing, noise))[: len(TEN)].max() < tolerance


def test_dc_and_clipping_do_not_drown_the_music(hearing, noise):
    clean = scores(hearing, noise)
    assert np.abs(scores(hearing, noise + np.float32(0.3)) - clean).max() < 0.1
    assert np.abs(scores(hearing, np.clip(noise, -0.15, 0.15)) - clean).max() < 0.3


def test_silence_around_the_music_does_not_count(hearing, noise):
    padded = np.pad(noise, ((0, 0), (3 * RATE, 5 * RATE)))
    assert np.abs(scores(hearing, padded) - scores(hearing, noise)).max() < 0.05


@pytest.mark.slow
def test_every_word_rises_after_its_own_eq(hearing, space, noise):
    before = scores(hearing, noise)
    engine = eq.Engine(RATE, 1)
    for i, word in enumerate(hearing.words):
        engine.reset()
        engine.jump(space.params(word, None, 0.0, 1.0))
        assert scores(hearing, engine.process(noise))[i] > before[i], word


def test_warm_sounds_warmer_than_bright(hearing, noise):
    warm, bright = (scores(hearing, SemanticEQ(word)(noise, RATE)) for word in ("warm", "bright"))
    w, b = hearing.words.index("warm"), hearing.words.index("bright")
    assert warm[w] - warm[b] > bright[w] - bright[b] + 1


def test_the_semantic_numbers_move_as_the_space_says(hearing, space, noise):
    """After a word's EQ they have moved towards where the space has that EQ, and further than towards its opposite."""
    encoder = onnxruntime.InferenceSession(load_bundle().encoder_path, providers=["CPUExecutionProvider"])
    rows = np.stack([eq.FLAT, *(space.params(word, None, 0.0, 1.0) for word in ("warm", "bright"))])
    latents = encoder.run(["latent"], {"params": rows.astype(np.float32)})[0]
    stands = latents[1:, :8] - latents[0, :8]
    dry = hearing.hear(noise, RATE).semantic
    moved = np.array([hearing.hear(SemanticEQ(w)(noise, RATE), RATE).semantic - dry for w in ("warm", "bright")])
    along = moved @ (stands[1] - stands[0])
    assert along[0] < 0 < along[1]


@pytest.mark.parametrize(
    ("audio", "says"),
    [
        (np.zeros((2, RATE), np.float32), "silent"),
        (np.ones((1, 1), np.float32), "too short"),
        (np.full((1, RATE), np.nan, np.float32), "not finite"),
        (np.zeros((1, 0), np.float32), "too short"),
    ],
)
def test_where_there_is_nothing_to_hear_it_says_so(hearing, audio, says):
    with pytest.raises(HearingError, match=says):
        hearing.hear(audio, RATE)


def test_a_fifth_of_a_second_is_enough(hearing, noise):
    assert np.isfinite(scores(hearing, noise[:, : RATE // 5])).all()


def test_telephone_audio_is_judged_by_what_it_has(hearing, noise):
    import soxr

    narrow = scores(hearing, soxr.resample(noise[0], RATE, 8000)[None], 8000)
    assert np.abs(narrow).max() < 6


def test_the_course_follows_the_music(hearing, noise):
    swept = SemanticEQ("warm", to="bright")(np.tile(noise, 3), RATE, automation={"morph": [(0, 0.0), (12, 1.0)]})
    course = hearing.course(swept, RATE)
    w, b = hearing.words.index("warm"), hearing.words.index("bright")
    lean = course.scores[:, b] - course.scores[:, w]
    assert (np.diff(lean) > -0.05).all()
    assert lean[-1] > lean[0] + 1
    assert course.weight.sum() == pytest.approx(1)


def test_a_bundle_without_ears_says_so(tmp_path):
    whole = load_bundle()
    graphs = {name: (whole.path / name).read_bytes() for name in ("decoder.onnx", "encoder.onnx")}
    deaf = write_bundle(tmp_path / "deaf", {}, whole.vocabulary, graphs)
    with pytest.raises(BundleError, match="no audio encoder"):
        SemanticEQ("warm", adaptive=True, model=deaf.path)
    with pytest.raises(NoAdaptation, match="no audio encoder"):
        open_adaptation(WordSpace.open(deaf.path))


# ------------------------------------------------------------------------------------------------------- adaptive


def test_what_is_there_already_is_applied_less(hearing, space, dark_noise):
    params = space.params("warm", None, 0.0, 1.0)
    applied, leaning = [], []
    for morph in np.linspace(0, 1, 7):
        audio = SemanticEQ("bright", to="warm", morph=float(morph))(dark_noise, RATE)
        lean = hearing.hear(audio, RATE).lean_db
        leaning.append(float(share_of(hearing, params, lean)))
        applied.append(float(eq.rms_db(eq.curve(adapt(hearing, params, lean)))))
    assert (np.diff(leaning) > 0).all()
    there = np.array(leaning) > 0
    assert there.any()
    assert (np.diff(np.array(applied)[there]) < 0).all()
    plain = float(eq.rms_db(eq.curve(params)))
    assert max(applied) <= plain + 1e-9  # never more than the plain word
    assert all(a == pytest.approx(plain) for a, held in zip(applied, there, strict=True) if not held)


def test_applying_it_twice_changes_less_the_second_time(dark_noise):
    effect = SemanticEQ("warm", adaptive=True)
    once = effect(dark_noise, RATE)
    first = eq.rms_db(eq.curve(effect.params))
    effect(once, RATE)
    second = eq.rms_db(eq.curve(effect.params))
    assert second <= 0.6 * first
    plain = eq.rms_db(eq.curve(SemanticEQ("warm").params))
    assert second == pytest.approx(first - TRUST * first, abs=0.25 * plain)


def test_a_refit_keeps_the_shape_and_is_quick_enough_to_follow(hearing, space, noise):
    params = space.params("bright", None, 0.0, 1.0)
    lean = hearing.hear(noise, RATE).lean_db
    wanted = (1 - TRUST * float(share_of(hearing, params, lean))) * eq.curve(params)
    assert eq.rms_db(eq.curve(adapt(hearing, params, lean)) - wanted) < 0.1


def test_intensity_zero_is_bit_exact_when_adaptive(noise):
    assert SemanticEQ("warm", intensity=0.0, adaptive=True)(noise, RATE).tobytes() == noise.tobytes()


def test_silence_gets_the_plain_word():
    effect = SemanticEQ("warm", adaptive=True)
    effect(np.zeros((2, RATE), np.float32), RATE)
    np.testing.assert_array_equal(effect.params, SemanticEQ("warm").params)


def test_inside_a_native_chain_it_acts_on_what_was_listened_to(noise):
    effect = SemanticEQ("warm", adaptive=True, level_match=True)
    board = Pedalboard([effect])
    plain = board(noise, RATE)
    dark = SemanticEQ("warm", intensity=1.5)(noise, RATE)
    effect.listen(dark, RATE)
    adapted = board(noise, RATE)
    assert not np.allclose(plain, adapted)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        effect.intensity = 0.5


def test_automation_goes_through_the_adapted_space(hearing, space, noise):
    lean = hearing.hear(noise, RATE).lean_db
    adapted = AdaptedSpace(space, hearing, lean)
    many = adapted.params("warm", "bright", np.array([0.25, 0.75]), np.ones(2))
    for morph, row in zip((0.25, 0.75), many, strict=True):
        assert eq.curve_error(row, adapted.params("warm", "bright", morph, 1.0)) < 0.25
    assert not eq.curve(adapted.params("warm", None, 0.0, 0.0)).any()


def test_live_adaptation_hears_as_the_effect_does(hearing, space, noise):
    now = [0.0]
    ear = EncoderAdaptation(hearing, clock=lambda: now[0])
    params = space.params("warm", None, 0.0, 1.0)
    assert ear.amount(params) == 1.0  # nothing heard yet: the plain word
    dark = SemanticEQ("warm", intensity=1.5)(np.tile(noise, 2), RATE)
    for start in range(0, dark.shape[1], 4096):
        ear.hear(dark[:, start : start + 4096], RATE)
        now[0] += 4096 / RATE
        ear.amount(params)
    now[0] += 2
    assert ear.amount(params) == pytest.approx(
        float(needed(hearing, params, hearing.hear(dark, RATE).lean_db)), abs=0.02
    )


# ------------------------------------------------------------------------------------------------------- commands


def semeq(*arguments, cwd=None):
    command = [sys.executable, "-c", "from semeq.plugin.cli import main; main()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)


def test_analyze_as_json(tmp_path, noise, hearing):
    soundfile.write(tmp_path / "a.wav", noise.T, RATE, subtype="FLOAT")
    done = semeq("analyze", tmp_path / "a.wav", "--json", "--plot", tmp_path / "plots")
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(done.stdout).values()
    assert found["words"]["warm"] == pytest.approx(scores(hearing, noise)[hearing.words.index("warm")], abs=2e-3)
    assert len(found["lean"]) == len(found["bands_hz"]) == 64
    assert len(found["over_time"]) == 2
    assert (tmp_path / "plots" / "a.png").read_bytes().startswith(b"\x89PNG")


def test_analyze_skips_and_counts_what_it_cannot_hear(tmp_path, noise):
    soundfile.write(tmp_path / "a.wav", noise.T, RATE)
    soundfile.write(tmp_path / "silent.wav", np.zeros(RATE), RATE)
    (tmp_path / "broken.wav").write_text("no audio")
    (tmp_path / "notes.txt").write_text("not even a sound file's name")
    done = semeq("analyze", tmp_path)
    assert done.returncode == 1
    assert "a.wav" in done.stdout
    assert "silent.wav: the audio is silent" in done.stderr
    assert "2 of 3 files could not be heard" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_process_adaptive_and_suggest(tmp_path, noise):
    soundfile.write(tmp_path / "a.wav", noise.T, RATE, subtype="FLOAT")
    done = semeq("process", "a.wav", "-s", "warm", "--suggest", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "RMS" in done.stdout
    assert not (tmp_path / "semeq-out").exists()
    assert semeq("process", "a.wav", "-s", "warm", "--adaptive", cwd=tmp_path).returncode == 0
    out, _ = soundfile.read(tmp_path / "semeq-out" / "a.wav", dtype="float32", always_2d=True)
    np.testing.assert_allclose(out.T, SemanticEQ("warm", adaptive=True)(noise, RATE), atol=1e-4)


def test_controls_name_adaptive():
    assert Controls("warm", adaptive=True).adaptive


def test_the_graph_takes_batches_and_lengths(hearing):
    session = onnxruntime.InferenceSession(str(load_bundle().audio_encoder_path), providers=["CPUExecutionProvider"])
    for clips, samples in ((1, RATE), (3, 2 * RATE + 17)):
        audio = np.random.default_rng(0).standard_normal((clips, samples)).astype(np.float32)
        semantic, lean = session.run(["semantic", "lean"], {"audio": audio})
        assert semantic.shape == (clips, 8)
        assert lean.shape == (clips, 64)
        assert np.isfinite(semantic).all()
        assert np.isfinite(lean).all()
