"""`semeq words vary`: random settings that say nearly the same as a word."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from semeq.console import Example, Say, examples, output_options
from semeq.eq import PARAMETER_NAMES, FloatArray, curve, rms_db
from semeq.files import write_whole
from semeq.words import VocabularyError, WordSpace, own_word_name

from ..drawing import Row, settings_table
from ..options import OutputPath, WordParam, model_option, say_understood

#: How far a variation lies from its word, as a part of the word's strength: one person's settings of one word lie so
#: far from their own mean (median over 54 people and words of SAFE-DB with two settings or more; 3.1 dB RMS).
SPREAD = 0.7
#: A setting less like the word than this, by the correlation of the curves, is no variation of it.
LEAST_LIKENESS = 0.7
#: Words weaker than this, in dB RMS, have no strength to vary by.
_FAINT_DB = 0.1
#: Points stay this far inside the space, and are sought along so many steps of a line.
_INSIDE, _STEPS, _LONGEST = 0.999, 257, 4.0
#: Directions tried for one variation; in some the space ends before it is far enough.
_TRIES = 50


@dataclass(frozen=True)
class Variation:
    """A setting (13,), its distance from the word in dB RMS, and its likeness, the correlation of the curves."""

    params: FloatArray
    distance_db: float
    likeness: float


def variations(space: WordSpace, text: str, count: int, distance_db: float | None, seed: int) -> list[Variation]:
    """Settings whose curves lie `distance_db` from that of a word or phrase; None for `SPREAD` of its strength.

    A direction in the latent space is drawn from the normal distribution that has the covariance of the vocabulary's
    points, so that what varies together in words varies together here; along it the point is taken that decodes to a
    curve so far away, if that is at least `LEAST_LIKENESS` like the word's. The same seed gives the same variations.

    Raises
    ------
    click.UsageError
        If nothing in the space lies so far away and is like the word.
    """
    random = np.random.default_rng(seed)
    centre = np.asarray(space.latent(text), dtype=np.float64)
    target = curve(space.decoder.decode(centre[None]))[0]
    wanted = SPREAD * float(rms_db(target)) if distance_db is None else distance_db
    if rms_db(target) < _FAINT_DB:
        raise click.UsageError(f"{text!r} does next to nothing: there is nothing to vary")
    points = np.array([word.latent for word in space.vocabulary], dtype=np.float64)
    shape = np.linalg.cholesky(np.cov(points.T) + 1e-9 * np.eye(len(centre)))
    found = []
    for _ in range(count):
        for _ in range(_TRIES):
            at = _so_far(space, centre, target, shape @ random.standard_normal(len(centre)), wanted)
            if at is None:
                continue
            params = space.decoder.decode(at[None])[0]
            response = curve(params)
            likeness = float(np.corrcoef(target, response)[0, 1])
            if likeness >= LEAST_LIKENESS:
                break
        else:
            raise click.UsageError(
                f"too few settings {wanted:.1f} dB from {text!r} are still like it; ask for a smaller --distance"
            )
        found.append(Variation(params, float(rms_db(response - target)), likeness))
    return found


def _so_far(
    space: WordSpace, centre: FloatArray, target: FloatArray, direction: FloatArray, wanted: float
) -> FloatArray | None:
    """The first point on a ray from `centre` (32,) whose curve is `wanted` dB from `target` (128,), or None."""
    low, high = 0.0, _LONGEST
    for _ in range(3):
        at = np.linspace(low, high, _STEPS)
        line = np.clip(centre + at[:, None] * direction, -_INSIDE, _INSIDE)
        beyond = np.flatnonzero(rms_db(curve(space.decoder.decode(line)) - target) >= wanted)
        if not len(beyond) or (low == 0.0 and beyond[0] == 0):
            return None
        first = max(int(beyond[0]), 1)
        low, high = float(at[first - 1]), float(at[first])
    return np.asarray(np.clip(centre + high * direction, -_INSIDE, _INSIDE), dtype=np.float64)


@click.command(
    "vary",
    epilog=examples(
        "semeq words vary warm --count 8",
        Example("semeq words vary bright/2 --distance 1.5 --seed 3", "of one school, nearer"),
        Example("semeq words vary warm --out warm.csv", 'then: semeq words add "warm 3" --csv warm.csv'),
        "semeq words vary 'a bit airy' --json",
    ),
)
@click.argument("word", type=WordParam(), metavar="WORD")
@click.option("--count", type=click.IntRange(1, 1000), default=8, show_default=True, help="How many.")
@click.option(
    "--distance",
    "distance_db",
    type=click.FloatRange(0, 12, min_open=True),
    metavar="DB",
    help=f"How far each lies from the word, in dB RMS.  [default: {SPREAD:g} of the word's strength]",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Other numbers, other settings.")
@click.option("--out", type=OutputPath(folder=False), help="Write them as .json, or as .csv for `words add --csv`.")
@model_option
@output_options
def vary(
    word: str, count: int, distance_db: float | None, seed: int, out: Path | None, model: str | None, say: Say
) -> None:
    """Print random settings that say nearly the same as WORD, which may be a phrase or a school such as warm/2.

    Each lies equally far from the word, by default as far as one engineer's settings of one word lie from their mean.
    """
    if out is not None and out.suffix not in (".json", ".csv"):
        raise click.UsageError(f"{out}: write a .json or a .csv file")
    space = WordSpace.open(model)
    say_understood(space, [word], say)
    found = variations(space, word, count, distance_db, seed)
    rows = [
        {
            "name": f"{word} {number}",
            "distance_db": round(one.distance_db, 3),
            "likeness": round(one.likeness, 3),
            "setting": {name: float(value) for name, value in zip(PARAMETER_NAMES, one.params, strict=True)},
        }
        for number, one in enumerate(found, start=1)
    ]
    say.data(rows)
    say.result(settings_table(Row(str(number), one.params) for number, one in enumerate(found, start=1)))
    far, alike = np.mean([one.distance_db for one in found]), [one.likeness for one in found]
    say.result(
        f"{count} variations of {word}, each {far:.1f} dB RMS from it; likeness {min(alike):+.2f} to {max(alike):+.2f}"
    )
    if out is not None:
        write_whole(out, json.dumps(rows, indent=1) + "\n" if out.suffix == ".json" else _csv(word, found))
        say.note(f"written: {out}")


def _csv(word: str, found: list[Variation]) -> str:
    """Settings under names of their own, in the form of `semeq.presets.read_settings_csv`."""
    try:
        stem = own_word_name(word.replace("/", "-"))
    except VocabularyError:  # a phrase
        stem = "variation"
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["word", *PARAMETER_NAMES])
    for number, one in enumerate(found, start=1):
        writer.writerow([f"{stem} {number}", *map(float, one.params)])
    return text.getvalue()
