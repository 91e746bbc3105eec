"""Where a compiler has no vector extensions, `pair.hpp` is plain C++: the same bits come out."""

import shutil
import subprocess
from pathlib import Path

import pytest

from semeq import eq

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
COMPILERS = [name for name in ("g++", "clang++") if shutil.which(name)]


def output(compiler, folder, *options):
    """What the program writes, compiled as the engine is."""
    sources = next(Path(eq.__file__).parent.rglob("pair.hpp")).parent
    program = folder / "program"
    flags = ["-std=c++17", "-O3", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror", f"-I{sources}", *options]
    done = subprocess.run(
        [compiler, *flags, str(HERE / "plain_pair.cpp"), "-o", str(program)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return subprocess.run([str(program)], capture_output=True, check=True, timeout=60).stdout


@pytest.mark.slow
@pytest.mark.skipif(not COMPILERS, reason="there is no g++ or clang++")
@pytest.mark.parametrize("compiler", COMPILERS or ["g++"])
def test_the_portable_pair_gives_the_same_bits(compiler, tmp_path):
    vectors = output(compiler, tmp_path)
    plain = output(compiler, tmp_path, "-DSEMEQ_PLAIN_PAIR")
    assert len(vectors) > 1_000_000
    assert vectors == plain
