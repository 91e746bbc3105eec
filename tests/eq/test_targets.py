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


@pytest.mark.skipif(not OTHERS, reason="this machine has the baseline only")
@pytest.mark.parametrize("target", OTHERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("bits", [8, 16, 24])
def test_a_target_quantises_and_dithers_as_the_baseline(random, target, dtype, bits):
    audio = random.normal(0, 0.5, 10_003).astype(dtype)
    audio[[5, 9001]] = np.nan, np.inf
    for dither in (True, False):
        asked, got = (eq.Quantiser(bits, 7, name)(audio, dither) for name in ("baseline", target))
        assert got.tobytes() == asked.tobytes()


@pytest.mark.skipif(not OTHERS, reason="this machine has the baseline only")
@pytest.mark.parametrize("target", OTHERS)
@pytest.mark.parametrize("channels", [1, 2, 5])
def test_a_target_measures_peaks_as_the_baseline(random, target, channels):
    taps = random.normal(0, 0.3, (3, 24)).astype(np.float32)
    audio = random.normal(0, 0.3, (5000, channels))
    for layout in (audio, audio.astype(np.float32), np.asfortranarray(audio.astype(np.float32))):
        found = []
        for name in ("baseline", target):
            meter = eq.PeakMeter(channels, taps, 0.0, name)
            meter.add(layout[:777])
            meter.add(layout[777:])
            found.append((meter.sample_peak, meter.overs, meter.finish()))
        assert found[0] == found[1]
        assert found[0][0] < found[0][2]


@pytest.mark.skipif(not OTHERS, reason="this machine has the baseline only")
@pytest.mark.parametrize("target", OTHERS)
@pytest.mark.parametrize("channels", [1, 2, 5])
@pytest.mark.parametrize(("bits", "floating"), [(16, False), (24, False), (32, False), (32, True)])
def test_a_target_filters_bytes_as_the_baseline(random, tmp_path, target, channels, bits, floating):
    floats = random.normal(0, 0.3, 10_003 * channels).astype(np.float32).tobytes()
    (tmp_path / "in").write_bytes(floats if floating else random.bytes(10_003 * channels * bits // 8))
    found = []
    for name in ("baseline", target):
        engine = eq.Engine(48_000, channels, target=name)
        engine.jump(eq.Setting(bell_1_gain_db=6.0).to_array(), -3.0)
        meter = eq.PeakMeter(channels, np.zeros((0, 24), np.float32), 0.0, name)
        through = eq.PcmFilter(engine, meter, bits, floating, 3001, 0.9, name)
        with (tmp_path / "in").open("rb", buffering=0) as source, (tmp_path / name).open("wb", buffering=0) as sink:
            assert through.run(source.fileno(), sink.fileno(), 20_000) == 10_003
        assert through.changed
        found.append((meter.sample_peak, meter.overs, through.peaks, (tmp_path / name).read_bytes()))
    assert found[0] == found[1]
    assert len(found[0][3]) == 10_003 * channels * bits // 8


def test_what_the_system_refuses_is_its_error(tmp_path):
    meter = eq.PeakMeter(1, np.zeros((0, 24), np.float32), 0.0)
    through = eq.PcmFilter(eq.Engine(48_000, 1), meter, 16, False, 512)
    (tmp_path / "in").write_bytes(bytes(2000))
    with (tmp_path / "in").open("rb") as source, (tmp_path / "out").open("wb") as sink:
        with pytest.raises(OSError, match="Bad file descriptor"):
            through.run(sink.fileno(), sink.fileno(), 1000)  # not open for reading
        with pytest.raises(OSError, match="Bad file descriptor"):
            through.run(source.fileno(), source.fileno(), 1000)


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
