"""The native VST3 inside pedalboard: cost of a call beside pedalboard's own filters, a sweep, parity with `SemanticEQ`.

python benchmarks/native.py
"""

from __future__ import annotations

import time

import numpy as np
from engine import RATE, SETTING, medians_us, native_chain

from semeq.plugin import Controls, SemanticEQ, load_native


def main() -> None:
    """Run and print."""
    native = load_native()
    native.controls = Controls("warm", "bright", 0.3)
    block = np.random.default_rng(0).standard_normal((2, 64)).astype(np.float32) * np.float32(0.1)
    chain, position = native_chain(SETTING), iter(range(10**9))

    def turn() -> object:
        native.morph = next(position) % 1000 / 1000
        return native.process(block, RATE, buffer_size=64, reset=False)

    found = medians_us(
        {
            "pedalboard": lambda: chain.process(block, RATE, buffer_size=64, reset=False),
            "native, at rest": lambda: native.process(block, RATE, buffer_size=64, reset=False),
            "native, morph set from Python every block": turn,
        },
        seconds=4,
        least="pedalboard",
    )
    for name, value in found.items():
        print(f"64 stereo frames, {name}: {value:.1f} µs, {found['pedalboard'] / value:.2f}x")

    sine = (0.25 * np.sin(2 * np.pi * 200 * np.arange(2 * RATE) / RATE)).astype(np.float32)
    parts = []
    for i in range(0, len(sine), 512):
        native.morph = i / len(sine)
        parts.append(native.process(np.tile(sine[i : i + 512], (2, 1)), RATE, buffer_size=512, reset=i == 0)[0])
    out = np.concatenate(parts).astype(np.float64)
    power = np.abs(np.fft.rfft(out * np.hanning(len(out)))) ** 2
    stray = 10 * np.log10(power[np.fft.rfftfreq(len(out), 1 / RATE) > 1500].sum() / power.sum())
    print(f"200 Hz sine, morph warm→bright in 512-frame steps: {stray:.1f} dB above 1.5 kHz")

    noise = np.random.default_rng(1).standard_normal((2, RATE)).astype(np.float32) * np.float32(0.1)
    random, levels = np.random.default_rng(2), []
    for _ in range(40):
        a, b = random.choice(native.words, 2)
        native.controls = c = Controls(str(a), str(b), random.random(), random.uniform(0, 1.5), random.uniform(-6, 6))
        wanted = SemanticEQ(c.semantic, c.to, c.morph, c.intensity, c.output_db)(noise, RATE).astype(np.float64)
        levels.append(10 * np.log10(((native(noise, RATE) - wanted) ** 2).mean() / (wanted**2).mean()))
    median, worst = np.median(levels), max(levels)
    print(f"against SemanticEQ in the time domain, 40 random states: median {median:.0f}, worst {worst:.0f} dB")

    start = time.perf_counter()
    for i in range(2000):
        native.morph = i / 2000
    print(f"setting morph: {(time.perf_counter() - start) / 2000 * 1e6:.1f} µs")


if __name__ == "__main__":
    main()
