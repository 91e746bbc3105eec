"""Rate and distortion: how many numbers a point of the space has, against the curve error of what it gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from semeq.eq import curve, rms_db
from semeq.files import whole

from ..data import Corpus, Split, SplitKind
from ..models import Space, decoded_curves, encode, locate
from .baselines import PCA_SIZES, Baseline, fit_pca, measure_baselines

#: Numbers of a setting: where a latent has as many, nothing has to be lost.
KNOBS = 13
PCA = "PCA of curves"
FIGURE = "curve_error_mean_db"
NEAREST = ", nearest point"


@dataclass(frozen=True)
class Rate:
    """The mean curve error of one system at one size of latent, for each seed, in dB."""

    system: str
    size: int
    errors_db: tuple[float, ...]

    @property
    def mean_db(self) -> float:
        """Mean over seeds."""
        return float(np.mean(self.errors_db))


def nearest_error_db(model: Space, corpus: Corpus, split: Split) -> float:
    """The mean curve error of held-out rows at their nearest points, in dB.

    An encoder guesses a row's point; here it is sought, from that guess. It is what a projection is to a plane of PCA,
    and how words are placed.
    """
    params = corpus.params[split.test]
    wanted = curve(params)
    points = locate(model, wanted, encode(model, params, corpus.labels[split.test]), pull=0.0)
    return float(rms_db(decoded_curves(model, points) - wanted).mean())


def pca_rates(
    corpus: Corpus, test_share: float, kind: SplitKind, seeds: int, sizes: Sequence[int] = PCA_SIZES
) -> list[Rate]:
    """Principal components of curves, the linear optimum on the training rows."""
    out = []
    for size in sizes:
        system = Baseline("", lambda rows, split, size=size: fit_pca(rows, split, size))  # type: ignore[misc]
        found = measure_baselines(corpus, test_share, [kind], seeds, [system])
        out.append(Rate(PCA, size, tuple(run.metrics[kind][FIGURE] for run in found)))
    return out


def rates_markdown(rates: Mapping[SplitKind, Sequence[Rate]]) -> str:
    """A table per split: systems down, sizes across; where there are several seeds, mean ± standard deviation."""
    out = []
    for kind, found in rates.items():
        sizes = sorted({rate.size for rate in found})
        out += [f"### {'Random split' if kind == 'random' else 'Annotators held out'}", ""]
        out += ["| CE dB | seeds | " + " | ".join(map(str, sizes)) + " |", "| --- | --- |" + " --- |" * len(sizes)]
        for system in dict.fromkeys(rate.system for rate in found):
            here = {rate.size: rate for rate in found if rate.system == system}
            seeds = min(len(rate.errors_db) for rate in here.values())
            cells = [_cell(here[size]) if size in here else "–" for size in sizes]
            out.append(f"| {system} | {seeds} | " + " | ".join(cells) + " |")
        out += ["", *_against_pca(found)]
    return "\n".join(out)


def _against_pca(found: Sequence[Rate]) -> list[str]:
    """A line for each trained system: at which sizes it is ahead of PCA, and at which behind."""
    linear = {rate.size: rate.mean_db for rate in found if rate.system == PCA}
    out = []
    for system in dict.fromkeys(rate.system for rate in found if rate.system != PCA):
        here = sorted((rate.size, rate.mean_db) for rate in found if rate.system == system and rate.size in linear)
        ahead = ", ".join(str(size) for size, error in here if error < linear[size]) or "no size"
        behind = ", ".join(str(size) for size, error in here if error >= linear[size]) or "no size"
        out.append(f"* {system} is ahead of PCA at {ahead}, behind at {behind}.")
    return [*out, ""]


def _cell(rate: Rate) -> str:
    spread = f" ± {np.std(rate.errors_db, ddof=1):.2f}" if len(rate.errors_db) > 1 else ""
    return f"{rate.mean_db:.2f}{spread}"


def rates_dict(rates: Mapping[SplitKind, Sequence[Rate]]) -> dict[str, list[dict[str, Any]]]:
    """Plain values, for JSON."""
    return {
        kind: [{"system": r.system, "size": r.size, "errors_db": list(r.errors_db)} for r in found]
        for kind, found in rates.items()
    }


def draw_rates(rates: Mapping[SplitKind, Sequence[Rate]], path: Path) -> None:
    """A panel per split, both axes logarithmic."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(rates), figsize=(6.2 * len(rates), 4.2), squeeze=False, sharey=True)
    for axis, (kind, found) in zip(axes[0], rates.items(), strict=True):
        names = dict.fromkeys(rate.system.removesuffix(NEAREST) for rate in found)
        colours = dict(zip(names, (f"C{i}" for i in range(len(names))), strict=True))
        for system in dict.fromkeys(rate.system for rate in found):
            here = sorted((rate.size, rate.mean_db) for rate in found if rate.system == system)
            name, guessed = system.removesuffix(NEAREST), system + NEAREST in {rate.system for rate in found}
            style = {"color": colours[name], "linestyle": "--" if guessed else "-", "linewidth": 1 if guessed else 1.8}
            axis.loglog(*zip(*here, strict=True), marker="o", markersize=3, label=system, **style)
        sizes = sorted({rate.size for rate in found})
        axis.axvline(KNOBS, color="grey", linewidth=0.5, linestyle=":")
        axis.set_xticks(sizes, [str(size) for size in sizes])
        axis.minorticks_off()
        axis.set_xlabel("numbers in a point (dotted: the 13 knobs)")
        axis.set_title("random split" if kind == "random" else "annotators held out", fontsize=9)
        axis.grid(alpha=0.3)
    axes[0][0].set_ylabel("mean curve error, dB")
    axes[0][0].legend(fontsize=8)
    figure.tight_layout()
    with whole(path) as partial:
        figure.savefig(partial, dpi=110, format="png")
    plt.close(figure)
