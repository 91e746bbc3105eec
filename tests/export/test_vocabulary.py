"""A new vocabulary for a bundle that is there: the same model, read back from its graphs, and other words."""

import csv
import json

import numpy as np
import pytest
import torch

from semeq.export.cli import main
from semeq.export.errors import NotExportableError
from semeq.export.vocabulary import model_of, rewrite_vocabulary
from semeq.training import WordPoint
from semeq.words import load_bundle

BUNDLE = load_bundle()


def words():
    latent = np.array(BUNDLE.vocabulary.get("warm").latent)
    return (
        WordPoint("warm", "en", ("safe-db",), 9, 4.0, latent, aliases=("warmth",)),
        WordPoint("nasal", "en", ("mix-terms",), 0, 4.0, -latent, origin="convention"),
        WordPoint("rare", "en", ("safe-db",), 1, 4.0, latent / 2, contested=True),
    )


def test_the_model_is_read_back_from_its_graphs():
    model = model_of(BUNDLE)
    golden = BUNDLE.golden
    with torch.no_grad():
        encoded = model.encode(torch.tensor(golden["encoder"]["params"], dtype=torch.float32)).numpy()
    np.testing.assert_allclose(encoded, golden["encoder"]["latent"], atol=1e-4)


def test_only_the_words_change(tmp_path):
    written = rewrite_vocabulary(BUNDLE, words(), tmp_path / "new", {"safe-db": {"rows": 3}})
    old, new = BUNDLE.metadata["files"], written.metadata["files"]
    assert {name for name in new if new[name] != old[name]} == {"vocabulary.json"}
    assert written.vocabulary.names == ("warm", "nasal", "rare")
    assert written.vocabulary.flat == BUNDLE.vocabulary.flat
    assert written.metadata["vocabulary"] == {"words": 3, "data": {"safe-db": {"rows": 3}}}
    for key in ("recipe", "metrics", "golden", "data", "audio_encoder"):
        assert written.metadata[key] == BUNDLE.metadata[key]


def test_words_on_convention_are_marked_and_no_thin_evidence(tmp_path):
    vocabulary = rewrite_vocabulary(BUNDLE, words(), tmp_path / "new").vocabulary
    nasal, rare = vocabulary.get("nasal"), vocabulary.get("rare")
    assert (nasal.origin, nasal.low_evidence, nasal.contested) == ("convention", False, False)
    assert (rare.origin, rare.low_evidence, rare.contested) == ("people", True, True)
    assert vocabulary.get("warmth").name == "warm"


def test_a_bundle_of_another_model_is_refused(tmp_path):
    written = rewrite_vocabulary(BUNDLE, words(), tmp_path / "new")
    table = json.loads((written.path / "model.json").read_text())
    table["golden"]["decoder"]["params"][0][0] += 1.0
    (written.path / "model.json").write_text(json.dumps(table))
    with pytest.raises(NotExportableError, match="golden"):
        model_of(load_bundle(written.path))
    table["recipe"]["model"]["hidden"] = [32, 32, 32]
    (written.path / "model.json").write_text(json.dumps(table))
    with pytest.raises(NotExportableError, match="weights"):
        model_of(load_bundle(written.path))
    del table["recipe"]
    (written.path / "model.json").write_text(json.dumps(table))
    with pytest.raises(NotExportableError, match="recipe"):
        model_of(load_bundle(written.path))


@pytest.fixture
def settings(tmp_path):
    """Rows of the SAFE-DB form: *warm* leans dark and *bright* bright, by four people each."""
    rows = []
    for i in range(16):
        lean = (-5.0 if i % 2 else 5.0) + i / 20
        params = [-lean, 120, 0, 300, 1, 0, 900, 1, 0, 3000, 1, lean, 8000]
        rows.append([i, ("bright", "warm")[i % 2], f"p{i // 4}", 1, 1, *params, *[""] * 7])
    with (tmp_path / "data.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return tmp_path / "data.csv"


def test_the_command_places_words_anew(tmp_path, settings, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["words", "--data", str(settings), "--out", str(tmp_path / "new"), "--json"])
    assert stopped.value.code == 0
    said = json.loads(capsys.readouterr().out)
    written = load_bundle(tmp_path / "new")
    assert said["words"] == len(written.vocabulary) > 100
    assert written.vocabulary.get("nasal").origin == "convention"
    assert written.vocabulary.get("warm").latent != BUNDLE.vocabulary.get("warm").latent
