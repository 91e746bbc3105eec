"""Exported graphs say what the model says, and a bundle appears only if they do."""

import csv
import json

import numpy as np
import onnx
import pytest
import torch

from semeq.eq import check_params, curve, denormalise
from semeq.export import graphs
from semeq.export.cli import main
from semeq.export.graphs import BundleSpace, DecoderGraph
from semeq.export.model_bundle import export_bundle
from semeq.export.native.source import read_decoder
from semeq.export.parity import TOLERANCE_DB, check_parity, session
from semeq.plugin import SemanticEQ
from semeq.training import load_run
from semeq.training.cli import main as train
from semeq.words import Decoder, load_bundle

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def train_data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("export")
    rng = np.random.default_rng(0)
    rows = []
    for i in range(60):
        lean = (-4 if i % 2 else 4) + rng.normal()
        params = [-lean, 120, rng.normal(), 300, 1, rng.normal(), 900, 1, rng.normal(), 3000, 1, lean, 8000]
        rows.append([i, ("bright", "warm")[i % 2], f"p{(i // 2) % 12}", 1, 1, *params, *[""] * 7])
    with (folder / "data.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return folder / "data.csv"


@pytest.fixture(scope="module")
def run_path(train_data):
    """A run of a few steps on made rows; parity does not depend on how well a model was trained."""
    torch.set_num_threads(1)
    out = train_data.parent / "runs" / "r"
    with pytest.raises(SystemExit) as stop:
        train(["v3", "--data", str(train_data), "--steps", "60", "--split", "random", "--out", str(out)])
    assert stop.value.code == 0
    return out


@pytest.fixture(scope="module")
def bundle(run_path):
    with pytest.raises(SystemExit) as stop:
        main(["onnx", "--run", str(run_path), "--out", str(run_path.parent / "bundle")])
    assert stop.value.code == 0
    return load_bundle(run_path.parent / "bundle")


def test_the_graphs_are_the_model(bundle, run_path):
    model = load_run(run_path).model
    parity = check_parity(
        BundleSpace(model), bundle.decoder_path.read_bytes(), bundle.encoder_path.read_bytes(), 1500, seed=5
    )
    assert parity.points == 1500
    assert parity.decoder_db <= TOLERANCE_DB
    assert parity.encoder_db <= TOLERANCE_DB


@pytest.mark.parametrize("n", [1, 2, 129])
def test_the_decoder_gives_physical_settings_for_any_number_of_latents(bundle, n):
    latents = np.random.default_rng(n).uniform(-1, 1, (n, 32)).astype(np.float32)
    (params,) = session(bundle.decoder_path.read_bytes()).run(["params"], {"latent": latents})
    assert params.shape == (n, 13)
    assert params.dtype == np.float32
    check_params(params)


@pytest.mark.parametrize("n", [1, 5])
def test_the_encoder_takes_physical_settings(bundle, n):
    params = denormalise(np.random.default_rng(n).random((n, 13))).astype(np.float32)
    (latent,) = session(bundle.encoder_path.read_bytes()).run(["latent"], {"params": params})
    assert latent.shape == (n, 32)
    assert np.abs(latent).max() <= 1


def test_a_single_file_with_a_pinned_opset_and_metadata(bundle):
    for path, kind in ((bundle.decoder_path, "decoder"), (bundle.encoder_path, "encoder")):
        model = onnx.load(path, load_external_data=False)
        onnx.checker.check_model(model, full_check=True)
        assert [o.version for o in model.opset_import if o.domain == ""] == [graphs.OPSET]
        assert not any(i.external_data for i in model.graph.initializer)
        properties = json.loads({p.key: p.value for p in model.metadata_props}["semeq"])
        assert properties["kind"] == kind
        assert properties["latent"] == {"semantic": 8, "detail": 24}
        assert len(properties["params"]) == 13
    assert sorted(p.name for p in bundle.path.iterdir()) == [
        "decoder.onnx",
        "encoder.onnx",
        "model.json",
        "vocabulary.json",
    ]


def test_no_trace_of_the_machine_is_left(bundle):
    for path in bundle.path.iterdir():
        content = path.read_bytes()
        assert b"site-packages" not in content
        assert b".py" not in content
        assert b"/home/" not in content


def test_golden_values_and_words(bundle):
    golden = bundle.golden["decoder"]
    (params,) = session(bundle.decoder_path.read_bytes()).run(
        ["params"], {"latent": np.array(golden["latent"], dtype=np.float32)}
    )
    assert np.abs(curve(params) - curve(golden["params"])).max() < TOLERANCE_DB
    assert bundle.vocabulary.names[:2] == ("warm", "bright")
    assert {"muddy", "nasal", "airy"} <= set(bundle.vocabulary.names)  # convention speaks for what nobody saved
    np.testing.assert_allclose(golden["latent"][0], bundle.vocabulary.get("warm").latent, atol=1e-6)


def test_a_graph_that_differs_stops_the_export(run_path, tmp_path, monkeypatch, capsys):
    def biased(self, latent):
        return self.scale(torch.sigmoid(self.mlp(latent)))

    monkeypatch.setattr(DecoderGraph, "forward", biased)
    with pytest.raises(SystemExit) as stop:
        main(["onnx", "--run", str(run_path), "--out", str(tmp_path / "b")])
    assert stop.value.code == 1
    assert "no bundle was written" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_without_a_run_the_newest_is_taken(run_path, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(run_path.parent.parent)
    with pytest.raises(SystemExit) as stop:
        main(["onnx"])
    assert stop.value.code == 0
    assert load_bundle(run_path / "bundle").vocabulary.names[:2] == ("warm", "bright")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        main(["onnx"])
    assert stop.value.code == 1
    assert "no finished run" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "status"), [(["onnx", "--run", "nowhere"], 1), (["onnx", "--what"], 2), (["what"], 2)]
)
def test_errors_are_one_line_with_a_status(arguments, status, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == status
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_the_native_plugin_can_read_the_decoder(bundle):
    weights = read_decoder(bundle)
    assert weights.last_weight.shape[1] == 13


def trained(recipe, train_data, out, *changes):
    with pytest.raises(SystemExit) as stop:
        train([recipe, "--data", str(train_data), "--steps", "5", "--split", "random", "--out", str(out), *changes])
    assert stop.value.code == 0
    return out


@pytest.mark.parametrize(
    ("recipe", "changes"),
    [
        ("cvae", ()),
        ("v3", ("--set", "model.semantic=5", "--set", "model.detail=6")),
    ],
)
def test_other_models_play_too_so_that_they_can_be_heard_beside_v3(tmp_path, train_data, recipe, changes):
    """Latents of other sizes, and those without bounds, in the coordinates of a bundle."""
    run = load_run(trained(recipe, train_data, tmp_path / "r", *changes))
    bundle, parity = export_bundle(run, tmp_path / "bundle")
    assert parity.holds
    played = SemanticEQ("warm", model=bundle.path)
    (point,) = (word for word in run.words if word.name == "warm")
    own = torch.tensor(point.latent, dtype=torch.float32)[None]
    with torch.no_grad():
        wanted = run.model.decode(own).double().numpy()
        # What the encoder gives is a point that the decoder knows again.
        settings = torch.tensor(wanted, dtype=torch.float32)
        again = run.model.decode(run.model.encode(settings)).double().numpy()
    assert np.abs(curve(played.params) - curve(wanted)).max() < 0.01
    decoder = Decoder(bundle)
    assert np.abs(curve(decoder.decode(decoder.encode(wanted))) - curve(again)).max() < 0.01


def test_a_model_without_settings_is_not_exported(tmp_path, train_data, capsys):
    out = trained("socialfx", train_data, tmp_path / "r")
    with pytest.raises(SystemExit) as stop:
        main(["onnx", "--run", str(out)])
    assert stop.value.code == 1
    assert "gives curves, and a bundle needs settings" in capsys.readouterr().err
    assert not (out / "bundle").exists()
