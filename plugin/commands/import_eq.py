"""`semeq import-eq`: the EQ text of another program as five bands, and the words it sounds like."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from semeq.console import Example, Say, examples, output_options, quiet_libraries
from semeq.eq import FREQ_INDEX, GAIN_INDEX, PARAMETER_NAMES, Q_INDEX, SHELF_Q, FloatArray, curve, tilt
from semeq.eq.formats import MAX_CHARACTERS, EqText, FilterFit, FormatError, fit_text, read_eq
from semeq.presets import OwnWord, Preset, PresetStore, read_own_words, write_own_words
from semeq.words import WordSpace, alike, own_word_name

from ..batch import Outcome, process_setting, table
from .drawing import BAND_NAMES
from .options import InputPath, OutputPath, model_option


@click.command(
    "import-eq",
    epilog=examples(
        "semeq import-eq headphone.txt",
        Example("semeq import-eq 'ParametricEQ.txt' --words 3 --json", "for a program"),
        Example("semeq import-eq headphone.txt --save headphones", "a word and a preset called so"),
        Example("semeq import-eq GraphicEQ.txt --process music/ --out eq/", "render through it"),
    ),
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--words", "count", type=click.IntRange(0, 50), default=5, show_default=True, help="How many to name.")
@click.option("--channel", metavar="NAME", help="Which channel's equaliser to read, where they differ: L, R, 0, 1.")
@click.option("--save", "name", metavar="NAME", help="Keep it as a word of your own and as a preset of this name.")
@click.option(
    "--process",
    "stems",
    multiple=True,
    type=InputPath(),
    metavar="STEMS",
    help="Render a file, folder or glob through the five bands and the preamp. Repeatable.",
)
@click.option(
    "--out", type=OutputPath(folder=True), default=Path("semeq-out"), show_default=True, help="Folder of --process."
)
@click.option("--overwrite", is_flag=True, help="Replace outputs (never an input), or what --save named before.")
@model_option
@output_options
@quiet_libraries()
def command(
    file: Path,
    count: int,
    channel: str | None,
    name: str | None,
    stems: tuple[Path, ...],
    out: Path,
    overwrite: bool,
    model: str | None,
    say: Say,
) -> None:
    """Read the equaliser of another program from FILE into five bands.

    FILE is a text of Equalizer APO, AutoEq (parametric or graphic), CamillaDSP, EasyEffects, ffmpeg, sox, JSFX or
    semeq's JSON. Prints the bands, how far their response is from the file's, and the words whose response resembles it
    most; --process renders audio through them.
    """
    text = read_eq_file(file, channel)
    fit = fit_text(text)
    if name is not None:
        name = keep(name, fit.params, text.preamp_db, file.name, overwrite)
    words = nearest_words(WordSpace.open(model), text.curve(), count)
    say.data(
        {
            "file": str(file),
            "filters": len(text.filters),
            "preamp_db": text.preamp_db,
            "setting": dict(zip(PARAMETER_NAMES, map(float, fit.params), strict=True)),
            "error_db": fit.error_db,
            "worst_db": fit.worst_db,
            "points": len(text.points),
            "words": [{"word": word, "correlation": value} for word, value in words],
            "notes": list(text.notes),
        }
    )
    _print(say, text, fit, words)
    if name is not None:
        say.summary(f"kept as a word and a preset: semeq process mix.wav --preset {shlex.quote(name)}")
    outcomes = process_setting(stems, out, fit.params, text.preamp_db, "replace" if overwrite else "refuse")
    _print_outcomes(say, outcomes)


def keep(name: str, params: FloatArray, preamp_db: float, about: str, overwrite: bool) -> str:
    """Keep a setting (13,) as an own word, and as a preset of that word with the preamp as its output gain.

    Returns the name as it is kept. Raises `click.UsageError` where it is taken and `overwrite` is not set.
    """
    name = own_word_name(name)
    words, store = read_own_words(), PresetStore()
    taken = ["word"] if name in {word.name for word in words} else []
    taken += ["preset"] if name in {stored.name for stored in store.all() if not stored.factory} else []
    if taken and not overwrite:
        raise click.UsageError(f"there is a {' and a '.join(taken)} {name!r} of yours already; --overwrite replaces it")
    write_own_words([*(word for word in words if word.name != name), OwnWord(name, params, about)])
    store.save(name, Preset(name, output_db=preamp_db or None, about=about), overwrite=True)
    return name


def read_eq_file(file: Path, channel: str | None = None) -> EqText:
    """Read the text of another program's equaliser, UTF-8 or UTF-16 with its mark; other bytes are taken as Latin-1.

    Raises `click.ClickException` with the file's name and the reason.
    """
    try:
        with file.open("rb") as stream:
            raw = stream.read(2 * MAX_CHARACTERS + 1)
        return read_eq(_decoded(raw), channel)
    except OSError as error:
        raise click.ClickException(f"{file}: cannot be read: {error.strerror or error}") from None
    except FormatError as error:
        raise click.ClickException(f"{file}: {error}") from None


def _print_outcomes(say: Say, outcomes: list[Outcome]) -> None:
    """Say what was rendered; leave with status 1 where a file failed."""
    done = [outcome for outcome in outcomes if outcome.status == "done"]
    if done:
        say.summary(table(done))
    for outcome in outcomes:
        for note in outcome.notes:
            say.note(f"{outcome.source.name}: {note}")
        if outcome.status == "failed":
            say.trouble(outcome.error)
    if len(done) < len(outcomes):
        sys.exit(1)


def nearest_words(space: WordSpace, target_db: FloatArray, count: int) -> list[tuple[str, float]]:
    """The `count` words whose responses correlate most with a curve (128,), best first; none for a flat curve."""
    words = list(space.vocabulary)
    found = alike(target_db, words, space.curves(words))[:count]
    return [(neighbour.word.name, neighbour.likeness) for neighbour in found]


def _decoded(raw: bytes) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _print(say: Say, text: EqText, fit: FilterFit, words: list[tuple[str, float]]) -> None:
    qs = (SHELF_Q, *fit.params[Q_INDEX], SHELF_Q)
    for name, gain, freq, q in zip(BAND_NAMES, fit.params[GAIN_INDEX], fit.params[FREQ_INDEX], qs, strict=True):
        say.result(f"{name:<11}{gain:+7.2f} dB{freq:10.1f} Hz   Q {q:.3f}")
    say.result(
        f"{text.parts} in five bands: error {fit.error_db:.2f} dB RMS, {fit.worst_db:.2f} dB at most; "
        f"tilt {float(tilt(curve(fit.params))):+.1f} dB"
    )
    if text.preamp_db:
        say.result(f"preamp {text.preamp_db:+.2f} dB: a level beside the curve: --process applies it")
    if words:
        say.result("sounds most like: " + ", ".join(f"{word} ({value:.2f})" for word, value in words))
    for note in text.notes:
        say.result(f"note: {note}")
