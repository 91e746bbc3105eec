"""MIDI: from messages to changes of the controls, by a map of which knob does what."""

from .knob_law import CURVES
from .learn import Learner
from .mapfile import dump_map, entry_mapping, load_map, map_entry, read_map, read_maps, shipped_maps
from .mapping import Mapping, MidiMap
from .ports import MidiInput, PortError, choose, jack_ports, name_in_maps, open_input, system_ports
from .reading import Reader, Reading
from .recording import MidiFileError, TimedMessage, read_midi_file, ticks_for, write_take
from .shortform import format_mapping, parse_mapping
from .source import MapError, Source
from .translate import Change, Translator

__all__ = [
    "CURVES",
    "Change",
    "Learner",
    "MapError",
    "Mapping",
    "MidiFileError",
    "MidiInput",
    "MidiMap",
    "PortError",
    "Reader",
    "Reading",
    "Source",
    "TimedMessage",
    "Translator",
    "choose",
    "dump_map",
    "entry_mapping",
    "format_mapping",
    "jack_ports",
    "load_map",
    "map_entry",
    "name_in_maps",
    "open_input",
    "parse_mapping",
    "read_map",
    "read_maps",
    "read_midi_file",
    "shipped_maps",
    "system_ports",
    "ticks_for",
    "write_take",
]
