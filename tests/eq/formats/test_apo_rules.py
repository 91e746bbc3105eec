"""Equalizer APO's own rules, against its arithmetic written out anew: digital sections of the cookbook."""

import math

import numpy as np
import pytest

from semeq.eq import REFERENCE_GRID_HZ, REFERENCE_RATE_HZ, curve
from semeq.eq.formats import FormatError, fit_text, read_apo


def cookbook_db(kind, freq_hz, gain_db, q=None, s=None):
    """The cookbook's digital section, by its complex response at the reference rate."""
    amp, w0 = 10 ** (gain_db / 40), 2 * math.pi * freq_hz / REFERENCE_RATE_HZ
    cos, sin = math.cos(w0), math.sin(w0)
    alpha = sin / (2 * q) if s is None else sin / 2 * math.sqrt((amp + 1 / amp) * (1 / s - 1) + 2)
    root = 2 * math.sqrt(amp) * alpha
    b, a = {
        "PK": ([1 + alpha * amp, -2 * cos, 1 - alpha * amp], [1 + alpha / amp, -2 * cos, 1 - alpha / amp]),
        "LP": ([(1 - cos) / 2, 1 - cos, (1 - cos) / 2], [1 + alpha, -2 * cos, 1 - alpha]),
        "HP": ([(1 + cos) / 2, -1 - cos, (1 + cos) / 2], [1 + alpha, -2 * cos, 1 - alpha]),
        "BP": ([alpha, 0, -alpha], [1 + alpha, -2 * cos, 1 - alpha]),
        "NO": ([1, -2 * cos, 1], [1 + alpha, -2 * cos, 1 - alpha]),
        "LS": (
            [
                amp * ((amp + 1) - (amp - 1) * cos + root),
                2 * amp * ((amp - 1) - (amp + 1) * cos),
                amp * ((amp + 1) - (amp - 1) * cos - root),
            ],
            [
                (amp + 1) + (amp - 1) * cos + root,
                -2 * ((amp - 1) + (amp + 1) * cos),
                (amp + 1) + (amp - 1) * cos - root,
            ],
        ),
        "HS": (
            [
                amp * ((amp + 1) + (amp - 1) * cos + root),
                -2 * amp * ((amp - 1) + (amp + 1) * cos),
                amp * ((amp + 1) + (amp - 1) * cos - root),
            ],
            [
                (amp + 1) - (amp - 1) * cos + root,
                2 * ((amp - 1) - (amp + 1) * cos),
                (amp + 1) - (amp - 1) * cos - root,
            ],
        ),
    }[kind]
    z = np.exp(-2j * np.pi * REFERENCE_GRID_HZ / REFERENCE_RATE_HZ)
    return 20 * np.log10(np.maximum(np.abs(np.polyval(b[::-1], z) / np.polyval(a[::-1], z)), 1e-3))


def corner(kind, freq_hz, gain_db, q=None, s=None):
    """As `BiQuadFilter::initialize` moves a corner to the centre."""
    if s is None:
        amp = 10 ** (gain_db / 40)
        s = 1 / ((1 / q**2 - 2) / (amp + 1 / amp) + 1)
    factor = 10 ** (abs(gain_db) / 80 / s)
    return freq_hz * factor if kind == "LS" else freq_hz / factor


@pytest.mark.parametrize("gain", [-9.0, -2.5, 3.0, 11.0])
@pytest.mark.parametrize("q", [0.5, 0.71, 0.9])
@pytest.mark.parametrize(("kind", "freq"), [("LS", 150.0), ("HS", 4000.0)])
def test_shelves_by_their_corner_and_by_their_centre(kind, freq, gain, q):
    def read(name):
        return read_apo(f"Filter 1: ON {name} Fc {freq:g} Hz Gain {gain:g} dB Q {q:g}").curve()

    by_centre = cookbook_db(kind, freq, gain, q)
    by_corner = cookbook_db(kind, corner(kind, freq, gain, q), gain, q)
    np.testing.assert_allclose(read(f"{kind}C"), by_centre, atol=1e-6)
    np.testing.assert_allclose(read(kind), by_corner, atol=1e-6)
    assert np.abs(by_centre - by_corner).max() > 0.1


@pytest.mark.parametrize("slope", [4.0, 6.0, 12.0])
@pytest.mark.parametrize(("kind", "freq"), [("LS", 150.0), ("HS", 4000.0)])
def test_shelves_with_a_slope(kind, freq, slope):
    line = "Filter 1: ON {} {:g} dB Fc {:g} Hz Gain 6 dB"
    s = slope / 12
    centre, moved = (cookbook_db(kind, f, 6.0, s=s) for f in (freq, corner(kind, freq, 6.0, s=s)))
    np.testing.assert_allclose(read_apo(line.format(f"{kind}C", slope, freq)).curve(), centre, atol=1e-6)
    np.testing.assert_allclose(read_apo(line.format(kind, slope, freq)).curve(), moved, atol=1e-6)


