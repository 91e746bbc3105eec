"""The numbers that hearing states: silence, the shortest audio, windows, empty bands, edges of bass and treble."""

import json

import numpy as np
import pytest
import soundfile

from semeq.plugin.hear_files import profile, sample
from semeq.words.hearing.encoder import Hearing, HearingError
from semeq.words.space import WordSpace

RATE = 44_100


@pytest.fixture(scope="module")
def hearing():
    return Hearing(WordSpace.open())


@pytest.fixture(scope="module")
def noise():
    """Four seconds of noise, RMS 1."""
    audio = np.random.default_rng(2).standard_normal((1, 4 * RATE))
    return audio / np.sqrt(np.mean(audio**2))


@pytest.mark.parametrize(("dbfs", "silent"), [(-79.5, False), (-80.5, True), (-84.0, True)])
def test_silence_is_under_minus_80_dbfs(hearing, noise, dbfs, silent):
    audio = noise * 10 ** (dbfs / 20)
    if silent:
        with pytest.raises(HearingError, match="silent"):
            hearing.hear(audio, RATE)
    else:
        assert np.isfinite(hearing.hear(audio, RATE).lean_db).all()


@pytest.mark.parametrize("rate", [8000, 44_100])
def test_a_tenth_of_a_second_is_enough_and_a_sample_less_is_not(hearing, noise, rate):
    assert np.isfinite(hearing.hear(noise[:, : rate // 10], rate).lean_db).all()
    with pytest.raises(HearingError, match=r"too short .* 0\.1 s are needed"):
        hearing.hear(noise[:, : rate // 10 - 1], rate)


def test_windows_of_the_course_are_three_seconds_every_second(hearing, noise):
    audio = np.tile(noise, 2)[:, : int(6.5 * RATE)] * 0.1
    course = hearing.course(audio, RATE)
    assert course.seconds.tolist() == [1.5, 2.5, 3.5, 4.5]
    # A change is in the windows that hold it, and in no other.
    changed = audio.copy()
    changed[:, int(5.1 * RATE) : int(5.2 * RATE)] *= 8.0
    moved = np.abs(hearing.course(changed, RATE).scores - course.scores).max(axis=1) > 1e-6
    assert moved.tolist() == [False, False, False, True]
    changed = audio.copy()
    changed[:, int(2.9 * RATE) : int(2.95 * RATE)] *= 8.0
    moved = np.abs(hearing.course(changed, RATE).scores - course.scores).max(axis=1) > 1e-6
    assert moved.tolist() == [True, True, True, False]


def test_silent_windows_are_left_out_and_the_others_weigh_by_their_energy(hearing, noise):
    quiet, loud = 0.05 * noise[:, : 3 * RATE], 0.1 * noise[:, : 3 * RATE]
    gap = np.zeros((1, 4 * RATE))
    course = hearing.course(np.concatenate([quiet, gap, loud], axis=1), RATE)
    assert not set(course.seconds) & {4.5, 5.5}
    assert {1.5, 8.5} <= set(course.seconds)
    assert course.weight.sum() == pytest.approx(1)
    first, last = (course.weight[list(course.seconds).index(at)] for at in (1.5, 8.5))
    assert last / first == pytest.approx(4, rel=0.02)


def test_weights_are_shares_of_what_is_kept(hearing, noise):
    """Windows just under the limit hold some energy: it is not a part of the whole."""
    levels = np.repeat([-76.0, -80.5], 4 * RATE)
    course = hearing.course(np.tile(noise, 2) * 10 ** (levels / 20), RATE)
    assert len(course.seconds) < 6
    assert course.weight.sum() == pytest.approx(1, abs=1e-9)


def test_a_short_recording_is_one_window_in_its_middle(hearing, noise):
    course = hearing.course(noise[:, : 2 * RATE], RATE)
    assert course.seconds.tolist() == [1.0]


@pytest.mark.parametrize(("share", "sums"), [(0.45, True), (0.55, False)])
def test_channels_that_cancel_to_a_tenth_of_their_power_are_not_summed(hearing, noise, share, sums):
    """Of n and −s n the sum has (1 − s)² / 2 (1 + s²) of the mean power: a tenth at s = .5."""
    planes = np.concatenate([-share * noise, noise]) * 0.1
    mono = hearing._mono(planes, RATE)
    np.testing.assert_allclose(mono, planes.mean(axis=0) if sums else planes[1])


def music(seconds=6, edge_hz=RATE):
    """Noise that falls by 4.5 dB an octave, as music does on the whole, up to an edge."""
    count = seconds * RATE
    spectrum = np.fft.rfft(np.random.default_rng(3).standard_normal(count))
    freqs = np.fft.rfftfreq(count, 1 / RATE)
    audio = np.fft.irfft(spectrum * np.maximum(freqs, 40.0) ** -0.75 * (freqs < edge_hz), count)
    return (0.2 * audio / np.abs(audio).max())[None]


@pytest.mark.parametrize(("edge_hz", "score", "semantic"), [(11_000, 0.15, 0.05), (8000, 0.3, 0.1), (4000, 0.6, 0.25)])
def test_what_a_low_rate_or_a_codec_takes_away_moves_little(hearing, edge_hz, score, semantic):
    """Left as they are, the empty bands move scores by .66, 1.05 and 1.56, semantic numbers by .2, .36, .96."""
    whole, cut = (hearing.hear(music(edge_hz=edge), RATE) for edge in (RATE, edge_hz))
    assert np.abs(hearing.scores(cut.lean_db) - hearing.scores(whole.lean_db)).mean() < score
    assert np.abs(cut.semantic - whole.semantic).max() < semantic


def test_the_edge_of_a_band_is_no_threshold(hearing):
    """As a treble fades out below what can be heard, no step of half a dB moves any score by a fifth."""
    low, high = music(edge_hz=6000), music()
    high = high - low
    found = [
        hearing.scores(hearing.hear(low + 10 ** (-fade / 20) * high, RATE).lean_db) for fade in np.arange(0, 70, 0.5)
    ]
    assert np.abs(np.diff(found, axis=0)).max() < 0.2


@pytest.mark.parametrize("gain_db", [-40.0, 20.0])
def test_level_matters_to_no_empty_band(hearing, gain_db):
    narrow = music(edge_hz=4000)
    np.testing.assert_allclose(
        hearing.hear(narrow * 10 ** (gain_db / 20), RATE).lean_db, hearing.hear(narrow, RATE).lean_db, atol=1e-3
    )


def test_scores_are_standard_deviations_over_music(hearing):
    about = json.loads(hearing._session.get_modelmeta().custom_metadata_map["semeq"])
    leans = np.random.default_rng(0).multivariate_normal(np.zeros(64), about["music_covariance"], 20_000)
    assert hearing.scores(leans).std(axis=0) == pytest.approx(1.0, abs=0.03)
    assert hearing.scores(np.zeros(64)).tolist() == [0.0] * len(hearing.words)


def tones(path, *freqs_hz):
    time = np.arange(4 * RATE) / RATE
    soundfile.write(path, 0.1 * sum(np.sin(2 * np.pi * f * time) for f in freqs_hz), RATE, subtype="FLOAT")
    return path


def test_bass_is_below_250_hz_and_treble_above_4_khz(hearing, tmp_path):
    found = {
        freqs: profile(tones(tmp_path / "a.wav", *freqs), hearing).bass_treble_db
        for freqs in ((215, 4050), (285, 4050), (215, 3950), (215, 4050, 1000))
    }
    assert found[215, 4050] == pytest.approx(0, abs=0.1)
    assert found[215, 4050, 1000] == pytest.approx(0, abs=0.1)
    assert found[285, 4050] < -20
    assert found[215, 3950] > 20


def test_a_long_file_is_heard_in_ten_stretches_of_twelve_seconds(tmp_path):
    rate = 1000
    for seconds, whole in ((120, True), (121, False), (600, False)):
        frames = seconds * rate
        soundfile.write(tmp_path / "a.wav", np.arange(frames) / 1e6, rate, subtype="DOUBLE")
        planes, form = sample(tmp_path / "a.wav")
        assert form.frames == frames
        at = np.round(planes[0].astype(np.float64) * 1e6)
        if whole:
            assert len(at) == frames
            continue
        assert len(at) == 10 * 12 * rate
        starts = at[:: 12 * rate]
        assert abs(starts[0]) <= 1
        assert abs(at[-1] - (frames - 1)) <= 1
        assert np.ptp(np.diff(starts)) <= 3  # evenly spread
