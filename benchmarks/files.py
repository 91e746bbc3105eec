"""WAV to WAV, ten minutes of stereo, beside ffmpeg, sox and pedalboard with the same five filters, and plain copying.

    python benchmarks/files.py [--minutes 10] [--rounds 5]

The floor is reading and writing the file through pedalboard's own audio files, with nothing done to it. Commands are
timed from start to end, so semeq's time includes starting Python; "in Python" leaves that out.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import soundfile
from pedalboard import HighShelfFilter, LowShelfFilter, PeakFilter, Pedalboard
from pedalboard.io import AudioFile
from timing import Cost, markdown, median_costs

from semeq import eq
from semeq.eq.formats import WRITERS
from semeq.files.reading import probe
from semeq.plugin import Controls, Renderer, WordSpace
from semeq.plugin.batch.rendering import render_file
from semeq.plugin.renderer import target_of

RATE = 44_100
CONTROLS = Controls("warm", "bright", 0.3)
FLOOR = "copying (pedalboard.io)"
PEER = "pedalboard.io + pedalboard"
SEMEQ = "import sys; from semeq.plugin.cli import main; main()"


def noise_file(path: Path, minutes: float, bits: int) -> None:
    """Stereo noise at −20 dBFS."""
    random = np.random.default_rng(0)
    path.parent.mkdir(exist_ok=True)
    with soundfile.SoundFile(path, "w", RATE, 2, f"PCM_{bits}") as file:
        for _ in range(round(60 * minutes)):
            file.write(random.normal(0, 0.1, (RATE, 2)).clip(-1, 1))


def pass_through(source: Path, output: Path, bits: int, board: Pedalboard | None = None) -> None:
    """Read, process by `board`, and write, with pedalboard's audio files."""
    with AudioFile(str(source)) as file, AudioFile(str(output), "w", RATE, 2, bit_depth=bits) as written:
        while file.tell() < file.frames:
            block = file.read(65_536)
            written.write(block if board is None else board.process(block, RATE, reset=False))


def in_python(source: Path, output: Path, space: WordSpace) -> None:
    """Semeq without starting Python."""
    form = probe(source)
    renderer = Renderer(space, form.sample_rate_hz, form.channels, CONTROLS)
    render_file(source, output, renderer, form, overwrite=True)


def command(*words: object) -> None:
    """Run a program to its end."""
    subprocess.run([str(word) for word in words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def contenders(source: Path, folder: Path, bits: int) -> dict[str, Callable[[], object]]:
    """Everything that is timed, on one file."""
    space = WordSpace.open()
    params = target_of(space, CONTROLS).params
    gains, freqs, qs = params[eq.GAIN_INDEX], params[eq.FREQ_INDEX], params[eq.Q_INDEX]
    bells = [PeakFilter(freqs[i + 1], gains[i + 1], qs[i]) for i in range(3)]
    shelves = LowShelfFilter(freqs[0], gains[0], eq.SHELF_Q), HighShelfFilter(freqs[4], gains[4], eq.SHELF_Q)
    board = Pedalboard([shelves[0], *bells, shelves[1]])
    out = folder / "out.wav"
    words = ("process", source, "-s", "warm", "--to", "bright", "--morph", 0.3, "--out", folder / "semeq")
    runs: dict[str, Callable[[], object]] = {
        FLOOR: partial(pass_through, source, out, bits),
        "semeq in Python": partial(in_python, source, out, space),
        "semeq process": partial(command, sys.executable, "-c", SEMEQ, *words, "--overwrite", "--quiet"),
        PEER: partial(pass_through, source, out, bits, board),
    }
    if shutil.which("ffmpeg"):
        chain = WRITERS["ffmpeg"](params, 0.0, "").strip()
        for name, filters in (("ffmpeg", chain), ("ffmpeg, aformat=dblp", f"aformat=dblp,{chain}")):
            codec = f"pcm_s{bits}le"
            runs[name] = partial(command, "ffmpeg", "-y", "-i", source, "-af", filters, "-c:a", codec, out)
    if shutil.which("sox"):
        effects = WRITERS["sox"](params, 0.0, "").split()
        runs["sox"] = partial(command, "sox", source, "-b", bits, out, *effects)
    return runs


def measure(minutes: float, rounds: int) -> dict[int, dict[str, Cost]]:
    """Median cost of every contender, by bit depth."""
    found = {}
    for bits in (16, 24):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            noise_file(folder / "in.wav", minutes, bits)
            found[bits] = median_costs(contenders(folder / "in.wav", folder, bits), rounds)
    return found


def table(found: dict[int, dict[str, Cost]]) -> str:
    """Times, and multiples of what copying takes and of pedalboard's five filters between its own audio files."""
    rows = [["", "bits", "s", "processor s", "processor × copying", "× pedalboard"]]
    for bits, costs in found.items():
        floor, peer = costs[FLOOR], costs[PEER]
        for name, cost in costs.items():
            ratios = f"{cost.processor / floor.processor:.2f}", f"{cost.wall / peer.wall:.2f}"
            rows.append([name, str(bits), f"{cost.wall:.2f}", f"{cost.processor:.2f}", *ratios])
    return markdown(rows)


def starts(rounds: int) -> str:
    """Processor time of the command on a tenth of a second: what starting takes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        noise = np.random.default_rng(0).normal(0, 0.1, (RATE // 10, 2))
        soundfile.write(folder / "in.wav", noise.clip(-1, 1), RATE, "PCM_16")
        words = ("process", folder / "in.wav", "-s", "warm", "--out", folder / "out", "--overwrite", "--quiet")
        runs = {"semeq process": partial(command, sys.executable, "-c", SEMEQ, *words)}
        runs["import numpy"] = partial(command, sys.executable, "-c", "import numpy")
        costs = median_costs(runs, rounds)
    return ", ".join(f"{name} {cost.processor:.2f} s" for name, cost in costs.items())


def jobs(rounds: int, count: int = 40, seconds: float = 20.0) -> str:
    """How much faster two files at once are than one by one, on `count` short files of 16 bits."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(count):
            noise_file(folder / "in" / f"{number}.wav", seconds / 60, 16)
        words = ("process", folder / "in", "-s", "warm", "--out", folder / "out", "--overwrite", "--quiet", "--jobs")
        runs = {str(jobs): partial(command, sys.executable, "-c", SEMEQ, *words, jobs) for jobs in (1, 2)}
        costs = median_costs(runs, rounds)
    one, two = costs["1"].wall, costs["2"].wall
    return (
        f"{count} files of {seconds:g} s: {one:.2f} s with one job, {two:.2f} s with two, {one / two:.2f} times as fast"
    )


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    print(table(measure(arguments.minutes, arguments.rounds)))
    print("start:", starts(arguments.rounds))
    print(jobs(arguments.rounds))


if __name__ == "__main__":
    main()
