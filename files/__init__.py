"""Audio files in and out, and nothing about words: formats, reading, writing, metadata, loudness, true peak."""

from .errors import AudioFileError
from .formats import BITS, CONTAINERS, FLOATS, LOSSY, SUFFIXES, AudioFormat, Conversion, quantiser_for
from .inputs import Expanded, expand
from .loudness import (
    ABSOLUTE_GATE_LUFS,
    OFFSET_LU,
    LoudnessMeter,
    k_weight,
    limited_match_db,
    loudness_lufs,
    match_gain_db,
)
from .metadata import Carried
from .reading import PLAIN_PCM, Audio, block_frames, blocks, check_end, name_of, opened, pcm_at, probe, what_is_wrong
from .true_peak import TruePeak
from .wav_stream import WavStream
from .whole import sweep, whole, write_whole
from .writer_thread import WriterThread
from .writing import refuse_existing, replacing, writing, writing_pcm

__all__ = [
    "ABSOLUTE_GATE_LUFS",
    "BITS",
    "CONTAINERS",
    "FLOATS",
    "LOSSY",
    "OFFSET_LU",
    "PLAIN_PCM",
    "SUFFIXES",
    "Audio",
    "AudioFileError",
    "AudioFormat",
    "Carried",
    "Conversion",
    "Expanded",
    "LoudnessMeter",
    "TruePeak",
    "WavStream",
    "WriterThread",
    "block_frames",
    "blocks",
    "check_end",
    "expand",
    "k_weight",
    "limited_match_db",
    "loudness_lufs",
    "match_gain_db",
    "name_of",
    "opened",
    "pcm_at",
    "probe",
    "quantiser_for",
    "refuse_existing",
    "replacing",
    "sweep",
    "what_is_wrong",
    "whole",
    "write_whole",
    "writing",
    "writing_pcm",
]
