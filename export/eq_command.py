"""`semeq-export eq`: words as settings of other EQs. It needs no training stack."""

from __future__ import annotations

import math
import os
import tempfile
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from semeq.console import Example, Offers, Say, examples, output_options
from semeq.eq import curve
from semeq.eq.formats import WRITERS
from semeq.presets import PresetStore, load_bundle, shipped_models, word_names

from .word_settings import WordSettings

_SUFFIXES = {"camilladsp": ".yml", "easyeffects": ".json", "json": ".json", "jsfx": ".jsfx"}  # the others: .txt


class _Range(click.FloatRange):
    """A range of numbers that NaN, which no comparison stops, is not in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is no number.", param, ctx)
        return number


_WORD = Offers("word", lambda ctx: word_names(ctx.params.get("bundle")))
_BUNDLE = Offers("bundle", lambda _ctx: shipped_models(), folders=True)

_PRESET = Offers("preset", lambda _ctx: (stored.name for stored in PresetStore().all()), files=True)


def _take_preset(ctx: click.Context, _param: click.Parameter, name: str | None) -> None:
    """Let a preset say the defaults of the options, as it does in the commands of `semeq`."""
    if name is not None and not ctx.resilient_parsing:
        preset = PresetStore().read(name)
        stated = preset.stated()
        model = {"bundle": stated.pop("model")} if "model" in stated else {}
        words = {"words": (stated.pop("semantic"),)} if "semantic" in stated else {}
        stated.setdefault("morph", 0.0)  # what is not stated rests
        ctx.default_map = {**(ctx.default_map or {}), **stated, **model, **words}


@click.command(
    "eq",
    epilog=examples(
        "semeq-export eq warm --format apo --out warm.txt",
        "semeq-export eq warm --to bright --morph 0.3 --format easyeffects --out warm-bright.json",
        Example('ffmpeg -i in.wav -af "$(semeq-export eq airy --format ffmpeg)" out.wav', "straight into ffmpeg"),
    ),
)
@click.argument("words", type=_WORD, metavar="[WORD]...", nargs=-1)
@click.option("--format", "form", type=click.Choice(list(WRITERS)), required=True, help="Whose text to write.")
@click.option("--to", type=_WORD, metavar="WORD", help="The word to morph to.")
@click.option("--morph", type=_Range(0, 1), help="0 (WORD) to 1 (--to)  [default: 0.5 with --to]")
@click.option("--intensity", type=_Range(0, 2), default=1.0, show_default=True, help="Scales all gains.")
@click.option("--output-db", type=_Range(-60, 24), default=0.0, show_default=True, help="Output gain, dB.")
@click.option(
    "--headroom/--no-headroom",
    default=None,
    help="Also lower the level by the curve's peak, so that no tone can clip  [default: only for autoeq]",
)
@click.option(
    "--preset",
    type=_PRESET,
    metavar="NAME|FILE",
    is_eager=True,
    expose_value=False,
    callback=_take_preset,
    help="Take words and values from a preset; options go before what it says.",
)
@click.option("--bundle", type=_BUNDLE, metavar="BUNDLE", help="A bundle's folder, or the name of a shipped one.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="File to write; with several words, a folder  [default: print it]"
)
@output_options
def eq_command(
    words: tuple[str, ...],
    form: str,
    to: str | None,
    morph: float | None,
    intensity: float,
    output_db: float,
    headroom: bool | None,
    bundle: str | None,
    out: Path | None,
    say: Say,
) -> None:
    """Write each WORD (or its morph to another) as text that another EQ reads."""
    if not words:
        raise click.UsageError("name a WORD, or a preset with --preset")
    typed = click.get_current_context().get_parameter_source("morph") is ParameterSource.COMMANDLINE
    if typed and to is None:
        raise click.UsageError("--morph needs --to: a morph goes from one word to another")
    position = 0.5 if morph is None else morph
    settings = WordSettings(load_bundle(bundle))
    texts: dict[str, str] = {}
    for word in words:
        params = settings.setting(word, to, position, intensity)
        level = output_db
        if headroom or (headroom is None and form == "autoeq"):
            level -= math.ceil(100 * max(0.0, float(curve(params).max()))) / 100
        title = word if to is None else f"{word} to {to} {position:.0%}"
        texts[word] = WRITERS[form](params, level, title if intensity == 1 else f"{title}, intensity {intensity:g}")
    if out is None:
        say.result("\n".join(texts.values()).rstrip("\n"))
        say.data(texts)
        return
    suffix = _SUFFIXES.get(form, ".txt")
    written = {}
    for word, text in texts.items():
        path = out if len(words) == 1 and not out.is_dir() else out / f"{word.replace('/', '-')}{suffix}"
        _write(path, text)
        written[word] = str(path)
        say.summary(f"written: {path}")
    say.data(written)


def _write(path: Path, text: str) -> None:
    """Write a file that appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        part.chmod(0o644)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
