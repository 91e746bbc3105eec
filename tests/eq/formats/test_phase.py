"""Every exported text, played word by word: the complex response is the engine's, so level and polarity are too.

The players are strict: a word that they do not know fails, so that nothing can be added to a text unseen.
"""

import json
import re

import numpy as np
import pytest

from semeq.eq import FLAT, Engine, denormalise, scale_gains
from semeq.eq.formats import WRITERS, read_apo

from .test_writers import run_jsfx

RATE = 48_000
FREQS_HZ = np.geomspace(40, 20_000, 80)
FRAMES, JSFX_FRAMES = 1 << 14, 1 << 12  #: the second is run line by line


def section(kind, freq_hz, gain_db, q):
    """Complex response of one cookbook section at `FREQS_HZ`, from its analogue prototype."""
    a = 10 ** (gain_db / 40)
    s = 1j * np.tan(np.pi * FREQS_HZ / RATE) / np.tan(np.pi * min(freq_hz / RATE, 0.49))
    if kind == "bell":
        return (s * s + s * a / q + 1) / (s * s + s / (a * q) + 1)
    low = (s * s + np.sqrt(a) / q * s + a) / (a * s * s + np.sqrt(a) / q * s + 1)
    high = (a * s * s + np.sqrt(a) / q * s + 1) / (s * s + np.sqrt(a) / q * s + a)
    return a * (low if kind == "low_shelf" else high)


def gain(db):
    return 10 ** (float(db) / 20)


def play_apo(text):
    out = np.ones(len(FREQS_HZ), complex)
    for line in text.splitlines():
        if match := re.fullmatch(r"Preamp: (-?\d+\.\d\d) dB", line):
            out = out * gain(match[1])
        elif match := re.fullmatch(r"Filter \d: ON (LSC|PK|HSC) Fc ([\d.]+) Hz Gain ([-\d.]+) dB Q ([\d.]+)", line):
            kind = {"LSC": "low_shelf", "PK": "bell", "HSC": "high_shelf"}[match[1]]
            out = out * section(kind, float(match[2]), float(match[3]), float(match[4]))
        else:
            assert re.fullmatch(r"# semeq: .*|If: sampleRate >= \d+|EndIf:", line), line
    return out


def play_camilladsp(text):
    value = r"(-?\d+\.\d+)"
    head = "filters:\n  semeq:\n    type: BiquadCombo\n    parameters:\n      type: FivePointPeq\n"
    bands = "".join(
        f"      f{b}: {value}\n      g{b}: {value}\n      q{b}: {value}\n" for b in ("ls", "p1", "p2", "p3", "hs")
    )
    level = f"  semeq_level:\n    type: Gain\n    parameters:\n      gain: {value}\n"
    level += "      scale: dB\n      inverted: (true|false)\n"
    tail = r"pipeline:\n  - type: Filter\n    channels: \[0, 1\]\n    names: \[semeq_level, semeq\]\n"
    found = re.fullmatch(rf"(?:# semeq: .*\n)?{head}{bands}{level}{tail}", text)
    assert found, text
    *numbers, level_db, inverted = found.groups()
    out = np.full(len(FREQS_HZ), gain(level_db) * (-1 if inverted == "true" else 1), complex)
    kinds = ("low_shelf", "bell", "bell", "bell", "high_shelf")
    for kind, freq, gain_db, q in zip(kinds, numbers[::3], numbers[1::3], numbers[2::3], strict=True):
        out = out * section(kind, float(freq), float(gain_db), float(q))
    return out


def play_easyeffects(text):
    preset = json.loads(text)
    assert set(preset) == {"output"}
    assert set(preset["output"]) == {"blocklist", "equalizer#0", "plugins_order"}
    assert preset["output"]["plugins_order"] == ["equalizer#0"]
    equalizer = preset["output"]["equalizer#0"]
    assert (equalizer["bypass"], equalizer["balance"], equalizer["mode"]) == (False, 0.0, "IIR")
    assert (equalizer["pitch-left"], equalizer["pitch-right"], equalizer["split-channels"]) == (0.0, 0.0, False)
    out = np.full(len(FREQS_HZ), gain(equalizer["input-gain"]) * gain(equalizer["output-gain"]), complex)
    kinds = {"Lo-shelf": "low_shelf", "Bell": "bell", "Hi-shelf": "high_shelf"}
    for band in equalizer["left"].values():
        assert (band["mute"], band["solo"], band["slope"], band["mode"]) == (False, False, "x1", "APO (DR)")
        out = out * section(kinds[band["type"]], band["frequency"], band["gain"], band["q"])
    return out


