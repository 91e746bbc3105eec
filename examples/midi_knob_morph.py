"""A knob sweeps a file from warm to bright: MIDI in, audio out, in blocks of 128 frames.

    python examples/midi_knob_morph.py song.wav swept.wav            # a slow sweep stands in for the knob
    python examples/midi_knob_morph.py song.wav swept.wav nanoKONTROL2

For playing live, use the command: semeq live --semantic warm --to bright --map 21=morph
"""

import queue
import sys

import mido
from pedalboard.io import AudioFile

from semeq.plugin import Controls, SemanticEQ
from semeq.plugin.midi import Translator, open_input, read_map

source, target, *port = sys.argv[1:]
eq = SemanticEQ("warm", to="bright")
knobs = Translator(read_map("21=morph"), Controls("warm", to="bright"))
messages = queue.SimpleQueue()
knob = open_input(port[0], messages.put) if port else None

with AudioFile(source) as song, AudioFile(target, "w", song.samplerate, song.num_channels) as swept:
    while song.tell() < song.frames:
        if knob is None:
            value = round(127 * song.tell() / song.frames)
            messages.put(mido.Message("control_change", control=21, value=value).bytes())
        while not messages.empty():
            for change in knobs.feed(messages.get()):
                setattr(eq, change.control, change.value)
        swept.write(eq.process(song.read(128), song.samplerate, reset=False))
