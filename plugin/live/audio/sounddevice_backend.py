"""sounddevice: the machine's own audio devices through PortAudio (CoreAudio, WASAPI, ASIO, ALSA, JACK)."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING, Any

from .backend import LiveError, in_time
from .native_stream import NativeStream

if TYPE_CHECKING:  # the processor reads what the callback writes, by functions from here
    from ..processor import LiveProcessor

_CLOSE_S = 2.0
_LOST_LOOKS = 40  # looks without a callback in between, about 2 s, before a device counts as lost


class SoundDeviceBackend:
    """A PortAudio stream with as many channels in as out.

    Parameters
    ----------
    channels : int
    inputs, outputs : str, optional
        A device's number, or part of its name; None: the system's default.
    block_frames : int
    sample_rate_hz : int, optional
        None: the output device's own.

    Raises
    ------
    LiveError
        No PortAudio, no such device, a device that cannot do this.
    """

    def __init__(
        self,
        channels: int = 2,
        inputs: str | None = None,
        outputs: str | None = None,
        block_frames: int = 256,
        sample_rate_hz: int | None = None,
    ) -> None:
        sd = self._sd = open_portaudio()
        self._device = (_device(inputs), _device(outputs))
        self._stream: Any = None
        self._closing = False
        self.trouble = ""
        self.notices: list[str] = []
        self._looks, self._seen = 0, -1
        self._control: NativeStream | None = None
        self._latency_ms: tuple[float, float] | None = None
        try:
            found = [
                sd.query_devices(device, kind) for device, kind in zip(self._device, ("input", "output"), strict=True)
            ]
            self.sample_rate_hz = int(sample_rate_hz or found[1]["default_samplerate"])
            self._names = [str(device["name"]) for device in found]
            for device, side, key in zip(
                found, ("in", "out"), ("max_input_channels", "max_output_channels"), strict=True
            ):
                if device[key] < channels:
                    raise LiveError(f"{device['name']} has {device[key]} channels {side}, {channels} were asked for")
        except (ValueError, sd.PortAudioError) as error:
            raise LiveError(f"{_first_line(error)}; {_devices_there(sd)}") from None
        self.channels, self.block_frames = channels, block_frames

    def describe(self) -> str:
        """See `Backend`."""
        latency = self.latency_ms()
        told = "" if latency is None else f", latency {latency[0]:.1f} + {latency[1]:.1f} ms"
        return f"{' → '.join(self._names)}: {self.sample_rate_hz} Hz, {self.block_frames} frames{told}"

    def latency_ms(self) -> tuple[float, float] | None:
        """See `Backend`; as PortAudio tells it."""
        return self._latency_ms

    def start(self, processor: LiveProcessor) -> None:
        """See `Backend`. PortAudio calls C++; a thread works out what MIDI and keys change."""
        control = self._control = NativeStream(processor, self.block_frames)
        function, argument = control.callback.portaudio()

        def finished() -> None:
            if not self._closing:
                self.trouble = f"the audio device stopped ({' / '.join(self._names)}); was it unplugged?"

        cast = self._sd._ffi.cast
        control.start()
        try:
            # The base of sounddevice's streams is there for callbacks in C; its other ones call Python.
            self._stream = self._sd._StreamBase(
                "duplex",
                samplerate=self.sample_rate_hz,
                blocksize=self.block_frames,
                device=self._device,
                channels=self.channels,
                dtype="float32",
                latency="low",
                callback=cast("PaStreamCallback*", function),
                userdata=cast("void*", argument),
                finished_callback=finished,
            )
            self._stream.start()
            into, out = self._stream.latency
            self._latency_ms = (1000 * into, 1000 * out)
        except (ValueError, self._sd.PortAudioError) as error:
            raise LiveError(f"{' / '.join(self._names)}: {_first_line(error)}") from None

    def look_after(self) -> None:
        """Notice a device that went without a word: some systems just stop calling."""
        if self._control is None:
            return
        calls = self._control.processor.times.callbacks
        self._looks = 0 if calls != self._seen else self._looks + 1
        self._seen = calls
        if self._looks > _LOST_LOOKS and not self.trouble:
            self.trouble = f"the audio device no longer asks for audio ({' / '.join(self._names)}); was it unplugged?"

    def close(self) -> None:
        """See `Backend`."""
        self._closing = True
        if self._stream is not None:
            stream, self._stream = self._stream, None
            if not in_time(_CLOSE_S, self._control, stream.abort, stream.close):
                self.notices.append("the audio device does not answer; closed without it")
                atexit.unregister(self._sd._exit_handler)  # it would wait for the device, too
        if self._control is not None:  # after the device: nobody calls the callback any more
            self._control.stop()


def open_portaudio() -> Any:
    """The sounddevice module. Raises `LiveError` where it, or PortAudio, is missing."""
    try:
        import sounddevice
    except ImportError:
        raise LiveError("the sounddevice backend needs the live extra: pip install 'semeq[live]'") from None
    except OSError:
        raise LiveError("the PortAudio library (libportaudio2) is not installed on this machine") from None
    return sounddevice


def list_devices() -> list[str]:
    """One line for every audio device. Raises `LiveError`."""
    sd = open_portaudio()
    systems = sd.query_hostapis()
    return [
        f"{number}: {device['name']} ({systems[device['hostapi']]['name']}), {device['max_input_channels']} in, "
        f"{device['max_output_channels']} out, {device['default_samplerate']:g} Hz"
        for number, device in enumerate(sd.query_devices())
    ]


def _device(wanted: str | None) -> int | str | None:
    return int(wanted) if wanted is not None and wanted.isdigit() else wanted


def _devices_there(sd: Any) -> str:
    names = [f"{number}: {device['name']}" for number, device in enumerate(sd.query_devices())]
    return f"there are: {', '.join(names)}" if names else "this machine has no audio device"


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
