"""What the terminal shows while the music plays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..moves import AMOUNT, MATCH_DB

KEYS = ("← → morph", "↑ ↓ intensity", "s t words", "b bypass", "l level match", "q quit")
_METER_LOW_DB = -60.0
_LABEL = 10
_MOST_BAR, _LEAST_BAR = 32, 8
_BESIDE_BAR = 30  # the label, and the longest text behind a bar
_MOST_MAP_LINES = 2


@dataclass(frozen=True)
class LiveState:
    """A moment of a live session, for showing.

    `levels_dbfs` are the peaks of input and output per channel, `share` the part of the block that the callback takes,
    `prompt` a word that is being typed, `mappings` what knobs do, in short form.
    """

    values: Mapping[str, Any]
    levels_dbfs: tuple[tuple[float, ...], tuple[float, ...]]
    share: float
    xruns: int
    midi_messages: int
    description: str
    notice: str
    keys: bool
    prompt: str
    map_name: str
    mappings: tuple[str, ...]


def bar(fraction: float, width: int = _MOST_BAR) -> str:
    """A bar that is filled to a fraction, in eighths of a character."""
    eighths = round(min(max(fraction, 0.0), 1.0) * width * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + ("" if rest == 0 else " ▏▎▍▌▋▊▉"[rest])).ljust(width, "·")


def packed(parts: Iterable[str], width: int, gap: str = "   ") -> list[str]:
    """Lines of at most `width` characters that hold the parts in order, none of them broken (a wider one is alone)."""
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + len(gap) + len(part) <= width:
            lines[-1] += gap + part
        else:
            lines.append(part)
    return lines


def render(state: LiveState, width: int) -> Group:
    """The view of a moment, at most `width` characters wide where that is 50 or more."""
    values, wide = state.values, min(max(width - _BESIDE_BAR, _LEAST_BAR), _MOST_BAR)
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", style="dim", width=_LABEL)
    grid.add_column()
    to = values["to"]
    words = Text(values["semantic"], style="bold") + Text(f"  →  {to}" if to else "", style="bold")
    if values["bypass"]:
        words += Text("   BYPASS", style="bold red")
    grid.add_row("words", words)
    grid.add_row("morph", f"{bar(values['morph'], wide)} {values['morph']:.2f}")
    grid.add_row("intensity", f"{bar(values['intensity'] / 2, wide)} {values['intensity']:.2f}")
    if values["adaptive"]:
        grid.add_row("adaptive", f"{bar(values[AMOUNT], wide)} {100 * values[AMOUNT]:.0f} % applied")
    match = f"   level match {values[MATCH_DB]:+.1f} dB" if values["level_match"] else ""
    grid.add_row("output", f"{values['output_db']:+.1f} dB{match}")
    for name, levels in zip(("in", "out"), state.levels_dbfs, strict=True):
        for channel, level in enumerate(levels[:2]):
            over = level >= 0.0
            style = "red" if over else "green"
            label = f"{name} {channel + 1}" if len(levels) > 1 else name
            line = Text(bar(1 - level / _METER_LOW_DB, wide), style=style) + Text(f" {level:6.1f} dBFS")
            grid.add_row(label, line)
    grid.add_row("callback", f"{bar(state.share, wide)} {100 * state.share:.1f} % of block")
    grid.add_row("", f"{state.xruns} xruns, {state.midi_messages} MIDI messages")
    for label, knobs in _map_rows(state, width - _LABEL - 1):
        grid.add_row(label, Text(knobs))
    lines: list[RenderableType] = [Text(state.description, style="dim"), grid]
    if state.notice:
        lines.append(Text(state.notice, style="yellow"))
    if state.prompt:
        lines.append(Text(state.prompt, style="bold"))
    elif state.keys:
        lines += [Text(line, style="dim") for line in packed(KEYS, width)]
    return Group(*lines)


def _map_rows(state: LiveState, width: int) -> list[tuple[str, str]]:
    """The map's name and what its knobs do, as much as two lines hold."""
    if not state.mappings:
        return []
    knobs = [re.sub(r"(=\w+).*", r"\1", text) for text in state.mappings]  # without ranges, words and options
    lines = packed(knobs, width, "  ")
    if len(lines) > _MOST_MAP_LINES:
        lines = [*lines[: _MOST_MAP_LINES - 1], lines[_MOST_MAP_LINES - 1][: width - 2] + " …"]
    named = [state.map_name[:width]] if state.map_name else []
    return list(zip(["map", *[""] * len(lines)], [*named, *lines], strict=False))
