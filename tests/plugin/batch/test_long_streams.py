"""An hour of audio with a control that never rests: memory stays, and the end is as exact as the beginning."""

import subprocess
import sys

import numpy as np
import pytest

from semeq.eq import magnitude_db
from semeq.plugin import Controls, Renderer, Track, WordSpace
from semeq.plugin.moves.automation import Automation

pytestmark = pytest.mark.slow

HOUR = """
import numpy as np
from semeq.plugin import Controls, Renderer, Track, WordSpace
from semeq.plugin.moves.automation import Automation

def resident_kb():
    return int(open("/proc/self/status").read().split("VmRSS:")[1].split()[0])

seconds = np.arange(0, 3605, 5.0)
automation = Automation([Track("morph", seconds, np.arange(len(seconds)) % 2)])
renderer = Renderer(WordSpace.open(), 44_100, 2, Controls("warm", "bright"))
block = np.random.default_rng(0).normal(0, 0.1, (65_536, 2)).astype(np.float32)
frames, settled = 0, None
while frames < 3600 * 44_100:
    out = renderer.process(block, automation=automation)
    frames += len(block)
    if settled is None and frames > 60 * 44_100:
        settled = resident_kb()
assert np.isfinite(out).all()
print(resident_kb() - settled, renderer.controls.morph)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_an_hour_with_a_moving_morph_takes_no_more_memory_than_a_minute():
    done = subprocess.run([sys.executable, "-c", HOUR], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    growth_kb, morph = done.stdout.split()
    assert int(growth_kb) < 2048
    assert 0 <= float(morph) <= 1


def test_after_hours_a_step_still_lands_on_its_sample():
    """Stream time is counted in frames, not added up in floating point."""
    rate, hours = 8000, 8
    start = hours * 3600
    space = WordSpace.open()
    automation = Automation([Track("intensity", [0.0, start + 0.5], [0.0, 1.0], "hold")])
    renderer = Renderer(space, rate, 1, Controls("warm"))
    silence = np.zeros((1, rate * 600), np.float32)
    for _ in range(start // 600):
        renderer.process(silence, automation=automation)
    impulses = np.zeros((1, 4 * rate), np.float32)
    impulses[0, rate // 2 - 1] = impulses[0, 2 * rate] = 1.0
    out = renderer.process(impulses, automation=automation)
    np.testing.assert_array_equal(out[0, : rate // 2], impulses[0, : rate // 2])  # flat, to the sample before the step
    after = out[0, 2 * rate :]
    response = 20 * np.log10(np.abs(np.fft.rfft(after)))
    freqs = np.fft.rfftfreq(len(after), 1 / rate)
    audible = (freqs > 30) & (freqs < 3900)
    wanted = magnitude_db(space.params("warm", None, 0.0, 1.0), freqs[audible], rate)
    assert np.abs(response[audible] - wanted).max() < 1e-2
