"""What the tests of batches share: libraries of files, and the command as a process."""

import hashlib
import subprocess
import sys
import time

import numpy as np
import soundfile

RATE = 44_100
START = [sys.executable, "-c", "from semeq.plugin.cli import main; main()"]


def start(*arguments, **kwargs):
    kwargs = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "errors": "replace"} | kwargs
    return subprocess.Popen([*START, *map(str, arguments)], **kwargs)


def semeq(*arguments, **kwargs):
    """Run the command to its end: (status, stdout, stderr)."""
    process = start(*arguments, **kwargs)
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in err, err
    return process.returncode, out, err


def library(folder, count=4, seconds=2.0, channels=2, subtype="PCM_16", peak=0.2):
    """Files of noise, each another."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        audio = np.random.default_rng(number).uniform(-peak, peak, (int(seconds * RATE), channels))
        soundfile.write(folder / f"{number:02}.wav", audio, RATE, subtype=subtype)
    return folder


def hashes(folder):
    """Every file below a folder, hidden ones too, with what is in it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def wait_for(condition, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
