"""Options that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from semeq.console import Offers, Say
from semeq.words import WordSpace, corrected, shipped_models, word_names

from ..controls import Controls
from .preset import preset_option

Command = TypeVar("Command", bound=Callable[..., Any])


class WordParam(Offers):
    """A word of the vocabulary; a shell is offered those of ``--model``. No model is loaded for that."""

    def __init__(self) -> None:
        super().__init__("word", _words)


class ModelParam(Offers):
    """A model bundle: the name of a shipped one, or a folder."""

    def __init__(self) -> None:
        super().__init__("bundle", lambda _ctx: shipped_models(), folders=True)


def _words(ctx: click.Context) -> Iterable[str]:
    return word_names(ctx.params.get("model"))


def model_option(command: Command) -> Command:
    """``--model``: the bundle to use."""
    return click.option(
        "--model",
        "--bundle",
        "model",
        type=ModelParam(),
        metavar="BUNDLE",
        help="Model bundle: a folder, or the name of a shipped one.",
    )(command)


_SWITCHES = {
    "bypass": click.option("--bypass/--no-bypass", default=False, help="Bypass the EQ at first."),
    "level_match": click.option(
        "--level-match/--no-level-match", default=False, help="Keep the output as loud as the input (BS.1770)."
    ),
    "adaptive": click.option(
        "--adaptive/--no-adaptive", default=False, help="Apply only as much of the word as the audio lacks."
    ),
}


def controls_options(*switches: str) -> Callable[[Command], Command]:
    """The options of the controls, as one `Controls`; ``--preset`` and ``--model``.

    The command takes `controls`, which is None where no word is named, and `model`. `switches` are further controls of
    the command: ``"bypass"``, ``"level_match"``, ``"adaptive"``.
    """

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def with_controls(
            semantic: str | None,
            refine: tuple[str, ...],
            to: str | None,
            morph: float,
            intensity: float,
            output_db: float,
            **rest: Any,
        ) -> Any:
            if refine and semantic is None:
                raise click.UsageError("--refine corrects a word; name it with --semantic or --preset")
            for correction in refine:
                semantic = corrected(str(semantic), correction)
            states = {name: rest.pop(name) for name in switches}
            controls = None if semantic is None else Controls(semantic, to, morph, intensity, output_db, **states)
            return command(controls=controls, **rest)

        options = (
            *(_SWITCHES[name] for name in reversed(switches)),
            model_option,
            preset_option,
            click.option("--output-db", type=float, default=0.0, show_default=True, help="Output gain, −24 to 24 dB."),
            click.option(
                "--intensity", type=float, default=1.0, show_default=True, help="0 (flat) to 2 (twice the word)."
            ),
            click.option(
                "--morph",
                type=float,
                default=0.0,
                show_default=True,
                help="0 (the first word) to 1 (--to); half-way where files are rendered and nothing moves it.",
            ),
            click.option("--to", type=WordParam(), metavar="WORD", help="The word to morph to."),
            click.option(
                "--refine",
                multiple=True,
                metavar="PHRASE",
                help='Correct the word by ear: "a bit brighter", "too dark, more air", "less of that". Repeatable.',
            ),
            click.option("--semantic", "-s", type=WordParam(), metavar="WORD", help="The word to sound like."),
        )
        decorated: Any = with_controls
        for option in options:
            decorated = option(decorated)
        result: Command = decorated
        return result

    return decorate


def say_understood(space: WordSpace, words: Iterable[str | None], say: Say) -> None:
    """Tell how phrases were taken, and which words are contested. Raises `UnknownWordError`."""
    for word in dict.fromkeys(word for word in words if word is not None):
        for remark in space.remarks(word):
            say.note(remark)


def map_option(command: Command) -> Command:
    """``--map``, as a tuple of texts `maps`."""
    return click.option(
        "--map",
        "maps",
        multiple=True,
        metavar="MAP",
        help="What knobs do: a map file, a shipped map, or mappings such as 21=morph. Repeatable.",
    )(command)


class OutputPath(click.Path):
    """A path to write to, as `pathlib.Path`; an empty one is refused."""

    def __init__(self, folder: bool) -> None:
        super().__init__(file_okay=not folder, dir_okay=folder, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse what would mean the current folder."""
        return super().convert(_named(value, self, param, ctx), param, ctx)


class InputPath(click.Path):
    """A file, a folder or a glob, as `pathlib.Path`; an empty one is refused."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse what would mean the current folder."""
        return super().convert(_named(value, self, param, ctx), param, ctx)


def _named(value: Any, kind: click.Path, param: click.Parameter | None, ctx: click.Context | None) -> Any:
    if isinstance(value, str) and not value.strip():
        kind.fail("the name is empty: a variable of the shell that is not set?", param, ctx)
    return value
