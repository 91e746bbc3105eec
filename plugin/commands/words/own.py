"""`semeq words add`, `rename`, `remove`, `export`, `import`: words of one's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import click
import numpy as np

from semeq.console import Example, Say, examples, output_options
from semeq.eq import REFERENCE_GRID_HZ, FloatArray, curve, fit_curves, rms_db
from semeq.eq.formats import fit_text
from semeq.presets import (
    OwnSchool,
    OwnWord,
    OwnWordsError,
    PresetStore,
    own_words_file,
    read_own_words,
    write_own_words,
)
from semeq.words import WordSpace, own_word_name

from ...hear_files import spectrum_db
from ...preset_controls import preset_controls
from ...renderer import target_of
from ..import_eq import read_eq_file
from ..options import model_option
from .takes import meaning_of_file

#: What two recordings are compared at, as a part of an octave: finer differences are no EQ.
_SMOOTHING_OCTAVES = 1 / 3
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(
    "add",
    epilog=examples(
        'semeq words add vocals-ok --phrase "a bit airy, less muddy"',
        "semeq words add headphones --eq headphone.txt",
        Example("semeq words add ours --csv takes.csv", "the mean of several people's settings"),
        Example("semeq words add mastered --before mix.wav --after mastered.wav", "what somebody's EQ did"),
    ),
)
@click.argument("name")
@click.option("--phrase", metavar="PHRASE", help="A word or phrase, such as one found by --refine.")
@click.option("--preset", metavar="NAME|FILE", help="The sound of a preset.")
@click.option("--eq", "eq_file", type=_FILE, help="The EQ text of another program (as `semeq import-eq`).")
@click.option("--csv", "csv_file", type=_FILE, help="Settings of one or more people, one a row: their mean.")
@click.option("--before", type=_FILE, help="A recording before an EQ; with --after.")
@click.option("--after", type=_FILE, help="The same recording after it: the difference is fitted with five bands.")
@click.option("--overwrite", is_flag=True, help="Give a word that there is a meaning of your own.")
@model_option
@output_options
def add(
    name: str,
    phrase: str | None,
    preset: str | None,
    eq_file: Path | None,
    csv_file: Path | None,
    before: Path | None,
    after: Path | None,
    overwrite: bool,
    model: str | None,
    say: Say,
) -> None:
    """Add the word NAME, from a phrase, a preset, another program's EQ, a CSV, or recordings before and after."""
    name = own_word_name(name)
    if sum(source is not None for source in (phrase, preset, eq_file, csv_file, before or after)) != 1:
        raise click.UsageError("name one source: --phrase, --preset, --eq, --csv, or --before with --after")
    if (before is None) != (after is None):
        raise click.UsageError("--before and --after belong together")
    space = WordSpace.open(model)
    if name in space.vocabulary and not overwrite:
        raise click.UsageError(f"there is a word {name!r} already; --overwrite gives it your meaning")
    schools: tuple[OwnSchool, ...] = ()
    error_db = 0.0
    if phrase is not None:
        params, about = space.decoder.decode(space.latent(phrase)), phrase
        error_db = space.understand(phrase).error_db
    elif preset is not None:
        params, about = target_of(space, preset_controls(PresetStore().read(preset))).params, f"preset {preset}"
    elif eq_file is not None:
        fit = fit_text(read_eq_file(eq_file))
        params, about, error_db = fit.params, eq_file.name, fit.error_db
    elif csv_file is not None:
        meant = meaning_of_file(csv_file, name)
        params, about, error_db, schools = meant.params, csv_file.name, meant.error_db, meant.schools
    else:
        assert before is not None
        assert after is not None
        target = difference_db(spectrum_db(before), spectrum_db(after))
        found = fit_curves(target[None])
        params, about, error_db = found.params[0], f"{before.name} → {after.name}", float(found.error_db[0])
    kept = [word for word in read_own_words() if word.name != name]
    path = write_own_words([*kept, OwnWord(name, params, about, schools)])
    strength = float(rms_db(curve(params)))
    say.data({"name": name, "file": str(path), "strength_db": strength, "error_db": error_db})
    say.summary(f"added {name!r}: {strength:.1f} dB RMS, five bands within {error_db:.1f} dB of {about}")
    for number, school in enumerate(schools, start=1):
        say.summary(f"  people disagree: {name}/{number} ({school.name}) is meant by {school.people}")


def difference_db(before: FloatArray, after: FloatArray) -> FloatArray:
    """What an EQ did, from spectra on the reference grid in dB (128,): smoothed, the level removed, within ±12 dB."""
    octaves = np.log2(REFERENCE_GRID_HZ)
    weights = np.exp(-0.5 * ((octaves[:, None] - octaves) / (_SMOOTHING_OCTAVES / 2)) ** 2)
    smooth = weights @ (after - before) / weights.sum(axis=1)
    return np.asarray(np.clip(smooth - np.median(smooth), -12, 12), dtype=np.float64)


@click.command("remove", epilog=examples("semeq words remove vocals-ok"))
@click.argument("name")
@output_options
def remove(name: str, say: Say) -> None:
    """Remove a word of your own; one of the model's that it stood before is heard again."""
    words = read_own_words()
    write_own_words([word for word in words if word is not _find(words, name)])
    say.summary(f"removed {name!r}")


@click.command("rename", epilog=examples("semeq words rename vocals-ok vocals"))
@click.argument("name")
@click.argument("new")
@output_options
def rename(name: str, new: str, say: Say) -> None:
    """Give a word of your own another name."""
    words, new = read_own_words(), own_word_name(new)
    word = _find(words, name)
    if any(other.name == new for other in words):
        raise click.UsageError(f"there is a word {new!r} of yours already")
    write_own_words(replace(w, name=new) if w is word else w for w in words)
    say.summary(f"{name!r} is now {new!r}")


@click.command("export", epilog=examples("semeq words export my-words.toml"))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@output_options
def export(file: Path, say: Say) -> None:
    """Write your words into a FILE for somebody else."""
    words = read_own_words()
    if not words:
        raise click.UsageError(f"there are no words of yours in {own_words_file()}")
    if file.exists():
        raise click.UsageError(f"{file} exists already")
    write_own_words(words, file)
    say.summary(f"{len(words)} words: {file}")


@click.command("import", epilog=examples("semeq words import my-words.toml"))
@click.argument("file", type=_FILE)
@click.option("--overwrite", is_flag=True, help="Replace words of yours that have the same names.")
@output_options
def import_(file: Path, overwrite: bool, say: Say) -> None:
    """Add the words of a FILE that `semeq words export` wrote."""
    mine = {word.name: word for word in read_own_words()}
    found = {own_word_name(word.name): word for word in read_own_words(file)}
    both = sorted(set(mine) & set(found))
    if both and not overwrite:
        raise click.UsageError(f"there are words of yours named {', '.join(both)} already; --overwrite replaces them")
    write_own_words({**mine, **found}.values())
    say.summary(f"{len(found)} words added")


def _find(words: Iterable[OwnWord], name: str) -> OwnWord:
    wanted = own_word_name(name)
    for word in words:
        if word.name == wanted:
            return word
    raise OwnWordsError(f"there is no word {name!r} of yours in {own_words_file()}")
