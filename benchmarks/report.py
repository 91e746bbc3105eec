"""Every benchmark in one run, as a page.

    python benchmarks/report.py [--out docs/benchmarks.md] [--quick]

Takes about a quarter of an hour; `--quick` takes two minutes and says so on the page.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from datetime import date
from pathlib import Path

import engine
import latency
import numpy as np
import pedalboard
import scaling
import scipy
from timing import markdown

import files
from semeq.words import versions

HERE = Path(__file__).parent

PAGE = """# Benchmarks

Made by `{command}` on {day}: every row's contenders took turns in one run on {cores} cores that other programs may
share. Times are medians; believe the ratios.

{software}

## The engine

One block through the five bands; × is how many times faster than pedalboard's chain of five filters (than SciPy's
`sosfilt`, where pedalboard takes no such channel count). *Ramped* gets a new target every 64 frames and moves there
sample by sample.

{engine}

A 200 Hz sine under a fast sweep of a bell and a shelf gains this much energy above 1.5 kHz: {sweep}.

## Files

Stereo of {minutes:g} min, WAV to WAV, the same five filters. Commands are timed from start to end; *in Python*
leaves starting Python out. semeq dithers what it writes as integers, as sox does at 16 bits; ffmpeg and pedalboard do
not.

{files}

Processor time of starting, on a tenth of a second of audio: {starts}. A folder of {jobs}.

## Cost against length and channels

24-bit WAV to WAV, a process for each. Cost should be in proportion to length, memory the same.

{scaling}

## The control side

{latency}

## The native plugin

64 frames through pedalboard's own plugin host.

```text
{native}
```
"""


def software() -> str:
    """What ran."""
    rows = [["", "version"], *([name, value] for name, value in versions().items())]
    rows += [["pedalboard", pedalboard.__version__], ["numpy, scipy", f"{np.__version__}, {scipy.__version__}"]]
    rows += [["Python, machine", f"{platform.python_version()}, {platform.machine()}"]]
    return markdown(rows)


def native_lines() -> str:
    """What `native.py` prints; it compiles the plugin first."""
    done = subprocess.run([sys.executable, HERE / "native.py"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "not measured: the plugin could not be built here"


def main() -> None:
    """Run everything and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=HERE.parent / "docs" / "benchmarks.md")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    minutes, rounds, longest, seconds = (1.0, 3, 60, 0.3) if options.quick else (10.0, 5, 3600, 1.5)
    rows = [["", "median", ""], *latency.measure()]
    if not options.quick and os.environ.get("SEMEQ_DATA"):
        rows.append(latency.training_row())
    page = PAGE.format(
        command="python benchmarks/report.py" + (" --quick" if options.quick else ""),
        day=date.today().isoformat(),
        cores=os.cpu_count(),
        software=software(),
        engine=engine.table(engine.measure(seconds)),
        sweep=", ".join(f"{name} {level:.0f} dB" for name, level in engine.sweeps().items()),
        minutes=minutes,
        files=files.table(files.measure(minutes, rounds)),
        starts=files.starts(rounds),
        jobs=files.jobs(rounds),
        scaling=scaling.measure(longest),
        latency=markdown(rows),
        native=native_lines(),
    )
    options.out.write_text(page, encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