@pytest.mark.parametrize("name", ["LS", "LSC", "HS", "HSC"])
def test_a_shelf_without_either_has_a_slope_of_nine_tenths_at_its_centre(name):
    got = read_apo(f"Filter 1: ON {name} Fc 1000 Hz Gain 6 dB")
    np.testing.assert_allclose(got.curve(), cookbook_db(name[:2], 1000.0, 6.0, s=0.9), atol=1e-6)
    assert got.notes == ()


@pytest.mark.parametrize(
    ("line", "kind", "q"),
    [
        ("LP Fc 8000 Hz", "LP", math.sqrt(0.5)),
        ("LPQ Fc 8000 Hz Q 1.2", "LP", 1.2),
        ("HP Fc 8000 Hz", "HP", math.sqrt(0.5)),
        ("HPQ Fc 8000 Hz Gain 5 dB Q 0.6", "HP", 0.6),
        ("BP Fc 8000 Hz Q 2", "BP", 2.0),
        ("NO Fc 8000 Hz", "NO", 30.0),
        ("NO Fc 8000 Hz Q 3", "NO", 3.0),
    ],
)
def test_passes_and_notches_count_in_the_curve_and_in_the_error(line, kind, q):
    text = read_apo(f"Filter 1: ON {line}")
    wanted = cookbook_db(kind, 8000.0, 0.0, q)
    np.testing.assert_allclose(text.curve(), wanted, atol=1e-3)
    fit = fit_text(text)
    assert fit.error_db == pytest.approx(math.sqrt(np.mean((curve(fit.params) - wanted) ** 2)), abs=1e-3)


def test_a_low_cut_is_followed_by_the_low_shelf():
    fit = fit_text(read_apo("Filter 1: ON HP Fc 30 Hz\nFilter 2: ON PK Fc 1000 Hz Gain 3 dB Q 1"))
    assert fit.error_db < 0.6
    assert curve(fit.params)[0] < -4


def test_a_graphic_eq_is_lines_over_the_logarithm_of_frequency():
    text = read_apo("Preamp: -3 dB\nGraphicEQ: 100 0; 1000 6; 10000 -6\n")
    wanted = np.interp(np.log10(REFERENCE_GRID_HZ), [2, 3, 4], [0, 6, -6])
    np.testing.assert_allclose(text.curve(), wanted, atol=1e-9)
    assert (text.preamp_db, text.filters, text.parts) == (-3, (), "a graphic EQ of 3 points")


def test_autoeqs_graphic_eq_of_a_setting_gives_the_setting_back():
    params = np.array([4.0, 120, 3, 400, 1, -4, 1500, 1.4, 2, 5000, 1, -3, 9000])
    points = "; ".join(f"{f:.1f} {g:.1f}" for f, g in zip(REFERENCE_GRID_HZ, curve(params), strict=True))
    fit = fit_text(read_apo(f"GraphicEQ: {points}"))
    assert fit.error_db < 0.1


BOTH = "Filter: ON PK Fc 100 Hz Gain 3 dB Q 1\n"
LEFT, RIGHT = "Filter: ON PK Fc 1000 Hz Gain 3 dB Q 1\n", "Filter: ON PK Fc 2000 Hz Gain 3 dB Q 1\n"


@pytest.mark.parametrize(
    "text",
    [
        f"{BOTH}Channel: L\n{LEFT}Channel: R\n{RIGHT}",
        f"Channel: L\n{LEFT}",
        f"Channel: L R\n{LEFT}Channel: R\n{RIGHT}",
        f"Channel: L\nPreamp: -3 dB\n{LEFT}Channel: R\n{LEFT}",
    ],
)
def test_channels_that_differ_are_not_summed(text):
    with pytest.raises(FormatError, match=r"line \d: channels have equalisers of their own .* --channel"):
        read_apo(text)


def test_one_channel_can_be_read():
    text = f"{BOTH}Channel: L\n{LEFT}Channel: R\n{RIGHT}Channel: all\n{BOTH}"
    for channel, own in (("L", LEFT), ("r", RIGHT)):
        assert read_apo(text, channel).filters == read_apo(BOTH + own + BOTH).filters
    with pytest.raises(FormatError, match="no channel C in the text; it names L, R"):
        read_apo(text, "C")


@pytest.mark.parametrize(
    "text", [f"Channel: L R\n{LEFT}", f"Channel: L\n{LEFT}Channel: R\n{LEFT}", f"Channel: ALL\n{LEFT}"]
)
def test_channels_that_agree_are_one_equaliser(text):
    assert read_apo(text.format(LEFT)).filters == read_apo(LEFT).filters
