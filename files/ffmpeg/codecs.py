"""Names of FFmpeg's containers and codecs, and loudspeaker layouts as masks.

Sample formats keep libsndfile's style of names: ``AAC``, ``ALAC_24``, ``WAVPACK_16``. FFmpeg's bits of a layout are
those of WAVEX for the 18 loudspeakers that both know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: Names here by names of FFmpeg's demuxers.
CONTAINER_OF = {
    "mov": "MP4", "matroska": "MATROSKA", "asf": "ASF", "wv": "WAVPACK", "ac3": "AC3", "eac3": "EAC3", "aac": "ADTS",
    "ape": "APE", "tta": "TTA", "dts": "DTS", "mpc": "MPC", "mpc8": "MPC", "dsf": "DSF", "amr": "AMR", "tak": "TAK",
}  # fmt: skip
FFMPEG_CONTAINERS = frozenset(CONTAINER_OF.values())


@dataclass(frozen=True)
class Codec:
    """A codec that is written: FFmpeg's name, its sample format, and kbit/s for each channel where nothing is asked."""

    name: str
    sample_format: str
    kbps: float | None = None


#: What is written, by sample format.
CODECS: Mapping[str, Codec] = {
    "AAC": Codec("aac", "fltp", 128.0),
    "WMA": Codec("wmav2", "fltp", 96.0),
    "AC3": Codec("ac3", "fltp", 96.0),
    "EAC3": Codec("eac3", "fltp", 96.0),
    "OPUS": Codec("libopus", "flt", 81.0),
    "MPEG_LAYER_III": Codec("libmp3lame", "fltp", 128.0),
    "ALAC_16": Codec("alac", "s16p"),
    "ALAC_24": Codec("alac", "s32p"),
    "WAVPACK_16": Codec("wavpack", "s16p"),
    "WAVPACK_24": Codec("wavpack", "s32p"),
    "FLOAT_WAVPACK": Codec("wavpack", "fltp"),
    "TTA_16": Codec("tta", "s16"),
    "TTA_24": Codec("tta", "s32"),
    "FLAC_16": Codec("flac", "s16"),
    "FLAC_24": Codec("flac", "s32"),
    "PCM_16": Codec("pcm_s16le", "s16"),
    "PCM_24": Codec("pcm_s24le", "s32"),
    "FLOAT": Codec("pcm_f32le", "flt"),
}
FFMPEG_LOSSY = frozenset({"AAC", "WMA", "AC3", "EAC3", "DTS", "MPC", "AMR", "WMAPRO"})
#: FFmpeg's muxer of a container, and the sample formats that are written into it, the usual one first.
WRITTEN: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "MP4": ("ipod", ("AAC", "ALAC_24", "ALAC_16")),
    "ADTS": ("adts", ("AAC",)),
    "ASF": ("asf", ("WMA",)),
    "AC3": ("ac3", ("AC3",)),
    "EAC3": ("eac3", ("EAC3",)),
    "WAVPACK": ("wv", ("WAVPACK_24", "WAVPACK_16", "FLOAT_WAVPACK")),
    "TTA": ("tta", ("TTA_24", "TTA_16")),
    "MATROSKA": (
        "matroska",
        ("FLAC_24", "FLAC_16", "PCM_16", "PCM_24", "FLOAT", "AAC", "OPUS", "AC3", "EAC3", "MPEG_LAYER_III"),
    ),
}
#: Names of FFmpeg's decoders where they are not those of `CODECS`.
_DECODERS = {
    "aac": "AAC", "wmav1": "WMA", "wmav2": "WMA", "wmapro": "WMAPRO", "wmalossless": "WMA_LOSSLESS", "ac3": "AC3",
    "eac3": "EAC3", "opus": "OPUS", "vorbis": "VORBIS", "mp3": "MPEG_LAYER_III", "mp3float": "MPEG_LAYER_III",
    "dca": "DTS", "mpc7": "MPC", "mpc8": "MPC", "amrnb": "AMR", "amrwb": "AMR",
}  # fmt: skip
_WITH_BITS = {"alac": "ALAC", "wavpack": "WAVPACK", "flac": "FLAC", "tta": "TTA", "ape": "APE", "tak": "TAK"}

_SPEAKERS = (
    "FL", "FR", "FC", "LFE", "BL", "BR", "FLC", "FRC", "BC", "SL", "SR", "TC", "TFL", "TFC", "TFR", "TBL", "TBC", "TBR",
)  # fmt: skip
#: A layout by the number of channels, where a file says none.
_USUAL = {1: "mono", 2: "stereo", 3: "3.0", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}


def subtype_of(decoder: str, sample_format: str, bits: int) -> str:
    """Our name of what a decoder gives, in FFmpeg's `sample_format` and with so many `bits` in use."""
    if decoder in _DECODERS:
        return _DECODERS[decoder]
    floating = sample_format.startswith(("flt", "dbl"))
    if decoder in _WITH_BITS:
        name = _WITH_BITS[decoder]
        return f"FLOAT_{name}" if floating else f"{name}_{16 if bits <= 16 else 24 if bits <= 24 else 32}"
    if decoder.startswith("pcm_"):
        return "FLOAT" if floating else f"PCM_{16 if bits <= 16 else 24 if bits <= 24 else 32}"
    return decoder.upper()


def written_as(container: str, depth: int | None, floating: bool) -> str:
    """The sample format for samples of `depth` bits (None: unknown) in a container that is written."""
    known = WRITTEN[container][1]
    wanted = 16 if depth is not None and depth <= 16 else 24
    if floating and (found := next((name for name in known if name.startswith("FLOAT")), None)):
        return found
    return next((name for name in known if name.endswith(f"_{wanted}")), known[0])


def mask_of(speakers: tuple[str, ...]) -> int | None:
    """The mask of loudspeakers in their order; None where the layout says none, or one that WAVEX does not know."""
    if not speakers or any(name not in _SPEAKERS for name in speakers) or len(set(speakers)) < len(speakers):
        return None
    if speakers in (("FL", "FR"), ("FC",)):
        return None  # plain stereo and mono need none
    return sum(1 << _SPEAKERS.index(name) for name in speakers)


def layout_name(mask: int | None, channels: int) -> str:
    """FFmpeg's name of a layout."""
    if mask is not None and mask.bit_count() == channels and mask < 1 << len(_SPEAKERS):
        return "+".join(name for bit, name in enumerate(_SPEAKERS) if mask >> bit & 1)
    return _USUAL.get(channels, f"{channels} channels")
