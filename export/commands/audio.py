"""`semeq-export audio`: put an audio encoder into a bundle."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from semeq.console import Say, examples, output_options
from semeq.training.audio import load_audio_run, newest_audio_run
from semeq.words import load_bundle

from ..audio_graph import export_audio


@click.command(
    "audio",
    epilog=examples(
        "semeq-export audio --bundle my-model",
        "semeq-export audio --run runs/audio-encoder-1 --bundle my-model --out my-model-2",
    ),
)
@click.option(
    "--run", type=click.Path(path_type=Path), help="Run of `semeq-train audio-encoder`  [default: the newest]"
)
@click.option(
    "--bundle",
    "--model",
    "bundle",
    metavar="BUNDLE",
    required=True,
    help="The bundle that gets it: the one of the same V3 run.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Write a copy here instead of changing the bundle.")
@output_options
def audio_command(run: Path | None, bundle: str, out: Path | None, say: Say) -> None:
    """Freeze an audio encoder, check it against torch, and add it to a model bundle."""
    written, parity = export_audio(load_audio_run(run or newest_audio_run()), load_bundle(bundle), out)
    say.data({"bundle": str(written.path), "parity": asdict(parity)})
    say.summary(
        f"audio encoder: within {parity.lean_db:.1e} dB (lean) and {parity.semantic:.1e} (semantic) of torch"
        f" over {parity.clips} clips"
    )
    say.summary(f"bundle: {written.path}")
