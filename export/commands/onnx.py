"""`semeq-export onnx`: a run becomes a model bundle."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from semeq.console import Say, examples, output_options
from semeq.training import load_run, newest_run

from ..model_bundle import export_bundle


@click.command("onnx", epilog=examples("semeq-export onnx --out my-model", "semeq-export onnx --run runs/v3-1 --json"))
@click.option("--run", "run_path", type=click.Path(path_type=Path), help="Run folder.  [default: the newest in runs/]")
@click.option("--out", type=click.Path(path_type=Path), help="Bundle folder.  [default: RUN/bundle]")
@output_options
def onnx_command(run_path: Path | None, out: Path | None, say: Say) -> None:
    """Freeze decoder and encoder, check them against the trained model, and write a model bundle."""
    run = load_run(run_path or newest_run())
    bundle, parity = export_bundle(run, out or run.path / "bundle")
    say.data({"bundle": str(bundle.path), "words": len(bundle.vocabulary), "parity": asdict(parity)})
    say.summary(
        f"parity over {parity.points} points: decoder {parity.decoder_db:.1e} dB, encoder {parity.encoder_db:.1e} dB"
    )
    say.summary(f"bundle: {bundle.path} ({len(bundle.vocabulary)} words)")
    for name, digest in bundle.metadata["files"].items():
        say.detail(f"{name}: SHA-256 {digest}")
