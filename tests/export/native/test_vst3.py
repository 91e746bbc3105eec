"""The VST3 plugin in a small host of our own: what pluginval checks, and automation."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from semeq.export.word_list import plugin_words
from semeq.plugin import SemanticEQ
from semeq.words import load_bundle

from .building import NEEDS, error_db, render

RATE = 44_100

#: What vst3_checks.cpp does, by pluginval's names where pluginval has the check.
CHECKS = [
    *("plugin-info", "plugin-programs", "audio-processing", "non-releasing-audio-processing", "plugin-state"),
    *("plugin-state-restoration", "state-before-audio", "state-of-other-numbers", "automation"),
    *(
        "automatable-parameters",
        "parameter-thread-safety",
        "basic-bus",
        "fuzz-parameters",
        "allocations-during-process",
    ),
    *("larger-than-prepared-block-size", "locale", "instances-side-by-side"),
]

pytestmark = [
    *NEEDS,
    pytest.mark.skipif(sys.platform != "linux", reason="the VST3 host of these tests loads Linux modules"),
]


@pytest.fixture(scope="module")
def vst3_host(program):
    return program("vst3_host.cpp")


@pytest.fixture(scope="module")
def vst3_module(plugins):
    return next((plugins / "semeq.vst3").rglob("*.so"))


@pytest.fixture(scope="module")
def music():
    noise = np.random.default_rng(8).standard_normal((2, 2 * RATE)).astype(np.float32)
    return noise / np.abs(noise).max() * np.float32(0.25)


def test_the_program_has_these_checks(program, vst3_module):
    listed = subprocess.run([program("vst3_checks.cpp"), vst3_module], capture_output=True, text=True, check=True)
    assert listed.stdout.split() == CHECKS


@pytest.mark.parametrize("check", CHECKS)
def test_what_pluginval_checks(program, vst3_module, check):
    command = [program("vst3_checks.cpp"), vst3_module, check]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")  # DPF says there what it was asked and should not have been


@pytest.mark.parametrize("block", [64, 480, 1024, 8192])
def test_vst3_points_are_joined_by_lines_without_delay_in_any_block(vst3_host, vst3_module, music, tmp_path, block):
    listed = [word.name for word in plugin_words(load_bundle())]
    points = [(1001, 0.0), (30_011, 1.0), (45_013, 0.2), (80_017, 0.9)]
    expected = SemanticEQ("warm", to="bright")(music, RATE, automation={"morph": [(f / RATE, v) for f, v in points]})
    last = len(listed) - 1
    pair = [f"Semantic={listed.index('warm') / last}", f"To={listed.index('bright') / last}"]
    moves = [f"@{frame}:Morph={value}" for frame, value in points]
    found = render(vst3_host, vst3_module, music, tmp_path, *pair, *moves, rate=RATE, block=block)
    assert error_db(found, expected) < -80


def test_a_step_of_a_word_in_vst3_begins_at_its_point(vst3_host, vst3_module, music, tmp_path):
    still = render(vst3_host, vst3_module, music, tmp_path, rate=RATE, block=4096)
    moved = render(vst3_host, vst3_module, music, tmp_path, "@10007:Semantic=0.5", rate=RATE, block=4096)
    np.testing.assert_array_equal(moved[:, :10_007], still[:, :10_007])
    assert np.abs(moved[:, 10_007:10_500] - still[:, 10_007:10_500]).max() > 1e-4
