"""`semeq process`: render files through the EQ."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from semeq.eq import FREQ_INDEX, GAIN_INDEX, curve, rms_db

from ..adaptive import AdaptedSpace, share_of
from ..controls import ControlError, Controls
from ..files import AudioFileError, Rendered, probe, render_file
from ..hear_files import hear_file
from ..hearing import Hearing
from ..midi import read_maps
from ..moves import MovePlan
from ..renderer import Renderer
from ..space import WordSpace
from .options import OutputPath, controls_options
from .show import BAND_NAMES


@click.command("process")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@controls_options
@click.option(
    "--out", type=OutputPath(folder=True), default=Path("semeq-out"), show_default=True, help="Output folder."
)
@click.option(
    "--automate",
    multiple=True,
    metavar="CURVE",
    help="Move controls over time: morph=curve.csv (seconds,value; or curve.csv:hold, :smooth), a CSV with named "
    "columns, or a MIDI file. Repeatable.",
)
@click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="MAP",
    help="What the MIDI file's controllers do: a map file, a shipped map, or mappings such as 21=morph. Repeatable.",
)
@click.option("--adaptive", is_flag=True, help="Apply only as much of the word as each file lacks.")
@click.option("--suggest", is_flag=True, help="With --adaptive: print what would be applied, and render nothing.")
@click.option("--overwrite", is_flag=True, help="Replace outputs that exist (never an input).")
def command(
    files: tuple[Path, ...],
    semantic: str | None,
    to: str | None,
    morph: float,
    intensity: float,
    output_db: float,
    model: str | None,
    out: Path,
    automate: tuple[str, ...],
    maps: tuple[str, ...],
    adaptive: bool,
    suggest: bool,
    overwrite: bool,
) -> None:
    """Render audio FILES through the EQ of a word, or of a morph between two.

    Sample rate, channels and sample format stay as they are. A file appears in the output folder only when it is
    complete; inputs are never overwritten.
    """
    asked = None if semantic is None else Controls(semantic, to, morph, intensity, output_db)
    plan = MovePlan.read(automate, read_maps(maps) if maps else None, asked)
    space = WordSpace.open(model)
    space.target(plan.controls)  # unknown words end the job before any file is touched
    for word in plan.words:
        space.latent(word)
    check_distinct(files)
    hearing = Hearing(space) if adaptive or suggest else None
    if suggest and hearing is not None:
        failed = print_suggestions(files, space, hearing, plan.controls)
        done: list[Rendered] = []
    else:
        done, failed = render_all(files, space, plan, out, overwrite, hearing)
    if done:
        Console().print(summary(done))
        click.echo(f"written to {out}")
    for message in failed:
        click.echo(f"semeq: {message}", err=True)
    if failed:
        sys.exit(1)


def check_distinct(files: tuple[Path, ...]) -> None:
    """Refuse two inputs of one name: one would replace the other in the output folder."""
    seen: dict[str, Path] = {}
    for path in files:
        if path.name in seen:
            raise click.UsageError(f"{seen[path.name]} and {path} would both become {path.name}; render them apart")
        seen[path.name] = path


def render_all(
    files: tuple[Path, ...],
    space: WordSpace,
    plan: MovePlan,
    out: Path,
    overwrite: bool,
    hearing: Hearing | None = None,
) -> tuple[list[Rendered], list[str]]:
    """Render every file, adapted to it where there is a `hearing`; return what was done and what failed."""
    done: list[Rendered] = []
    failed: list[str] = []
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        for path in files:
            try:
                form = probe(path)
                task = progress.add_task(path.name, total=form.frames)
                note = plan.check_length(form.duration_s, path.name)
                if note:
                    click.echo(f"semeq: {note}", err=True)
                own = space if hearing is None else AdaptedSpace(space, hearing, hear_file(path, hearing).lean_db)
                renderer = Renderer(own, form.sample_rate_hz, form.channels, plan.controls)
                moves = plan.moves(own, form.sample_rate_hz)
                advance = partial(progress.advance, task)
                output = out / path.name
                done.append(render_file(path, output, renderer, form, moves, overwrite=overwrite, progress=advance))
            except (AudioFileError, ControlError) as error:
                failed.append(str(error))
    return done, failed


def print_suggestions(files: tuple[Path, ...], space: WordSpace, hearing: Hearing, controls: Controls) -> list[str]:
    """Print what adaptive mode would apply to each file; return a message for each that cannot be heard."""
    failed: list[str] = []
    table = Table(box=None, header_style="bold")
    for name in ("file", "has of it", "to apply", *BAND_NAMES):
        table.add_column(name, justify="left" if name == "file" else "right")
    word = space.target(controls).params
    for path in files:
        try:
            lean_db = hear_file(path, hearing).lean_db
        except AudioFileError as error:
            failed.append(str(error))
            continue
        params = AdaptedSpace(space, hearing, lean_db).target(controls).params
        bands = [f"{g:+.1f} dB\n{f:.0f} Hz" for g, f in zip(params[GAIN_INDEX], params[FREQ_INDEX], strict=True)]
        strength = float(rms_db(curve(params)))
        table.add_row(path.name, f"{float(share_of(hearing, word, lean_db)):+.0%}", f"{strength:.1f} dB RMS", *bands)
    Console().print(table)
    return failed


def summary(done: list[Rendered]) -> Table:
    """A table of what was written."""
    table = Table(box=None, header_style="bold")
    for name in ("file", "rate", "ch", "format", "length", "peak"):
        table.add_column(name, justify="left" if name in ("file", "format") else "right")
    for item in done:
        form = item.format
        peak = f"{item.peak_dbfs:+.1f} dBFS"
        if item.overs and form.subtype not in ("FLOAT", "DOUBLE"):
            peak = f"[bold red]{peak}, {item.overs} samples clipped: lower --output-db[/]"
        table.add_row(
            item.output.name,
            f"{form.sample_rate_hz} Hz",
            str(form.channels),
            f"{form.container} {form.subtype}",
            f"{form.duration_s:.2f} s",
            peak,
        )
    return table
