"""`semeq midi`: see ports and messages, learn a map, check one."""

from __future__ import annotations

import queue
import time
from pathlib import Path

import click
import mido

from semeq.console import Example, Say, examples, output_options, plain_table
from semeq.files import replacing
from semeq.words import UnknownWordError, WordSpace

from ..controls import CONTROLS, Controls
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
    name_in_maps,
    open_input,
    read_map,
    read_maps,
    system_ports,
)
from .options import OutputPath, model_option

_PORT_HELP = "Part of a MIDI port's name (system or JACK), jack:PORT, or tcp:HOST:PORT to listen on."
port_option = click.option("--midi", "port", metavar="PORT", required=True, help=_PORT_HELP)
server_option = click.option("--server", metavar="NAME", help="Name of the JACK server.")
seconds_option = click.option("--seconds", type=click.FloatRange(min=0), help="Stop after this long.")


@click.group(
    "midi",
    epilog=examples(
        "semeq midi ports",
        "semeq midi learn morph intensity --midi nanoKONTROL2 --out mine.toml",
        "semeq midi check mine.toml",
    ),
)
def command() -> None:
    """MIDI ports, messages and maps."""


@command.command("ports", epilog=examples("semeq midi ports", "semeq midi ports --json"))
@server_option
@output_options
def ports(server: str | None, say: Say) -> None:
    """List the MIDI inputs there are."""
    found: dict[str, list[str] | None] = {}
    for kind, names in (("system", system_ports), ("JACK", lambda: jack_ports(server))):
        try:
            found[kind] = listed = list(names())
        except PortError as error:
            found[kind] = None
            say.result(f"{kind}: {error}")
            continue
        say.result(f"{kind}: {', '.join(listed) if listed else 'no MIDI inputs'}")
    say.data(found)
    if not any(names is not None for names in found.values()):
        raise click.ClickException("no MIDI system; MIDI can still come over the network (--midi tcp:127.0.0.1:9080)")


@command.command(
    "monitor",
    epilog=examples(
        "semeq midi monitor --midi nanoKONTROL2 --map 21=morph",
        Example("semeq midi monitor --midi tcp:127.0.0.1:9080 --seconds 10 --json", "MIDI over the network, as a list"),
    ),
)
@port_option
@server_option
@click.option("--map", "maps", multiple=True, metavar="MAP", help="Show what this map makes of the messages.")
@seconds_option
@output_options
def monitor(port: str, server: str | None, maps: tuple[str, ...], seconds: float | None, say: Say) -> None:
    """Print every message that arrives, and what a map makes of it; with --json, all of them at the end."""
    translator = Translator(read_maps(maps), Controls("warm"))
    heard: list[dict[str, object]] = []
    try:
        for data in MessageStream(port, server, seconds, say):
            made = list(translator.feed(data))
            if say.as_json:
                changes = {change.control: change.value for change in made}
                heard.append({"message": str(mido.Message.from_bytes(data)), "bytes": list(data), "changes": changes})
            shown = ", ".join(f"{change.control} → {_shown(change.value)}" for change in made)
            say.result(f"{mido.Message.from_bytes(data)}{f'   {shown}' if shown else ''}")
    finally:
        say.data(heard)


@command.command(
    "learn",
    epilog=examples(
        "semeq midi learn morph intensity --midi nanoKONTROL2 --out mine.toml",
        "semeq midi learn semantic --words warm,bright,airy --midi nanoKONTROL2",
    ),
)
@click.argument("controls", nargs=-1, required=True)
@port_option
@server_option
@click.option("--words", metavar="WORD,WORD", default="", help="What semantic and to choose from.")
@click.option("--out", type=OutputPath(folder=False), help="Write the map to this file (else it is printed).")
@click.option("--overwrite", is_flag=True, help="Replace the map if it exists.")
@seconds_option
@output_options
def learn(
    controls: tuple[str, ...],
    port: str,
    server: str | None,
    words: str,
    out: Path | None,
    overwrite: bool,
    seconds: float | None,
    say: Say,
) -> None:
    """Make a map: for each of CONTROLS, turn the knob (or press the button) that shall move it."""
    for control in controls:
        if control not in CONTROLS:
            raise click.UsageError(f"there is no control {control!r}; there are {', '.join(CONTROLS)}")
    chosen = tuple(word.strip() for word in words.split(",") if word.strip())
    mappings: list[Mapping] = []
    messages = MessageStream(port, server, seconds, say)
    for control in controls:
        say.note(f"{control}: turn its knob …")
        learner = Learner(mapping.source for mapping in mappings)
        for data in messages:
            learner.feed(data)
            if learner.enough:
                break
        if not learner.enough:
            raise click.ClickException(f"{control}: no knob moved; nothing was written")
        is_word = CONTROLS[control].kind == "word"
        mappings.append(learner.mapping(control, chosen if is_word else ()))
        say.note(f"  {format_mapping(mappings[-1])}")
    midi_map = MidiMap(tuple(mappings), port=name_in_maps(port))
    if midi_map.morphs_nowhere(None):
        say.note("morph does nothing without a second word: play with --to, as in semeq live -s warm --to bright")
    text = dump_map(midi_map)
    if out is None:
        say.result(text.rstrip("\n"))
    else:
        with replacing(out, overwrite=overwrite) as partial:
            partial.write_text(text, encoding="utf-8")
    written = None if out is None else str(out)
    say.data({"mappings": [format_mapping(mapping) for mapping in mappings], "written": written})


@command.command(
    "check", epilog=examples("semeq midi check mine.toml", "semeq midi check 'ch2:cc74=intensity[0..1.5]'")
)
@click.argument("map_", metavar="MAP")
@model_option
@output_options
def check(map_: str, model: str | None, say: Say) -> None:
    """Check MAP (a file, a shipped map, or a mapping such as 21=morph) and show what it does."""
    midi_map = read_map(map_)
    space = WordSpace.open(model)
    for word in (*midi_map.words("semantic"), *midi_map.words("to")):
        try:
            space.latent(word)
        except UnknownWordError as error:
            raise click.UsageError(str(error)) from None
    say.data({"name": midi_map.name, "port": midi_map.port, "mappings": [format_mapping(m) for m in midi_map]})
    table = plain_table("source", "control", "from … to", "options", title=midi_map.name)
    for mapping in midi_map:
        table.add_row(str(mapping.source), mapping.control, _span(mapping), _options(mapping))
    say.result(table)


class MessageStream:
    """Messages of a port, one after the other, until the time is over; several loops may take turns on it."""

    def __init__(self, port: str, server: str | None, seconds: float | None, say: Say) -> None:
        self._messages: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._input: MidiInput = open_input(port, self._messages.put, server)
        self._end = None if seconds is None else time.monotonic() + seconds
        self._told, self._say = "", say
        say.note(f"listening to {self._input.name}; Ctrl-C ends")

    def __iter__(self) -> MessageStream:
        """Take a turn."""
        return self

    def __next__(self) -> bytes:
        """Wait for the next message."""
        while self._end is None or time.monotonic() < self._end:
            if self._input.trouble != self._told:
                self._told = self._input.trouble
                self._say.note(self._told or f"{self._input.name} is back")
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
