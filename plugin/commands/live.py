"""`semeq live`: the EQ in real time, between JACK ports or audio devices, moved by MIDI and keys."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, fields
from importlib.metadata import entry_points
from typing import Any

import click

from semeq.console import Example, Say, examples, output_options
from semeq.eq import MAX_CHANNELS
from semeq.words import WordSpace

from ..controls import Controls
from ..live import Companion, LiveSettings, NoAdaptation, Session, open_adaptation
from ..live.audio import Backend, JackBackend, LiveError, SoundDeviceBackend, list_devices, list_ports
from ..midi import MidiMap, PortError, choose, read_maps, system_ports
from ..renderer import target_of
from .options import OutputPath, controls_options, map_option, say_understood

#: The entry points of pages that play a live session: `open(model, port, tell)` gives a `Companion`.
PAGES = "semeq.live_pages"

BLOCKS = ("32", "64", "128", "256", "512", "1024")


@dataclass(frozen=True)
class AudioPorts:
    """Which audio system to play through, and between which of its ports or devices."""

    system: str
    inputs: str | None
    outputs: str | None
    channels: int
    block: str | None
    rate: int | None
    name: str
    server: str | None

    def open(self, jack_midi: str | None) -> Backend:
        """The backend. Raises `LiveError`."""
        frames = None if self.block is None else int(self.block)
        if self.system == "jack":
            return JackBackend(self.name, self.channels, self.inputs, self.outputs, jack_midi, frames, self.server)
        return SoundDeviceBackend(self.channels, self.inputs, self.outputs, frames or 256, self.rate)


@click.command(
    "live",
    epilog=examples(
        Example(
            "semeq live -s warm --to bright --map 21=morph --input system --output system",
            "JACK; on PipeWire: pw-jack semeq …",
        ),
        "semeq live -s warm --to bright --map nanokontrol2 --midi nanoKONTROL2 --backend sounddevice",
        Example("semeq live -s warm --adaptive --record take.mid", "record the performance, to render it later"),
        Example("semeq live -s warm --desk", "play it from a page in the browser"),
        Example("semeq live --list", "what there is to connect to"),
    ),
)
@controls_options("level_match", "adaptive")
@click.option("--backend", "system", type=click.Choice(["jack", "sounddevice"]), default="jack", show_default=True)
@click.option("--list", "list_", is_flag=True, help="List audio ports and devices and MIDI inputs, and end.")
@click.option("--input", "inputs", metavar="NAME", help="JACK port (part of its name), or device, to take audio from.")
@click.option("--output", "outputs", metavar="NAME", help="JACK port, or device, to send audio to.")
@click.option("--channels", type=click.IntRange(1, MAX_CHANNELS), default=2, show_default=True)
@click.option("--block", type=click.Choice(BLOCKS), help="Frames a block; JACK's own, or 256, if not given.")
@click.option("--rate", type=click.IntRange(8000, 384_000), help="Sample rate (sounddevice; JACK has its own).")
@click.option("--midi", metavar="PORT", help="MIDI input: part of a port's name, or tcp:HOST:PORT.")
@map_option
@click.option("--record", type=OutputPath(folder=False), metavar="TAKE.mid", help="Record the performance.")
@click.option("--record-audio", type=OutputPath(folder=False), metavar="IN.wav", help="Record the input beside it.")
@click.option("--stats", type=OutputPath(folder=False), metavar="FILE.json", help="Write timing figures at the end.")
@click.option("--seconds", type=click.FloatRange(min=0), help="End after this long.")
@click.option("--plain", is_flag=True, help="No view, just lines.")
@click.option("--name", default="semeq", show_default=True, help="Name of the JACK client.")
@click.option("--server", metavar="NAME", help="Name of the JACK server.")
@click.option("--desk", is_flag=True, help="Serve the desk, a page in the browser that plays this host.")
@click.option("--desk-port", type=click.IntRange(0, 65535), help="Port of --desk; 0: any that is free.")
@output_options
def command(
    controls: Controls | None,
    model: str | None,
    list_: bool,
    midi: str | None,
    maps: tuple[str, ...],
    plain: bool,
    desk: bool,
    desk_port: int | None,
    say: Say,
    **options: Any,
) -> None:
    """Play live through the EQ of a word, or of a morph between two, and move it with MIDI knobs.

    With JACK, audio and MIDI ports appear in the graph; --input, --output and --midi connect them. Ends with Ctrl-C;
    --json prints the figures of --stats then.
    """
    ports = AudioPorts(**{field.name: options.pop(field.name) for field in fields(AudioPorts)})
    if list_:
        show_list(ports.server, say)
        return
    if controls is None:
        raise click.UsageError("Missing option '--semantic' / '-s'.")
    if ports.system == "jack" and ports.rate is not None:
        say.note("--rate does nothing with JACK, which has a rate of its own")
    midi_map = read_maps(maps)
    if midi_map.morphs_nowhere(controls.to):
        say.note("the map moves morph, which does nothing without a second word; give --to")
    space = WordSpace.open(model)
    target_of(space, controls)
    say_understood(space, (controls.semantic, controls.to, *midi_map.words("semantic"), *midi_map.words("to")), say)
    try:
        adaptation = open_adaptation(space) if controls.adaptive else None
    except NoAdaptation as error:
        raise click.UsageError(str(error)) from None
    try:
        jack_midi, own_midi = find_midi(ports, midi, midi_map, say)
        backend = ports.open(jack_midi)
        with closing(backend):
            settings = LiveSettings(controls, midi_map, own_midi, view=not plain and say.shows, **options)
            page = open_page(model, desk_port, say) if desk else None
            say.data(Session(space, backend, settings, adaptation, say.note, page).run())
    except LiveError as error:
        raise click.ClickException(str(error)) from None


def open_page(model: str | None, port: int | None, say: Say) -> Companion:
    """The desk's page for a live session, from the room that has it. Raises `LiveError` where it is not installed."""
    for point in entry_points(group=PAGES):
        try:
            page: Companion = point.load()(model, port, say.note if say.as_json else say.result)
        except ModuleNotFoundError as error:
            raise LiveError(
                f"the desk needs {error.name}, which is not installed; try: pip install 'semeq[desk]'"
            ) from None
        return page
    raise LiveError("this installation has no desk")


