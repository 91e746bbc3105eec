"""Pictures of runs: where words lie and what they do, how training went, what is confused, what is reached."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

from semeq.eq import FREQ_INDEX, FREQ_MAX_HZ, FREQ_MIN_HZ, GAIN_INDEX, REFERENCE_GRID_HZ, FloatArray, curve
from semeq.files import whole

from ..data import UNLABELLED, Corpus
from ..models import decode, decoded_curves, encode
from ..run_folder import LOG, Run

#: Points of a t-SNE map; more would take longer than the training.
_MAP_POINTS = 900


def write_figures(run: Run, corpus: Corpus, folder: Path) -> list[Path]:
    """Draw everything there is to draw of one run into `folder`; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = [_latent_map(run, corpus, folder), _training_curves(run, folder), _confusion(run, corpus, folder)]
    if len(run.words) > 1:
        drawn += [_word_responses(run, folder), _word_map(run, folder)]
    return [path for path in drawn if path is not None]


def write_reach(runs: Sequence[Run], corpus: Corpus, path: Path) -> Path:
    """Histogram of the band frequencies each run decodes real settings to, beside the settings' own."""
    plt = _pyplot()
    heard = np.abs(corpus.params[:, GAIN_INDEX]) > 1.0
    edges = np.geomspace(FREQ_MIN_HZ, FREQ_MAX_HZ, 61)
    able = [run for run in runs if run.model.has_settings]
    figure, axes = plt.subplots(len(able) + 1, 1, sharex=True, figsize=(8, 1.4 * (len(able) + 1)))
    axes = np.atleast_1d(axes)
    axes[0].hist(corpus.params[:, FREQ_INDEX][heard], edges, color="black")
    axes[0].set_ylabel("settings", fontsize=8)
    for axis, run in zip(axes[1:], able, strict=True):
        axis.hist(_reached(run, corpus.params), edges)
        axis.set_ylabel(run.recipe.name, fontsize=8)
    axes[-1].set_xscale("log")
    axes[-1].set_xlabel("frequency of heard bands, Hz")
    return _save(figure, path)


def _reached(run: Run, params: FloatArray) -> FloatArray:
    rebuilt = decode(run.model, encode(run.model, params))
    return np.asarray(rebuilt[:, FREQ_INDEX][np.abs(rebuilt[:, GAIN_INDEX]) > 1.0])


def _latent_map(run: Run, corpus: Corpus, folder: Path) -> Path:
    plt = _pyplot()
    labelled = np.flatnonzero(corpus.labels != UNLABELLED)
    chosen = np.random.default_rng(0).permutation(labelled)[:_MAP_POINTS]
    points = encode(run.model, corpus.params[chosen])[:, : run.model.section.semantic]
    figure, axes = plt.subplots(1, 2, figsize=(11, 5))
    flat = PCA(min(2, points.shape[1])).fit_transform(points)
    maps = {"PCA": np.pad(flat, ((0, 0), (0, 2 - flat.shape[1])))}
    perplexity = min(30, (len(chosen) - 1) / 3)
    maps["t-SNE"] = TSNE(2, perplexity=perplexity, random_state=0, init="random").fit_transform(points)
    for axis, (title, xy) in zip(axes, maps.items(), strict=True):
        for label, word in enumerate(corpus.words):
            here = corpus.labels[chosen] == label
            axis.scatter(*xy[here].T, s=9 if here.sum() > 50 else 30, label=word)
        axis.set_title(f"{title} of the semantic dimensions (all labelled settings)", fontsize=9)
    axes[0].legend(fontsize=7)
    return _save(figure, folder / "latent_map.png")


def _word_responses(run: Run, folder: Path) -> Path:
    plt = _pyplot()
    words = run.words[:10]
    figure, axis = plt.subplots(figsize=(9, 5))
    for word, response in zip(words, decoded_curves(run.model, np.stack([w.latent for w in words])), strict=True):
        axis.semilogx(REFERENCE_GRID_HZ, response, label=word.name)
    axis.axhline(0, color="grey", linewidth=0.5)
    axis.set_xlabel("Hz")
    axis.set_ylabel("dB")
    axis.legend(fontsize=7, ncol=2)
    return _save(figure, folder / "words.png")


