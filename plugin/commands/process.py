"""`semeq process`: render files, folders and globs through the EQ."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

import click

from semeq.console import Say, examples, output_options, quiet_libraries
from semeq.eq import FREQ_INDEX, GAIN_INDEX, curve, rms_db
from semeq.files import AudioFileError, Conversion, expand
from semeq.words import AdaptedSpace, Hearing, WordSpace, needed

from ..batch import (
    Outcome,
    Plan,
    Request,
    advice,
    as_data,
    in_order,
    lay_out,
    opened,
    preview,
    render_stream,
    run,
    table,
)
from ..controls import Controls
from ..hear_files import hear_file
from ..renderer import target_of
from .options import InputPath, OutputPath, say_understood
from .request_options import idle_options, request_options

#: For the names of files, what stdin and stdout are.
_PIPE = Path("-")


@click.command(
    "process",
    epilog=examples(
        "semeq process stems/*.wav --semantic warm --to bright --morph 0.3 --out mixed/",
        "semeq process library/ -s warm --level-match --jobs 0 --skip-existing --out warm/",
        "semeq process 'albums/**/*.flac' -s airy --dry-run",
        "ffmpeg -i in.m4a -f wav - | semeq process - -s warm --out - | ffmpeg -i - out.m4a",
        "semeq process mix/ -s warm --stems --ceiling -1 --out warm-mix/",
    ),
)
@click.argument("files", nargs=-1, required=True, metavar="FILES...", type=InputPath())
@click.option(
    "--out", type=OutputPath(folder=True), default=Path("semeq-out"), show_default=True, help="Output folder."
)
@request_options
@click.option("--suggest", is_flag=True, help="With --adaptive: print what would be applied, and render nothing.")
@click.option("--dry-run", is_flag=True, help="Print what would be done, and touch nothing.")
@click.option(
    "--jobs", type=click.IntRange(0), default=1, show_default=True, help="Files rendered at once; 0: one for each core."
)
@click.option("--dask", metavar="ADDRESS", help="Render on the Dask cluster of this scheduler.")
@output_options
@quiet_libraries()
def command(
    files: tuple[Path, ...],
    request: Request,
    out: Path,
    suggest: bool,
    dry_run: bool,
    jobs: int,
    dask: str | None,
    say: Say,
) -> None:
    """Render audio through the EQ of a word, or of a morph between two.

    FILES are files, folders (the audio below them) and globs in quotes (with **); - with --out - is a WAV stream.
    Folders keep their tree below the output folder; sample rate, channels, sample format, tags, pictures and
    markers stay as they are. A file appears in the output folder only when it is complete; inputs are never
    overwritten.
    """
    if dask is not None and jobs != 1:
        raise click.UsageError("--dask and --jobs exclude each other: the cluster has its own workers")
    controls = request.moves.controls
    space, hearing = opened(request.model, request.adaptive or suggest)
    target_of(space, controls)  # unknown words end the job before any file is touched
    say_understood(space, (controls.semantic, controls.to, *request.moves.words), say)
    if suggest and hearing is not None:
        found, failed, _ = expand(files)
        failed += print_suggestions([item.path for item in found], hearing, space, controls, say)
        return finish(failed, say)
    for remark in idle_options(request):
        say.note(remark)
    if _PIPE in files or out == _PIPE:
        refuse_for_stream(files, out, request, dry_run or jobs != 1 or dask is not None)
        return stream(request, space, say)
    plan = lay_out(files, out, request)
    if plan.passed and not dry_run:
        suffixes = ", ".join(sorted({path.suffix.lower() for path in plan.passed}))
        say.note(f"{len(plan.passed)} files are left out, for {suffixes} need semeq[av] (--verbose names them)")
        for path in plan.passed:
            say.detail(f"{path}: left out")
    if dry_run:
        shown, rows = preview(plan, request)
        say.result(shown)
        say.data({"dry_run": True, "files": rows})
        return finish([*plan.missing, *(o.error for o in plan.settled if o.error)], say)
    outcomes = render(plan, request, jobs, dask, say)
    return conclude(outcomes, out, controls.output_db, say)


def refuse_for_stream(files: tuple[Path, ...], out: Path, request: Request, more: bool) -> None:
    """Raise `click.UsageError` for what a stream cannot be asked for."""
    if files != (_PIPE,) or out != _PIPE:
        raise click.UsageError("a stream goes from - to -: semeq process - --out - (a file called so is ./-)")
    whole = request.level_match or request.ab or request.adaptive or request.ceiling_dbtp is not None or request.stems
    if whole or more or request.conversion != Conversion():
        raise click.UsageError(
            "a stream is rendered as it comes, in its own format: without --level-match, --ab, --adaptive, --stems, "
            "--ceiling, --format, --bits, --quality, --bitrate, --jobs, --dask and --dry-run"
        )


def stream(request: Request, space: WordSpace, say: Say) -> None:
    """Render stdin to stdout, and say on stderr what clipped."""
    done = render_stream(sys.stdin.buffer, sys.stdout.buffer, request, space)
    say.detail(f"{done.frames} frames, peak {20 * math.log10(max(done.peak, 1e-12)):+.1f} dBFS")
    if done.overs:
        lower = request.moves.controls.output_db - math.ceil(200 * math.log10(done.peak)) / 10
        say.trouble(f"stdout: {done.overs} samples clipped; use --output-db {lower:.1f}, or stream float samples")


def render(plan: Plan, request: Request, jobs: int, dask: str | None, say: Say) -> list[Outcome]:
    """Render a plan, with a bar for the batch and one for every group that is under way."""
    if not say.watched:
        return in_order(plan, [outcomes for _, outcomes in run(plan, request, jobs, dask)])
    rendered: list[list[Outcome]] = []
    with say.progress() as progress:
        whole = progress.add_task("files", total=len(plan.groups), visible=len(plan.groups) > 1)
        tasks: dict[int, Any] = {}

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
    if done and say.shows:
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
    from rich.table import Table

    from .drawing import BAND_NAMES

    failed: list[str] = []
    rows: list[dict[str, Any]] = []
    shown = Table(box=None, header_style="bold")
    for name in ("file", "of the word", "strength", *BAND_NAMES):
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
        strength, amount = float(rms_db(curve(params))), float(needed(hearing, word, lean_db))
        shown.add_row(path.name, f"{amount:.0%}", f"{strength:.1f} dB RMS", *bands)
        rows.append({"source": str(path), "amount": amount, "rms_db": strength, "params": [float(v) for v in params]})
    say.result(shown)
    say.data({"files": rows})
    return failed
