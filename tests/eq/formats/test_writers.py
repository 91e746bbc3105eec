"""Every text a setting is written as says the same EQ: parsed back, or run in the program it is for."""

import json
import math
import re
import shutil
import subprocess

import numpy as np
import pytest
import soundfile

from semeq.eq import FLAT, LOWER_BOUNDS, UPPER_BOUNDS, Engine, curve, denormalise, magnitude_db, scale_gains
from semeq.eq.formats import WRITERS, Filter, FormatError, filters_curve, read_apo, setting_filters

RATE = 48_000
LEVEL_DB = -3.25


def settings(count=40):
    """Random settings at intensities up to 2, and the corners of the bounds."""
    random = np.random.default_rng(7)
    drawn = scale_gains(denormalise(random.uniform(size=(count, 13))), random.uniform(0, 2, count))
    return np.concatenate([drawn, [FLAT, LOWER_BOUNDS, UPPER_BOUNDS]])


def parse_camilladsp(text):
    numbers = dict(re.findall(r"^ +([fgq](?:ls|p1|p2|p3|hs)|gain): (\S+)$", text, re.MULTILINE))
    assert "type: FivePointPeq" in text
    assert "channels: [0, 1]" in text
    kinds = {"ls": "low_shelf", "p1": "bell", "p2": "bell", "p3": "bell", "hs": "high_shelf"}
    bands = [Filter(kind, *(float(numbers[c + b]) for c in "fgq")) for b, kind in kinds.items()]
    return bands, float(numbers["gain"])


def parse_easyeffects(text):
    equalizer = json.loads(text)["output"]["equalizer#0"]
    assert equalizer["left"] == equalizer["right"]
    assert equalizer["num-bands"] == len(equalizer["left"]) == 5
    assert {band["mode"] for band in equalizer["left"].values()} == {"APO (DR)"}
    kinds = {"Lo-shelf": "low_shelf", "Bell": "bell", "Hi-shelf": "high_shelf"}
    bands = [Filter(kinds[b["type"]], b["frequency"], b["gain"], b["q"]) for b in equalizer["left"].values()]
    return bands, equalizer["input-gain"]


def parse_ffmpeg(text):
    kinds = {"lowshelf": "low_shelf", "equalizer": "bell", "highshelf": "high_shelf"}
    level, *chain = text.strip().split(",")
    bands = []
    for item in chain:
        name, options = item.split("=", 1)
        values = dict(option.split("=") for option in options.split(":"))
        assert values["t"] == "q"
        bands.append(Filter(kinds[name], float(values["f"]), float(values["g"]), float(values["w"])))
    return bands, float(re.match(r"volume=(\S+?)dB:", level)[1])


def parse_sox(text):
    words = text.split()
    assert words[0] == "gain"
    bands = []
    for at in range(2, len(words), 4):
        name, *numbers = words[at : at + 4]
        freq, gain, q = (numbers[i] for i in ((0, 2, 1) if name == "equalizer" else (1, 0, 2)))
        assert q.endswith("q")
        kind = {"bass": "low_shelf", "equalizer": "bell", "treble": "high_shelf"}[name]
        bands.append(Filter(kind, float(freq), float(gain), float(q[:-1])))
    return bands, float(words[1])


def parse_json(text):
    table = json.loads(text)
    bands = [Filter(b["type"], b["freq_hz"], b["gain_db"], b["q"]) for b in table["bands"]]
    return bands, table["output_db"]


def parse_apo(text):
    read = read_apo(text)
    assert read.notes == ()
    return read.filters, read.preamp_db


PARSERS = {
    "apo": parse_apo,
    "autoeq": parse_apo,
    "camilladsp": parse_camilladsp,
    "easyeffects": parse_easyeffects,
    "ffmpeg": parse_ffmpeg,
    "sox": parse_sox,
    "json": parse_json,
}


def run_jsfx(text, audio):
    """Run the two code sections of a JSFX as Python: straight-line EEL2 differs from it only in ``^`` and ``$pi``."""
    head, slider, sample = re.split(r"@slider|@sample", text)
    state = {f"slider{n}": float(v) for n, v in re.findall(r"^slider(\d+):([-\d.]+)<", head, re.MULTILINE)}
    state |= {"srate": RATE, "pi": math.pi, "min": min, "sin": math.sin, "cos": math.cos, "sqrt": math.sqrt}
    state |= dict.fromkeys(re.findall(r"\b[st]\d_\d\b", sample), 0.0)  # EEL2's variables start at 0
    slider, sample = (
        compile(re.sub(r"; +", "\n", code.replace("^", "**").replace("$pi", "pi")).replace(";", ""), "jsfx", "exec")
        for code in (slider, sample)
    )
    exec(slider, state)
    out = np.empty_like(audio)
    for i, (state["spl0"], state["spl1"]) in enumerate(audio.T):
        exec(sample, state)
        out[:, i] = state["spl0"], state["spl1"]
    return out


