"""What is written for another program is read back, and so are that program's own files."""

import json

import numpy as np
import pytest

from semeq.eq import curve, denormalise, sort_bells
from semeq.eq.formats import WRITERS, Filter, FormatError, filters_curve, fit_text, read_eq

RANDOM = np.random.default_rng(8)
SETTINGS = [sort_bells(params) for params in denormalise(RANDOM.uniform(0.05, 0.95, size=(5, 13)))]


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("params", SETTINGS)
def test_every_format_is_read_back(form, params):
    text = read_eq(WRITERS[form](params, -4.25, "a title: filters"))
    assert text.preamp_db == pytest.approx(-4.25, abs=1e-6)
    assert np.abs(text.curve() - curve(params)).max() < 0.02
    fit = fit_text(text)
    assert fit.worst_db < 0.02
    np.testing.assert_allclose(fit.params, params, rtol=2e-3, atol=2e-3)


CAMILLA = """\
devices:
  samplerate: 44100
filters:
  low: {type: Biquad, parameters: {type: Lowshelf, freq: 100, slope: 6.0, gain: 4.0}}
  mid:
    type: Biquad
    parameters: {type: Peaking, freq: 1000, gain: -3.0, q: 1.4}
  cut: {type: Biquad, parameters: {type: HighpassFO, freq: 20}}
  right: {type: Biquad, parameters: {type: Peaking, freq: 3000, gain: 2.0, q: 1.0}}
  level: {type: Gain, parameters: {gain: -6.0, inverted: false}}
pipeline:
  - {type: Mixer, name: stereo}
  - {type: Filter, channels: [0, 1], names: [level, low, mid, cut]}
"""


def test_camilladsp_as_people_write_it():
    text = read_eq(CAMILLA)
    amp = 10 ** (4 / 40)
    q = 1 / np.sqrt((amp + 1 / amp) * (1 / 0.5 - 1) + 2)
    assert text.filters[1:] == (Filter("bell", 1000, -3, 1.4),)
    assert (text.filters[0].kind, text.filters[0].q) == ("low_shelf", pytest.approx(q))
    assert text.preamp_db == -6
    assert text.notes == ("the pipeline's Mixer is left out", "cut: Biquad HighpassFO is left out")


def test_camilladsp_channels():
    two = CAMILLA + "  - {type: Filter, channel: 1, names: [right]}\n"
    with pytest.raises(FormatError, match="choose one with --channel 0 or 1"):
        read_eq(two)
    assert len(read_eq(two, "0").filters) == 2
    assert read_eq(two, "1").filters[-1] == Filter("bell", 3000, 2, 1)
    with pytest.raises(FormatError, match="no channel 7"):
        read_eq(two, "7")


def easyeffects(**changes):
    band = {"frequency": 100.0, "gain": 3.0, "mode": "APO (DR)", "mute": False, "q": 1.0, "type": "Bell"}
    left = {"band0": band, "band1": {**band, "type": "Hi-pass", "frequency": 30.0}, "band2": {**band, "mute": True}}
    eq = {"input-gain": -2.0, "output-gain": 1.0, "left": left, "right": left, "split-channels": False, **changes}
    return {"output": {"equalizer#0": eq, "plugins_order": ["limiter#0", "equalizer#0"]}}


def test_easyeffects_as_people_write_it():
    text = read_eq(json.dumps(easyeffects()))
    assert text.filters == (Filter("bell", 100, 3, 1), Filter("high_pass", 30, 0, 1))
    assert (text.preamp_db, text.notes) == (-1, ("limiter#0 is left out",))
    split = easyeffects(
        **{"split-channels": True, "right": {"band0": {"type": "Bell", "frequency": 50, "gain": 1, "q": 1}}}
    )
    with pytest.raises(FormatError, match="--channel L or R"):
        read_eq(json.dumps(split))
    assert read_eq(json.dumps(split), "R").filters == (Filter("bell", 50, 1, 1),)


def test_ffmpeg_and_sox_as_people_write_them():
    ffmpeg = read_eq("aresample=48000,equalizer=frequency=1000:width_type=q:width=2:gain=-4,highpass=f=30:t=q:w=0.7")
    assert ffmpeg.filters == (Filter("bell", 1000, -4, 2), Filter("high_pass", 30, 0, 0.7))
    assert ffmpeg.notes == ("aresample is left out",)
    sox = read_eq("gain -3 bass +5 100 0.7q equalizer 1000 2q -4 rate")
    assert sox.filters == (Filter("low_shelf", 100, 5, 0.7), Filter("bell", 1000, -4, 2))
    assert (sox.preamp_db, sox.notes) == (-3, ("rate is left out",))
    assert np.isfinite(filters_curve(sox.filters)).all()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "line 1: is not JSON"),
        ("{}", "no equaliser"),
        ('{"bands": [{"type": "bell", "freq_hz": 1e99, "gain_db": 0, "q": 1}]}', "band 1: frequency is 1e.99, outside"),
        ('{"bands": [{"type": "cowbell"}]}', "band 1: type is none of"),
        ('{"bands": [' + "[" * 100_000, "JSON"),
        (json.dumps(easyeffects(left={"band0": {"type": "Bell", "frequency": "x"}})), "left, band0: frequency 'x'"),
        ("filters:\n  a: {", "line 2|line 3"),
        ("filters:\n  - 1", "no section of filters"),
        ("filters:\n  a: {type: Conv}", "no filter that semeq can use .a: Conv is left out"),
        ("filters:\n  a: {type: Biquad, parameters: {type: Peaking, freq: 10, gain: x, q: 1}}", "a: gain 'x' is not"),
        ("filters: &a\n  b: [*a, *a]", "no filter"),
        ("equalizer=f=100:t=h:w=10:g=3", "write it as Q"),
        ("bass 5 100 0.5o", "a width with q"),
        ("slider1:3<-36,36,0.1>Low shelf gain (dB)", "not all of its sliders"),
    ],
)
def test_faults_say_where_and_what(text, message):
    with pytest.raises(FormatError, match=message) as caught:
        read_eq(text)
    assert "\n" not in str(caught.value)
