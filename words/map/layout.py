"""Points with names on a plane: neighbours stay neighbours, and the names that matter can be read.

First t-SNE (van der Maaten and Hinton, *Visualizing data using t-SNE*, 2008) of the RMS distances of curves, computed
exactly and from a fixed start, so the same curves always give the same map. Then two gentle moves for the reader's
sake: the plane is filled more evenly, and the labels of the words that come first are pushed apart until they fit.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from semeq.eq import FloatArray, tilt

_PERPLEXITY = 25.0
_STEPS, _EARLY_STEPS, _EXAGGERATION = 700, 150, 4.0
#: How far coordinates move towards their rank, and how many times more a leading word counts in it.
_EVENNESS, _LEADER_WEIGHT = 0.7, 6.0
#: The first view, in pixels, and the room of a label: width of a letter, spare width, half the height.
_VIEW_PX = (588.0, 540.0)
_LETTER_PX, _SPARE_PX, _HALF_HEIGHT_PX = 9.0, 7.0, 13.0
_LEADERS = 70
_PUSHES, _REACH = 300, 0.12


def layout(curves_db: FloatArray, names: Sequence[str], priority: FloatArray) -> FloatArray:
    """Positions (n, 2) in −1 to 1 of curves (n, 128) in dB; y grows upwards, brighter sounds lie to the right.

    `priority` (n,) says whose names are shown first; those of 8 and more count as leading.
    """
    if len(curves_db) < 4:
        return np.stack([np.linspace(-0.5, 0.5, len(curves_db)), np.zeros(len(curves_db))], axis=1)
    at = _oriented(_neighbours_kept(curves_db), curves_db)
    at = _evened(at, np.where(priority >= 8, _LEADER_WEIGHT, 1.0))
    # Twice: filling the plane again brings some labels together that had been pushed apart.
    return _separated(_separated(at, names, priority), names, priority)


def squared_distances(points: FloatArray) -> FloatArray:
    """Squared distances (n, n) of points (n, k)."""
    length = (points**2).sum(axis=1)
    return np.asarray(np.maximum(length[:, None] + length - 2 * points @ points.T, 0.0), dtype=np.float64)


def _neighbours_kept(curves_db: FloatArray) -> FloatArray:
    """Exact t-SNE from a PCA start, with the usual gains and momentum."""
    count = len(curves_db)
    centred = curves_db - curves_db.mean(axis=0)
    wanted = _joint(squared_distances(centred) / curves_db.shape[1], min(_PERPLEXITY, (count - 1) / 3))
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    at = centred @ directions[:2].T
    at = at / at.std() * 1e-2
    velocity, gain = np.zeros_like(at), np.ones_like(at)
    for step in range(_STEPS):
        early = step < _EARLY_STEPS
        near = 1 / (1 + squared_distances(at))
        np.fill_diagonal(near, 0.0)
        pull = (wanted * (_EXAGGERATION if early else 1.0) - near / near.sum()) * near
        slope = 4 * (pull.sum(axis=1)[:, None] * at - pull @ at)
        gain = np.maximum(np.where(np.sign(slope) == np.sign(velocity), gain * 0.8, gain + 0.2), 0.01)
        velocity = (0.5 if early else 0.8) * velocity - max(count / 12, 50.0) * gain * slope
        at = at + velocity
    return np.asarray(at, dtype=np.float64)


def _joint(square: FloatArray, perplexity: float) -> FloatArray:
    """Joint probabilities (n, n) of squared distances; each row's width is bisected to the perplexity."""
    count = len(square)
    low, high, precision = np.zeros(count), np.full(count, np.inf), np.ones(count)
    others = ~np.eye(count, dtype=bool)
    shifted = square - np.where(others, square, np.inf).min(axis=1)[:, None]
    for _ in range(60):
        weight = np.exp(-shifted * precision[:, None]) * others
        total = weight.sum(axis=1)
        entropy = np.log(total) + precision * (weight * shifted).sum(axis=1) / total
        wide = entropy > np.log(perplexity)
        low, high = np.where(wide, precision, low), np.where(wide, high, precision)
        precision = np.where(np.isinf(high), precision * 2, (low + high) / 2)
    share = weight / total[:, None]
    return np.asarray((share + share.T) / (2 * count), dtype=np.float64)


def _oriented(at: FloatArray, curves_db: FloatArray) -> FloatArray:
    """The long axis across, brighter to the right; more middle below."""
    at = at - at.mean(axis=0)
    _, _, directions = np.linalg.svd(at, full_matrices=False)
    turned = at @ directions.T
    middle = curves_db[:, 40:88].mean(axis=1) - curves_db.mean(axis=1)
    for axis, wanted in ((0, tilt(curves_db)), (1, -middle)):
        if float(turned[:, axis] @ (wanted - wanted.mean())) < 0:
            turned[:, axis] *= -1
    return _scaled(turned)


def _scaled(at: FloatArray) -> FloatArray:
    low, high = at.min(axis=0), at.max(axis=0)
    return np.asarray(2 * (at - low) / np.maximum(high - low, 1e-12) - 1, dtype=np.float64)


def _evened(at: FloatArray, weight: FloatArray) -> FloatArray:
    """Each coordinate moved towards its weighted rank: order is kept, crowds get more room."""
    moved = np.empty_like(at)
    for axis in (0, 1):
        order = np.argsort(at[:, axis], kind="stable")
        passed = np.cumsum(weight[order])
        rank = np.empty(len(at))
        rank[order] = (passed - weight[order] / 2) / passed[-1] * 2 - 1
        moved[:, axis] = (1 - _EVENNESS) * at[:, axis] + _EVENNESS * rank
    return _scaled(moved)


def _separated(at: FloatArray, names: Sequence[str], priority: FloatArray) -> FloatArray:
    """Push the leading labels apart where they would overlap in the first view; the words around move along."""
    leaders = np.argsort(-priority, kind="stable")[:_LEADERS]
    view = np.array(_VIEW_PX) / 2
    half = np.array([[len(names[i]) * _LETTER_PX / 2 + _SPARE_PX, _HALF_HEIGHT_PX] for i in leaders])
    start = at[leaders] * view
    spot = start.copy()
    for _ in range(_PUSHES):
        apart = spot[:, None] - spot
        missing = half[:, None] + half - np.abs(apart)
        over = (missing > 0).all(axis=2) & ~np.eye(len(leaders), dtype=bool)
        if not over.any():
            break
        # Along the axis where less is missing; labels are wide, so sideways costs more.
        sideways = missing[..., 0] / 1.6 < missing[..., 1]
        push = np.stack(
            [
                (over & chosen) * np.where(apart[..., axis] < 0, -1.0, 1.0) * missing[..., axis]
                for axis, chosen in ((0, sideways), (1, ~sideways))
            ]
        ).sum(axis=2)
        spot = spot + np.clip(0.25 * push.T, -8, 8)
        spot = np.clip(spot + 0.01 * (start - spot), -view, view)
    near = np.exp(-_between(at, at[leaders]) / (2 * _REACH**2))
    moved = at + near / (near.sum(axis=1)[:, None] + 1e-3) @ ((spot - start) / view)
    moved[leaders] = spot / view
    return _scaled(moved)


def _between(first: FloatArray, second: FloatArray) -> FloatArray:
    """Squared distances (n, m) of points (n, k) and (m, k)."""
    return np.asarray(((first[:, None] - second) ** 2).sum(axis=2), dtype=np.float64)
