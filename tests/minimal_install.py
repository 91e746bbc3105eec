"""Run in the base install, without pytest: the package imports and processes, and torch is nowhere to be seen.

`make minimal` runs it on the wheel in an empty environment.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import numpy as np
import soundfile


def main() -> None:
    """Check; any failure ends with a traceback and status 1."""
    for package in ("torch", "onnx", "sklearn"):
        assert importlib.util.find_spec(package) is None, f"{package} is installed: this is not a minimal install"

    import semeq
    from semeq.plugin import SemanticEQ

    # These take most of a second, or more, to import: only what needs them may.
    slow = {"scipy.signal", "scipy.stats", "matplotlib", "mutagen", "pyloudnorm", "rich", "sounddevice"}
    assert not slow & set(sys.modules), f"imported without need: {slow & set(sys.modules)}"
    site = Path(semeq.__file__).parent
    data = ("presets/models/v3/decoder.onnx", "presets/midi/nanokontrol2.toml", "desk/page/index.html")
    for needed in (*data, "plugin/py.typed"):
        assert (site / needed).is_file(), f"{needed} is not in the wheel"

    audio = np.random.default_rng(0).uniform(-0.3, 0.3, (2, 44_100)).astype(np.float32)
    wet = SemanticEQ("warm", to="bright", morph=0.5)(audio, 44_100)
    assert wet.shape == audio.shape
    assert np.isfinite(wet).all()
    assert not np.array_equal(wet, audio)
    assert "torch" not in sys.modules

    semeq = Path(sysconfig.get_path("scripts")) / "semeq"
    with tempfile.TemporaryDirectory() as folder:
        source, output = Path(folder) / "in.wav", Path(folder) / "out"
        soundfile.write(source, audio.T, 44_100)
        subprocess.run(
            [semeq, "process", source, "--semantic", "warm", "--out", output], check=True, stdout=subprocess.DEVNULL
        )
        assert soundfile.info(output / "in.wav").frames == 44_100

        desk = subprocess.run([semeq, "desk"], capture_output=True, text=True, check=False)
        assert desk.returncode != 0
        assert "semeq[desk]" in desk.stderr, desk.stderr

        trainer = subprocess.run([semeq.with_name("semeq-train"), "v3"], capture_output=True, text=True, check=False)
        assert trainer.returncode != 0
        assert "Traceback" not in trainer.stderr, trainer.stderr
        assert "semeq[train]" in trainer.stderr, trainer.stderr
    print("minimal install: imports, processes, and explains what training needs; no torch")


if __name__ == "__main__":
    main()
