"""A bundle as C++ source: weights, words and names of the native plugin."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from semeq.eq import LOWER_BOUNDS, PARAMETER_COUNT, UPPER_BOUNDS, curve, denormalise
from semeq.words import (
    OWN,
    Bundle,
    BundleError,
    Decoder,
    is_term,
    placed,
    plain_name,
    priority,
    word_positions,
)

from ..factory_programs import factory_programs
from ..plugin_names import PluginIdentity
from ..word_list import ListedWord

WIDEST_LAYER = 256
MAX_HIDDEN_LAYERS = 8
LATENT_SIZE = 32

#: So many people make a word a common one, as on the desk's page.
_MANY = 8

Weights = NDArray[np.float32]


@dataclass(frozen=True)
class HiddenLayer:
    """Linear, LayerNorm, GELU: weight (inputs, outputs); bias and norms (outputs,)."""

    weight: Weights
    bias: Weights
    norm_scale: Weights
    norm_shift: Weights


@dataclass(frozen=True)
class DecoderWeights:
    """The decoder's numbers: hidden layers, the last linear one, the skip path and the offset of the logits."""

    hidden: tuple[HiddenLayer, ...]
    last_weight: Weights
    last_bias: Weights
    skip: Weights
    offset: Weights


def read_decoder(bundle: Bundle) -> DecoderWeights:
    """Read the weights out of ``decoder.onnx``. Raises `BundleError` where it is not the MLP that the plugin runs."""
    graph = onnx.load(str(bundle.decoder_path)).graph
    found = {item.name: numpy_helper.to_array(item) for item in graph.initializer}

    def take(name: str) -> Weights:
        if name not in found:
            raise BundleError(f"{bundle.decoder_path.name} is not an MLP the native plugin can run: it lacks {name}")
        return np.ascontiguousarray(found[name], dtype=np.float32)

    _check_units(take("scale.low"), take("scale.span"), found["scale.is_gain"])
    places = sorted({int(m.group(1)) for name in found if (m := re.fullmatch(r"mlp\.body\.(\d+)\.weight", name))})
    # The body alternates linear, norm, (activation); the last place is the linear output.
    hidden = tuple(
        HiddenLayer(
            np.ascontiguousarray(take(f"mlp.body.{linear}.weight").T),
            take(f"mlp.body.{linear}.bias"),
            take(f"mlp.body.{norm}.weight"),
            take(f"mlp.body.{norm}.bias"),
        )
        for linear, norm in zip(places[:-1:2], places[1:-1:2], strict=True)
    )
    weights = DecoderWeights(
        hidden,
        np.ascontiguousarray(take(f"mlp.body.{places[-1]}.weight").T),
        take(f"mlp.body.{places[-1]}.bias"),
        np.ascontiguousarray(take("mlp.skip.weight").T),
        take("offset").reshape(-1),
    )
    sizes = [LATENT_SIZE, *(layer.weight.shape[1] for layer in hidden), PARAMETER_COUNT]
    matrices = [*(layer.weight for layer in hidden), weights.last_weight]
    if [m.shape for m in matrices] != list(itertools.pairwise(sizes)) or max(sizes) > WIDEST_LAYER:
        raise BundleError(f"{bundle.decoder_path.name}: layers of sizes {sizes} are not what the native plugin can run")
    if len(hidden) > MAX_HIDDEN_LAYERS:
        raise BundleError(f"{bundle.decoder_path.name} has {len(hidden)} hidden layers, more than {MAX_HIDDEN_LAYERS}")
    return weights


def _check_units(low: Weights, span: Weights, is_gain: NDArray[np.bool_]) -> None:
    """The graph's last step must be the fixed bounds: the plugin has them compiled in."""
    for unit in (0.0, 0.3, 1.0):
        value = low.reshape(-1) + unit * span.reshape(-1)
        params = np.where(is_gain.reshape(-1), value, np.exp(np.where(is_gain.reshape(-1), 0.0, value)))
        if not np.allclose(params, denormalise(np.full(PARAMETER_COUNT, unit)), rtol=1e-4, atol=1e-4):
            raise BundleError(f"the decoder's units are not the fixed bounds {LOWER_BOUNDS} to {UPPER_BOUNDS}")


def names_header(bundle: Bundle, identity: PluginIdentity, words: Sequence[ListedWord]) -> str:
    """``model_names.h``: what DPF's macros need."""
    lines = {
        "SEMEQ_PLUGIN_NAME": _quoted(identity.name),
        "SEMEQ_PLUGIN_URI": _quoted(identity.uri),
        "SEMEQ_PLUGIN_ID": _quoted(identity.clap_id),
        "SEMEQ_PLUGIN_CODE": ", ".join(f"'{letter}'" for letter in identity.code),
        "SEMEQ_MODEL_DESCRIPTION": _quoted(f"{bundle.name}, {len(words)} words"),
    }
    return "#pragma once\n" + "".join(f"#define {name} {value}\n" for name, value in lines.items())


