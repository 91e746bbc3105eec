"""`semeq import-eq`: the EQ text of another program as five bands, and the words it sounds like."""

from __future__ import annotations

from pathlib import Path

import click

from semeq.console import Example, Say, examples, output_options
from semeq.eq import FREQ_INDEX, GAIN_INDEX, PARAMETER_NAMES, Q_INDEX, SHELF_Q, FloatArray, curve, tilt
from semeq.eq.formats import MAX_CHARACTERS, ApoText, FilterFit, FormatError, filters_curve, fit_filters, read_apo
from semeq.words import WordSpace, alike

from .drawing import BAND_NAMES
from .options import model_option


@click.command(
    "import-eq",
    epilog=examples(
        "semeq import-eq headphone.txt",
        Example("semeq import-eq 'ParametricEQ.txt' --words 3 --json", "for a program"),
    ),
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--words", "count", type=click.IntRange(0, 50), default=5, show_default=True, help="How many to name.")
@model_option
@output_options
def command(file: Path, count: int, model: str | None, say: Say) -> None:
    """Read Equalizer APO or AutoEq text from FILE into five bands.

    Prints the bands, how far their response is from the file's, and the words whose response resembles it most.
    """
    text = read_eq_file(file)
    fit = fit_filters(text.filters)
    words = nearest_words(WordSpace.open(model), filters_curve(text.filters), count)
    say.data(
        {
            "file": str(file),
            "filters": len(text.filters),
            "preamp_db": text.preamp_db,
            "setting": dict(zip(PARAMETER_NAMES, map(float, fit.params), strict=True)),
            "error_db": fit.error_db,
            "worst_db": fit.worst_db,
            "words": [{"word": word, "correlation": value} for word, value in words],
            "notes": list(text.notes),
        }
    )
    _print(say, text, fit, words)


def read_eq_file(file: Path) -> ApoText:
    """Read a file of APO or AutoEq text, UTF-8 or UTF-16 with its mark; other bytes are taken as Latin-1.

    Raises `click.ClickException` with the file's name and the reason.
    """
    try:
        with file.open("rb") as stream:
            raw = stream.read(2 * MAX_CHARACTERS + 1)
        return read_apo(_decoded(raw))
    except OSError as error:
        raise click.ClickException(f"{file}: cannot be read: {error.strerror or error}") from None
    except FormatError as error:
        raise click.ClickException(f"{file}: {error}") from None


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


def _print(say: Say, text: ApoText, fit: FilterFit, words: list[tuple[str, float]]) -> None:
    qs = (SHELF_Q, *fit.params[Q_INDEX], SHELF_Q)
    for name, gain, freq, q in zip(BAND_NAMES, fit.params[GAIN_INDEX], fit.params[FREQ_INDEX], qs, strict=True):
        say.result(f"{name:<11}{gain:+7.2f} dB{freq:10.1f} Hz   Q {q:.3f}")
    filters = f"{len(text.filters)} filter{'' if len(text.filters) == 1 else 's'}"
    say.result(
        f"{filters} in five bands: error {fit.error_db:.2f} dB RMS, {fit.worst_db:.2f} dB at most; "
        f"tilt {float(tilt(curve(fit.params))):+.1f} dB"
    )
    if text.preamp_db:
        say.result(f"preamp {text.preamp_db:+.2f} dB: a level, not part of the curve; set it with --output-db")
    if words:
        say.result("sounds most like: " + ", ".join(f"{word} ({value:.2f})" for word, value in words))
    for note in text.notes:
        say.result(f"note: {note}")
