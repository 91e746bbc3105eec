"""Several takes of one word: what they mean together, and whether people contradict each other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2

from semeq.eq import FloatArray, SettingError, check_params, curve, fit_curves, rms_db, shape_name
from semeq.presets import OwnSchool, SettingsCsvError, read_settings_csv

#: So many people make schools thinkable.
ENOUGH_PEOPLE = 4


@dataclass(frozen=True)
class Meaning:
    """A setting (13,), how far in dB RMS its curve is from the people's mean, their number, and schools, if any."""

    params: FloatArray
    error_db: float
    people: int
    schools: tuple[OwnSchool, ...]


def meaning_of_file(path: Path, word: str) -> Meaning:
    """What the settings of a CSV file mean: all of them, or the rows of `word` where it has a column of words.

    Rows are takes of different people unless a column says whose they are. Raises `SettingsCsvError`.
    """
    try:
        rows = read_settings_csv(path.read_bytes())
    except OSError as error:
        raise SettingsCsvError(f"{path}: cannot be read ({error.strerror or error})") from None
    except SettingsCsvError as error:
        raise SettingsCsvError(f"{path}: {error}") from None
    if any(row.word for row in rows):
        rows = tuple(row for row in rows if row.word.strip().lower() == word)
    if not rows:
        raise SettingsCsvError(f"{path}: holds no settings of {word!r}")
    takes: dict[str, list[FloatArray]] = {}
    for row in rows:
        try:
            params = check_params(np.array([float(value) for value in row.values]))
        except (SettingError, ValueError) as error:
            raise SettingsCsvError(f"{path}: line {row.line} cannot be used: {error}") from None
        takes.setdefault(row.person or f"line {row.line}", []).append(curve(params))
    return meaning_of_people(np.stack([np.mean(curves, axis=0) for curves in takes.values()]))


def meaning_of_people(curves: FloatArray) -> Meaning:
    """What people's mean curves (n, 128) mean together.

    Two groups of people (k-means of shapes) that contradict each other (correlation below 0) are schools, the larger
    one first, which is then also what the word means.
    """
    groups = _groups(curves)
    fit = fit_curves(np.stack([curves[members].mean(axis=0) for members in groups]))
    schools = tuple(
        OwnSchool(shape_name(curves[members].mean(axis=0)), params, int(members.sum()))
        for members, params in zip(groups, fit.params, strict=True)
    )
    return Meaning(fit.params[0], float(fit.error_db[0]), len(curves), schools if len(schools) > 1 else ())


def _groups(curves: FloatArray) -> list[NDArray[np.bool_]]:
    """Whose curves belong together, as masks (n,), the largest group first."""
    everyone = np.ones(len(curves), dtype=bool)
    if len(curves) < ENOUGH_PEOPLE:
        return [everyone]
    shapes = curves - curves.mean(axis=1, keepdims=True)
    shapes = shapes / np.maximum(rms_db(shapes), 1e-6)[:, None]
    apart = np.linalg.norm(shapes[:, None] - shapes[None], axis=2)
    furthest = np.unravel_index(int(apart.argmax()), apart.shape)
    _, labels = kmeans2(shapes, shapes[list(furthest)], iter=50, minit="matrix")
    groups = sorted((labels == label for label in (0, 1)), key=lambda members: -int(members.sum()))
    if min(members.sum() for members in groups) < 2:
        return [everyone]
    first, second = (shapes[members].mean(axis=0) for members in groups)
    return groups if float(np.corrcoef(first, second)[0, 1]) < 0 else [everyone]
