"""Cost against length and channels, and peak memory: both files and streams should cost in proportion, and no memory.

python benchmarks/scaling.py [--longest 3600]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile
from timing import markdown

from semeq import eq

RATE = 44_100
RENDER = """
import sys, time
from pathlib import Path
from semeq.plugin import Controls, Renderer, WordSpace
from semeq.files import probe
from semeq.plugin.batch.rendering import render_file
source, output = map(Path, sys.argv[1:])
space, controls = WordSpace.open(), Controls("warm", "bright", 0.3)
form = probe(source)
start = time.perf_counter()
render_file(source, output, Renderer(space, form.sample_rate_hz, form.channels, controls), form, overwrite=True)
took = time.perf_counter() - start
# Not ru_maxrss, which a process inherits from the one that started it. Linux only.
status = Path("/proc/self/status")
peak = status.read_text().split("VmHWM:")[1].split()[0] if status.exists() else "nan"
print(took, peak)
"""


def of_length(seconds: int, folder: Path, rounds: int = 3) -> tuple[float, float]:
    """Median seconds and peak memory in MB of rendering a 24-bit stereo file in a process of its own."""
    source = folder / "in.wav"
    random = np.random.default_rng(0)
    with soundfile.SoundFile(source, "w", RATE, 2, "PCM_24") as file:
        for _ in range(seconds):
            file.write(random.normal(0, 0.1, (RATE, 2)).clip(-1, 1))
    found = []
    for _ in range(rounds):
        arguments = [sys.executable, "-c", RENDER, str(source), str(folder / "out.wav")]
        done = subprocess.run(arguments, capture_output=True, text=True, check=True)
        found.append([float(text) for text in done.stdout.split()])
    return statistics.median(row[0] for row in found), max(row[1] for row in found) / 1024


def of_channels(channels: int, seconds: float = 1.0) -> float:
    """Median nanoseconds of the engine for a frame of so many channels."""
    audio = np.random.default_rng(0).normal(0, 0.1, (channels, 4096)).astype(np.float32)
    engine, out, times = eq.Engine(RATE, channels), np.empty_like(audio), []
    engine.jump(np.array([5, 120, -3, 400, 1.2, 2, 1500, 0.7, -4, 5000, 2, 3, 9000.0]))
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        engine.process(audio, out)
        times.append(time.perf_counter() - start)
    return 1e9 * statistics.median(times) / 4096


def measure(longest: int) -> str:
    """Both tables."""
    rows = [["length", "s", "µs a second of audio", "peak memory, MB"]]
    with tempfile.TemporaryDirectory() as folder:
        for seconds in (length for length in (1, 10, 60, 600, 3600) if length <= longest):
            took, memory = of_length(seconds, Path(folder), rounds=3 if seconds < 3600 else 1)
            rows.append([f"{seconds} s", f"{took:.3f}", f"{1e6 * took / seconds:,.0f}", f"{memory:.0f}"])
    wide = [["channels", "ns a frame", "ns a frame and channel"]]
    for channels in (1, 2, 4, 8, 16, 64):
        cost = of_channels(channels)
        wide.append([str(channels), f"{cost:.1f}", f"{cost / channels:.1f}"])
    return markdown(rows) + "\n\n" + markdown(wide)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--longest", type=int, default=3600)
    print(measure(parser.parse_args().longest))


if __name__ == "__main__":
    main()
