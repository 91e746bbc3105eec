"""What an audio file is, and what it may become: containers, sample formats, their limits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import soundfile

from semeq.eq import Quantiser

from .errors import AudioFileError
from .ffmpeg import FFMPEG_CONTAINERS, FFMPEG_LOSSY, WRITTEN, written_as

FLOATS = frozenset({"FLOAT", "DOUBLE", "FLOAT_WAVPACK"})
LOSSY = frozenset({"VORBIS", "OPUS", "MPEG_LAYER_III"}) | FFMPEG_LOSSY
#: Sample formats that float32 cannot hold.
WIDE = frozenset({"PCM_32", "DOUBLE", "ALAC_32", "WAVPACK_32"})
BITS = ("16", "24", "32", "float")

_DEPTH = {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32, "FLOAT": 32, "DOUBLE": 64}
_DEPTH |= {f"ALAC_{bits}": bits for bits in (16, 20, 24, 32)}
_DEPTH |= {f"{name}_{bits}": bits for name in ("WAVPACK", "FLAC", "TTA", "APE", "TAK") for bits in (16, 24, 32)}
_DEPTH["FLOAT_WAVPACK"] = 32
_SUBTYPE = {"16": "PCM_16", "24": "PCM_24", "32": "PCM_32", "float": "FLOAT"}
_WAV_LIMIT = 2**32 - 2**24  # bytes of audio; the rest is for the header and its chunks

#: Containers by the name they are asked for, with their suffix and, where it is not PCM, their sample format.
_CONTAINERS: dict[str, tuple[str, str, str | None]] = {
    "wav": ("WAV", ".wav", None),
    "rf64": ("RF64", ".wav", None),
    "w64": ("W64", ".w64", None),
    "aiff": ("AIFF", ".aiff", None),
    "caf": ("CAF", ".caf", None),
    "flac": ("FLAC", ".flac", None),
    "ogg": ("OGG", ".ogg", "VORBIS"),
    "opus": ("OGG", ".opus", "OPUS"),
    "mp3": ("MP3", ".mp3", "MPEG_LAYER_III"),
    "m4a": ("MP4", ".m4a", "AAC"),
    "alac": ("MP4", ".m4a", None),
    "wv": ("WAVPACK", ".wv", None),
    "wma": ("ASF", ".wma", "WMA"),
    "ac3": ("AC3", ".ac3", "AC3"),
    "mka": ("MATROSKA", ".mka", None),
}
CONTAINERS = tuple(_CONTAINERS)
SUFFIXES = frozenset(
    {".wav", ".wave", ".bwf", ".rf64", ".w64", ".aif", ".aiff", ".aifc", ".afc", ".flac", ".ogg", ".oga", ".opus"}
    | {".mp3", ".caf", ".au", ".snd"}
)

#: Suffixes of audio that FFmpeg reads, and libsndfile does not.
OTHER_AUDIO = frozenset(
    {".m4a", ".m4b", ".mp4", ".aac", ".alac", ".wma", ".asf", ".wv", ".ape", ".mpc", ".tta", ".tak", ".mka", ".webm"}
    | {".ac3", ".eac3", ".dts", ".ra", ".amr", ".dsf", ".dff", ".shn"}
)


@dataclass(frozen=True)
class AudioFormat:
    """What a file is: kept from input to output.

    Parameters
    ----------
    container, subtype, endian : str
        As libsndfile names them.
    mask : int or None
        Which loudspeaker each channel is for, as in WAVEX.
    bit_rate_kbps : float or None
        Of a lossy file: what it has, or is to have at least.
    quality : float or None
        Of a lossy output, 0 (smallest) to 10; None: by its bit rate.
    """

    sample_rate_hz: int
    channels: int
    frames: int
    container: str
    subtype: str
    endian: str
    mask: int | None = None
    bit_rate_kbps: float | None = None
    quality: float | None = None

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.frames / self.sample_rate_hz

    @property
    def clips(self) -> bool:
        """Whether samples beyond full scale are lost: everywhere but in floating point."""
        return self.subtype not in FLOATS

    @property
    def depth(self) -> int | None:
        """Bits of a sample; None where they say nothing of its precision."""
        return _DEPTH.get(self.subtype)

    @property
    def name(self) -> str:
        """For people: ``WAV PCM_24``."""
        return f"{self.container} {self.subtype}"


@dataclass(frozen=True)
class Conversion:
    """What outputs should be.

    Parameters
    ----------
    container : str or None
        One of `CONTAINERS`; None: the input's.
    bits : str or None
        One of `BITS`; None: the input's, or the most that the container holds.
    quality : float or None
        Of lossy outputs, 0 (smallest) to 10, variable bit rate.
    bit_rate_kbps : float or None
        Of lossy outputs. Without either: the input's or better, and high quality where the input is not lossy.
    """

    container: str | None = None
    bits: str | None = None
    quality: float | None = None
    bit_rate_kbps: float | None = None

    def idle(self, target: AudioFormat) -> tuple[str, ...]:
        """A phrase about each wish that means nothing to an output of `target`."""
        lossy, said = target.subtype in LOSSY, []
        if lossy and self.bits is not None:
            said.append(f"--bits does nothing for {target.subtype}, which has none")
        if not lossy and (self.quality is not None or self.bit_rate_kbps is not None):
            said.append(f"--quality and --bitrate do nothing for {target.name}, which keeps every sample")
        return tuple(said)

    def suffix(self, source: Path) -> str:
        """The suffix of the output of a file."""
        if self.container is None or (self.container == "wav" and source.suffix.lower() in (".wav", ".wave", ".bwf")):
            return source.suffix
        return _CONTAINERS[self.container][1]

    def target(self, form: AudioFormat, path: Path) -> AudioFormat:
        """The format of the output of a file of `form`. Raises `AudioFileError` where that is not possible."""
        container, subtype, endian = form.container, form.subtype, form.endian
        if self.container is not None:
            wanted, _, fixed = _CONTAINERS[self.container]
            same = wanted == container or (wanted == "WAV" and container in ("WAVEX", "RF64"))
            if not same:
                container, endian = wanted, "FILE"
                if wanted == "WAV" and form.mask is not None:
                    container = "WAVEX"
                subtype = fixed or _nearest(wanted, form)
            elif fixed is not None:
                subtype = fixed
            if self.container == "alac":
                subtype = "ALAC_16" if (form.depth or 24) <= 16 else "ALAC_24"
        if self.bits is not None and subtype not in LOSSY:
            wished, floating = (None, True) if self.bits == "float" else (int(self.bits), False)
            subtype = written_as(container, wished, floating) if container in WRITTEN else _SUBTYPE[self.bits]
        kbps = form.bit_rate_kbps if self.bit_rate_kbps is None else self.bit_rate_kbps
        target = replace(
            form, container=container, subtype=subtype, endian=endian, bit_rate_kbps=kbps, quality=self.quality
        )
        if (container, subtype) != (form.container, form.subtype) or container in FFMPEG_CONTAINERS:
            _check(target, path)
        if container in ("WAV", "WAVEX") and form.frames * form.channels * ((target.depth or 8) // 8) > _WAV_LIMIT:
            target = replace(target, container="RF64")  # what WAV becomes beyond 4 GiB (EBU Tech 3306)
        return target


def _nearest(container: str, form: AudioFormat) -> str:
    """The sample format that loses least in another container: 24 bits for floats and lossy ones where it must be."""
    if container in WRITTEN:
        return written_as(container, form.depth, form.subtype in FLOATS)
    if form.subtype not in LOSSY and soundfile.check_format(container, form.subtype):
        return form.subtype
    if form.subtype in FLOATS and soundfile.check_format(container, "FLOAT"):
        return "FLOAT"
    return "PCM_24" if (form.depth or 24) > 16 else "PCM_16"


def _check(target: AudioFormat, path: Path) -> None:
    if target.container in FFMPEG_CONTAINERS:
        if target.subtype not in WRITTEN.get(target.container, ("", ()))[1]:
            raise AudioFileError(f"{path}: {target.name} is read, not written; choose another --format, as wv or m4a")
        return
    asked = target.name
    if not soundfile.check_format(target.container, target.subtype):
        raise AudioFileError(f"{path}: there is no {asked}; choose other --bits or another --format")
    rate, channels = target.sample_rate_hz, target.channels
    if target.subtype == "OPUS" and rate not in (8000, 12000, 16000, 24000, 48000):
        raise AudioFileError(f"{path}: Opus has no {rate} Hz (48000, 24000 … only); choose another --format")
    if target.subtype == "MPEG_LAYER_III" and (channels > 2 or not 8000 <= rate <= 48000):
        raise AudioFileError(f"{path}: MP3 holds 2 channels up to 48000 Hz, not {channels} at {rate} Hz")
    if target.container == "FLAC" and (channels > 8 or rate > 655350):
        raise AudioFileError(f"{path}: FLAC holds 8 channels up to 655350 Hz, not {channels} at {rate} Hz")


def quantiser_for(subtype: str) -> Quantiser | None:
    """The quantiser for a sample format; None where samples are float, lossy, or wider than 24 bits."""
    bits = _DEPTH.get(subtype, 32)
    return Quantiser(bits) if subtype not in FLOATS and bits <= 24 else None
