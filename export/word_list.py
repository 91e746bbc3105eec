"""The words that a plugin lists, by numbers that never change.

Sessions and automation remember a word by its number. So a list is only ever added to: a word keeps its number when the
vocabulary is put into another order or learnt anew, one that is gone keeps it too, with the sound that it had, and new
ones come behind. The list of the shipped model ships (``plugin_words.toml``). Whoever builds a plugin gets a list of
his own, kept beside his own words, and the next build of a plugin of that name goes on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np

from semeq.eq import PARAMETER_NAMES, FloatArray, SettingError, check_params
from semeq.files import write_whole
from semeq.presets import TomlError, own_words_file, read_toml, write_toml
from semeq.words import OWN, Bundle, Decoder, Word, load_bundle, plain_name, point_of

from .errors import ExportError
from .factory_programs import factory_phrases, phrase_points
from .plugin_names import PluginIdentity

#: Hosts list a parameter's values by a number of one byte (DPF's enumeration).
MAX_WORDS = 255
WORD_LIST_FORMAT = "1.0"
_SHIPPED = "plugin_words.toml"
_SHIPPED_HEAD = (
    "# The shipped plugin's words by number. Only ever added to, at the end: sessions remember the numbers.\n"
)


@dataclass(frozen=True)
class ListedWord:
    """A word in its place: the name as hosts show it, without accents, its setting (13,) and its point (32,)."""

    name: str
    params: FloatArray
    latent: tuple[float, ...]


def plugin_words(bundle: Bundle, identity: PluginIdentity | None = None) -> tuple[ListedWord, ...]:
    """The words of a plugin that is built from `bundle`, by number.

    They continue the list of the last plugin of this name that this user built, else that of the shipped model where
    the bundle knows most of its words. Without an `identity` nothing of the user's is looked at.

    Raises
    ------
    ExportError
        The user's list cannot be read.
    """
    kept = read_word_list(list_file(identity)) if identity is not None else ()
    if not kept:
        shipped = shipped_word_list()
        known = sum(name in bundle.vocabulary for name, _ in shipped)
        kept = shipped if 2 * known > len(shipped) else ()
    return continued(bundle, kept)


def continued(bundle: Bundle, kept: Sequence[tuple[str, FloatArray]]) -> tuple[ListedWord, ...]:
    """The words of a bundle behind those of a list, at most `MAX_WORDS`; the phrases of factory presets count as words.

    A word of the list that the bundle does not know keeps the sound of its setting. New are, behind an empty list,
    words that enough people used; behind another one, the user's own words and those that no shipped model knew.
    """
    decoder, vocabulary = Decoder(bundle), bundle.vocabulary
    taken = {name for name, _ in kept}
    names = [name for name, _ in kept]
    phrases = phrase_points(bundle, [*names, *factory_phrases()])
    points = [
        phrases[name]
        if name in phrases
        else vocabulary.get(name).latent
        if name in vocabulary
        else point_of(decoder, params)
        for name, params in kept
    ]
    old = _shipped_names() if kept else frozenset[str]()
    for word in _in_order(list(vocabulary)):
        name = plain_name(word.name)
        if name not in taken and (word.origin == OWN or word.name not in old) and len(names) < MAX_WORDS:
            taken.add(name)
            names.append(name)
            points.append(word.latent)
    for name, point in phrases.items():
        if name not in taken and len(names) < MAX_WORDS:
            names.append(name)
            points.append(point)
    settings = decoder.decode(np.array(points))
    return tuple(ListedWord(*item) for item in zip(names, settings, points, strict=True))


def _in_order(words: list[Word]) -> list[Word]:
    """Words that hosts can show, own ones last; those of which there are too few people only if there are no others.

    DPF's VST3 passes names on byte by byte, so they must be ASCII; `Vocabulary.get` finds them with or without accents.
    """
    shown = [word for word in words if plain_name(word.name).isascii()]
    shown = [word for word in shown if not word.low_evidence] or shown
    own = [word for word in shown if word.origin == OWN]
    others = [word for word in shown if word.origin != OWN]
    room = MAX_WORDS - len(own)
    if len(others) > room:
        ranked = sorted(range(len(others)), key=lambda i: (others[i].low_evidence, -others[i].evidence, i))
        others = [others[i] for i in sorted(ranked[:room])]
    return [*others, *own]


def list_file(identity: PluginIdentity) -> Path:
    """Where the list of a plugin is kept: beside the user's own words.

    The mono variant that earlier versions built has the list of its stereo plugin, so that it can be built by its name.
    """
    base = PluginIdentity(identity.name.removesuffix(" mono"))
    return own_words_file().parent / "plugins" / f"{base.slug}.toml"


def keep_word_list(identity: PluginIdentity, words: Sequence[ListedWord]) -> None:
    """Keep the list that a plugin was built with. Raises `ExportError`."""
    path = list_file(identity)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, word_list_text(words))
    except OSError as error:
        raise ExportError(f"{path}: the plugin's list of words cannot be kept ({error.strerror or error})") from None


def word_list_text(words: Sequence[ListedWord]) -> str:
    """A list as the text of its file."""
    rows = [{"name": word.name, "setting": [float(f"{value:.5g}") for value in word.params.tolist()]} for word in words]
    return write_toml({"format": WORD_LIST_FORMAT, "word": rows})


def read_word_list(path: Path) -> tuple[tuple[str, FloatArray], ...]:
    """Names and settings (13,) of a list, by number; none where there is no file. Raises `ExportError`."""
    try:
        return _parsed(path.read_bytes())
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise ExportError(f"{path}: cannot be read ({error.strerror or error})") from None
    except TomlError as error:
        raise ExportError(f"{path}: {error}; sessions need this list, so mend it rather than remove it") from None


@cache
def shipped_word_list() -> tuple[tuple[str, FloatArray], ...]:
    """The list of the shipped model."""
    return _parsed(resources.files(__package__).joinpath(_SHIPPED).read_bytes())


def write_shipped_words() -> Path:
    """Write the shipped list anew after the shipped model was trained anew; every number stays with its word."""
    path = Path(str(resources.files(__package__).joinpath(_SHIPPED)))
    write_whole(path, _SHIPPED_HEAD + word_list_text(plugin_words(load_bundle())))
    return path


@cache
def _shipped_names() -> frozenset[str]:
    """The words of the shipped model: those that its list leaves out are not new."""
    return frozenset(load_bundle().vocabulary.names)


def _parsed(content: bytes) -> tuple[tuple[str, FloatArray], ...]:
    table = read_toml(content)
    if str(table.get("format", "")).split(".")[0] != WORD_LIST_FORMAT.split(".")[0]:
        raise TomlError(f"its format is {table.get('format')!r}; this version reads {WORD_LIST_FORMAT}")
    entries = table.get("word", [])
    found: dict[str, FloatArray] = {}
    for entry in entries if isinstance(entries, list) else []:
        try:
            name, values = str(entry["name"]), [float(value) for value in entry["setting"]]
            if len(values) != len(PARAMETER_NAMES) or not name.isascii() or not name or name in found:
                raise ValueError(name)
            found[name] = check_params(np.array(values))
        except (KeyError, SettingError, TypeError, ValueError) as error:
            raise TomlError(f"its word number {len(found)} is malformed ({error})") from None
    return tuple(found.items())
