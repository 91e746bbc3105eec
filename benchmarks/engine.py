"""The engine against its peers, in one process and one run: speed as ratios, and the cleanliness of a sweep.

    python benchmarks/engine.py [--seconds 1.5]

Times are medians over many repetitions, peers taking turns. `x` is how many times faster than pedalboard's chain of
five filters on the same block.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
from pedalboard import HighShelfFilter, LowShelfFilter, PeakFilter, Pedalboard
from scipy.signal import sosfilt
from timing import markdown

from semeq import eq

RATE = 44_100
SETTING = eq.Setting(5, 120, -3, 400, 1.2, 2, 1500, 0.7, -4, 5000, 2, 3, 9000).to_array()
OTHER = eq.Setting(-5, 100, 3, 300, 1.2, -2, 1800, 0.7, 4, 4000, 2, -3, 9000).to_array()


def native_chain(params: np.ndarray) -> Pedalboard:
    """Pedalboard's own five filters at a setting."""
    g, f, q = params[eq.GAIN_INDEX], params[eq.FREQ_INDEX], params[eq.Q_INDEX]
    bells = [PeakFilter(f[i + 1], g[i + 1], q[i]) for i in range(3)]
    return Pedalboard([LowShelfFilter(f[0], g[0], eq.SHELF_Q), *bells, HighShelfFilter(f[4], g[4], eq.SHELF_Q)])


def contenders(channels: int, frames: int) -> dict[str, Callable[[], object]]:
    """What is timed, on one block of noise."""
    audio = np.random.default_rng(0).standard_normal((channels, frames)).astype(np.float32) * np.float32(0.1)
    out = np.empty_like(audio)
    static, ramped = eq.Engine(RATE, channels), eq.Engine(RATE, channels)
    static.jump(SETTING)
    at = np.arange(0, frames, 64)
    events = eq.Events(at, np.where((np.arange(len(at)) % 2)[:, None], SETTING, OTHER), np.zeros(len(at)))
    sos, state = eq.biquads(SETTING), np.zeros((5, channels, 2))
    wide = audio.astype(np.float64)
    found: dict[str, Callable[[], object]] = {
        "semeq static": lambda: static.process(audio, out),
        "semeq ramped": lambda: ramped.process(audio, out, events),
        "scipy sosfilt": lambda: sosfilt(sos, wide, zi=state),
    }
    if channels <= 2:
        chain = native_chain(SETTING)
        found["pedalboard"] = lambda: chain.process(audio, RATE, buffer_size=max(frames, 32), reset=False)
    return found


def medians_us(runs: dict[str, Callable[[], object]], seconds: float, least: str = "semeq static") -> dict[str, float]:
    """Median time of each contender in µs, taking turns for about `seconds`."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times[least]) < 9:
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - start)
    return {name: 1e6 * statistics.median(values) for name, values in times.items()}


def sweep_stray_db(render: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> float:
    """Energy above 1.5 kHz over the total, in dB, of a 200 Hz sine under a moving EQ that has no reason to add any.

    A 1 kHz Q 1 bell goes to 2 kHz and 12 dB, a 4 kHz shelf to 12 dB, in 0.2 s. `render(sine, params)` gets one setting
    for every 64 frames.
    """
    at = np.arange(0, RATE, 64)
    part = np.minimum((at + 64) / (0.2 * RATE), 1.0)
    params = np.tile(eq.FLAT, (len(at), 1))
    params[:, 5], params[:, 6], params[:, 7] = 12 * part, 1000 * (1 + part), 1.0
    params[:, 11], params[:, 12] = 12 * part, 4000.0
    sine = 0.25 * np.sin(2 * np.pi * 200 * np.arange(RATE) / RATE)
    power = np.abs(np.fft.rfft(render(sine, params) * np.hanning(RATE))) ** 2
    return float(10 * np.log10(power[np.fft.rfftfreq(RATE, 1 / RATE) > 1500].sum() / power.sum()))


def sweep_engine(sine: np.ndarray, params: np.ndarray) -> np.ndarray:
    """The sweep by the engine."""
    events = eq.Events(np.arange(len(params)) * 64, params, np.zeros(len(params)))
    return eq.Engine(RATE, 1).process(sine, events=events)


def sweep_pedalboard(sine: np.ndarray, params: np.ndarray, slice_frames: int = 32) -> np.ndarray:
    """The sweep by pedalboard's filters, changed before every short slice."""
    chain, parts = native_chain(params[0]), []
    for start in range(0, len(sine), slice_frames):
        row = params[start // 64]
        qs = (eq.SHELF_Q, *row[eq.Q_INDEX], eq.SHELF_Q)
        for item, gain, freq, q in zip(chain, row[eq.GAIN_INDEX], row[eq.FREQ_INDEX], qs, strict=True):
            item.gain_db, item.cutoff_frequency_hz, item.q = gain, freq, q
        block = sine[None, start : start + slice_frames].astype(np.float32)
        parts.append(chain.process(block, RATE, buffer_size=slice_frames, reset=start == 0)[0])
    return np.concatenate(parts).astype(np.float64)


def measure(seconds: float) -> list[tuple[int, int, dict[str, float]]]:
    """Rows of (channels, frames, median µs by contender), about `seconds` each."""
    sizes = [(1, 64), (1, 4096), *((2, frames) for frames in (32, 64, 512, 4096, 65_536)), (8, 512), (8, 65_536)]
    return [(channels, frames, medians_us(contenders(channels, frames), seconds)) for channels, frames in sizes]


def table(rows: list[tuple[int, int, dict[str, float]]]) -> str:
    """Times, and multiples of pedalboard's speed (of sosfilt's, where pedalboard takes no such channel count)."""
    names = ("pedalboard", "semeq static", "semeq ramped", "scipy sosfilt")
    cells = [["channels", "frames", *names]]
    for channels, frames, found in rows:
        base = found.get("pedalboard", found["scipy sosfilt"])
        shown = [f"{found[n]:.1f} µs, {base / found[n]:.2f}×" if n in found else "–" for n in names]
        cells.append([str(channels), str(frames), *shown])
    return markdown(cells)


def sweeps() -> dict[str, float]:
    """Stray energy of the sweep, in dB."""
    return {"semeq": sweep_stray_db(sweep_engine), "pedalboard, 32-frame slices": sweep_stray_db(sweep_pedalboard)}


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1.5, help="time for each row")
    print(table(measure(parser.parse_args().seconds)))
    print("sweep, stray energy: " + ", ".join(f"{name} {level:.1f} dB" for name, level in sweeps().items()))


if __name__ == "__main__":
    main()
