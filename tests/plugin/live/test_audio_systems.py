"""What JACK and PortAudio call, called as they do, without either; and leaving one that hangs."""

import ctypes
import gc
import subprocess
import sys
import threading
import weakref
from types import SimpleNamespace

import numpy as np
import pytest

from semeq.plugin import Controls, WordSpace
from semeq.plugin.live import LiveProcessor
from semeq.plugin.live.audio import SoundDeviceBackend, sounddevice_backend
from semeq.plugin.live.audio._callback import MOST_FRAMES
from semeq.plugin.live.audio.backend import in_time
from semeq.plugin.live.audio.native_stream import NativeStream
from semeq.plugin.midi import Change, MidiMap, read_maps

from .playing import BLOCK, RATE, cc, noise, play
from .rig import wait_until

POINTER = ctypes.c_void_p
PORTAUDIO = ctypes.CFUNCTYPE(ctypes.c_int, POINTER, POINTER, ctypes.c_ulong, POINTER, ctypes.c_ulong, POINTER)
JACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_uint32, POINTER)
JACK_XRUN = ctypes.CFUNCTYPE(ctypes.c_int, POINTER)
INPUT_UNDERFLOW, INPUT_OVERFLOW, OUTPUT_UNDERFLOW, OUTPUT_OVERFLOW = 1, 2, 4, 8  # portaudio.h


@pytest.fixture(scope="module")
def space():
    return WordSpace.open()


def make(space, channels=2, midi_map=None):
    return NativeStream(
        LiveProcessor(space, Controls("warm", to="bright"), midi_map or MidiMap(), RATE, channels, BLOCK), BLOCK
    )


class PortAudio:
    """Calls a stream's PortAudio function with interleaved blocks."""

    def __init__(self, function, argument):
        self._call, self._argument = PORTAUDIO(function), argument

    def __call__(self, source, flags=0):
        """Source (channels, frames), or a number of frames and channels without any input; returns what came out."""
        no_input = isinstance(source, tuple)
        out = np.full(source if no_input else source.shape, 9.0, np.float32).T.copy()
        interleaved = None if no_input else np.ascontiguousarray(source.T)
        address = None if no_input else interleaved.ctypes.data
        assert self._call(address, out.ctypes.data, len(out), None, flags, self._argument) == 0  # paContinue
        return out.T


@pytest.mark.parametrize("channels", [1, 2, 5])
def test_portaudio_plays_the_same_bits(space, channels):
    audio, out = noise(30 * BLOCK, channels), []
    plain, stream = make(space, channels), make(space, channels)
    wanted = play(plain, audio[:, :BLOCK])
    plain.processor.request(Change("morph", 1.0, 0.04))
    wanted = np.hstack([wanted, play(plain, audio[:, BLOCK:])])
    portaudio = PortAudio(*stream.callback.portaudio())
    for i in range(0, audio.shape[1], BLOCK):
        out.append(portaudio(audio[:, i : i + BLOCK]))
        stream.advance()
        if i == 0:
            stream.processor.request(Change("morph", 1.0, 0.04))
    assert np.array_equal(np.hstack(out), wanted)
    assert stream.processor.times.callbacks == 30


def test_overflow_of_input_and_underflow_of_output_are_xruns(space):
    stream = make(space)
    portaudio, times = PortAudio(*stream.callback.portaudio()), stream.processor.times
    for flags, xruns in ((0, 0), (INPUT_UNDERFLOW | OUTPUT_OVERFLOW | 16, 0), (INPUT_OVERFLOW, 1)):
        portaudio(noise(BLOCK), flags)
        assert times.xruns == xruns
    portaudio(noise(BLOCK), OUTPUT_UNDERFLOW)
    portaudio(noise(BLOCK), INPUT_OVERFLOW | OUTPUT_UNDERFLOW)  # one block, one xrun
    assert times.xruns == 3


def test_portaudio_hears_silence_where_a_block_is_too_long_or_has_no_input(space):
    stream = make(space)
    portaudio = PortAudio(*stream.callback.portaudio())
    assert not portaudio(noise(MOST_FRAMES + 1)).any()
    assert not portaudio((2, BLOCK)).any()
    assert stream.processor.tap.position == 0
    assert portaudio(noise(MOST_FRAMES)).any()
    assert stream.processor.tap.position == MOST_FRAMES


class Event(ctypes.Structure):
    _fields_ = (("time", ctypes.c_uint32), ("size", ctypes.c_size_t), ("buffer", POINTER))


class Jack:
    """What libjack gives a client of two channels: buffers of ports (1-2 in, 3-4 out, 5 MIDI), and events."""

    def __init__(self, stream, most_frames):
        self.buffers = np.full((4, most_frames), 9.0, np.float32)
        self.messages = []
        self._keep = (
            ctypes.CFUNCTYPE(POINTER, POINTER, ctypes.c_uint32)(self._buffer),
            ctypes.CFUNCTYPE(ctypes.c_uint32, POINTER)(lambda _midi: len(self.messages)),
            ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(Event), POINTER, ctypes.c_uint32)(self._event),
        )
        addresses = [ctypes.cast(function, POINTER).value for function in self._keep]
        process, xrun, self._argument = stream.callback.jack(*addresses, 5, [1, 2], [3, 4])
        self._call, self._xrun = JACK(process), JACK_XRUN(xrun)

    def _buffer(self, port, _frames):
        return 5 if port == 5 else self.buffers[port - 1].ctypes.data

    def _event(self, event, _midi, index):
        frame, data = self.messages[index]
        self._bytes = ctypes.create_string_buffer(data, len(data))
        event[0] = Event(frame, len(data), ctypes.addressof(self._bytes))
        return 0

    def __call__(self, source, messages=()):
        frames = source.shape[1]
        self.buffers[:2, :frames], self.messages = source, messages
        assert self._call(frames, self._argument) == 0
        return self.buffers[2:, :frames].copy()

    def xrun(self):
        assert self._xrun(self._argument) == 0