def find_midi(ports: AudioPorts, wanted: str | None, midi_map: MidiMap, say: Say) -> tuple[str | None, str | None]:
    """Which MIDI ports to listen to: by JACK, and beside it.

    A port that was asked for must be there; the one that a map names is taken if it is (JACK waits for it).
    """
    if wanted is None:
        if not midi_map.port or ports.system == "jack":
            return midi_map.port or None, None
        try:
            return None, choose(midi_map.port, system_ports(), "MIDI input")
        except PortError as error:
            say.note(f"no MIDI: {error}")
            return None, None
    if wanted.startswith("tcp:") or ports.system != "jack":
        return None, wanted
    names = list_ports(ports.server)["MIDI"]
    if any(wanted.lower() in name.lower() for name in names):
        return wanted, None
    try:
        return None, choose(wanted, system_ports(), "MIDI input")
    except PortError:
        raise LiveError(f"there is no MIDI port {wanted!r} in JACK; there are: {', '.join(names) or 'none'}") from None


def show_list(server: str | None, say: Say) -> None:
    """Print what there is to connect to. What is missing is said, and is no error: as JSON it is null."""
    found: dict[str, object] = {"jack": None, "devices": None, "midi": None}
    try:
        ports = list_ports(server)
        found["jack"] = {kind: list(names) for kind, names in ports.items()}
        for kind, names in ports.items():
            say.result(f"JACK {kind}: {', '.join(names) or 'none'}")
    except LiveError as error:
        say.result(f"JACK: {error}")
    try:
        devices = list(list_devices())
        found["devices"] = devices
        say.result("devices (sounddevice):" + ("" if devices else " none"))
        for device in devices:
            say.result(f"  {device}")
    except LiveError as error:
        say.result(f"devices: {error}")
    try:
        inputs = list(system_ports())
        found["midi"] = inputs
        say.result(f"MIDI inputs: {', '.join(inputs) or 'none'}")
    except PortError as error:
        say.result(f"MIDI inputs: {error}")
    say.data(found)
