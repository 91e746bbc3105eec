"""`semeq-export eq`: words as settings of other EQs. It needs no training stack."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from semeq.console import Example, Offers, Say, examples, output_options
from semeq.eq import curve
from semeq.eq.formats import WRITERS
from semeq.files import write_whole
from semeq.presets import PresetStore
from semeq.words import Decoder, WordSpace, bundle_with_own_words, load_bundle, plain_name, shipped_models, word_names

from ..lv2_preset import Lv2Preset, bundle_folder, manifest
from ..plugin_names import PluginIdentity

#: Not a text of bands but of what makes them.
LV2 = "lv2-preset"
_SUFFIXES = {"camilladsp": ".yml", "easyeffects": ".json", "json": ".json", "jsfx": ".jsfx"}  # the others: .txt


class _Range(click.FloatRange):
    """A range of numbers that NaN, which no comparison stops, is not in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is not a number.", param, ctx)
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
        Example("semeq-export eq warm bright --format lv2-preset --out ~/.lv2/words", "presets of the native plugin"),
        Example('ffmpeg -i in.wav -af "$(semeq-export eq airy --format ffmpeg)" out.wav', "straight into ffmpeg"),
    ),
)
@click.argument("words", type=_WORD, metavar="[WORD]...", nargs=-1)
@click.option("--format", "form", type=click.Choice([*WRITERS, LV2]), required=True, help="Whose text to write.")
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
@click.option(
    "--plugin",
    metavar="NAME",
    default="semeq",
    show_default=True,
    help="lv2-preset: the plugin's name, as it was built.",
)
@click.option(
    "--bundle",
    "--model",
    "bundle",
    type=_BUNDLE,
    metavar="BUNDLE",
    help="A bundle's folder, or the name of a shipped one.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="File to write; with several words, or an LV2 preset, a folder  [default: print it]",
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
    plugin: str,
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
    model = bundle_with_own_words(load_bundle(bundle))
    space = WordSpace(Decoder(model))
    texts: dict[str, str] = {}
    presets: dict[str, Lv2Preset] = {}
    for text in dict.fromkeys((*words, to)):
        for remark in () if text is None else space.remarks(text):
            say.note(remark)
    for word in words:
        params = space.params(word, to, position, intensity)
        level = output_db
        if headroom or (headroom is None and form == "autoeq"):
            level -= math.ceil(100 * max(0.0, float(curve(params).max()))) / 100
        title = word if to is None else f"{word} to {to} {position:.0%}"
        title = title if intensity == 1 else f"{title}, intensity {intensity:g}"
        if form == LV2:
            identity = PluginIdentity(plugin)
            preset = Lv2Preset.of(model, identity, title, word, to, position, intensity, level)
            presets[word], texts[word] = preset, preset.turtle()
        else:
            texts[word] = WRITERS[form](params, level, title)
    if out is None:
        say.result("\n".join(texts.values()).rstrip("\n"))
        say.data(texts)
        return
    written = _write_lv2(presets, out) if presets else _write_texts(texts, out, _SUFFIXES.get(form, ".txt"))
    say.data({word: str(path) for word, path in written.items()})
    for path in written.values():
        say.summary(f"written: {path}")


def _write_texts(texts: Mapping[str, str], out: Path, suffix: str) -> dict[str, Path]:
    """A text into `out`, or several into that folder."""
    alone = len(texts) == 1 and not out.is_dir()
    files = {word: out if alone else out / f"{word.replace('/', '-')}{suffix}" for word in texts}
    for word, path in files.items():
        write_whole(path, texts[word])
    return files


def _write_lv2(presets: Mapping[str, Lv2Preset], out: Path) -> dict[str, Path]:
    """Presets and their manifest into an LV2 bundle; the manifest last, since hosts go by it."""
    folder = bundle_folder(out)
    files = {word: folder / f"{re.sub(r'[^a-z0-9]+', '-', plain_name(word.lower()))}.ttl" for word in presets}
    for word, path in files.items():
        write_whole(path, presets[word].turtle())
    write_whole(folder / "manifest.ttl", manifest({files[word].name: preset for word, preset in presets.items()}))
    return files
