"""What an audio encoder is judged on, it has not learnt from: sources of clips, people of settings."""

import numpy as np
import pytest
import soundfile

from semeq.eq import FLAT
from semeq.training.audio.bands import (
    BANDS,
    BIN_FREQS_HZ,
    RATE_HZ,
    band_centres_hz,
    band_levels_db,
    band_weights,
    erb_rate,
)
from semeq.training.audio.evaluation import (
    FOLDS,
    _drawn_weights,
    _interval,
    baselines,
    deal,
    equalise,
    evaluate_hearing,
)
from semeq.training.audio.lean import LabelledCurves
from semeq.training.audio.spectra import Spectra, long_term_power, music_spectra, pink_noise

BINS = len(BIN_FREQS_HZ)


def clips(count, sources, seed=0):
    """Clips that can be told apart; the bin at 0 Hz holds 1, so that a low shelf can be read from it."""
    power = np.random.default_rng(seed).uniform(0.5, 2.0, (count, BINS))
    power[:, 0] = 1.0
    return Spectra(power, tuple(sources), tuple(f"clip{i}" for i in range(count)))


@pytest.fixture
def settings():
    """Sixty settings of twenty people, told apart by the gain of a low shelf: above 0 dB is dark."""
    params = np.tile(FLAT, (60, 1))
    labels = np.arange(60) % 2
    params[:, 0] = np.where(labels == 0, 1, -1) * (2.0 + 0.1 * np.arange(60))
    people = np.array([f"p{i // 3:02}" for i in range(60)])
    return LabelledCurves(params, labels, people, np.zeros((60, 8)))


class Judge:
    """Stands for an encoder: notes what it was trained on and what it was asked."""

    def __init__(self, music, trained, settings, rising):
        self.music, self.trained, self.settings, self.rising = music, trained, settings, rising
        self.judged, self.asked = set(), set()

    def brightness(self, power):
        shelf_db = np.round(10 * np.log10(power[:, 0]), 2)
        self.asked |= set(shelf_db.tolist())
        return -shelf_db

    def scores(self, power):
        for row in power:
            found = np.flatnonzero((self.music.power == row).all(axis=1))
            self.judged |= set(found.tolist())
        shelf_db = 10 * np.log10(power[:, :1])
        return shelf_db * np.where(self.rising, 1.0, -1.0)[None]


def evaluate(settings, rising, seed=0):
    sources = [f"album{i // 4}" for i in range(28)] + ["single"] * 3
    music = clips(len(sources), sources)
    judges = []

    def fit(trained, learnt):
        judges.append(Judge(music, trained, learnt, rising))
        return judges[-1]

    word_params = np.tile(FLAT, (len(rising), 1))
    word_params[:, 0] = 3.0
    metrics = evaluate_hearing(fit, music, clips(5, "abcde", seed=1), settings, word_params, seed)
    return metrics, judges, music


@pytest.mark.parametrize("seed", range(3))
def test_sources_and_people_are_kept_apart_in_every_fold(settings, seed):
    _, judges, music = evaluate(settings, np.ones(12, dtype=bool), seed)
    assert len(judges) == FOLDS == 5
    assert sorted(clip for judge in judges for clip in judge.judged) == list(range(len(music)))
    people_of = dict(zip(np.round(settings.params[:, 0], 2), settings.people, strict=True))
    for judge in judges:
        judged = {music.sources[clip] for clip in judge.judged}
        assert judged
        assert not judged & set(judge.trained.sources)
        assert len(judge.trained) == len(music) - len(judge.judged)
        asked = {people_of[shelf] for shelf in judge.asked if shelf}
        assert asked
        assert not asked & set(judge.settings.people)
        assert len(set(judge.settings.people)) == 20 - 4


def test_pairs_are_eight_a_clip_and_right_where_bright_is_brighter(settings):
    metrics, _, _ = evaluate(settings, np.ones(12, dtype=bool))
    assert (metrics.clips, metrics.pairs) == (31, 31 * 8)
    assert (metrics.encoder.order, metrics.encoder.order_pink) == (1.0, 1.0)
    turned = LabelledCurves(settings.params, 1 - settings.labels, settings.people, settings.semantic)
    assert evaluate(turned, np.ones(12, dtype=bool))[0].encoder.order == 0.0


