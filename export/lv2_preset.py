"""LV2 presets of the native plugin: words by number, morph, intensity and level, as Turtle.

The vocabulary is that of http://lv2plug.in/ns/ext/presets and /state; ports and state keys are those that DPF gives the
plugin (``export/native/cpp/plugin.cpp``). The five bands are not ports, so a preset names what makes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from semeq.words import Bundle, parse_phrase, plain_name

from .errors import ExportError
from .plugin_names import PluginIdentity
from .word_list import plugin_words

#: Range of the plugin's output port, dB.
OUTPUT_LIMIT_DB = 24.0

_PREFIXES = """@prefix lv2:   <http://lv2plug.in/ns/lv2core#> .
@prefix pset:  <http://lv2plug.in/ns/ext/presets#> .
@prefix rdfs:  <http://www.w3.org/2000/01/rdf-schema#> .
@prefix state: <http://lv2plug.in/ns/ext/state#> .
"""


@dataclass(frozen=True)
class Lv2Preset:
    """One preset, with words as the plugin numbers them."""

    plugin: PluginIdentity
    title: str
    semantic: tuple[int, str]
    to: tuple[int, str]
    morph: float
    intensity: float
    output_db: float

    @classmethod
    def of(
        cls,
        bundle: Bundle,
        plugin: PluginIdentity,
        title: str,
        word: str,
        to: str | None,
        morph: float,
        intensity: float,
        output_db: float,
    ) -> Lv2Preset:
        """A preset for the plugin that is compiled from `bundle`.

        Raises
        ------
        ExportError
            A word that the plugin does not list (it leaves out those that few people used), or a level beyond its own.
        """
        if abs(output_db) > OUTPUT_LIMIT_DB:
            raise ExportError(f"the plugin's output goes to {OUTPUT_LIMIT_DB:g} dB either way, not to {output_db:g} dB")
        words = [listed.name for listed in plugin_words(bundle, plugin)]
        first = _numbered(bundle, words, word)
        second = first if to is None else _numbered(bundle, words, to)
        return cls(plugin, title, first, second, morph if to is not None else 0.0, intensity, output_db)

    def turtle(self) -> str:
        """The preset's own file: hosts find it by the manifest."""
        values = {
            "semantic": self.semantic[0],
            "to": self.to[0],
            "morph": self.morph,
            "intensity": self.intensity,
            "output_db": self.output_db,
            "lv2_enabled": 1,  # a bypass is its opposite in LV2
        }
        ports = " ,\n".join(
            f"        [ lv2:symbol {_quoted(symbol)} ; pset:value {_number(value)} ]"
            for symbol, value in values.items()
        )
        # Words by name too: a plugin with another vocabulary finds them by it, and falls back to the number.
        return f"""{_PREFIXES}
<>
    a pset:Preset ;
    lv2:appliesTo <{self.plugin.uri}> ;
    rdfs:label {_quoted(self.title)} ;
    state:state [
        <urn:distrho:semantic_word> {_quoted(f"{self.semantic[0]}:{self.semantic[1]}")} ;
        <urn:distrho:to_word> {_quoted(f"{self.to[0]}:{self.to[1]}")}
    ] ;
    lv2:port
{ports} .
"""


def manifest(presets: Mapping[str, Lv2Preset]) -> str:
    """The manifest of a bundle that holds these presets, by the names of their files."""
    entries = [
        f"""
<{name}>
    a pset:Preset ;
    lv2:appliesTo <{preset.plugin.uri}> ;
    rdfs:label {_quoted(preset.title)} ;
    rdfs:seeAlso <{name}> .
"""
        for name, preset in presets.items()
    ]
    return _PREFIXES + "".join(entries)


def bundle_folder(out: Path) -> Path:
    """The bundle's folder: hosts look for names that end in ``.lv2``."""
    return out if out.suffix == ".lv2" else out.with_name(f"{out.name}.preset.lv2")


def _numbered(bundle: Bundle, words: list[str], word: str) -> tuple[int, str]:
    if word not in bundle.vocabulary and parse_phrase(word, bundle.vocabulary).parts:
        raise ExportError(
            f"the plugin lists words, not phrases: name {word!r} with `semeq words add NAME --phrase {word!r}`, "
            "build the plugin again, and use that name"
        )
    entry = bundle.vocabulary.get(word)
    name = plain_name(entry.name)
    if name not in words:
        raise ExportError(f"the plugin does not list {word!r}: too few people used it; name it with `semeq words add`")
    if entry.latent != bundle.vocabulary.get(name).latent:
        raise ExportError(f"the plugin knows {entry.name!r} only as a whole, not {word!r}")
    return words.index(name), name


def _number(value: float) -> str:
    return repr(value) if isinstance(value, int) else f"{value:.9g}" if "e" not in f"{value:.9g}" else f"{value:.12f}"


def _quoted(text: str) -> str:
    kept = "".join(c for c in text if c.isprintable())
    escaped = kept.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