def _word_map(run: Run, folder: Path) -> Path:
    """All words by what they sound like: the two main directions of their curves."""
    plt = _pyplot()
    curves = decoded_curves(run.model, np.stack([w.latent for w in run.words]))
    xy = PCA(2).fit_transform(curves)
    figure, axis = plt.subplots(figsize=(12, 9))
    for word, (x, y) in zip(run.words, xy, strict=True):
        colour = "tab:red" if word.language == "es" else "black"
        axis.text(x, y, word.name, fontsize=4 + 1.3 * np.log2(1 + word.evidence), color=colour, ha="center")
    axis.set_xlim(xy[:, 0].min() - 1, xy[:, 0].max() + 1)
    axis.set_ylim(xy[:, 1].min() - 1, xy[:, 1].max() + 1)
    axis.set_title("Words by their response; size: evidence, red: Spanish", fontsize=9)
    return _save(figure, folder / "word_map.png")


#: Terms of the loss, as the log names them.
TERMS = ("curve", "params", "contrastive", "prototype", "divergence", "mixing", "geometry")


def _training_curves(run: Run, folder: Path) -> Path | None:
    rows = [json.loads(line) for line in (run.path / LOG).read_text(encoding="utf-8").splitlines()]
    if not rows:
        return None
    plt = _pyplot()
    figure, axes = plt.subplots(1, 3, figsize=(15, 4))
    for split in dict.fromkeys(row["split"] for row in rows):
        steps = [row["step"] for row in rows if row["split"] == split]
        for axis, key in zip(axes, ("loss", "curve_error_db"), strict=False):
            axis.semilogy(steps, [row[key] for row in rows if row["split"] == split], label=split)
            axis.set_xlabel("step")
            axis.set_ylabel(key)
    axes[0].legend()
    first = [row for row in rows if row["split"] == rows[0]["split"]]
    for term in TERMS:
        if any(row.get(term) for row in first):
            axes[2].semilogy([row["step"] for row in first], [row[term] for row in first], label=term)
    axes[2].set_xlabel("step")
    axes[2].set_ylabel(f"terms of the loss, {rows[0]['split']} split")
    axes[2].legend(fontsize=7)
    return _save(figure, folder / "training.png")


def _confusion(run: Run, corpus: Corpus, folder: Path) -> Path | None:
    split = str(run.config["split"])
    table = np.array(run.metrics.get(split, {}).get("confusion", []), dtype=np.float64)
    if not table.size:
        return None
    plt = _pyplot()
    figure, axis = plt.subplots(figsize=(6, 5))
    share = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    axis.imshow(share, vmin=0, vmax=1, cmap="Blues")
    for (i, j), count in np.ndenumerate(table):
        if count:
            axis.text(j, i, int(count), ha="center", va="center", fontsize=7)
    axis.set_xticks(range(len(corpus.words)), corpus.words, rotation=90, fontsize=7)
    axis.set_yticks(range(len(corpus.words)), corpus.words, fontsize=7)
    axis.set_xlabel("nearest neighbours say")
    axis.set_ylabel("saved as")
    return _save(figure, folder / "confusion.png")


def write_data_figures(corpus: Corpus, folder: Path) -> list[Path]:
    """Pictures of the data itself: rows per word, gains and frequencies, curves of the two largest words."""
    plt = _pyplot()
    folder.mkdir(parents=True, exist_ok=True)
    figure, axes = plt.subplots(2, 2, figsize=(11, 7))
    counts = [int((corpus.labels == i).sum()) for i in range(len(corpus.words))]
    axes[0, 0].bar(corpus.words, counts, log=True)
    axes[0, 0].tick_params(axis="x", rotation=90)
    axes[0, 0].set_ylabel("rows")
    axes[0, 1].hist(corpus.params[:, GAIN_INDEX], 48, stacked=True)
    axes[0, 1].set_xlabel("gain, dB")
    axes[1, 0].hist(corpus.params[:, FREQ_INDEX], np.geomspace(20, 20_000, 60), stacked=True)
    axes[1, 0].set_xscale("log")
    axes[1, 0].set_xlabel("frequency, Hz")
    for label in np.argsort(counts)[::-1][:2]:
        curves = curve(corpus.params[corpus.labels == label])
        low, middle, high = np.percentile(curves, (25, 50, 75), axis=0)
        axes[1, 1].semilogx(REFERENCE_GRID_HZ, middle, label=corpus.words[label])
        axes[1, 1].fill_between(REFERENCE_GRID_HZ, low, high, alpha=0.2)
    axes[1, 1].set_xlabel("Hz")
    axes[1, 1].set_ylabel("dB, median and quartiles")
    axes[1, 1].legend()
    return [_save(figure, folder / "data.png")]


def _pyplot() -> Any:
    """Matplotlib without a screen; imported late, for it takes half a second."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    return plt


def _save(figure: Any, path: Path) -> Path:
    figure.tight_layout()
    with whole(path) as partial:
        figure.savefig(partial, dpi=110, format=path.suffix.lstrip(".") or "png")
    _pyplot().close(figure)
    return path
