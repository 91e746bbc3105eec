"""The plugin in Ardour, without a window: automation against the offline engine, and sessions over a new word list."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from semeq.export.word_list import plugin_words
from semeq.plugin import SemanticEQ
from semeq.words import load_bundle

from .ardour import LUA, RATE, SCANNER, Ardour
from .building import NEEDS, error_db

pytestmark = [
    *NEEDS,
    pytest.mark.skipif(LUA is None or not SCANNER.exists(), reason="Ardour is not installed (Debian: ardour)"),
]

FRAMES = 6 * RATE
#: On Ardour's ticks: every 25th frame is one.
POINTS = [(12_000, 0.0), (84_000, 1.0), (120_025, 0.3), (240_000, 0.9)]
KINDS = ["VST3", "LV2"]


def arrange(built: Path, folder: Path) -> None:
    """Put plugins of a build where an `Ardour` looks for them."""
    shutil.rmtree(folder, ignore_errors=True)
    for kind in ("lv2", "vst3"):
        for plugin in built.glob(f"*.{kind}"):
            shutil.copytree(plugin, folder / kind / plugin.name)


@dataclass
class Studio:
    ardour: Ardour
    folder: Path
    audio: np.ndarray

    def use(self, built: Path) -> dict[str, str]:
        """Install the plugins of a build; their identifiers by kind."""
        arrange(built, self.ardour.plugins)
        return {"VST3": self.ardour.scan()["semeq"], "LV2": "urn:semeq:semeq"}


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ardour")
    noise = np.random.default_rng(8).standard_normal((2, FRAMES))
    return Studio(Ardour(folder, folder / "plugins"), folder, (0.1 * noise).astype(np.float32))


@pytest.fixture(scope="module")
def sessions(studio, plugins):
    """A session for each format with the morph automated from warm to bright."""
    identifiers = studio.use(plugins)
    points = [f"Morph@{frame}={value}" for frame, value in POINTS]
    return {
        kind: studio.ardour.build(studio.folder / kind, identifiers[kind], kind, studio.audio, *points)
        for kind in KINDS
    }


@pytest.fixture(scope="module")
def expected(studio):
    points = [(frame / RATE, value) for frame, value in POINTS]
    return SemanticEQ("warm", to="bright")(studio.audio, RATE, automation={"morph": points})


# LV2 tells a plugin only where a parameter is when a block begins: behind a bend of the line it is heard late for two
# blocks, which is what is left at 1,024 and 8,192 frames (−38 and −23 dB when every block was late).
@pytest.mark.parametrize(
    ("kind", "block", "at_most_db"),
    [
        ("VST3", 64, -80),
        ("VST3", 1024, -80),
        ("VST3", 8192, -80),
        ("LV2", 64, -75),
        ("LV2", 1024, -48),
        ("LV2", 8192, -24),
    ],
)
def test_an_automated_morph_is_the_offline_engines(studio, sessions, expected, kind, block, at_most_db):
    found_db = error_db(studio.ardour.export(sessions[kind], block, FRAMES), expected)
    print(f"\n{kind} in blocks of {block} frames: {found_db:.1f} dB")  # the README's table, by pytest -s
    assert found_db < at_most_db


@pytest.mark.parametrize("kind", KINDS)
def test_a_session_keeps_its_words_over_a_build_with_other_numbers(studio, plugins, renumbered_plugin, kind):
    identifiers = studio.use(plugins)
    session = studio.folder / f"words-{kind}"
    audio, listed = studio.audio[:, :RATE], plugin_words(load_bundle())
    studio.ardour.build(session, identifiers[kind], kind, audio, "Semantic=20", "To=200", "Morph=0.3")
    before = studio.ardour.export(session, 1024, RATE)
    assert error_db(before, SemanticEQ(listed[20].name, listed[200].name, 0.3)(audio, RATE)) < -100
    studio.use(renumbered_plugin)
    for _ in range(2):  # loaded, saved, loaded again
        assert error_db(studio.ardour.export(session, 1024, RATE), before) < -120


@pytest.mark.parametrize("kind", KINDS)
def test_it_plays_on_a_mono_track(studio, plugins, kind):
    identifiers = studio.use(plugins)
    mono = studio.audio[:1, :RATE]
    session = studio.ardour.build(studio.folder / f"mono-{kind}", identifiers[kind], kind, mono, "Intensity=1.5")
    found = studio.ardour.export(session, 1024, RATE)
    assert error_db(found[0], SemanticEQ("warm", intensity=1.5)(mono, RATE)[0]) < -100
    # What Ardour's master bus has on its right is Ardour's affair: silence, and in one run of five the left channel.
    assert not found[1].any() or np.array_equal(found[1], found[0])
