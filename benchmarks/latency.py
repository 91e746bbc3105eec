"""What the control side costs: a decode, a step of a knob, a new pair of words, hearing; and training V3.

    python benchmarks/latency.py [--train]

`--train` runs `semeq-train v3` on the data that SEMEQ_DATA names, on one thread.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from timing import markdown

from semeq.plugin import WordSpace
from semeq.words.hearing.encoder import Hearing


def median_us(run: Callable[[], object], seconds: float = 1.0) -> float:
    """Median time of a call in µs."""
    run()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 5:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return 1e6 * statistics.median(times)


def import_seconds(module: str) -> float:
    """Median time to import a module in a new interpreter, the interpreter's own start left out."""
    code = f"import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(7)]
    return statistics.median(float(run.stdout) for run in runs)


def measure() -> list[list[str]]:
    """Rows: what, median, unit."""
    space = WordSpace.open()
    one = space.latent("warm")[None]
    many = np.repeat(one, 129, axis=0)
    space.table("warm", "bright")
    words = [word.name for word in space.vocabulary][:120]
    pairs = iter([(a, b) for a in words for b in words if a != b])
    positions = np.linspace(0, 1, 64)
    rows = [
        ["decode a latent (onnxruntime)", median_us(lambda: space.decoder.decode(one)), "µs"],
        ["a latent in a batch of 129", median_us(lambda: space.decoder.decode(many)) / 129, "µs"],
        ["a step of the morph knob, to a setting", median_us(lambda: space.params("warm", "bright", 0.37, 1.0)), "µs"],
        ["the same, of 64 at once", median_us(lambda: space.params("warm", "bright", positions, 1.0)) / 64, "µs"],
        ["a new pair of words, its whole morph", median_us(lambda: space.table(*next(pairs)), 2.0) / 1e3, "ms"],
        ["import semeq.plugin", 1e3 * import_seconds("semeq.plugin"), "ms"],
    ]
    hearing = Hearing(space)
    noise = np.random.default_rng(0).normal(0, 0.1, (1, 12 * 44_100)).astype(np.float32)
    rows.append(["hear 12 s (audio encoder)", median_us(lambda: hearing.hear(noise, 44_100)) / 1e3, "ms"])
    return [[name, f"{value:.3g}", unit] for name, value, unit in rows]


def training_row() -> list[str]:
    """V3 on both splits, one thread."""
    with tempfile.TemporaryDirectory() as folder:
        code = "from semeq.training.cli import main; main()"
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", code, "v3", "--device", "cpu", "--out", str(Path(folder) / "run")],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return ["train V3, both splits, one thread", f"{time.perf_counter() - start:.0f}", "s"]


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", action="store_true")
    rows = measure()
    if parser.parse_args().train and os.environ.get("SEMEQ_DATA"):
        rows.append(training_row())
    print(markdown([["", "median", ""], *rows]))


if __name__ == "__main__":
    main()
