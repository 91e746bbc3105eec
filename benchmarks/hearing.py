"""The shipped audio encoder and adaptive mode, on a folder of music: cost, and what adaptive mode does.

python benchmarks/hearing.py --music FOLDER [--clips 60]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
from scipy.stats import spearmanr

from semeq import eq
from semeq.plugin import SemanticEQ, WordSpace
from semeq.words.hearing.adaptive import adapt, share_of
from semeq.words.hearing.encoder import Hearing, HearingError

WORDS = ("warm", "bright", "airy", "full")


def median_ms(run: Callable[[], object], times: int = 15) -> float:
    """Median processor time of `run` in ms: the machine may be shared."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        run()
        taken.append(time.process_time() - start)
    return 1e3 * statistics.median(taken)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--music", type=Path, required=True)
    parser.add_argument("--clips", type=int, default=60)
    arguments = parser.parse_args()
    space = WordSpace.open()
    hearing = Hearing(space)
    noise = np.random.default_rng(0).standard_normal((1, 12 * 44_100)).astype(np.float32) * np.float32(0.1)
    lean = hearing.hear(noise, 44_100).lean_db
    warm = space.params("warm", None, 0.0, 1.0)
    three = median_ms(lambda: hearing.hear(noise[:, : 3 * 44_100], 44_100))
    print(f"processor time: hearing 12 s {median_ms(lambda: hearing.hear(noise, 44_100)):.1f} ms, 3 s {three:.1f} ms,")
    refitting = median_ms(lambda: adapt(hearing, warm, lean))
    print(f"  {three / 5:.1f} % of a core every half second; adapting a setting: {refitting:.1f} ms")

    files = sorted(p for p in arguments.music.rglob("*") if p.suffix in (".ogg", ".wav", ".flac"))
    chosen = [files[i] for i in np.linspace(0, len(files) - 1, arguments.clips).astype(int)]
    for word in WORDS:
        params = space.params(word, None, 0.0, 1.0)
        leaning, applied, again = [], [], []
        for path in chosen:
            audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
            effect = SemanticEQ(word, adaptive=True)
            try:
                leaning.append(float(share_of(hearing, params, hearing.hear(audio.T, rate).lean_db)))
            except HearingError:
                continue
            wet = effect(audio.T, rate)
            applied.append(float(eq.rms_db(eq.curve(effect.params))))
            effect(wet, rate)
            again.append(float(eq.rms_db(eq.curve(effect.params))))
        rank = spearmanr(leaning, applied)[0]
        less = 1 - np.sum(again) / np.sum(applied)
        each = [1 - b / a for a, b in zip(applied, again, strict=True) if a > 0.5]
        print(
            f"{word}: Spearman of lean-to-word and applied RMS {rank:.2f};"
            f" applied twice: {less:.0%} less in all, median clip {np.median(each):.0%}"
        )


if __name__ == "__main__":
    main()
