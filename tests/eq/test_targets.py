"""Every instruction set that the machine has gives the same bits, and so do plain C++ and another compiler."""

import itertools
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from semeq import eq

HERE = Path(__file__).parent
COMPILERS = [name for name in ("g++", "clang++") if shutil.which(name)]
OTHERS = [name for name in eq.ENGINE_TARGETS if name != "baseline"]


def rendered(target, audio, events, cuts):
    """A stream through the engine in pieces, with new targets on the way; it ends in a long silence."""
    engine, parts = eq.Engine(48_000, len(audio), target=target), []
    engine.jump(eq.Setting(bell_1_gain_db=12.0, bell_1_freq_hz=5000.0).to_array())
    for start, end in itertools.pairwise([0, *cuts, audio.shape[1]]):
        inside = (events.at >= start) & (events.at < end)
        block = eq.Events(events.at[inside] - start, events.params[inside], events.output_db[inside])
        parts.append(engine.process(np.ascontiguousarray(audio[:, start:end]), events=block))
    return np.concatenate(parts, axis=1)


@pytest.mark.skipif(not OTHERS, reason="this machine has the baseline only")
@pytest.mark.parametrize("target", OTHERS)
@pytest.mark.parametrize("channels", range(1, 10))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_target_has_the_bits_of_the_baseline(random, target, channels, dtype):
    audio = random.normal(0, 0.3, (channels, 6000)).astype(dtype)
    audio[:, 4000:] = 0  # states fall below what is kept
    audio[0, 100], audio[-1, 700] = np.nan, 1e30
    static = eq.Events(np.zeros(0, int), np.zeros((0, 13)), np.zeros(0))
    ramped = eq.Events(
        np.sort(random.integers(0, 4000, 40)), eq.denormalise(random.random((40, 13))), random.uniform(-6, 6, 40)
    )
    odd = np.sort(random.choice(np.arange(1, 6000), 500, replace=False))  # many blocks shorter than five frames
    for events in (static, ramped):
        asked = rendered("baseline", audio, events, [])
        for cuts in ([], [64, 200, 1000, 1003, 4096], odd):
            assert rendered(target, audio, events, cuts).tobytes() == asked.tobytes()


def test_a_target_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="baseline"):
        eq.Engine(48_000, 2, target="abacus")


def test_the_fastest_target_is_the_default_and_named_in_the_build():
    names = {"baseline": ("SSE2", "NEON", "no "), "avx2": ("AVX2",), "avx512vl": ("AVX-512VL",)}
    assert any(name in eq.ENGINE_BUILD for name in names[eq.ENGINE_TARGETS[-1]])


def compiled(compiler, folder, *options):
    """The program beside this file, compiled as the engine is."""
    sources = next(Path(eq.__file__).parent.rglob("lanes.hpp")).parent
    program = folder / "-".join(["program", *options])
    flags = ["-std=c++17", "-O3", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror", f"-I{sources}", *options]
    done = subprocess.run(
        [compiler, *flags, str(HERE / "every_target.cpp"), "-o", str(program)],
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return program


@pytest.mark.slow
@pytest.mark.skipif(not COMPILERS, reason="there is no g++ or clang++")
@pytest.mark.parametrize("compiler", COMPILERS or ["g++"])
def test_plain_lanes_give_the_bits_of_vectors(compiler, tmp_path):
    """Where a compiler has no vector extensions, `lanes.hpp` is plain C++."""
    vectors, plain = compiled(compiler, tmp_path), compiled(compiler, tmp_path, "-DSEMEQ_PLAIN_LANES")

    def output(program, target):
        return subprocess.run([str(program), target], capture_output=True, check=True, timeout=120).stdout

    asked = output(plain, "baseline")
    assert len(asked) > 1_000_000
    for target in eq.ENGINE_TARGETS:
        assert output(vectors, target) == asked
