"""Mappings as one writes them on a command line.

``21=morph``, ``ch2:cc74=intensity[0..1.5]``, ``pc=semantic{warm,airy}``.

The form is ``[chN:]source=control[low..high]{word,word}:option:option``. Sources: ``21`` or ``cc21``, ``cc1+33`` (a
14-bit pair), ``nrpn300``, ``note60``, ``pc``. Options: ``linear exponential s``, ``jump pickup``, ``toggle follow``,
``twos-complement offset-64``, ``30ms`` (smoothing), ``step0.02`` (of an encoder).
"""

from __future__ import annotations

import re
from typing import Any

from ..controls import CONTROLS
from .knob_law import CURVES
from .mapping import ACTIONS, DEFAULT_SMOOTHING_MS, DEFAULT_STEP, ENCODINGS, TAKEOVERS, Mapping
from .source import MapError, Source, SourceKind

_FORM = re.compile(
    r"(?:ch(?P<channel>\d{1,6}):)?"
    r"(?:(?:cc)?(?P<cc>\d{1,6})(?:\+(?P<fine>\d{1,6}))?|nrpn(?P<nrpn>\d{1,6})|note(?P<note>\d{1,6})|(?P<pc>pc))"
    r"=(?P<control>\w+)"
    r"(?:\[(?P<low>[^\[\]]+?)\.\.(?P<high>[^\[\]]+)\])?"
    r"(?:\{(?P<words>[^{}]*)\})?"
    r"(?P<options>(?::[^:]+)*)",
    re.IGNORECASE,
)
_OPTIONS: dict[str, str] = {
    option: name
    for name, options in (("curve", CURVES), ("takeover", TAKEOVERS), ("encoding", ENCODINGS), ("action", ACTIONS))
    for option in options
}


def parse_mapping(text: str) -> Mapping:
    """Read one mapping in short form.

    Raises
    ------
    MapError
        It is not one, or it cannot work.
    """
    form = _FORM.fullmatch(text.strip())
    if form is None:
        raise MapError(
            f"{text!r} is not a mapping; write 21=morph, ch2:cc74=intensity[0..1.5] or pc=semantic{{warm,airy}}"
        )
    values: dict[str, Any] = {}
    if form["low"] is not None:
        values["low"], values["high"] = _number(text, form["low"]), _number(text, form["high"])
    if form["words"] is not None:
        values["words"] = tuple(word.strip() for word in form["words"].split(","))
    for option in filter(None, form["options"].split(":")):
        name, value = _option(text, option.strip())
        values[name] = value
    return Mapping(_source(form), form["control"], **values)


def format_mapping(mapping: Mapping) -> str:
    """Write a mapping in short form; `parse_mapping` gives it back."""
    parts = [f"{mapping.source}={mapping.control}"]
    control = CONTROLS[mapping.control]
    if mapping.kind == "number" and (mapping.low, mapping.high) != (control.minimum, control.maximum):
        parts.append(f"[{mapping.low!r}..{mapping.high!r}]")
    if mapping.words:
        parts.append("{" + ",".join(mapping.words) + "}")
    for value, default in (
        (mapping.curve, "linear"),
        (mapping.takeover, "jump"),
        (mapping.encoding, "absolute"),
        (mapping.action, "toggle"),
    ):
        if value != default:
            parts.append(f":{value}")
    if mapping.smoothing_ms != DEFAULT_SMOOTHING_MS:
        parts.append(f":{mapping.smoothing_ms!r}ms")
    if mapping.step != DEFAULT_STEP:
        parts.append(f":step{mapping.step!r}")
    return "".join(parts)


def _source(form: re.Match[str]) -> Source:
    channel = int(form["channel"]) if form["channel"] else None
    if form["pc"]:
        return Source("pc", 0, channel)
    kinds: tuple[SourceKind, ...] = ("nrpn", "note")
    for kind in kinds:
        if form[kind]:
            return Source(kind, int(form[kind]), channel)
    if not form["fine"]:
        return Source("cc", int(form["cc"]), channel)
    if int(form["fine"]) != int(form["cc"]) + 32:
        raise MapError(f"cc{form['cc']}+{form['fine']} is not a 14-bit pair; the fine half of cc n is cc n+32")
    return Source("cc14", int(form["cc"]), channel)


def _number(text: str, number: str) -> float:
    try:
        return float(number)
    except ValueError:
        raise MapError(f"{text!r}: {number!r} in the range is not a number") from None


def _option(text: str, option: str) -> tuple[str, Any]:
    lower = option.lower()
    if lower in _OPTIONS:
        return _OPTIONS[lower], lower
    if lower.endswith("ms"):
        return "smoothing_ms", _number(text, lower[:-2])
    if lower.startswith("step"):
        return "step", _number(text, lower[4:])
    raise MapError(f"{text!r}: unknown option {option!r}; there are {', '.join(_OPTIONS)}, 30ms and step0.02")
