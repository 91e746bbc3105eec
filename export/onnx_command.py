"""`semeq-export onnx`: a run becomes a model bundle."""

from __future__ import annotations

from pathlib import Path

import click

from semeq.training import load_run, newest_run

from .model_bundle import export_bundle


@click.command("onnx")
@click.option("--run", "run_path", type=click.Path(path_type=Path), help="Run folder.  [default: the newest in runs/]")
@click.option("--out", type=click.Path(path_type=Path), help="Bundle folder.  [default: RUN/bundle]")
def onnx_command(run_path: Path | None, out: Path | None) -> None:
    """Freeze decoder and encoder, check them against the trained model, and write a model bundle."""
    run = load_run(run_path or newest_run())
    bundle, parity = export_bundle(run, out or run.path / "bundle")
    click.echo(
        f"parity over {parity.points} points: decoder {parity.decoder_db:.1e} dB, encoder {parity.encoder_db:.1e} dB"
    )
    click.echo(f"bundle: {bundle.path} ({len(bundle.vocabulary)} words)")