def test_jack_plays_the_same_bits_and_hears_midi_at_its_frame(space):
    midi_map, audio = read_maps(("21=morph",)), noise(30 * BLOCK)
    messages = [(3, cc(90)), (BLOCK + 5, cc(10)), (BLOCK + 77, cc(127))]
    stream = make(space, midi_map=midi_map)
    jack, out = Jack(stream, BLOCK), []
    for i in range(0, audio.shape[1], BLOCK):
        out.append(jack(audio[:, i : i + BLOCK], [(f - i, m) for f, m in messages if i <= f < i + BLOCK]))
        stream.advance()
    assert np.array_equal(np.hstack(out), play(make(space, midi_map=midi_map), audio, messages))


def test_jack_hears_silence_where_a_block_is_too_long(space):
    stream = make(space)
    jack = Jack(stream, MOST_FRAMES + 1)
    assert not jack(noise(MOST_FRAMES + 1)).any()
    assert stream.processor.tap.position == 0
    assert jack(noise(MOST_FRAMES)).any()


def test_xruns_that_jack_reports_are_counted(space):
    stream = make(space)
    jack = Jack(stream, BLOCK)
    for xruns in range(3):
        assert stream.processor.times.xruns == xruns
        jack.xrun()


class Kept:
    pass


def test_leaving_goes_on_after_a_failure_and_lets_go():
    done, kept = [], Kept()
    assert in_time(5.0, kept, lambda: 1 / 0, lambda: done.append("closed"))
    assert done == ["closed"]
    watched = weakref.ref(kept)
    del kept
    assert watched() is None


def test_what_a_library_that_hangs_may_still_call_is_kept():
    end, kept = threading.Event(), Kept()
    assert not in_time(0.01, kept, end.wait)
    watched = weakref.ref(kept)
    del kept
    assert watched() is not None
    end.set()
    wait_until(lambda: watched() is None, what="the release")


def test_a_device_that_never_stops_is_left_with_a_callback_that_plays_silence(space, monkeypatch):
    ffi = pytest.importorskip("_sounddevice").ffi
    opened, end = [], threading.Event()

    class Stream:
        latency = (0.01, 0.02)

        def __init__(self, kind, **options):
            opened.append({"kind": kind, **options})

        def start(self):
            pass

        def abort(self):
            end.wait()

        def close(self):
            pass

    device = {"name": "box", "default_samplerate": 44_100.0, "max_input_channels": 2, "max_output_channels": 4}
    sounddevice = SimpleNamespace(
        _ffi=ffi,
        _StreamBase=Stream,
        _exit_handler=print,
        PortAudioError=OSError,
        query_devices=lambda *_: device,
    )
    monkeypatch.setattr(sounddevice_backend, "open_portaudio", lambda: sounddevice)
    monkeypatch.setattr(sounddevice_backend, "_CLOSE_S", 0.01)
    backend = SoundDeviceBackend(2, block_frames=BLOCK)
    backend.start(LiveProcessor(space, Controls("warm"), MidiMap(), backend.sample_rate_hz, 2, BLOCK))
    (options,) = opened
    address, argument = (int(ffi.cast("uintptr_t", options.pop(name))) for name in ("callback", "userdata"))
    del options["finished_callback"]
    wanted = {"kind": "duplex", "samplerate": 44_100, "blocksize": BLOCK, "device": (None, None), "channels": 2}
    assert options == wanted | {"dtype": "float32", "latency": "low"}
    assert backend.latency_ms() == (10.0, 20.0)
    portaudio = PortAudio(address, argument)
    assert portaudio(noise(BLOCK)).any()
    backend.close()
    assert backend.notices == ["the audio device does not answer; closed without it"]
    del backend
    gc.collect()
    portaudio(noise(MOST_FRAMES))
    assert not portaudio(noise(BLOCK)).any()
    end.set()


def test_a_device_that_never_stops_does_not_keep_the_program():
    """Nor does the end of the program free what the device calls, or complain of it."""
    code = (
        "import threading\n"
        "from semeq.plugin import Controls, WordSpace\n"
        "from semeq.plugin.live import LiveProcessor\n"
        "from semeq.plugin.live.audio.backend import in_time\n"
        "from semeq.plugin.live.audio.native_stream import NativeStream\n"
        "from semeq.plugin.midi import MidiMap\n"
        "live = LiveProcessor(WordSpace.open(), Controls('warm'), MidiMap(), 48_000, 2, 128)\n"
        "print(in_time(0.01, NativeStream(live, 128), threading.Event().wait))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "False\n", "")
