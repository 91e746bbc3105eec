"""How often `semeq analyze` names the complaint that was made on purpose, in music of sources it did not learn from.

python benchmarks/diagnosis.py --music FOLDER

Every clip gets each complaint's own EQ at full strength, +10 dB at 300 Hz, and a low-pass at 1.5 kHz, and is heard.
Mean and covariance of music come from the clips of other sources (the part of a name before ``__``), five groups taking
turns. Then, how often a copy that only lost bands to a codec or a low rate is called muffled or dull.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np
import soundfile
import soxr
from scipy import signal

from semeq.eq import FLAT, FREQ_INDEX, GAIN_INDEX, Q_INDEX, Engine, FloatArray
from semeq.training.audio import RATE_HZ
from semeq.training.audio.robustness import TREATMENTS
from semeq.words import Diagnosis, Hearing, HearingError, WordSpace

GROUPS = 5
BELL_HZ, BELL_DB, BELL_Q = 300.0, 10.0, 1.4
LOWPASS_HZ = 1500.0
DARK = {"muffled", "dull"}
COPIES = ("MP3, 64 kbit/s", "MP3, 32 kbit/s", "resampled to 22.05 kHz", "resampled to 8 kHz", "telephone, 300–3,400 Hz")


def bell() -> FloatArray:
    """A bell as a setting (13,)."""
    params: FloatArray = FLAT.copy()
    params[FREQ_INDEX[2]], params[GAIN_INDEX[2]], params[Q_INDEX[1]] = BELL_HZ, BELL_DB, BELL_Q
    return params


def filtered(audio: FloatArray, rate: int, params: FloatArray) -> FloatArray:
    """Audio (channels, frames) through a setting (13,)."""
    engine = Engine(rate, len(audio))
    engine.jump(params)
    return np.asarray(engine.process(audio), dtype=np.float64)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--music", type=Path, required=True)
    arguments = parser.parse_args()
    hearing = Hearing(WordSpace.open())
    words = Diagnosis(hearing).complaints
    settings = {word: hearing.space.params(word, None, 0.0, 1.0) for word in words} | {"bell": bell()}
    heard: dict[str, list[FloatArray]] = defaultdict(list)
    sources = []
    for path in sorted(p for p in arguments.music.rglob("*") if p.suffix in (".ogg", ".wav", ".flac")):
        audio, rate = soundfile.read(path, dtype="float64", always_2d=True)
        planes = np.ascontiguousarray(audio.T)
        lowpass = signal.butter(4, LOWPASS_HZ, fs=rate, output="sos")
        made = {"": planes, "low-pass": np.asarray(signal.sosfilt(lowpass, planes), dtype=np.float64)}
        made |= {name: filtered(planes, rate, params) for name, params in settings.items()}
        try:
            leans = {name: hearing.hear(sound, rate).lean_db for name, sound in made.items()}
            mono = soxr.resample(audio.mean(axis=1), rate, RATE_HZ)
            leans |= {name: hearing.hear(TREATMENTS[name](mono)[None], RATE_HZ).lean_db for name in COPIES}
        except HearingError:
            continue
        sources.append(path.name.partition("__")[0])
        for name, lean in leans.items():
            heard[name].append(lean)
    names = sorted(set(sources))
    group = np.array([names.index(source) % GROUPS for source in sources])
    ranks: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    plain = np.array(heard.pop(""))
    copies = {"the clips themselves": plain} | {name: np.array(heard.pop(name)) for name in COPIES}
    standing: dict[str, list[list[str]]] = defaultdict(list)
    for held in range(GROUPS):
        mean = plain[group != held].mean(axis=0)
        hearing.music_covariance = np.cov(plain[group != held].T)
        diagnosis = Diagnosis(hearing)
        for name, of_copies in copies.items():
            standing[name] += [diagnosis.standing_out(lean - mean) for lean in of_copies[group == held]]
        for name, leans in heard.items():
            for lean in np.array(leans)[group == held] - mean:
                ranks[name].append(tuple(c.word for c in diagnosis(lean)))
    print(f"{len(plain)} clips of {len(names)} sources, {len(words)} complaints")
    top = {word: np.mean([word in found[:3] for found in ranks[word]]) for word in words}
    first = np.mean([found[0] == word for word in words for found in ranks[word]])
    print(f"its own EQ: first in {first:.0%}, among three in {np.mean(list(top.values())):.0%}")
    print("  among three: " + ", ".join(f"{word} {share:.0%}" for word, share in top.items()))
    muddy = np.mean(["muddy" in found[:2] for found in ranks["bell"]])
    print(f"+{BELL_DB:g} dB at {BELL_HZ:g} Hz (Q {BELL_Q:g}): muddy first or second in {muddy:.0%}")
    closed = np.mean([found[0] in ("muffled", "dull") for found in ranks["low-pass"]])
    print(f"low-pass at {LOWPASS_HZ:g} Hz: muffled or dull first in {closed:.0%}")
    for name, found in standing.items():
        dark = np.mean([bool(DARK & set(words)) for words in found])
        same = np.mean([a[:1] == b[:1] for a, b in zip(found, standing["the clips themselves"], strict=True)])
        print(f"{name}: muffled or dull stand out in {dark:.0%}, the first complaint is as in the clip in {same:.0%}")


if __name__ == "__main__":
    main()
