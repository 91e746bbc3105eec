"""`semeq midi`: see ports and messages, learn a map, check one."""

from __future__ import annotations

import queue
import time
from pathlib import Path

import click
import mido
from rich.console import Console
from rich.table import Table

from semeq.presets import UnknownWordError

from ..controls import CONTROLS, Controls
from ..files import replacing
from ..midi import (
    Learner,
    Mapping,
    MidiInput,
    MidiMap,
    PortError,
    Translator,
    dump_map,
    format_mapping,
    jack_ports,
    open_input,
    read_map,
    read_maps,
    system_ports,
)
from ..space import WordSpace
from .options import OutputPath, model_option

_PORT_HELP = "Part of a MIDI port's name, jack:PORT, or tcp:HOST:PORT to listen on."
port_option = click.option("--midi", "port", metavar="PORT", required=True, help=_PORT_HELP)
seconds_option = click.option("--seconds", type=click.FloatRange(min=0), help="Stop after this long.")


@click.group("midi")
def command() -> None:
    """MIDI ports, messages and maps."""


@command.command("ports")
def ports() -> None:
    """List the MIDI inputs there are."""
    found = False
    for kind, names in (("system", system_ports), ("JACK", jack_ports)):
        try:
            listed = names()
        except PortError as error:
            click.echo(f"{kind}: {error}")
            continue
        found = True
        click.echo(f"{kind}: {', '.join(listed) if listed else 'no MIDI inputs'}")
    if not found:
        raise click.ClickException("no MIDI system; MIDI can still come over the network (--midi tcp:127.0.0.1:9080)")


@command.command("monitor")
@port_option
@click.option("--map", "maps", multiple=True, metavar="MAP", help="Show what this map makes of the messages.")
@seconds_option
def monitor(port: str, maps: tuple[str, ...], seconds: float | None) -> None:
    """Print every message that arrives, and what a map makes of it."""
    translator = Translator(read_maps(maps), Controls("warm"))
    for data in MessageStream(port, seconds):
        changes = ", ".join(f"{change.control} → {_shown(change.value)}" for change in translator.feed(data))
        click.echo(f"{mido.Message.from_bytes(data)}{f'   {changes}' if changes else ''}")


@command.command("learn")
@click.argument("controls", nargs=-1, required=True)
@port_option
@click.option("--words", metavar="WORD,WORD", default="", help="What semantic and to choose from.")
@click.option("--out", type=OutputPath(folder=False), help="Write the map to this file (else it is printed).")
@click.option("--overwrite", is_flag=True, help="Replace the map if it exists.")
@seconds_option
def learn(
    controls: tuple[str, ...], port: str, words: str, out: Path | None, overwrite: bool, seconds: float | None
) -> None:
    """Make a map: for each of CONTROLS, turn the knob (or press the button) that shall move it."""
    for control in controls:
        if control not in CONTROLS:
            raise click.UsageError(f"there is no control {control!r}; there are {', '.join(CONTROLS)}")
    chosen = tuple(word.strip() for word in words.split(",") if word.strip())
    mappings: list[Mapping] = []
    messages = MessageStream(port, seconds)
    for control in controls:
        click.echo(f"{control}: turn its knob …", err=True)
        learner = Learner(mapping.source for mapping in mappings)
        for data in messages:
            learner.feed(data)
            if learner.enough:
                break
        if not learner.enough:
            raise click.ClickException(f"{control}: no knob moved; nothing was written")
        is_word = CONTROLS[control].kind == "word"
        mappings.append(learner.mapping(control, chosen if is_word else ()))
        click.echo(f"  {format_mapping(mappings[-1])}", err=True)
    text = dump_map(MidiMap(tuple(mappings)))
    if out is None:
        click.echo(text, nl=False)
    else:
        with replacing(out, overwrite=overwrite) as partial:
            partial.write_text(text, encoding="utf-8")


@command.command("check")
@click.argument("map_", metavar="MAP")
@model_option
def check(map_: str, model: str | None) -> None:
    """Check MAP (a file, a shipped map, or a mapping such as 21=morph) and show what it does."""
    midi_map = read_map(map_)
    space = WordSpace.open(model)
    for word in (*midi_map.words("semantic"), *midi_map.words("to")):
        try:
            space.latent(word)
        except UnknownWordError as error:
            raise click.UsageError(str(error)) from None
    table = Table(box=None, header_style="bold", title=midi_map.name or None)
    for name in ("source", "control", "from … to", "options"):
        table.add_column(name)
    for mapping in midi_map:
        table.add_row(str(mapping.source), mapping.control, _span(mapping), _options(mapping))
    Console().print(table)


class MessageStream:
    """Messages of a port, one after the other, until the time is over; several loops may take turns on it."""

    def __init__(self, port: str, seconds: float | None) -> None:
        self._messages: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._input: MidiInput = open_input(port, self._messages.put)
        self._end = None if seconds is None else time.monotonic() + seconds
        self._told = ""
        click.echo(f"listening to {self._input.name}; Ctrl-C ends", err=True)

    def __iter__(self) -> MessageStream:
        """Take a turn."""
        return self

    def __next__(self) -> bytes:
        """Wait for the next message."""
        while self._end is None or time.monotonic() < self._end:
            if self._input.trouble != self._told:
                self._told = self._input.trouble
                click.echo(self._told or f"{self._input.name} is back", err=True)
            try:
                return self._messages.get(timeout=0.1)
            except queue.Empty:
                continue
        self._input.close()
        raise StopIteration


def _span(mapping: Mapping) -> str:
    if mapping.kind == "number":
        unit = CONTROLS[mapping.control].unit
        return f"{mapping.low:g} … {mapping.high:g} {unit}".rstrip()
    return ", ".join(mapping.words) if mapping.words else "off, on"


def _options(mapping: Mapping) -> str:
    if mapping.kind == "switch":
        return mapping.action
    if mapping.kind == "word":
        return mapping.encoding if mapping.encoding != "absolute" else ""
    parts = [mapping.curve, f"{mapping.smoothing_ms:g} ms"]
    parts.append(mapping.takeover if mapping.encoding == "absolute" else f"{mapping.encoding}, step {mapping.step:g}")
    return ", ".join(parts)


def _shown(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