def ours(params, audio, level_db=LEVEL_DB):
    engine = Engine(RATE, channels=2)
    engine.jump(params, level_db)
    return engine.process(np.ascontiguousarray(audio, dtype=np.float64))


def boost_db(params):
    """The highest peak after any number of bands, in dB."""
    bands = setting_filters(params)
    return max(filters_curve(bands[: n + 1], sample_rate_hz=RATE).max() for n in range(5))


def residual_db(first, second):
    return 20 * math.log10(np.sqrt(np.mean((first - second) ** 2)) / np.sqrt(np.mean(second**2)))


@pytest.mark.parametrize("form", PARSERS)
def test_a_text_read_back_is_the_same_eq(form):
    for params in settings():
        bands, level_db = PARSERS[form](WRITERS[form](params, LEVEL_DB, "warm"))
        assert level_db == pytest.approx(LEVEL_DB)
        assert np.abs(filters_curve(bands) - curve(params)).max() <= 0.02


def test_every_format_is_tested():
    assert set(WRITERS) == {*PARSERS, "jsfx"}


def test_the_curve_of_filters_is_the_settings_response():
    freqs = np.geomspace(5, 23_000, 200)
    for params in settings():
        np.testing.assert_allclose(
            filters_curve(setting_filters(params), freqs, RATE), magnitude_db(params, freqs, RATE), atol=1e-6
        )


def test_a_jsfx_run_line_by_line_is_the_engine():
    audio = np.zeros((2, 4096))
    audio[:, 0] = 1.0, -0.5
    freqs = np.geomspace(100, 20_000, 64)
    kernel = np.exp(-2j * np.pi * freqs[:, None] * np.arange(audio.shape[1]) / RATE)
    for params in settings(6):
        out, expected = run_jsfx(WRITERS["jsfx"](params, LEVEL_DB, "warm"), audio), ours(params, audio)
        with np.errstate(divide="ignore"):
            difference = 20 * np.log10(np.abs(kernel @ out.T) / np.abs(kernel @ expected.T))
        assert np.abs(difference).max() <= 0.02


@pytest.mark.parametrize("program", ["ffmpeg", "sox"])
def test_the_program_itself_sounds_as_the_engine_does(program, tmp_path):
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    noise = np.random.default_rng(3).normal(0, 0.1, (2, RATE // 2))
    source, result = tmp_path / "in.wav", tmp_path / "out.wav"
    for params in settings(5)[:6]:
        # SoX clips between effects and rounds floats to about 25 bits: as loud as every band's boost together allows.
        audio = (noise * 10 ** (-max(0, boost_db(params)) / 20)).astype(np.float32)
        soundfile.write(source, audio.T, RATE, subtype="FLOAT")
        text = WRITERS[program](params, LEVEL_DB, "").strip()
        if program == "ffmpeg":
            command = ["ffmpeg", "-v", "error", "-y", "-i", source, "-af", text, "-c:a", "pcm_f32le", result]
        else:
            command = ["sox", "-D", source, "-e", "float", "-b", "32", result, *text.split()]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        out, rate = soundfile.read(result, always_2d=True)
        assert rate == RATE
        assert residual_db(out.T, ours(params, audio)) <= -90


@pytest.mark.parametrize("form", WRITERS)
def test_a_title_cannot_break_out_of_its_line(form):
    evil = 'warm\n@init\nspl0=0;\r\nFilter 9: ON PK Fc 100 Hz Gain 9 dB Q 1\u2028"}\x00'
    text = WRITERS[form](FLAT, 0.0, evil)
    assert "\x00" not in text
    assert not [line for line in text.splitlines() if line.startswith(("@init", "spl0=0", "Filter 9"))]


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("bad", [np.full(13, np.nan), np.zeros(12), np.zeros(13)])
def test_what_is_no_setting_is_refused(form, bad):
    with pytest.raises(FormatError, match="a setting"):
        WRITERS[form](bad, 0.0, "")


@pytest.mark.parametrize("form", WRITERS)
def test_no_number_has_an_exponent_where_programs_read_none(form):
    params = FLAT.copy()
    params[0] = -1e-7
    if form not in ("json", "easyeffects"):
        assert not re.search(r"\d[eE][-+]?\d|(?<![\d.])-0(?![.\d])", WRITERS[form](params, 0.0, ""))
