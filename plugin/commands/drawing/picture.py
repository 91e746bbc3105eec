"""Pictures of responses, drawn by matplotlib (extra ``plot``)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import matplotlib.colors
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from semeq.eq import REFERENCE_GRID_HZ, curve, tilt
from semeq.files import replacing
from semeq.words import Hearing, Word, WordSpace, priority, word_positions

from ...hear_files import Profile
from .terminal_plot import Line

#: From dark to bright in hue as well as in sound.
MORPH_COLOURS = "plasma"
#: The terminal's colours, as they are seen on white.
_COLOURS = {
    "cyan": "tab:cyan",
    "yellow": "tab:orange",
    "magenta": "tab:purple",
    "green": "tab:green",
    "red": "tab:red",
    "blue": "tab:blue",
}
_TICKS_HZ = (20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)


def draw_morph(space: WordSpace, word: str, to: str | None, path: Path, intensity: float = 1.0, steps: int = 9) -> None:
    """Draw the response of a word, or of `steps` positions on the way to another, into a PNG or SVG."""
    positions = np.array([0.0]) if to is None else np.linspace(0.0, 1.0, steps)
    settings = space.params(word, to, positions, np.full(len(positions), intensity))
    colours = matplotlib.colormaps[MORPH_COLOURS](np.linspace(0.05, 0.85, len(positions)))
    ends = {0: word, len(positions) - 1: to or word}
    shades = [matplotlib.colors.to_hex(colour) for colour in colours]
    lines = [Line(ends.get(i, ""), params, shades[i]) for i, params in enumerate(settings)]
    draw_lines(lines, path, f"{word} → {to}: {steps} even steps of the morph" if to else word)


def draw_lines(lines: Sequence[Line], path: Path, title: str) -> None:
    """Draw the responses of settings into a PNG or SVG, by the suffix of the path; a line without a name is thinner."""
    curves = curve(np.array([line.params for line in lines]))
    figure = Figure(figsize=(9, 4.6), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    ends = (0, len(lines) - 1)
    for i, (line, response) in enumerate(zip(lines, curves, strict=True)):
        heavy = bool(line.label) and (len(lines) < 4 or i in ends)
        colour = _COLOURS.get(line.colour, line.colour) or None
        width, order = (2.6, 3) if heavy else (1.2, 2)
        axes.semilogx(REFERENCE_GRID_HZ, response, color=colour, lw=width, label=line.label or None, zorder=order)
    limit = max(6.0, float(np.ceil(np.abs(curves).max() / 3) * 3))
    axes.axhline(0, color="0.4", lw=0.8, zorder=1)
    axes.set(xlim=(20, 20_000), ylim=(-limit, limit), xlabel="frequency, Hz", ylabel="gain, dB")
    axes.set_xticks(_TICKS_HZ, [f"{f // 1000}k" if f >= 1000 else str(f) for f in _TICKS_HZ])
    axes.minorticks_off()
    axes.grid(alpha=0.25)
    axes.set_title(title)
    axes.legend(loc="best", ncols=2, frameon=False)
    _save(figure, path, dpi=130)


def _save(figure: Figure, path: Path, dpi: int) -> None:
    """Write a picture that appears whole or not at all; no date in it, so the same picture is the same file."""
    form = "svg" if path.suffix.lower() == ".svg" else "png"
    with replacing(path, overwrite=True) as partial:
        figure.savefig(partial, dpi=dpi, format=form, metadata={"Date": None} if form == "svg" else None)


def draw_profile(item: Profile, hearing: Hearing, path: Path, course_of: tuple[str, ...]) -> None:
    """Draw what was heard in a file: its lean against average music, and the course of some words."""
    figure = Figure(figsize=(9, 5.6), layout="constrained")
    FigureCanvasAgg(figure)
    above, below = figure.subplots(2, 1, height_ratios=(3, 2))
    above.semilogx(hearing.bands_hz, item.heard.lean_db, color="0.1", lw=2)
    above.fill_between(hearing.bands_hz, item.heard.lean_db, color="tab:orange", alpha=0.25)
    above.axhline(0, color="0.4", lw=0.8)
    above.set(xlim=(40, 16_000), xlabel="frequency, Hz", ylabel="against average music, dB")
    above.set_title(f"{item.path.name}: centroid {item.centroid_hz:,.0f} Hz")
    ticks = [f for f in _TICKS_HZ if 40 <= f <= 16_000]
    above.set_xticks(ticks, [f"{f // 1000}k" if f >= 1000 else str(f) for f in ticks])
    above.minorticks_off()
    above.grid(alpha=0.25)
    for word in course_of:
        if word in hearing.words:
            below.plot(item.course.seconds, item.course.scores[:, hearing.words.index(word)], marker=".", label=word)
    below.axhline(0, color="0.4", lw=0.8)
    below.set(xlabel="s", ylabel="score, sd over music")
    below.grid(alpha=0.25)
    below.legend(frameon=False, ncols=2)
    _save(figure, path, dpi=110)


def draw_word_map(space: WordSpace, words: Sequence[Word], path: Path, marked: str | None = None) -> None:
    """Draw words on the map that the desk shows: near is alike, colour is tilt, size is how many people used a word."""
    places = zip(space.vocabulary, word_positions(space.decoder, space.vocabulary), strict=True)
    place_of = {word.name: place for word, place in places}
    positions = np.array([place_of[word.name] for word in words]).reshape(-1, 2)
    tilts = tilt(curve(space.decoder.decode(np.array([word.latent for word in words]))))
    people = np.array([word.evidence for word in words], dtype=np.float64)
    figure = Figure(figsize=(12, 9), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    limit = max(float(np.abs(tilts).max()), 1.0)
    dots = axes.scatter(
        positions[:, 0],
        positions[:, 1],
        c=tilts,
        s=12 + 6 * people,
        cmap="coolwarm",
        vmin=-limit,
        vmax=limit,
        alpha=0.6,
    )
    figure.colorbar(dots, ax=axes, label="tilt, dB: dark to bright", shrink=0.6)
    taken: list[tuple[float, float]] = []
    spread = np.ptp(positions, axis=0) if len(positions) > 1 else np.ones(2)
    # The craft's and the best known words first, as on the desk; a name that would cover another is left out.
    for i in sorted(range(len(words)), key=lambda i: (words[i].name != marked, -priority(words[i]))):
        x, y = positions[i]
        if any(abs(x - u) < 0.055 * spread[0] and abs(y - v) < 0.018 * spread[1] for u, v in taken):
            continue
        taken.append((float(x), float(y)))
        bold = words[i].name == marked or people[i] >= 20
        axes.annotate(
            words[i].name, (x, y), fontsize=10 if bold else 7.5, weight="bold" if bold else "normal", ha="center"
        )
    axes.set_axis_off()
    axes.set_title(f"{len(words)} words; near is alike")
    _save(figure, path, dpi=110)