def play_ffmpeg(text):
    kinds = {"lowshelf": "low_shelf", "equalizer": "bell", "highshelf": "high_shelf"}
    out = np.ones(len(FREQS_HZ), complex)
    for item in text.strip().split(","):
        if match := re.fullmatch(r"volume=(-?[\d.]+)dB:precision=double", item):
            out = out * gain(match[1])
            continue
        match = re.fullmatch(r"(lowshelf|equalizer|highshelf)=f=([\d.]+):t=q:w=([\d.]+):g=(-?[\d.]+):r=f64", item)
        assert match, item
        out = out * section(kinds[match[1]], float(match[2]), float(match[4]), float(match[3]))
    return out


def play_sox(text):
    words = text.split()
    out = np.ones(len(FREQS_HZ), complex)
    while words:
        effect = words.pop(0)
        if effect == "gain":
            out = out * gain(words.pop(0))
        elif effect == "equalizer":
            freq, q, gain_db = words.pop(0), words.pop(0), words.pop(0)
            out = out * section("bell", float(freq), float(gain_db), float(q.removesuffix("q")))
        else:
            gain_db, freq, q = words.pop(0), words.pop(0), words.pop(0)
            kind = {"bass": "low_shelf", "treble": "high_shelf"}[effect]
            out = out * section(kind, float(freq), float(gain_db), float(q.removesuffix("q")))
    return out


def play_json(text):
    table = json.loads(text)
    assert set(table) == {"format", "title", "output_db", "bands"}
    out = np.full(len(FREQS_HZ), gain(table["output_db"]), complex)
    for band in table["bands"]:
        out = out * section(band["type"], band["freq_hz"], band["gain_db"], band["q"])
    return out


def spectrum(audio):
    return audio @ np.exp(-2j * np.pi * np.arange(audio.shape[-1])[:, None] * FREQS_HZ / RATE)


def play_jsfx(text):
    impulse = np.zeros((2, JSFX_FRAMES))
    impulse[:, 0] = 1.0, -0.5
    out = run_jsfx(text, impulse)
    np.testing.assert_allclose(out[1], -0.5 * out[0], atol=1e-12)  # both channels are treated alike
    return spectrum(out[0])


PLAYERS = {
    "apo": play_apo,
    "autoeq": play_apo,
    "camilladsp": play_camilladsp,
    "easyeffects": play_easyeffects,
    "ffmpeg": play_ffmpeg,
    "sox": play_sox,
    "json": play_json,
    "jsfx": play_jsfx,
}


def drawn(count=8):
    random = np.random.default_rng(17)
    params = scale_gains(denormalise(random.uniform(0.05, 0.95, (count, 13))), random.uniform(0, 2, count))
    params[:, [1, 3, 6, 9, 12]] = np.maximum(params[:, [1, 3, 6, 9, 12]], 80)  # short enough for the impulse responses
    params[:, [4, 7, 10]] = np.minimum(params[:, [4, 7, 10]], 3)
    return params


@pytest.mark.parametrize("level_db", [-3.25, 6.5])
@pytest.mark.parametrize("form", WRITERS)
def test_a_text_played_is_the_engine_in_level_and_phase(form, level_db):
    impulse = np.zeros((1, JSFX_FRAMES if form == "jsfx" else FRAMES))
    impulse[0, 0] = 1.0
    for params in drawn(3 if form == "jsfx" else 8):
        engine = Engine(RATE, channels=1)
        engine.jump(params, level_db)
        ratio = PLAYERS[form](WRITERS[form](params, level_db, "warm")) / spectrum(engine.process(impulse)[0])
        assert np.abs(20 * np.log10(np.abs(ratio))).max() < 0.03
        assert np.abs(np.angle(ratio)).max() < 0.01  # a turned polarity would be pi


@pytest.mark.parametrize("form", WRITERS)
def test_a_flat_setting_at_no_gain_is_the_identity(form):
    text = WRITERS[form](FLAT, 0.0, "flat")
    if form == "camilladsp":
        assert "Gain" not in text
        assert "names: [semeq]" in text
    else:
        np.testing.assert_allclose(PLAYERS[form](text), 1.0, atol=1e-6)


@pytest.mark.parametrize("form", ["apo", "autoeq"])
@pytest.mark.parametrize("level_db", [-12.34, 0.0, 3.5])
def test_the_level_stands_once_and_first(form, level_db):
    lines = [line for line in WRITERS[form](FLAT, level_db, "warm").splitlines() if not line.startswith("#")]
    assert [n for n, line in enumerate(lines) if line.lower().startswith("preamp")] == [0]
    assert read_apo("\n".join(lines)).preamp_db == level_db


def test_several_preamps_of_a_foreign_text_add_up():
    bell = "Filter 1: ON PK Fc 1000 Hz Gain 3 dB Q 1"
    assert read_apo(f"Preamp: -2.5 dB\nPreamp: -1 dB\n{bell}\n").preamp_db == -3.5
