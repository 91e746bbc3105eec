"""`semeq analyze`: hear where recordings sit among the words."""

from __future__ import annotations

import math
import shlex
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import numpy as np
from rich.table import Table

from semeq.console import Example, Say, examples, output_options, plain_table, quiet_libraries
from semeq.files import AudioFileError, expand
from semeq.words import Diagnosis, Hearing, WordSpace

from ..hear_files import Profile, profile
from .options import OutputPath, model_option

_ALWAYS = ("warm", "bright")


@click.command(
    "analyze",
    epilog=examples(
        "semeq analyze mix.wav",
        Example("semeq analyze stems/ --plot pictures", "every recording below a folder, and a picture of each"),
        Example("semeq analyze mix.wav --json > mix.json", "all words, lean, centroid and course over time"),
    ),
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--plot", type=OutputPath(folder=True), help="Draw a PNG of every file into this folder.")
@click.option("--top", type=click.IntRange(1, 50), default=6, show_default=True, help="How many words to show.")
@click.option("--all-words", is_flag=True, help="Rank all words by score, not an engineer's complaints.")
@model_option
@output_options
@quiet_libraries()
def command(files: tuple[Path, ...], plot: Path | None, top: int, all_words: bool, model: str | None, say: Say) -> None:
    """Say what stands out in FILES (or the audio in folders) against average music, and what would mend it.

    Complaints are ranked by the evidence for them. Scores are in standard deviations over the 376 excerpts that the
    encoder learnt from; beside each stands the part of music that is less so: muddy +1.0 is muddier than 84 % of it.
    """
    hearing = Hearing(WordSpace.open(model))
    diagnosis = Diagnosis(hearing)
    all_words = all_words or not diagnosis.complaints  # a model with other words
    results: list[Profile] = []
    failed: list[str] = []
    found, missing, _ = expand(files)
    failed += missing
    with say.progress() as progress:
        for path in progress.track([item.path for item in found], description="listening"):
            say.detail(f"listening to {path}")
            try:
                results.append(profile(path, hearing))
            except AudioFileError as error:
                failed.append(str(error))
    say.data({str(item.path): _as_json(item, hearing, diagnosis) for item in results})
    if len(results) == 1:
        _print_one(results[0], hearing, None if all_words else diagnosis, top, say)
    elif results:
        say.result(_table(results, hearing, diagnosis))
    if plot is not None:
        _draw(results, hearing, plot, say)
    for message in failed:
        say.trouble(message)
    if failed:
        say.trouble(f"{len(failed)} of {len(failed) + len(results)} files could not be heard")
        sys.exit(1)


def _as_json(item: Profile, hearing: Hearing, diagnosis: Diagnosis) -> dict[str, Any]:
    def words(scores: Any) -> dict[str, float]:
        return {word: round(float(score), 3) for word, score in zip(hearing.words, scores, strict=True)}

    return {
        "complaints": [
            {name: value if isinstance(value, str) else round(value, 3) for name, value in asdict(complaint).items()}
            for complaint in diagnosis(item.heard.lean_db)
        ],
        "remedy": diagnosis.remedy(item.heard.lean_db),
        "words": words(item.scores),
        "lean": [round(float(v), 2) for v in item.heard.lean_db],
        "bands_hz": [round(float(f), 1) for f in hearing.bands_hz],
        "semantic": [round(float(v), 4) for v in item.heard.semantic],
        "centroid_hz": round(item.centroid_hz, 1),
        "bass_treble_db": round(item.bass_treble_db, 2),
        "over_time": [
            {"seconds": round(float(t), 2), "energy": round(float(w), 4), "words": words(scores)}
            for t, w, scores in zip(item.course.seconds, item.course.weight, item.course.scores, strict=True)
        ],
    }


def _print_one(item: Profile, hearing: Hearing, diagnosis: Diagnosis | None, top: int, say: Say) -> None:
    say.result(f"{item.path.name}: centroid {item.centroid_hz:,.0f} Hz, bass over treble {item.bass_treble_db:+.1f} dB")
    if diagnosis is None:
        table = plain_table("word", ">score", ">more than", "", "over time")
        ranked = [int(i) for i in np.argsort(-item.scores)[:top]]
        ranked += [hearing.words.index(word) for word in _ALWAYS if word in hearing.words]
        for i in dict.fromkeys(ranked):
            score = float(item.scores[i])
            table.add_row(hearing.words[i], *_score(score), _spark(item.course.scores[:, i]))
        say.result(table)
        return
    table = plain_table("complaint", ">score", ">more than", "", "where", ">there", "over time")
    for found in diagnosis(item.heard.lean_db)[:top]:
        course = _spark(item.course.scores[:, hearing.words.index(found.word)])
        where = f"{_hz(found.from_hz)} to {_hz(found.to_hz)} Hz"
        table.add_row(found.word, *_score(found.score), where, f"{found.band_db:+.1f} dB", course)
    say.result(table)
    remedy = diagnosis.remedy(item.heard.lean_db)
    if remedy:
        line = f"semeq process {shlex.quote(str(item.path))} --semantic {shlex.quote(remedy)} --out mended"
        say.result(f"stands out: {', '.join(diagnosis.standing_out(item.heard.lean_db))}; to mend it:")
        say.result(f"  {line}")
    else:
        say.result("nothing stands out from music")


def _score(score: float) -> tuple[str, str, str]:
    """A score, the part of music that scores less, taken as normally distributed, and a bar."""
    return (
        f"{score:+.2f}",
        f"{50 * (1 + math.erf(score / math.sqrt(2))):.0f} %",
        "█" * round(4 * min(max(score, 0.0), 4.0)),
    )


def _hz(value: float) -> str:
    """A frequency with two digits that matter."""
    return f"{float(f'{value:.2g}'):,.0f}"


def _spark(values: Any) -> str:
    """A course as blocks, −3 to +3."""
    picked = np.asarray(values)[np.linspace(0, len(values) - 1, min(len(values), 24)).astype(int)]
    levels = np.clip((picked + 3) / 6, 0, 1) * 7
    return "".join("▁▂▃▄▅▆▇█"[round(float(v))] for v in levels)


def _table(results: list[Profile], hearing: Hearing, diagnosis: Diagnosis) -> Table:
    table = plain_table("file", "stands out", "remedy", *(f">{word}" for word in _ALWAYS), ">centroid", ">bass/treble")
    for item in results:
        known = [item.scores[hearing.words.index(w)] if w in hearing.words else np.nan for w in _ALWAYS]
        table.add_row(
            item.path.name,
            ", ".join(diagnosis.standing_out(item.heard.lean_db)[:2]) or "nothing",
            diagnosis.remedy(item.heard.lean_db),
            *(f"{score:+.1f}" for score in known),
            f"{item.centroid_hz:,.0f} Hz",
            f"{item.bass_treble_db:+.0f} dB",
        )
    return table


def _draw(results: list[Profile], hearing: Hearing, folder: Path, say: Say) -> None:
    try:
        from .drawing import draw_profile
    except ImportError:
        say.note("no pictures: install matplotlib, for instance with: pip install 'semeq[plot]'")
        return
    for item in results:
        path = folder / f"{item.path.stem}.png"
        draw_profile(item, hearing, path, _ALWAYS)
        say.note(f"drawn: {path}")
