"""Lines reckoned from one value a block, as LV2's control ports give them."""

from __future__ import annotations

import shutil
import subprocess

import numpy as np
import pytest

from semeq.export.native.build import native_sources

from .building import HERE

pytestmark = pytest.mark.skipif(shutil.which("c++") is None, reason="no C++ compiler")


@pytest.fixture(scope="module")
def ways(tmp_path_factory):
    """Starts and ends (blocks, 2) of a sequence of values and block lengths."""
    program = tmp_path_factory.mktemp("line") / "line"
    command = ["c++", "-std=c++17", f"-I{native_sources()}", HERE / "block_line.cpp", "-o", program]
    subprocess.run(command, check=True)

    def run(values, frames):
        text = "".join(f"{value:.9g} {count}\n" for value, count in zip(values, frames, strict=True))
        done = subprocess.run([program], input=text, capture_output=True, text=True, check=True)
        return np.array([line.split() for line in done.stdout.splitlines()], dtype=float)

    return run


def automated(points, frames):
    """What a host that evaluates a line of points at each block's start sends, and the line at each block's end."""
    starts = np.concatenate([[0], np.cumsum(frames)])
    line = np.interp(starts, *zip(*points, strict=True))
    return line[:-1], line[1:]


@pytest.mark.parametrize("lengths", ["equal", "uneven"])
def test_a_line_is_followed_from_its_third_block_on(ways, random, lengths):
    frames = np.full(40, 1024) if lengths == "equal" else random.integers(300, 3000, 40)
    bend = int(frames[:4].sum())
    sent, ends = automated([(0, 0.1), (bend, 0.1), (int(frames.sum()), 0.9)], frames)
    way = ways(sent, frames)
    np.testing.assert_allclose(way[6:, 1], ends[6:], atol=1e-6)
    np.testing.assert_array_equal(way[1:, 0], way[:-1, 1])  # no jumps between blocks
    assert np.abs(way[4:6, 1] - ends[4:6]).max() <= 2.01 * (0.8 / (len(frames) - 5)) * 3000 / 1024


def test_behind_a_bend_it_is_wrong_for_two_blocks_and_stays_in_range(ways):
    frames = np.full(60, 512)
    sent, ends = automated([(0, 0.0), (20 * 512, 1.0), (40 * 512, 1.0), (60 * 512, 0.2)], frames)
    way = ways(sent, frames)
    wrong = np.flatnonzero(np.abs(way[:, 1] - ends) > 1e-6)
    assert set(wrong) <= {0, 1, 2, 20, 21, 40, 41}  # at the start there is no block before the first
    assert way.min() >= 0
    assert way.max() <= 1


def test_steps_by_hand_are_not_carried_on(ways, random):
    values = np.round(random.random(50) * 127) / 127
    way = ways(values, np.full(50, 1024))
    carried = np.abs(way[:, 1] - values) > 1e-6
    assert carried.sum() <= 1  # three steps can lie on a line by chance


def test_values_rounded_to_musical_ticks_are_still_a_line(ways):
    frames = np.full(60, 1024)
    starts = np.concatenate([[0], np.cumsum(frames)[:-1]])
    ticks = np.floor(starts / 12.5) * 12.5  # 1,920 ticks a quarter note, 120 beats a minute, 48 kHz
    way = ways(ticks / (60 * 1024), frames)
    ends = np.cumsum(frames) / (60 * 1024)
    assert np.abs(way[4:, 1] - ends[4:]).max() < 20 / (60 * 1024)  # a few frames, not a block
