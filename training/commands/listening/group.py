"""`semeq-train listening-test make`, `power`, `analyze`: ask listeners, and enough of them."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Literal

import click
import numpy as np
from rich.table import Table

from semeq.console import Example, Say, examples, output_options, plain_table
from semeq.eq import FloatArray, curve, rms_db

from ...data import DATA_VARIABLE, load_data, split_rows
from ...errors import DataError, RunError
from ...listening import (
    Estimate,
    abx_listeners,
    abx_table,
    mushra_listeners,
    mushra_table,
    pick_excerpts,
    read_answers,
    read_key,
    render_trial,
    screen,
    write_kit,
)
from ...models import decode, encode
from ...run_folder import Run, load_run

#: A setting that does less than this, in dB RMS, is no question to a listener.
LEAST_DB = 3.0
_IN = click.Path(dir_okay=False, path_type=Path)


@click.group(
    "listening-test",
    epilog=examples(
        "semeq-train listening-test make --run runs/v3-1 --run runs/v2-1 --music ~/Music --out test",
        "semeq-train listening-test power --difference 5",
        "semeq-train listening-test analyze answers/*.csv --key test-key.json",
    ),
)
def listening_command() -> None:
    """Make a listening test of real stimuli, say how many listeners it needs, and evaluate their answers."""


@listening_command.command(
    "make",
    epilog=examples(
        "semeq-train listening-test make --run runs/v3-1 --music ~/Music --out test",
        Example("semeq-train listening-test make --kind abx --run runs/v3-1 --music ~/Music --out abx", "is it heard?"),
    ),
)
@click.option("--run", "runs", type=click.Path(path_type=Path), multiple=True, required=True, help="May be repeated.")
@click.option("--kind", type=click.Choice(["mushra", "abx"]), default="mushra", show_default=True)
@click.option("--data", type=click.Path(path_type=Path), help="Settings, as in training.  [default: $SEMEQ_DATA]")
@click.option("--music", type=click.Path(path_type=Path), help="Folder of music  [default: $SEMEQ_DATA/music]")
@click.option("--trials", type=click.IntRange(1, 99), default=12, show_default=True, help="Excerpts, each of a file.")
@click.option("--seconds", type=click.FloatRange(1, 30), default=8.0, show_default=True, help="Length of an excerpt.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Everything random follows it.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for listeners; must not exist.")
@output_options
def make_command(
    runs: tuple[Path, ...],
    kind: Literal["mushra", "abx"],
    data: Path | None,
    music: Path | None,
    trials: int,
    seconds: float,
    seed: int,
    out: Path,
    say: Say,
) -> None:
    """Write a kit: sounds, a page that opens without a server, for MUSHRA a webMUSHRA configuration, and a key.

    The reference is an excerpt through a setting that no run has learnt from; each run gives its reconstruction of that
    setting. Beside them: the hidden reference, the low anchor (3.5 kHz low pass) and the excerpt without EQ. All sounds
    of a trial are equally loud. The key, OUT-key.json, says what each sound is: keep it from the listeners.
    """
    if music is None:
        if not os.environ.get(DATA_VARIABLE):
            raise click.UsageError("name a folder of music with --music")
        music = Path(os.environ[DATA_VARIABLE]) / "music"
    found = [load_run(path) for path in runs]
    random = np.random.default_rng(seed)
    params, words = _held_out(found, data, trials, random)
    names = [run.path.name for run in found]
    if len(set(names)) < len(names):
        raise click.UsageError("two runs have one name")
    systems = {run.path.name: decode(run.model, encode(run.model, params)) for run in found}
    excerpts = pick_excerpts(music, trials, seconds, random)
    made = [
        render_trial(excerpt, words[i], params[i], {name: rows[i] for name, rows in systems.items()})
        for i, excerpt in enumerate(excerpts)
    ]
    kit = write_kit(out, kind, made, seed, {"runs": names})
    say.data({"folder": str(kit.folder), "key": str(kit.key), "trials": kit.trials})
    say.summary(f"{kit.trials} trials: {kit.folder}/index.html; the key: {kit.key}")


def _held_out(
    runs: list[Run], data: Path | None, count: int, random: np.random.Generator
) -> tuple[FloatArray, list[str]]:
    """Settings (count, 13) that no run has learnt from, drawn at random, and their words."""
    first = runs[0]
    for run in runs:
        if not run.model.has_settings:
            raise RunError(f"{run.path} gives back curves, not settings: there is nothing to listen to")
        if any(run.config[key] != first.config[key] for key in ("seed", "split")):
            raise RunError(f"{run.path} and {first.path} have learnt from different rows; compare runs of one seed")
    loaded = load_data(first.recipe, data, words=first.config["words"])
    if any(run.config["data"] != loaded.digests() for run in runs):
        raise RunError("the runs have learnt from other data than is here: their held-out settings cannot be told")
    corpus = loaded.corpus
    split = split_rows(corpus, first.config["split"], first.recipe.data.test_share, int(first.config["seed"]))
    rows = split.test[rms_db(curve(corpus.params[split.test])) >= LEAST_DB]
    if len(rows) < count:
        raise DataError(f"only {len(rows)} held-out settings do {LEAST_DB:g} dB and more; ask for fewer --trials")
    chosen = random.permutation(rows)[:count]
    return corpus.params[chosen], [corpus.words[label] for label in corpus.labels[chosen]]


@listening_command.command(
    "power",
    epilog=examples(
        Example("semeq-train listening-test power --difference 5 --trials 12", "MUSHRA points"),
        Example("semeq-train listening-test power --share 0.65 --trials 12", "ABX"),
    ),
)
@click.option("--difference", type=click.FloatRange(0, 100, min_open=True), help="MUSHRA points that should be found.")
@click.option("--share", type=click.FloatRange(0.5, 1, min_open=True), help="Right ABX answers that should be found.")
@click.option("--sd-listeners", type=click.FloatRange(0), default=8.0, show_default=True, help="Of mean differences.")
@click.option("--sd-ratings", type=click.FloatRange(0), default=20.0, show_default=True, help="Of single differences.")
@click.option("--trials", type=click.IntRange(1), default=12, show_default=True, help="Trials of each listener.")
@click.option("--alpha", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.05, show_default=True)
@click.option("--power", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.8, show_default=True)
@output_options
def power_command(
    difference: float | None,
    share: float | None,
    sd_listeners: float,
    sd_ratings: float,
    trials: int,
    alpha: float,
    power: float,
    say: Say,
) -> None:
    """Say how many listeners a test needs to find a difference that is there.

    The standard deviations are assumptions until a pilot has been run: put in its own.
    """
    if (difference is None) == (share is None):
        raise click.UsageError("give --difference for MUSHRA, or --share for ABX")
    if difference is not None:
        needed = mushra_listeners(difference, sd_listeners, sd_ratings, trials, alpha, power)
        what = f"a difference of {difference:g} points"
    else:
        assert share is not None
        needed = abx_listeners(share, trials, alpha, power)
        what = f"{share:.0%} right answers"
    say.data({"listeners": needed, "trials": trials, "alpha": alpha, "power": power})
    many = "more than 2,000" if needed is None else str(needed)
    say.result(f"{many} listeners of {trials} trials each find {what} with a chance of {power:.0%} (alpha {alpha:g})")


@listening_command.command(
    "analyze",
    epilog=examples("semeq-train listening-test analyze answers/*.csv --key test-key.json"),
)
@click.argument("answers", nargs=-1, required=True, type=_IN)
@click.option("--key", type=_IN, required=True, help="The kit's key.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the bootstrap.")
@output_options
def analyze_command(answers: tuple[Path, ...], key: Path, seed: int, say: Say) -> None:
    """Turn ANSWERS, CSV files of the page or of webMUSHRA, into a table with 95 % intervals.

    Intervals resample listeners. In MUSHRA, who does not hear the hidden reference is left out (ITU-R BS.1534-3) and
    named.
    """
    table = read_key(key)
    given = read_answers(answers, table)
    if table["kind"] == "abx":
        shares = abx_table(given, seed)
        say.data({"conditions": [asdict(one) for one in shares], "left_out": []})
        say.result(_table("against the reference", "right", shares, 3))
        return
    kept = screen(given)
    for listener in kept.left_out:
        say.note(f"left out: {listener} does not hear the hidden reference")
    if not kept.answers:
        raise DataError("every listener is left out: nobody heard the hidden reference")
    means, apart = mushra_table(kept.answers, seed)
    say.data(
        {
            "conditions": [asdict(one) for one in means],
            "differences": [asdict(one) for one in apart],
            "left_out": list(kept.left_out),
        }
    )
    say.result(_table("condition", "mean", means, 1))
    say.result(_table("difference", "mean", apart, 1))


def _table(first: str, value: str, rows: list[Estimate], digits: int) -> Table:
    table = plain_table(first, f">{value}", ">95 % interval", ">listeners", *([">p"] if rows[0].p is not None else []))
    for row in rows:
        cells = [f"{row.mean:.{digits}f}", f"{row.low:.{digits}f} to {row.high:.{digits}f}", str(row.listeners)]
        table.add_row(row.name, *cells, *([f"{row.p:.2g}"] if row.p is not None else []))
    return table
