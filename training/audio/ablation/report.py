"""The ablation as a table for the terminal and as the page ``docs/ablation.md``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from rich.table import Table

from .folds import LEAN, SHOWN, Figures, Fold

#: Figures of the first published encoder as it was measured on its own; quoted, not made by the command.
QUOTED = "published encoder (quoted)"
#: *warm* and *bright* are the first two words.
BRIGHT = 1
PUBLISHED = Figures(order=0.80, order_pink=0.475, spearman=0.48, level=0.43)


@dataclass(frozen=True)
class Column:
    """A figure: its name in `Figures`, its title, and whether it is a share."""

    key: str
    title: str
    share: bool = True

    def cell(self, mean: float, spread: float) -> str:
        """As text; a dash for what does not exist."""
        if np.isnan(mean):
            return "–"
        scale, digits, unit = (100.0, 1, " %") if self.share else (1.0, 2, "")
        spread_text = f" ± {scale * spread:.{digits}f}" if spread else ""
        return f"{scale * mean:.{digits}f}{spread_text}{unit}"


COLUMNS = (
    Column("order", "order right, music"),
    Column("order_pink", "order, pink noise"),
    Column("spearman", "Spearman with centroid", share=False),
    Column("closed_loop", "closed loop, ten words"),
    Column("top_share", "top word's share, all"),
    Column("top_share_ten", "top word's share, ten"),
    Column("level", "top word changes at −20 dB, all"),
    Column("level_ten", "changes, ten"),
    Column("seconds", "training s", share=False),
)


@dataclass(frozen=True)
class Mean:
    """Mean and standard deviation over folds."""

    mean: Mapping[str, float]
    spread: Mapping[str, float]


def average(folds: Sequence[Figures]) -> Mean:
    """Over folds; the deviation of a single fold is 0."""
    values = {f.name: np.array([getattr(fold, f.name) for fold in folds]) for f in fields(Figures)}
    spread = {name: float(v.std(ddof=1)) if len(v) > 1 else 0.0 for name, v in values.items()}
    return Mean({name: float(v.mean()) for name, v in values.items()}, spread)


def rows(folds: Sequence[Fold]) -> list[tuple[str, list[str]]]:
    """Name and cells of each row: encoders, simple measures, and the quoted figures."""
    found = [(name, average([fold.encoders[name] for fold in folds])) for name in folds[0].encoders]
    found += [(name, average([fold.simple[name] for fold in folds])) for name in folds[0].simple]
    found.append((QUOTED, average([PUBLISHED])))
    return [(name, [c.cell(mean.mean[c.key], mean.spread[c.key]) for c in COLUMNS]) for name, mean in found]


def as_table(folds: Sequence[Fold]) -> Table:
    """For the terminal."""
    table = Table(title=_measured(folds))
    table.add_column("")
    for column in COLUMNS:
        table.add_column(column.title, justify="right")
    for name, cells in rows(folds):
        table.add_row(name, *cells)
    return table


def as_page(folds: Sequence[Fold], words: Sequence[str], command: str, steps: int, sources: int) -> str:
    """The whole page; `words` in the order of the scores."""
    titles = ["", *(column.title for column in COLUMNS)]
    before = [name for name in SHOWN if name in folds[0].encoders]
    examples = ["clip", "centroid Hz", *before, LEAN, f"{LEAN}, of all {len(words)} words"]
    lines = [
        _PREFACE.format(command=command, steps=steps, sources=sources, measured=_measured(folds)),
        _line(titles),
        _line(["---"] * len(titles)),
        *(_line([name, *cells]) for name, cells in rows(folds)),
        "",
        "The simple measures, which learn nothing, vary from fold to fold as much. Fold by fold, "
        + "; ".join(_paired(folds, key, title) for key, title in (("order", "music"), ("order_pink", "pink noise")))
        + ".",
        _LEGEND,
        _line(examples),
        _line(["---"] * len(examples)),
    ]
    for e in folds[0].examples:
        ten = [", ".join(f"{words[i]} {score:.2f}" for i, score in e.top_ten[name]) for name in (*before, LEAN)]
        lines.append(_line([f"`{e.name}`", f"{e.centroid_hz:.0f}", *ten, words[e.top[LEAN]]]))
    counts = [sum(e.top_ten[name][0][0] == BRIGHT for e in folds[0].examples) for name in (*before, LEAN)]
    total = len(folds[0].examples)
    lines.append(_line(["*bright* first", "", *(f"{count} of {total}" for count in counts), ""]))
    return "\n".join(lines) + "\n"


def _paired(folds: Sequence[Fold], key: str, title: str) -> str:
    """`lean` against the form of `cnn` that does best on average, on the same folds."""
    forms = [name for name in folds[0].encoders if name != LEAN]
    orders = {name: np.array([getattr(fold.encoders[name], key) for fold in folds]) for name in (*forms, LEAN)}
    best = max(forms, key=lambda name: float(orders[name].mean()))
    ahead = orders[LEAN] - orders[best]
    points = f"{100 * ahead.mean():+.1f}".replace("-", "−")
    return (
        f"on {title} `lean` stands {points} points from the best form ({best}) and is ahead in"
        f" {int((ahead > 0).sum())} of {len(folds)}"
    )


def _measured(folds: Sequence[Fold]) -> str:
    clips, pairs = sum(fold.clips for fold in folds), sum(fold.pairs for fold in folds)
    return f"{len(folds)} of 5 folds by source: {clips} clips, {pairs} pairs not met in training"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


_PREFACE = """# Why the audio encoder is `lean` and not a convolutional net

Made by

    {command}

Every figure but the row marked *quoted* was measured by it.

{measured} ({sources} sources of music in all).

A seed holds out one fifth of the sources and one fifth of the people who saved settings; figures are mean ± standard
deviation over the folds. All rows are judged on the same clips and the same pairs, with the same EQs. The V3
run whose space is learnt and whose words are scored is one and the same for every row and fold; it is not retrained.

`cnn` is the published idea in our trainer: 3 s of a 64-band mel spectrogram, depthwise-separable convolutions (16, 32,
64 channels), pooled over time and frequency, level left in, taught the eight semantic numbers in V3 of the EQ that was
applied ({steps} steps of 32). *uniform* draws every saved setting alike, nineteen in twenty of which are warm or
bright; *balanced* draws every word alike. The sound is *pink* noise (true: −3 dB an octave), *music*, half of each
(*mixed*), or another share of music. Level and pooling stand as published, since the ablation is about sampling and
sound. The last rows change one thing of *balanced, mixed* each: a hidden layer of 64 before the output; three stages of
a residual block instead of the separable convolutions; a constant learning rate; the level taken out and frequency
kept; and that with a second loss, which shows the net the clip without EQ and asks the two answers to differ by the EQ.
"""

_LEGEND = """
*Order*: a random warm and a random bright setting of people not met, on the same clip; is the bright one heard as the
brighter? *Spearman*: bright − warm against the spectral centroid, over clips without EQ. *Closed loop*: the word's own
setting raises its score. *Share*: part of the clips that get the most frequent top word (of the whole vocabulary, and
of the ten SAFE-DB words; one in ten would be even). A `cnn` word score is the cosine between what is heard and the
word's point in V3; centroid's Spearman with itself is 1 by definition. The quoted row was measured elsewhere: on
other music, of which the centroid orders 91.5 %, and with that encoder's own words; it is here for orientation only.

## Top words before and after

Clips of the first fold, from the darkest to the brightest at even steps of rank; the first three of ten words with
their scores: a cosine for `cnn`, standard deviations over music for `lean`.
"""