def test_the_first_ten_words_are_counted_by_themselves(settings):
    rising = np.array([True] * 9 + [False] + [True] * 2)
    metrics, _, _ = evaluate(settings, rising)
    assert metrics.closed_loop_ten == pytest.approx(0.9)
    assert metrics.closed_loop_all == pytest.approx(11 / 12)


def test_deals_are_even_and_whole():
    owners = np.array(["big"] * 50 + [f"o{i:02}" for i in range(40)])
    for seed in range(5):
        fold = deal(owners, seed)
        for name in set(owners):
            assert len(set(fold[owners == name])) == 1
        sizes = np.bincount(fold, minlength=FOLDS)
        assert sorted(sizes) == [10, 10, 10, 10, 50]  # the largest is dealt first, and stays alone
    assert (deal(owners, 1) != deal(owners, 2)).any()


def test_the_baseline_tilt_is_above_4_khz_against_below_250_hz():
    """Energy in one band alone, of the 64, moves it up, down, or not at all."""
    tilt, centres, weights = baselines()["tilt"], band_centres_hz(), band_weights()
    ground = np.ones((1, BINS))
    for band, centre in enumerate(centres):
        lone = np.flatnonzero((weights[band] > 0) & (weights > 0).sum(axis=0) == 1)
        at = lone if len(lone) else [int(np.abs(BIN_FREQS_HZ - centre).argmin())]
        louder = ground.copy()
        louder[:, at] *= 4.0
        moved = float((tilt(louder) - tilt(ground))[0])
        near = centres[max(band - 1, 0) : band + 2]
        if (near > 4000).all():
            assert moved > 0
        elif (near < 250).all():
            assert moved < 0
        elif ((near >= 250) & (near <= 4000)).all():
            assert moved == pytest.approx(0, abs=1e-9)
    for edge in (250, 4000):
        assert ((centres > 0.8 * edge) & (centres < 1.25 * edge)).sum() >= 3  # so near the edges are looked at


def test_an_eq_multiplies_the_power():
    params = FLAT.copy()
    params[0] = 6.0
    power = np.ones((1, BINS))
    assert 10 * np.log10(equalise(power, params)[0, 0]) == pytest.approx(6.0, abs=0.01)
    assert equalise(power, params)[0, -1] == pytest.approx(1.0, abs=0.01)


def test_bands_are_64_from_40_hz_to_16_khz_on_the_erb_scale():
    assert erb_rate(np.array([1000.0]))[0] == pytest.approx(21.4 * np.log10(1 + 4.37))
    rates = erb_rate(band_centres_hz())
    assert BANDS == len(rates) == 64
    step = np.diff(rates)
    np.testing.assert_allclose(step, step[0])
    assert rates[0] - step[0] == pytest.approx(erb_rate(np.array([40.0]))[0])
    assert rates[-1] + step[0] == pytest.approx(erb_rate(np.array([16_000.0]))[0])
    heard = band_weights().sum(axis=0) > 0
    assert not heard[BIN_FREQS_HZ < 40].any()
    assert not heard[BIN_FREQS_HZ > 16_000].any()


def test_levels_stop_65_db_under_the_loudest_band():
    power = np.zeros((1, BINS))
    power[0, 200] = 1.0
    levels = band_levels_db(power)[0]
    assert np.ptp(levels) == pytest.approx(65.0, abs=0.01)
    assert levels.mean() == pytest.approx(0, abs=1e-9)


def test_pink_noise_begins_at_20_hz():
    spectrum = np.abs(np.fft.rfft(pink_noise(RATE_HZ * 4, 1))) ** 2
    freqs = np.fft.rfftfreq(RATE_HZ * 4, 1 / RATE_HZ)
    assert spectrum[freqs < 19.9].max() < 1e-9 * spectrum.max()
    assert spectrum[(freqs > 20.1) & (freqs < 30)].mean() > spectrum[(freqs > 60) & (freqs < 90)].mean()


