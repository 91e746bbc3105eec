"""The audio encoder's graph: what an exact solver says of full and of empty bands; what is no number is refused."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from semeq.export.audio_graph import export_audio
from semeq.export.errors import ParityError
from semeq.training.audio.bands import band_energy, levels_of
from semeq.training.audio.confidence import band_error_db, filled_lean, precision
from semeq.training.audio.lean import Ear
from semeq.training.audio.run_folder import AudioRun
from semeq.training.audio.spectra import RATE_HZ, long_term_power, pink_noise
from semeq.words import load_bundle


def narrow(low_hz, high_hz):
    spectrum = np.fft.rfft(pink_noise(3 * RATE_HZ, 8))
    freqs = np.fft.rfftfreq(3 * RATE_HZ, 1 / RATE_HZ)
    return np.fft.irfft(spectrum * ((freqs > low_hz) & (freqs < high_hz)), 3 * RATE_HZ)


@pytest.mark.parametrize("edges", [(0, 22_050), (0, 11_000), (300, 3400), (1000, 1200)])
def test_the_shipped_graph_is_the_exact_solution(edges):
    """An STFT and a linear solver in float64 on one side, products of matrices and conjugate gradients on the other."""
    path = load_bundle().audio_encoder_path
    about = {p.key: p.value for p in onnx.load(path).metadata_props}
    table = {key: np.array(value) for key, value in json.loads(about["semeq"]).items() if isinstance(value, list)}
    audio = narrow(*edges)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (lean,) = session.run(["lean"], {"audio": audio[None].astype(np.float32)})
    energy = band_energy(long_term_power(audio)[None])
    error = band_error_db(energy)
    assert (error.max() > 0) == (edges != (0, 22_050))
    wanted = filled_lean(levels_of(energy) - table["mean_music_db"], error, precision(table["music_covariance"]))
    np.testing.assert_allclose(lean, wanted, atol=2e-2)


@pytest.mark.slow
@pytest.mark.parametrize("spoilt", ["head", "mean_music_db"])
def test_what_is_not_a_number_is_not_exported(tmp_path, spoilt):
    bundle = load_bundle()
    torch.set_num_threads(1)
    parts = {"mean_music_db": np.zeros(64), "head": np.zeros((8, 64))}
    parts[spoilt][..., 3] = np.nan
    ear = Ear(parts["mean_music_db"], parts["head"], np.eye(64), np.eye(64), 1.0)
    run = AudioRun(tmp_path, ear, {"v3_flat_latent": list(bundle.vocabulary.flat)}, {})
    with pytest.raises(ParityError, match="no bundle was written"):
        export_audio(run, bundle, tmp_path / "out")
    assert not (tmp_path / "out").exists()
