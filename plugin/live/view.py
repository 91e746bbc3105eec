"""What the terminal shows while the music plays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

KEYS_LINE = "← → morph   ↑ ↓ intensity   b bypass   l level match   q quit"
_METER_LOW_DB = -60.0


@dataclass(frozen=True)
class LiveState:
    """A moment of a live session, for showing.

    `levels_dbfs` are the peaks of input and output per channel, `share` the part of the block that the callback takes.
    """

    values: Mapping[str, Any]
    levels_dbfs: tuple[tuple[float, ...], tuple[float, ...]]
    share: float
    xruns: int
    midi_messages: int
    description: str
    notice: str
    keys: bool


def bar(fraction: float, width: int = 32) -> str:
    """A bar that is filled to a fraction, in eighths of a character."""
    eighths = round(min(max(fraction, 0.0), 1.0) * width * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + ("" if rest == 0 else " ▏▎▍▌▋▊▉"[rest])).ljust(width, "·")


def render(state: LiveState) -> Group:
    """The view of a moment."""
    values = state.values
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", style="dim", width=10)
    grid.add_column()
    to = values["to"]
    words = Text(values["semantic"], style="bold") + Text(f"  →  {to}" if to else "", style="bold")
    if values["bypass"]:
        words += Text("   BYPASS", style="bold red")
    grid.add_row("words", words)
    grid.add_row("morph", f"{bar(values['morph'])} {values['morph']:.2f}")
    grid.add_row("intensity", f"{bar(values['intensity'] / 2)} {values['intensity']:.2f}")
    match = f"   level match {values['match_db']:+.1f} dB" if values["level_match"] else ""
    grid.add_row("output", f"{values['output_db']:+.1f} dB{match}")
    for name, levels in zip(("in", "out"), state.levels_dbfs, strict=True):
        for channel, level in enumerate(levels[:2]):
            over = level >= 0.0
            style = "red" if over else "green"
            label = f"{name} {channel + 1}" if len(levels) > 1 else name
            line = Text(bar(1 - level / _METER_LOW_DB), style=style) + Text(f" {level:6.1f} dBFS")
            grid.add_row(label, line)
    counts = f"{state.xruns} xruns, {state.midi_messages} MIDI"
    grid.add_row("callback", f"{bar(state.share)} {100 * state.share:.1f} % of the block, {counts}")
    lines: list[RenderableType] = [Text(state.description, style="dim"), grid]
    if state.notice:
        lines.append(Text(state.notice, style="yellow"))
    if state.keys:
        lines.append(Text(KEYS_LINE, style="dim"))
    return Group(*lines)
