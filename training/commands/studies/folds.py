"""`semeq-train cross-validate`: every labelled row tested once, by a model that has not met its person."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
import torch

from semeq.console import Example, Say, examples, output_options, plain_table

from ...data import annotator_folds, load_data
from ...jobs import train_once
from ...recipe import load_recipe, recipe_names, with_changes
from ...report import BASELINE_SYSTEMS, PersonInterval, RowResults, paired, pooled, row_results
from ..asked import device_option

COLUMNS = (
    ("curve_error_db", "CE dB", 3),
    ("curve_error_db_far", "CE, no near-duplicate", 3),
    ("right", "word right", 3),
    ("right_far", "right, no near-duplicate", 3),
)


@click.command(
    "cross-validate",
    epilog=examples(
        Example("semeq-train cross-validate --no-training", "knobs, PCA, LDA, mean curves: a minute"),
        Example("semeq-train cross-validate --recipe v3 --recipe v2", "five models of each"),
    ),
)
@click.option("--data", type=click.Path(path_type=Path), help="As in training.  [default: $SEMEQ_DATA]")
@click.option(
    "--recipe", "recipes", type=click.Choice(recipe_names()), multiple=True, help="May be repeated.  [default: v3]"
)
@click.option("--no-training", is_flag=True, help="Only what takes no training.")
@click.option("--folds", type=click.IntRange(2, 50), default=5, show_default=True, help="Groups of people.")
@click.option("--steps", type=click.IntRange(min=1), help="Train shorter or longer than the recipes say.")
@click.option("--seed", type=int, default=0, show_default=True)
@device_option
@output_options
def folds_command(
    data: Path | None,
    recipes: tuple[str, ...],
    no_training: bool,
    folds: int,
    steps: int | None,
    seed: int,
    device: torch.device,
    say: Say,
) -> None:
    """Hold out every person once, in groups, and judge each labelled row by a model that has not met its person.

    95 % intervals draw people with replacement. Beside all rows stand those without a near-duplicate (0.5 dB RMS) in
    training. *Word right*: of warm and bright, by the nearest neighbours. What takes no training is measured too.
    A second table compares the first system with each of the others, row by row.
    """
    if no_training and recipes:
        raise click.UsageError("--no-training trains no --recipe")
    base = load_data(load_recipe("v3"), data)
    splits = annotator_folds(base.corpus, folds, seed)
    found: dict[str, dict[str, PersonInterval]] = {}
    by_row: dict[str, list[RowResults]] = {}
    for name in () if no_training else recipes or ("v3",):
        recipe = load_recipe(name)
        if steps is not None:
            recipe = with_changes(recipe, {"optimiser.steps": str(steps)})
        rows: list[RowResults] = []
        loaded = base if recipe.data == load_recipe("v3").data else load_data(recipe, data)
        for number, split in enumerate(annotator_folds(loaded.corpus, folds, seed), start=1):
            say.note(f"{name}: fold {number} of {folds}")
            model = train_once(recipe, loaded.corpus, split, device, seed)
            rows.append(row_results(model, loaded.corpus, split))
        by_row[name], found[name] = rows, pooled(rows)
    for system in BASELINE_SYSTEMS:
        models = ((system.fit(base.corpus, split).eval(), split) for split in splits)
        by_row[system.label] = [row_results(model, base.corpus, split) for model, split in models]
        figures = pooled(by_row[system.label])
        # The mean curve of a word is told the word: that it gets it right says nothing.
        told = "knn_warm_bright" not in (system.figures or ("knn_warm_bright",))
        found[system.label] = {k: one for k, one in figures.items() if not (told and k.startswith("right"))}
    first = next(iter(found))
    against = {
        name: {key: one for key, one in paired(by_row[first], rows).items() if key in found[name]}
        for name, rows in by_row.items()
        if name != first
    }
    say.data({name: {key: asdict(one) for key, one in figures.items()} for name, figures in found.items()})
    rows_all = found[first]
    title = "{} labelled rows of {} people, each tested once; 95 % intervals by person".format(
        rows_all["curve_error_db"].rows, rows_all["curve_error_db"].people
    )
    table = plain_table("", *(f">{column}" for _, column, _ in COLUMNS), title=title)
    for name, figures in found.items():
        table.add_row(name, *(_cell(figures.get(key), digits) for key, _, digits in COLUMNS))
    say.result(table)
    title = f"{first} against the others on the same rows, in its favour; 95 % intervals by person"
    table = plain_table("", ">CE dB", ">word right", title=title)
    for name, differences in against.items():
        table.add_row(name, _cell(differences["curve_error_db"], 3), _cell(differences.get("right"), 3))
    say.result(table)
    far = rows_all["curve_error_db_far"].rows
    say.result(f"{far} of the rows have no training row within 0.5 dB RMS")


def _cell(one: PersonInterval | None, digits: int) -> str:
    if one is None or not one.rows:
        return "–"
    return f"{one.mean:.{digits}f} ({one.low:.{digits}f} to {one.high:.{digits}f})"