def test_files_that_differ_by_a_number_after_two_underscores_are_one_source(tmp_path):
    for name in ("song__1", "song__12", "take_1", "take_2", "b__x"):
        soundfile.write(tmp_path / f"{name}.wav", pink_noise(2 * RATE_HZ, 1), RATE_HZ)
    found = music_spectra(tmp_path, cache=tmp_path / "cache")
    source = dict(zip(found.names, found.sources, strict=True))
    assert source["song__1.wav"] == source["song__12.wav"]
    assert len({source[name] for name in ("take_1.wav", "take_2.wav", "b__x.wav", "song__1.wav")}) == 4


def test_a_manifest_names_the_sources(tmp_path):
    for name in ("a", "b", "c"):
        soundfile.write(tmp_path / f"{name}.wav", pink_noise(2 * RATE_HZ, 1), RATE_HZ)
    (tmp_path / "MANIFEST.csv").write_text("file,source_repo\na.wav,one\nb.wav,one\n")
    found = music_spectra(tmp_path, cache=tmp_path / "cache")
    source = dict(zip(found.names, found.sources, strict=True))
    assert source["a.wav"] == source["b.wav"] == "one"
    assert source["c.wav"] != "one"


def test_files_are_read_in_crops_of_twelve_seconds_three_at_most(tmp_path):
    rate = 8000
    noise = np.random.default_rng(0).uniform(-0.1, 0.1, 100 * rate)
    for seconds in (11, 23, 25, 37, 100):
        soundfile.write(tmp_path / f"{seconds}.wav", noise[: seconds * rate], rate)
    # A crop of twelve seconds misses what stands outside of it.
    soundfile.write(tmp_path / "late.wav", np.concatenate([noise[: 12 * rate] * 0.5, noise[: 11 * rate]]), rate)
    found = music_spectra(tmp_path, cache=tmp_path / "cache")
    count = {name: sum(n.split("#")[0] == name for n in found.names) for name in {n.split("#")[0] for n in found.names}}
    assert count == {"11.wav": 1, "23.wav": 1, "25.wav": 2, "37.wav": 3, "100.wav": 3, "late.wav": 1}


def test_silent_is_under_minus_80_db(tmp_path):
    for name, level in (("loud", 1.2e-4), ("quiet", 0.8e-4)):
        tone = np.sqrt(2) * level * np.sin(2 * np.pi * 440 * np.arange(2 * RATE_HZ) / RATE_HZ)
        soundfile.write(tmp_path / f"{name}.wav", tone, RATE_HZ, subtype="FLOAT")
    found = music_spectra(tmp_path, cache=tmp_path / "cache")
    assert found.names == ("loud.wav",)
    assert found.skipped == ("quiet.wav: is silent",)


def test_the_long_term_power_is_a_mean_over_frames():
    tone = np.sin(2 * np.pi * BIN_FREQS_HZ[100] * np.arange(RATE_HZ) / RATE_HZ)
    assert long_term_power(tone)[100] == pytest.approx((4096 / 4) ** 2, rel=0.01)
    assert long_term_power(np.tile(tone, 3))[100] == pytest.approx(long_term_power(tone)[100], rel=0.05)


def test_settings_are_told_apart_on_paper_too(settings):
    metrics, _, _ = evaluate(settings, np.ones(12, dtype=bool))
    assert metrics.order_of_settings == 1.0  # the gain of a shelf tells the words
    assert metrics.encoder.order_interval == (1.0, 1.0)
    assert metrics.encoder.encoder_leads == (0.0, 0.0, 0.0)
    for simple in metrics.baselines.values():
        mean, low, high = simple.encoder_leads
        assert mean == pytest.approx(1 - simple.order)
        assert low <= mean <= high


def test_an_interval_is_by_owner_and_not_by_pair():
    """The same answers of forty people are known less well than those of forty times forty."""
    names = np.array([f"p{i:02}" for i in range(40)])
    answers = np.arange(40) % 2 == 0
    one_each = np.stack([names, names, names], axis=1)
    low, high = _interval(answers, _drawn_weights(one_each))
    repeated = _interval(np.repeat(answers, 40), _drawn_weights(np.repeat(one_each, 40, axis=0)))
    assert repeated == pytest.approx((low, high))
    alone = np.stack([np.arange(1600).astype(str)] * 3, axis=1)
    narrow = _interval(np.repeat(answers, 40), _drawn_weights(alone))
    assert narrow[1] - narrow[0] < (high - low) / 3
    assert low < 0.5 < high