def model_header(bundle: Bundle, listed: Sequence[ListedWord]) -> str:
    """``model.hpp``: weights, words and programs as constants."""
    weights, words = read_decoder(bundle), [word.name for word in listed]
    latents = np.array([word.latent for word in listed], dtype=np.float32)
    parts = [
        "// Made by semeq-export plugin from a model bundle; not for editing.",
        "#pragma once",
        "",
        '#include "decoder.hpp"',
        "",
    ]
    parts += ["namespace semeq::model {", ""]
    layers = []
    for i, layer in enumerate(weights.hidden):
        parts += [_array(f"kWeight{i}", layer.weight), _array(f"kBias{i}", layer.bias)]
        parts += [_array(f"kNormScale{i}", layer.norm_scale), _array(f"kNormShift{i}", layer.norm_shift)]
        inputs, outputs = layer.weight.shape
        layers.append(f"Layer{{{inputs}, {outputs}, kWeight{i}, kBias{i}, kNormScale{i}, kNormShift{i}}}")
    inputs, outputs = weights.last_weight.shape
    layers.append(f"Layer{{{inputs}, {outputs}, kWeightLast, kBiasLast, nullptr, nullptr}}")
    parts += [_array("kWeightLast", weights.last_weight), _array("kBiasLast", weights.last_bias)]
    parts += [_array("kSkip", weights.skip), _array("kOffset", weights.offset)]
    parts.append(f"constexpr DecoderWeights kDecoder{{{len(layers)}, {{{{{', '.join(layers)}}}}}, kSkip, kOffset}};")
    parts.append(f"constexpr int kWordCount = {len(words)};")
    parts.append(f"constexpr const char* kWords[kWordCount] = {{{', '.join(_quoted(word) for word in words)}}};")
    rows = ",\n".join("{" + ", ".join(_number(v) for v in row.tolist()) + "}" for row in latents)
    parts.append(f"constexpr float kLatents[kWordCount][kLatent] = {{\n{rows}}};")
    first = words.index("warm") if "warm" in words else 0
    second = words.index("bright") if "bright" in words else len(words) - 1
    parts += [f"constexpr int kDefaultSemantic = {first};", f"constexpr int kDefaultTo = {second};"]
    parts += _programs(words, first, second)
    parts += ["", "}  // namespace semeq::model", ""]
    return "\n".join(parts)


def _programs(words: Sequence[str], first: int, second: int) -> list[str]:
    """The factory presets whose words are listed, behind what the plugin starts with."""
    rows = [f'    {{"start", {first}, {second}, 0.0f, 1.0f, 0.0f}},']
    for program in factory_programs():
        if program.semantic not in words or (program.to is not None and program.to not in words):
            continue
        semantic = words.index(program.semantic)
        # A preset without a second word has no way to go; the plugin always has one, which its morph of 0 leaves alone.
        to = words.index(program.to) if program.to is not None else second if semantic != second else first
        values = ", ".join(_number(value) for value in (program.morph, program.intensity, program.output_db))
        rows.append(f"    {{{_quoted(program.name)}, {semantic}, {to}, {values}}},")
    return [
        "struct Program {",
        "    const char* name;",
        "    int semantic, to;",
        "    float morph, intensity, output_db;",
        "};",
        f"constexpr int kProgramCount = {len(rows)};",
        "constexpr Program kPrograms[kProgramCount] = {",
        *rows,
        "};",
    ]


def map_header(bundle: Bundle, listed: Sequence[ListedWord]) -> str:
    """``map.hpp``: where each word lies on the map of the window, and how soon it is shown."""
    vocabulary = bundle.vocabulary
    positions = word_positions(Decoder(bundle), vocabulary)
    entries = {plain_name(word.name): (word, position) for word, position in zip(vocabulary, positions, strict=True)}
    curves = curve(np.array([word.params for word in listed]))
    known = [place for place, word in enumerate(listed) if word.name in entries]
    known_curves, known_positions = curves[known], np.array([entries[listed[place].name][1] for place in known])
    rows = []
    for place, word in enumerate(listed):
        if word.name in entries:
            entry, (x, y) = entries[word.name]
            rank, low = priority(entry), entry.low_evidence
            kind = (
                "kCore" if OWN in entry.sources or is_term(entry) else "kCommon" if entry.evidence >= _MANY else "kRare"
            )
        else:  # a word that the list kept from an older model
            x, y = placed(curves[place], known_curves, known_positions)
            rank, low, kind = 0.0, True, "kRare"
        rows.append(f"    {{{x:.4f}f, {y:.4f}f, {rank:.1f}f, {kind}, {str(low).lower()}}},")
    return "\n".join(
        [
            "// Made by semeq-export plugin from a model bundle; not for editing.",
            "#pragma once",
            "",
            "namespace semeq::model {",
            "",
            "enum Kind { kCore, kCommon, kRare };  // the craft's or one's own; many people's; another",
            "struct Place {",
            "    float x, y, priority;  // −1 to 1, y upwards",
            "    Kind kind;",
            "    bool low;  // few people used it",
            "};",
            "constexpr Place kPlaces[] = {",
            *rows,
            "};",
            "",
            "}  // namespace semeq::model",
            "",
        ]
    )


def _array(name: str, values: Weights) -> str:
    numbers = [_number(v) for v in values.reshape(-1).tolist()]
    lines = [", ".join(numbers[i : i + 8]) for i in range(0, len(numbers), 8)]
    return f"constexpr float {name}[{len(numbers)}] = {{\n" + ",\n".join(lines) + "};\n"


def _number(value: float) -> str:
    """A float32 literal that reads back exactly."""
    return float(value).hex() + "f"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    if any(ord(c) < 32 for c in text):
        raise BundleError(f"{text!r} has control characters and cannot be a name")
    return f'"{escaped}"'
