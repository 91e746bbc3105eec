"""A kit for listeners: sounds under names that tell nothing, a webMUSHRA configuration, a page that needs no server.

What each name stands for is in the key, which stays with the one who asks.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import numpy as np
import soundfile

from semeq.files import whole, write_whole

from ..errors import DataError, RunError
from .stimuli import REFERENCE, Trial

KEY_FILE = "key.json"
FORMAT = 1
Kind = Literal["mushra", "abx"]
_BITS = "PCM_24"
QUESTIONS = {
    "mushra": "How like the reference does each sound? 100: no difference at all. Judge the tone colour.",
    "abx": "X is A or B. Which?",
}


@dataclass(frozen=True)
class Kit:
    """What was written: the folder for listeners, and the key's file beside it."""

    folder: Path
    key: Path
    trials: int


def write_kit(folder: Path, kind: Kind, trials: Sequence[Trial], seed: int, about: dict[str, Any]) -> Kit:
    """Write sounds, `webmushra.yaml` (MUSHRA only) and `index.html` into `folder`, and the key beside it.

    Raises
    ------
    RunError
        If the folder or the key is there already, or cannot be written.
    """
    key = folder.parent / f"{folder.name}-{KEY_FILE}"
    if folder.exists() or key.exists():
        raise RunError(f"{folder if folder.exists() else key} is there already; choose another --out")
    random = np.random.default_rng(seed)
    codes = iter(random.permutation(np.arange(100, 100 + 4 * sum(len(t.conditions) for t in trials))).tolist())
    test = f"semeq-{folder.name}"
    plan, answers = [], {}
    try:
        (folder / "audio").mkdir(parents=True)
        for number, trial in enumerate(trials, start=1):
            named = {f"s{next(codes)}": condition for condition in trial.conditions}
            name = f"t{number:02d}"
            for code, condition in named.items():
                with whole(folder / "audio" / f"{code}.wav") as partial:
                    soundfile.write(
                        partial, condition.audio.T, trial.excerpt.sample_rate_hz, subtype=_BITS, format="WAV"
                    )
            order = [str(code) for code in random.permutation(list(named))]
            reference = next(code for code, condition in named.items() if condition.name == REFERENCE)
            plan.append({"id": name, "reference": reference, "stimuli": order})
            answers[name] = {
                "word": trial.word,
                "source": trial.excerpt.source,
                "loudness_lufs": round(trial.loudness_lufs, 2),
                "conditions": {code: condition.name for code, condition in named.items()},
            }
        write_whole(folder / "index.html", _page(kind, test, plan))
        if kind == "mushra":
            write_whole(folder / "webmushra.yaml", webmushra_yaml(folder.name, test, plan))
        table = {"format": FORMAT, "kind": kind, "test": test, "seed": seed, **about, "trials": answers}
        write_whole(key, json.dumps(table, indent=1) + "\n")
    except OSError as error:
        raise RunError(f"cannot write to {folder}: {error.strerror or error}") from error
    return Kit(folder, key, len(trials))


def read_key(path: Path) -> dict[str, Any]:
    """The key of a kit; raise `DataError` if it is none."""
    try:
        table: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if table["format"] != FORMAT or table["kind"] not in QUESTIONS or not isinstance(table["trials"], dict):
            raise KeyError("format")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} is not the key of a listening test ({error})") from error
    return table


def webmushra_yaml(folder: str, test: str, plan: Sequence[dict[str, Any]]) -> str:
    """Configuration for webMUSHRA (M. Schoeffler et al., 2018), where the kit lies in its `configs/` folder.

    webMUSHRA plays the reference among the stimuli itself, so it is not listed twice; JSON is YAML, so that every text
    is quoted as it must be.
    """
    pages = [
        {
            "type": "mushra",
            "id": trial["id"],
            "name": "Compare with the reference",
            "content": QUESTIONS["mushra"],
            "showWaveform": False,
            "enableLooping": True,
            "randomize": True,
            "reference": f"configs/{folder}/audio/{trial['reference']}.wav",
            "createAnchor35": False,
            "createAnchor70": False,
            "stimuli": {
                code: f"configs/{folder}/audio/{code}.wav" for code in trial["stimuli"] if code != trial["reference"]
            },
        }
        for trial in plan
    ]
    listener = [{"type": "text", "label": "Your name or number", "name": "listener"}]
    end = {"type": "finish", "name": "Thank you", "content": "", "showResults": False, "writeResults": True}
    table = {
        "testname": test,
        "testId": test,
        "bufferSize": 2048,
        "stopOnErrors": True,
        "showButtonPreviousPage": False,
        "remoteService": "service/write.php",
        "pages": [["random", *pages], {**end, "questionnaire": listener}],
    }
    return json.dumps(table, indent=1) + "\n"


def _page(kind: Kind, test: str, plan: Sequence[dict[str, Any]]) -> str:
    template = resources.files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    data = {"kind": kind, "test": test, "question": QUESTIONS[kind], "trials": list(plan)}
    # "</" would end the script.
    return template.replace("/*DATA*/null", json.dumps(data).replace("</", "<\\/"))
