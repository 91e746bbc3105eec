"""The shipped model does what its words promise, through onnxruntime alone."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest

from semeq.eq import FLAT, check_params, curve, denormalise, normalise, rms_db, tilt
from semeq.words import antonyms, load_bundle, nearest
from semeq.words.mix_terms import mix_terms

TEN = ("warm", "bright", "thin", "full", "muddy", "clear", "airy", "deep", "boomy", "tinny")
BUNDLE = load_bundle()


@pytest.fixture(scope="module")
def decoder():
    return onnxruntime.InferenceSession(BUNDLE.decoder_path, providers=["CPUExecutionProvider"])


@pytest.fixture(scope="module")
def encoder():
    return onnxruntime.InferenceSession(BUNDLE.encoder_path, providers=["CPUExecutionProvider"])


def decode(session, latents):
    return session.run(["params"], {"latent": np.asarray(latents, dtype=np.float32)})[0].astype(np.float64)


def encode(session, params):
    return session.run(["latent"], {"params": np.asarray(params, dtype=np.float32)})[0].astype(np.float64)


def test_the_ten_terms_are_there():
    assert set(TEN) <= set(BUNDLE.vocabulary.names)


def test_every_word_decodes_within_the_bounds(decoder):
    params = decode(decoder, [word.latent for word in BUNDLE.vocabulary])
    check_params(params)


@pytest.mark.parametrize(
    ("word", "sign"),
    [("warm", -1), ("deep", -1), ("muddy", -1), ("boomy", -1), ("bright", 1), ("airy", 1), ("thin", 1), ("tinny", 1)],
)
def test_words_lean_the_way_they_sound(decoder, word, sign):
    leaning = tilt(curve(decode(decoder, [BUNDLE.vocabulary.get(word).latent])))[0]
    assert sign * leaning > 1.0


def test_flat_decodes_to_flat_whatever_its_silent_bands_rest_on(decoder, encoder):
    rng = np.random.default_rng(0)
    params = denormalise(rng.random((50, 13)))
    params[:, [0, 2, 5, 8, 11]] = 0
    params = np.concatenate([FLAT[None], params])
    assert np.abs(curve(decode(decoder, encode(encoder, params)))).max() < 0.05


def test_the_order_of_the_bells_does_not_matter(encoder):
    rng = np.random.default_rng(1)
    params = denormalise(rng.random((50, 13)))
    other = params[:, [0, 1, 8, 9, 10, 2, 3, 4, 5, 6, 7, 11, 12]]
    np.testing.assert_allclose(encode(encoder, params), encode(encoder, other), atol=1e-4)


def test_settings_survive_the_space(decoder, encoder):
    """Any setting within the knob ranges of the plug-in the data comes from, not only rows of the data."""
    low, high = np.array(FLAT), np.array(FLAT)
    low[[0, 2, 5, 8, 11]], high[[0, 2, 5, 8, 11]] = -12, 12
    low[[1, 3, 6, 9, 12]], high[[1, 3, 6, 9, 12]] = [22, 82, 180, 220, 580], [1000, 3900, 4700, 10_000, 20_000]
    low[[4, 7, 10]], high[[4, 7, 10]] = 0.1, 10
    unit = normalise(low) + (normalise(high) - normalise(low)) * np.random.default_rng(2).random((300, 13))
    params = denormalise(unit)
    error = rms_db(curve(decode(decoder, encode(encoder, params))) - curve(params))
    assert np.median(error) < 0.5
    assert np.percentile(error, 95) < 1.5


def test_high_frequencies_are_reached(decoder, encoder):
    params = FLAT.copy()
    params[11:] = 9.0, 20_000.0
    rebuilt = decode(decoder, encode(encoder, params[None]))
    assert rebuilt[0, 12] > 15_000


def test_single_bands_survive_the_space(decoder, encoder):
    """One loud band, the others silent: what a user dials first."""
    rng = np.random.default_rng(7)
    params = np.tile(FLAT, (400, 1))
    ranges = [(40, 600), (80, 3000), (200, 5000), (500, 10_000), (2000, 12_000)]
    for row in params:
        band = rng.integers(5)
        gain = [0, 2, 5, 8, 11][band]
        row[gain] = rng.uniform(3, 12) * rng.choice([-1, 1])
        row[gain + 1] = np.exp(rng.uniform(*np.log(ranges[band])))
    error = rms_db(curve(decode(decoder, encode(encoder, params))) - curve(params))
    assert np.median(error) < 0.2
    assert np.percentile(error, 95) < 0.5


def test_golden_values(decoder, encoder):
    golden = BUNDLE.golden
    np.testing.assert_allclose(
        decode(decoder, golden["decoder"]["latent"]), golden["decoder"]["params"], rtol=1e-4, atol=1e-4
    )
    np.testing.assert_allclose(encode(encoder, golden["encoder"]["params"]), golden["encoder"]["latent"], atol=1e-4)


@pytest.mark.parametrize("kind", ["decoder", "encoder"])
def test_the_graphs_are_single_files_with_metadata_and_without_traces_of_a_machine(kind):
    path = BUNDLE.path / f"{kind}.onnx"
    model = onnx.load(path, load_external_data=False)
    onnx.checker.check_model(model, full_check=True)
    properties = {p.key: p.value for p in model.metadata_props}
    assert json.loads(properties["semeq"])["kind"] == kind
    assert not any(i.external_data for i in model.graph.initializer)
    assert all(not node.metadata_props and not node.doc_string for node in model.graph.node)
    assert b"/site-packages/" not in path.read_bytes()


def test_any_number_of_points_is_decoded(decoder):
    for n in (1, 3, 129):
        assert decode(decoder, np.zeros((n, 32))).shape == (n, 13)


def test_the_vocabulary_holds_all_sources_and_languages():
    words = list(BUNDLE.vocabulary)
    assert len(words) >= 480
    assert sum(w.language == "es" for w in words) == 100
    assert {w.origin for w in words} >= {"people", "convention", "people+convention", "people+translation"}
    # A word that all sources know is one entry that names them.
    assert BUNDLE.vocabulary.get("warm").sources == ("safe-db", "socialfx", "mix-terms")
    assert all(w.low_evidence == (w.evidence < 3 and "convention" not in w.origin) for w in words)
    assert 200 < sum(not w.low_evidence for w in words) < 300
    assert (BUNDLE.path / "vocabulary.json").stat().st_size <= 600_000


def test_every_mix_term_is_there_and_does_what_convention_expects(decoder):
    """Words that people used as well as those on convention alone, as decoded, under every alias."""
    for term in mix_terms():
        word = BUNDLE.vocabulary.get(term.name)
        assert word.name == term.name
        assert all(BUNDLE.vocabulary.get(alias).name == term.name for alias in term.aliases)
        (decoded,) = curve(decode(decoder, [word.latent]))
        assert all(expectation.margin_db(decoded) > 0 for expectation in term.expects), term.name
        assert ("convention" in word.origin) == ("mix-terms" in word.sources) or word.contested, term.name


def test_flat_is_flat(decoder):
    assert rms_db(curve(decode(decoder, [BUNDLE.vocabulary.get("flat").latent]))).max() < 0.05


def test_words_are_as_strong_as_a_mix_bears(decoder):
    curves = curve(decode(decoder, [w.latent for w in BUNDLE.vocabulary if w.name != "flat"]))
    assert rms_db(curves).min() > 0.8
    assert rms_db(curves).max() < 9
    assert np.abs(curves).max() < 14


def test_warm_and_bright_have_their_schools_and_contested_words_those_of_their_witnesses(decoder):
    assert len(BUNDLE.vocabulary.get("warm").schools) == 2
    assert len(BUNDLE.vocabulary.get("bright").schools) == 3
    contested = [word for word in BUNDLE.vocabulary if word.contested]
    assert {"soft", "hard", "hollow", "fat"} <= {word.name for word in contested}
    for word in contested:
        main, one, other = curve(decode(decoder, [word.latent, *(s.latent for s in word.schools[:2])]))
        assert np.corrcoef(main, one)[0, 1] > 0.98
        assert np.corrcoef(one, other)[0, 1] < 0.6


def test_spanish_words_agree_with_what_they_translate(decoder):
    pairs = (("claro", "clear"), ("oscuro", "dark"), ("apagado", "dull"), ("duro", "hard"), ("cristalino", "clear"))
    for spanish, english in pairs:
        latents = [BUNDLE.vocabulary.get(name).latent for name in (spanish, english)]
        one, other = curve(decode(decoder, latents))
        assert np.corrcoef(one, other)[0, 1] > 0.5, spanish


def test_words_by_response_have_neighbours_and_antonyms(decoder):
    responses = curve(decode(decoder, [w.latent for w in BUNDLE.vocabulary]))
    likeness = [nearest(BUNDLE.vocabulary, w.name, 1, responses=responses)[0].likeness for w in BUNDLE.vocabulary]
    assert np.median(likeness) > 0.9
    (opposite,) = antonyms(BUNDLE.vocabulary, "warm", 1, min_evidence=3, responses=responses)
    assert opposite.likeness < -0.8
    lean = dict(zip(BUNDLE.vocabulary.names, tilt(responses), strict=True))
    assert lean["warm"] < 0 < lean[opposite.word.name]


def test_a_morph_from_warm_to_bright_never_turns_back(decoder):
    warm, bright = (np.array(BUNDLE.vocabulary.get(w).latent) for w in ("warm", "bright"))
    path = curve(decode(decoder, warm + (bright - warm) * np.linspace(0, 1, 101)[:, None]))
    assert (np.diff(tilt(path)) > 0).all()
