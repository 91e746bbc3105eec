"""`semeq-train bench`: every recipe, several seeds, one table."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import click
import torch

from semeq.console import Example, Say, examples, output_options
from semeq.files import write_whole

from ..data import SPLIT_KINDS
from ..recipe import load_recipe, recipe_names, with_changes
from ..report import as_dict, as_json, as_markdown, compare, measure_baselines, write_reach
from ..run_folder import load_run
from .asked import device_option
from .runs import Runs

#: Recipes whose frequency reach is drawn side by side.
REACH = ("v1", "v2", "v3-2026-01", "v3")


@dataclass(frozen=True)
class Entry:
    """A row of the table: a recipe, and what is changed in it."""

    recipe: str
    changes: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """Name of its runs, without the seed."""
        return "-".join([self.recipe, *(value for value in self.changes.values())])


#: The order of the table.
ENTRIES = (
    Entry("v1"),
    Entry("v2"),
    Entry("v3-2026-01"),
    Entry("beta-vae", {"model.semantic": "1"}),
    Entry("beta-vae", {"model.semantic": "2"}),
    Entry("beta-vae", {"model.semantic": "3"}),
    Entry("cvae"),
    Entry("socialfx"),
    Entry("v3"),
)


PREFACE = """# Systems compared

Made by `semeq-train bench`: each recipe on the same held-out rows of SAFE-DB, mean ± standard deviation over seeds
(a seed decides split, weights and draws). CE is the mean curve error: RMS over 128 frequencies of the difference in
dB between the response of a test setting and of what the space gives back for it. Silhouette, Davies-Bouldin (DB)
and kNN are of *warm* against *bright* on the semantic dimensions, all on test rows but the column in brackets;
*bal. acc.* is the balanced accuracy over ten words, eight of which have one or two test rows. *word/mean* and
*word/medoid*: what a word's point decodes to, against the mean and medoid curve of its test rows; the point of a
trained system is sought where its decoder gives the robust mean of the training rows' curves, as words that ship are.
Morphs: between 60 random warm and bright test rows at constant speed in the curve domain, which makes step CV and
max/mean near 0 and 1 for every continuous decoder; *tilt mono.* is the part that never turns back by more than .05 dB
in all. *flat* is the largest deviation, in dB, of a decoded flat setting.

The rows under the models take no training: the 13 knobs as they are, principal components (PCA) and discriminants (LDA)
of the training rows' curves, and the mean training curve of a word. They give back curves, not settings, but for the
knobs. A point of V3 has more numbers than there are knobs, so a small CE alone is no merit: PCA of as many dimensions
has a smaller one than V3's encoders, if not than V3's nearest points ([rate and distortion](rate-distortion.md)).

**What V3's 32 dimensions are for.** Eight are semantic: words stand apart in them and a recording can be heard in them.
The other 24 say which of the many settings with such a curve it was. No row without training does all of it at once:
*warm* and *bright* stand apart in V3 about as far as on a discriminant made for those two words alone; every point is a
setting (PCA's are curves that five bands may not reach); morphs turn back less often than between knobs; and flat
decodes to flat. Two trivial models are not behind V3: nearest neighbours among curves tell the two words apart as well
as among its points (*kNN*), and the mean of a word's curves foretells other settings of that word as well as its point
does on the random split (*word/mean*). Where people are held out it does not: the point lies at the robust mean, in
which the ways of a few people count less.

The CVAE is told the word for what it gives back, as in training, but not where words are told apart.

v1, v2, v3-2026-01, beta-vae (flowEQ), cvae and socialfx are re-implementations of ideas in one trainer, without the
defects of the originals and with the same preparation of the data for all; figures published elsewhere for the
originals differ.

![Frequencies that real settings are decoded to](reach.png)

"""


@click.command(
    "bench",
    epilog=examples(
        "semeq-train bench --data PATH --seeds 3 --out docs",
        Example("semeq-train bench --recipe v2 --recipe v3 --seeds 1", "only two of them, once"),
    ),
)
@click.option("--data", type=click.Path(path_type=Path), help="As in training.  [default: $SEMEQ_DATA]")
@click.option("--seeds", type=click.IntRange(min=1), default=3, show_default=True, help="Seeds per recipe.")
@device_option
@click.option("--runs", type=click.Path(path_type=Path), default=Path("runs/bench"), show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs/bench"), show_default=True)
@click.option(
    "--recipe", "recipes", type=click.Choice(recipe_names()), multiple=True, help="Only these; may be repeated."
)
@output_options
def bench_command(
    data: Path | None, seeds: int, device: torch.device, runs: Path, out: Path, recipes: tuple[str, ...], say: Say
) -> None:
    """Train every recipe on both splits with several seeds, and write comparison.md, .json and reach.png.

    What takes no training (knobs, PCA, LDA, mean curves) is measured on the same rows beside them.

    Finished runs in --runs are kept and interrupted ones resumed, so the command can be stopped at any time.
    """
    entries = [entry for entry in ENTRIES if not recipes or entry.recipe in recipes]
    trained = Runs(runs, SPLIT_KINDS, device, data, say)
    figures = [
        run
        for entry in entries
        for run in trained.figures(with_changes(load_recipe(entry.recipe), entry.changes), entry.folder, range(seeds))
    ]
    v3 = load_recipe("v3")
    rows = trained.rows(v3).corpus
    say.note("measuring what takes no training")
    simple = measure_baselines(rows, v3.data.test_share, SPLIT_KINDS, seeds)
    comparison = compare([*figures, *simple])
    write_whole(out / "comparison.md", PREFACE + as_markdown(comparison))
    write_whole(out / "comparison.json", as_json(comparison))
    drawn = [load_run(trained.path(entry.folder, 0)) for entry in entries if entry.recipe in REACH]
    if drawn:
        write_reach(drawn, rows, out / "reach.png")
    say.data(as_dict(comparison))
    say.result(as_markdown(comparison))
    say.summary(f"written to {out}")
