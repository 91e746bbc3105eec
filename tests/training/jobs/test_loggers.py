"""Optional loggers get every row and the figures."""

import sys

import pytest

from semeq.training import TrainingError
from semeq.training.jobs.loggers import TensorBoardLogger, WandbLogger

ROWS = [{"split": "random", "step": step, "loss": 1.0 / step} for step in (50, 100)]
FIGURES = {"random": {"curve_error_mean_db": 0.2, "split": "random", "morph": {"pairs": 3}}}


def test_tensorboard_files_hold_the_rows(tmp_path):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    logger = TensorBoardLogger(tmp_path / "tb")
    for row in ROWS:
        logger.log(row)
    logger.finish(FIGURES)
    events = accumulator.EventAccumulator(str(tmp_path / "tb"))
    events.Reload()
    assert [(e.step, round(e.value, 4)) for e in events.Scalars("random/loss")] == [(50, 0.02), (100, 0.01)]
    assert events.Scalars("random/metrics/curve_error_mean_db")[0].value == pytest.approx(0.2)


@pytest.mark.slow
def test_wandb_works_offline(tmp_path, monkeypatch):
    pytest.importorskip("wandb")
    for name, value in {"WANDB_MODE": "offline", "WANDB_SILENT": "true", "WANDB_DIR": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("WANDB_CACHE_DIR", str(tmp_path / "cache"))
    logger = WandbLogger(tmp_path, "a-run", {"name": "v3"})
    for row in ROWS:
        logger.log(row)
    logger.finish(FIGURES)
    (kept,) = (tmp_path / "wandb").glob("offline-run-*")
    assert next(kept.glob("*.wandb")).stat().st_size > 0


@pytest.mark.parametrize(
    ("module", "make"),
    [
        ("torch.utils.tensorboard", lambda path: TensorBoardLogger(path)),
        ("wandb", lambda path: WandbLogger(path, "n", {})),
    ],
)
def test_a_missing_logger_says_what_to_install(module, make, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(TrainingError, match="pip install"):
        make(tmp_path)
