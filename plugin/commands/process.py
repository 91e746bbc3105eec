"""`semeq process`: render files, folders and globs through the EQ."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from semeq.console import Say, TaskID, examples, output_options
from semeq.eq import FREQ_INDEX, GAIN_INDEX, curve, rms_db
from semeq.files import BITS, CONTAINERS, AudioFileError, Conversion, expand
from semeq.words import AdaptedSpace, Hearing, WordSpace, share_of

from ..batch import (
    DEFAULT_CEILING_DBTP,
    Existing,
    Outcome,
    Plan,
    Request,
    advice,
    as_data,
    in_order,
    lay_out,
    opened,
    preview,
    run,
    table,
)
from ..controls import Controls
from ..hear_files import hear_file
from ..midi import read_maps
from ..moves import MovePlan
from ..renderer import target_of
from .drawing import BAND_NAMES
from .options import OutputPath, controls_options


@click.command(
    "process",
    epilog=examples(
        "semeq process stems/*.wav --semantic warm --to bright --morph 0.3 --out mixed/",
        "semeq process library/ -s warm --level-match --true-peak-guard --jobs 0 --skip-existing --out warm/",
        "semeq process 'albums/**/*.flac' -s airy --dry-run",
        "semeq process mix/ -s warm --stems --true-peak-guard --out warm-mix/",
    ),
)
@click.argument("files", nargs=-1, required=True, metavar="FILES...", type=click.Path(path_type=Path))
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
@click.option("--adaptive/--no-adaptive", default=False, help="Apply only as much of the word as each file lacks.")
@click.option("--suggest", is_flag=True, help="With --adaptive: print what would be applied, and render nothing.")
@click.option("--level-match/--no-level-match", default=False, help="Make every output as loud as its input (BS.1770).")
@click.option("--true-peak-guard", is_flag=True, help="Turn a file down where its true peak would exceed --ceiling.")
@click.option(
    "--ceiling",
    type=click.FloatRange(-60.0, 0.0),
    default=DEFAULT_CEILING_DBTP,
    show_default=True,
    metavar="DBTP",
    help="What --true-peak-guard keeps to.",
)
@click.option("--stems", is_flag=True, help="The files of a folder are stems of one mix: one gain for all of them.")
@click.option("--ab", is_flag=True, help="Write NAME.before and NAME.after, equally loud, to compare.")
@click.option("--format", "container", type=click.Choice(CONTAINERS), help="Convert to this container.")
@click.option("--bits", type=click.Choice(BITS), help="Convert to this sample format, with dither where it is reduced.")
@click.option("--overwrite", is_flag=True, help="Replace outputs that exist (never an input).")
@click.option("--skip-existing", is_flag=True, help="Leave outputs that exist: go on with a batch that was stopped.")
@click.option("--dry-run", is_flag=True, help="Print what would be done, and touch nothing.")
@click.option("--jobs", type=click.IntRange(0), default=1, show_default=True, help="Processes; 0: one for each core.")
@click.option("--dask", metavar="ADDRESS", help="Render on the Dask cluster of this scheduler.")
@output_options
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
    level_match: bool,
    true_peak_guard: bool,
    ceiling: float,
    stems: bool,
    ab: bool,
    container: str | None,
    bits: str | None,
    overwrite: bool,
    skip_existing: bool,
    dry_run: bool,
    jobs: int,
    dask: str | None,
    say: Say,
) -> None:
    """Render audio through the EQ of a word, or of a morph between two.

    FILES are files, folders (the audio below them) and globs in quotes (with **). Folders keep their tree below the
    output folder; sample rate, channels, sample format, tags, pictures and markers stay as they are. A file appears in
    the output folder only when it is complete; inputs are never overwritten.
    """
    check_options(overwrite and skip_existing, ab and level_match, dask is not None and jobs != 1)
    asked = None if semantic is None else Controls(semantic, to, morph, intensity, output_db)
    moves = MovePlan.read(automate, read_maps(maps) if maps else None, asked)
    space, hearing = opened(model, adaptive or suggest)
    target_of(space, moves.controls)  # unknown words end the job before any file is touched
    for word in moves.words:
        space.latent(word)
    if suggest and hearing is not None:
        found, failed = expand(files)
        failed += print_suggestions([item.path for item in found], hearing, space, moves.controls, say)
        return finish(failed, say)
    existing: Existing = "replace" if overwrite else "skip" if skip_existing else "refuse"
    request = Request(
        moves,
        model,
        adaptive,
        Conversion(container, bits),
        level_match,
        ceiling if true_peak_guard else None,
        ab,
        stems,
        existing,
    )
    plan = lay_out(files, out, request)
    if dry_run:
        shown, rows = preview(plan, request)
        say.result(shown)
        say.data({"dry_run": True, "files": rows})
        return finish([*plan.missing, *(o.error for o in plan.settled if o.error)], say)
    outcomes = render(plan, request, jobs, dask, say)
    return conclude(outcomes, out, moves.controls.output_db, say)


def check_options(both_existing: bool, both_matching: bool, both_places: bool) -> None:
    """Refuse options that contradict each other."""
    if both_existing:
        raise click.UsageError("--overwrite and --skip-existing exclude each other")
    if both_matching:
        raise click.UsageError("--ab matches loudness by itself; leave --level-match out")
    if both_places:
        raise click.UsageError("--dask and --jobs exclude each other: the cluster has its own processes")


def render(plan: Plan, request: Request, jobs: int, dask: str | None, say: Say) -> list[Outcome]:
    """Render a plan, with a bar for the batch and one for every group that is under way."""
    rendered: list[list[Outcome]] = []
    with say.progress() as progress:
        whole = progress.add_task("files", total=len(plan.groups), visible=len(plan.groups) > 1)
        tasks: dict[int, TaskID] = {}

        def watch(number: int, done: int, total: int) -> None:
            if number not in tasks:
                tasks[number] = progress.add_task(plan.groups[number].name, total=total)
            progress.update(tasks[number], completed=done)

        for number, outcomes in run(plan, request, jobs, dask, watch):
            rendered.append(outcomes)
            progress.advance(whole)
            if number in tasks:
                progress.remove_task(tasks.pop(number))
    return in_order(plan, rendered)


def conclude(outcomes: list[Outcome], out: Path, output_db: float, say: Say) -> None:
    """Say what became of a batch; leave with status 1 where a file failed."""
    done = [outcome for outcome in outcomes if outcome.status == "done"]
    skipped = sum(outcome.status == "skipped" for outcome in outcomes)
    if done:
        say.summary(table(done))
        say.summary(f"written to {out}")
    if skipped:
        say.summary(f"{skipped} of {len(outcomes)} exist already and were left as they are")
    for outcome in outcomes:
        if outcome.output is not None:
            say.detail(f"{outcome.source} -> {outcome.output}: {outcome.status}")
        clipped, beyond = advice(outcome, output_db)
        for note in outcome.notes:
            say.note(f"{outcome.source.name}: {note}")
        for sentence in beyond:
            say.note(sentence)
        for sentence in clipped:
            say.trouble(sentence)
    failed = [outcome.error for outcome in outcomes if outcome.status == "failed"]
    counts = {"done": len(done), "skipped": skipped, "failed": len(failed)}
    say.data({**counts, "files": [as_data(outcome) for outcome in outcomes]})
    finish(failed, say)


def finish(failed: list[str], say: Say) -> None:
    """Say what failed, and leave with status 1 where anything did."""
    for message in failed:
        say.trouble(message)
    if failed:
        sys.exit(1)


def print_suggestions(files: list[Path], hearing: Hearing, space: WordSpace, controls: Controls, say: Say) -> list[str]:
    """Print what adaptive mode would apply to each file; return a message for each that cannot be heard."""
    failed: list[str] = []
    rows: list[dict[str, Any]] = []
    shown = Table(box=None, header_style="bold")
    for name in ("file", "has of it", "to apply", *BAND_NAMES):
        shown.add_column(name, justify="left" if name == "file" else "right")
    word = target_of(space, controls).params
    for path in files:
        try:
            lean_db = hear_file(path, hearing).lean_db
        except AudioFileError as error:
            failed.append(str(error))
            continue
        params = target_of(AdaptedSpace(space, hearing, lean_db), controls).params
        bands = [f"{g:+.1f} dB\n{f:.0f} Hz" for g, f in zip(params[GAIN_INDEX], params[FREQ_INDEX], strict=True)]
        strength, share = float(rms_db(curve(params))), float(share_of(hearing, word, lean_db))
        shown.add_row(path.name, f"{share:+.0%}", f"{strength:.1f} dB RMS", *bands)
        rows.append({"source": str(path), "has": share, "rms_db": strength, "params": [float(v) for v in params]})
    say.result(shown)
    say.data({"files": rows})
    return failed
