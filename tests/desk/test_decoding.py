"""What the page computes by itself, in Chromium: decoder, response, phrases, morphs."""

import numpy as np
import pytest

from semeq.eq import curve, rms_db
from semeq.words import WordSpace, parse_phrase

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("desk")]

SPACE = WordSpace.open()
DECODER = SPACE.decoder

CURVES = """async (latents) => {
  const { curve } = await import("./response.js");
  return latents.map((latent) => Array.from(curve(desk.space.model.decode(latent)), (v) => Number(v.toFixed(6))));
}"""
PHRASES = [
    "warm and a bit airy",
    "less muddy, more air",
    "0.5 warm + 0.3 airy + 0.2 deep",
    "not harsh or thin",
    "very warm > a bit brighter > less of that",
    "opposite of boomy",
    "warmer, twice crisper",
    "0.6 dark - 0.3 boomy",
    "warm/2 and 30 % airy",
    "frio, un poco",
    "warm 50%",
    "a touch of air, please!",
    "warm and not warm",
    "and",
    "warm and",
    "5 warm",
    "",
    "warm ☃",
    "the brightest",
]


def test_the_decoder_is_onnxruntime_s(page):
    """On the bundle's golden points and 1,000 random ones."""
    random = np.random.default_rng(11)
    golden = np.array(DECODER.bundle.golden["decoder"]["latent"])
    latents = np.concatenate([golden, random.uniform(-1, 1, (1000, 32))])
    found = np.array(page.evaluate(CURVES, latents.tolist()))
    worst = np.abs(found - curve(DECODER.decode(latents))).max()
    print(f"page's decoder against onnxruntime: within {worst:.1e} dB")
    assert worst < 1e-3
    # What the bundle itself says about its golden points, rounded as it is there.
    assert np.abs(found[: len(golden)] - curve(np.array(DECODER.bundle.golden["decoder"]["params"]))).max() < 1e-2


def test_words_sound_as_they_do_in_python(page):
    found = np.array(page.evaluate("desk.space.model.words.map((word) => Array.from(word.curve))"))
    assert np.abs(found - SPACE.curves(list(SPACE.vocabulary))).max() < 1e-3


def test_morphs_are_even_in_the_same_way(page):
    morphs = np.linspace(0, 1, 21)
    ask = """async ([from, to, morphs]) => {
      const { curve } = await import("./response.js");
      return morphs.map((m) => Array.from(curve(desk.space.model.decode(desk.space.between(from, to, m)))));
    }"""
    for pair in (("warm", "bright"), ("muddy", "airy"), ("boomy", "thin")):
        found = np.array(page.evaluate(ask, [*pair, morphs.tolist()]))
        assert rms_db(found - curve(SPACE.table(*pair).at(morphs))).max() < 2e-3


def test_phrases_are_read_as_in_python(page):
    ask = """async (texts) => {
      const { parsePhrase, PhraseError } = await import("./phrase.js");
      return texts.map((text) => {
        try { return parsePhrase(text, desk.space.model).map((p) => [p.word, p.weight]); }
        catch (error) { if (error instanceof PhraseError) return null; throw error; }
      });
    }"""
    for text, found in zip(PHRASES, page.evaluate(ask, PHRASES), strict=True):
        try:
            wanted = [[part.word, part.weight] for part in parse_phrase(text, SPACE.vocabulary).parts]
        except LookupError:
            wanted = None
        assert found == wanted, text


def test_blends_are_nearly_those_of_python(page):
    """Without a server a phrase is fitted in the page: as close to the weighted sum of curves, by another way."""
    ask = "(text) => { const f = desk.space.understand(text); return [f.errorDb, Array.from(f.curve)]; }"
    texts = [text for text in PHRASES[:9] if "/" not in text]
    apart = []
    for text in texts:
        error_db, found = page.evaluate(ask, text + " ")
        here = SPACE.understand(text)
        assert error_db < here.error_db + 0.5
        apart.append(float(rms_db(np.array(found) - curve(DECODER.decode(here.latent)))))
    print("page's blends against Python's, dB RMS:", np.round(apart, 2))
    assert np.median(apart) < 0.5


def test_dragging_is_continuous(page):
    """Small steps of the point are small steps of the sound, across the triangles' edges too."""
    ask = """async () => {
      const { curve, distance } = await import("./response.js");
      let before = null, latent = null, steps = [];
      for (let n = 0; n <= 240; n++) {
        const at = [-0.7 + 1.4 * n / 240, 0.5 * Math.sin(n / 24)];
        latent = desk.space.follow(desk.map.around(at), latent);
        const db = curve(desk.space.model.decode(latent));
        if (before) steps.push(distance(db, before));
        before = db;
      }
      return steps;
    }"""
    steps = np.array(page.evaluate(ask))
    print(f"step of the point 0.8 % of the map: {np.median(steps):.2f} dB median, {steps[5:].max():.2f} dB at most")
    assert steps[5:].max() < 1.5


def test_a_setting_is_told_in_words_that_sound_like_it(page):
    ask = "(text) => desk.space.describe(desk.space.model.decode(desk.space.understand(text).latent))"
    found = page.evaluate(ask, "0.7 warm + 0.3 airy")
    weights = {part["word"]: part["weight"] for part in found["parts"]}
    assert weights["warm"] == pytest.approx(0.7, abs=0.12)
    assert weights["airy"] == pytest.approx(0.3, abs=0.12)
    assert found["errorDb"] < 0.3
    flat = [0, 100, 0, 300, 0.7, 0, 1000, 0.7, 0, 3000, 0.7, 0, 8000]
    assert page.evaluate("(params) => desk.space.describe(params).parts", flat) == []
