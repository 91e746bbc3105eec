"""Files with everything in them that must come along: tags, covers, cue points, broadcast data."""

import struct

import numpy as np
import soundfile
from mutagen import flac, id3
from mutagen import wave as mutagen_wave
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis

#: One pixel, as PNG.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc000000301010018dd8db0"
    "0000000049454e44ae426082"
)


def noise(seconds=0.4, rate=48_000, channels=2, peak=0.3, seed=5):
    return np.random.default_rng(seed).uniform(-peak, peak, (int(seconds * rate), channels))


def cover():
    picture = flac.Picture()
    picture.type, picture.mime, picture.desc, picture.data = 3, "image/png", "front", PNG
    return picture


def id3_tags():
    tags = id3.ID3()
    tags.add(id3.TIT2(encoding=3, text=["Título ñ"]))
    tags.add(id3.TPE1(encoding=3, text=["Somebody"]))
    tags.add(id3.TXXX(encoding=3, desc="take", text=["7"]))
    tags.add(id3.TXXX(encoding=3, desc="replaygain_track_gain", text=["-3.00 dB"]))
    tags.add(id3.APIC(encoding=3, mime="image/png", type=3, desc="front", data=PNG))
    return tags


COMMENTS = [("title", "Título ñ"), ("artist", "One"), ("artist", "Two"), ("take", "7")]


def riff_chunk(name, body):
    return struct.pack("<4sI", name, len(body)) + body + bytes(len(body) & 1)


def bext(version=2, history=b"A=ANALOGUE,M=stereo,T=tape\r\n"):
    fixed = b"A take".ljust(256, b"\0") + b"semeq tests".ljust(32, b"\0") + b"REF1".ljust(32, b"\0")
    fixed += b"2026-11-21" + b"10:20:30" + struct.pack("<Q", 123_456_789) + struct.pack("<H", version)
    fixed += bytes(64) + struct.pack("<5h", -2300, 500, -100, -1800, -2000) + bytes(180)
    return fixed + history


def cue(frame=4321):
    """One cue point: its number, place, chunk, chunk start, block start, and frame."""
    return struct.pack("<3I4s3I", 1, 7, frame, b"data", 0, 0, frame)


def info(**entries):
    return b"INFO" + b"".join(riff_chunk(name.encode(), text.encode() + b"\0") for name, text in entries.items())


WAV_CHUNKS = {
    b"bext": bext(),
    b"iXML": b"<?xml version='1.0'?><BWFXML><TAKE>7</TAKE></BWFXML>",
    b"cue ": cue(),
    b"smpl": struct.pack("<9I", 0, 0, 20833, 60, 0, 0, 0, 0, 0),
    b"acid": struct.pack("<IHHfIHHf", 0, 60, 0, 0.0, 4, 4, 4, 96.0),
    b"LIST": info(INAM="A name", IART="Somebody"),
    b"odd!": b"odd",
}


def write_wav(path, chunks=None, subtype="PCM_24", container="WAV", behind=True, **kwargs):
    """A WAV file with chunks; half of them before and half behind the audio, or all before it."""
    soundfile.write(path, noise(**kwargs), kwargs.get("rate", 48_000), subtype=subtype, format=container)
    chunks = WAV_CHUNKS if chunks is None else chunks
    bodies = [riff_chunk(name, body) for name, body in chunks.items()]
    half = len(bodies) // 2 if behind else len(bodies)
    whole = path.read_bytes()
    head = 12 + (8 + struct.unpack_from("<I", whole, 16)[0] if whole[12:16] == b"ds64" else 0)
    data = bytearray(whole[:head] + b"".join(bodies[:half]) + whole[head:] + b"".join(bodies[half:]))
    if container == "RF64":
        struct.pack_into("<Q", data, 20, len(data) - 8)
    else:
        struct.pack_into("<I", data, 4, len(data) - 8)
    path.write_bytes(data)
    return path


def add_wav_id3(path):
    file = mutagen_wave.WAVE(path)
    file.add_tags()
    for frame in id3_tags().values():
        file.tags.add(frame)
    file.save()


def write_aiff(path, subtype="PCM_16"):
    soundfile.write(path, noise(), 48_000, subtype=subtype, format="AIFF")
    mark = struct.pack(">HHI", 1, 1, 4321) + b"\x04here\x00"
    bodies = [(b"MARK", mark), (b"NAME", b"A name"), (b"ANNO", b"odd"), (b"(c) ", b"2026 us")]
    extra = b"".join(struct.pack(">4sI", n, len(b)) + b + bytes(len(b) & 1) for n, b in bodies)
    data = bytearray(path.read_bytes() + extra)
    struct.pack_into(">I", data, 4, len(data) - 8)
    path.write_bytes(data)
    return path


def write_flac(path):
    soundfile.write(path, noise(), 48_000, subtype="PCM_24", format="FLAC")
    file = flac.FLAC(path)
    file.tags.extend([*COMMENTS, ("REPLAYGAIN_TRACK_GAIN", "-3.00 dB")])
    file.add_picture(cover())
    file.save()
    return path


def write_ogg(path, subtype="VORBIS"):
    import base64

    soundfile.write(path, noise(), 48_000, subtype=subtype, format="OGG")
    file = OggVorbis(path) if subtype == "VORBIS" else OggOpus(path)
    file.tags.extend([*COMMENTS, ("R128_TRACK_GAIN", "-300")])
    file.tags.extend([("metadata_block_picture", base64.b64encode(cover().write()).decode())])
    file.save()
    return path


def write_mp3(path):
    soundfile.write(path, noise(), 48_000, subtype="MPEG_LAYER_III", format="MP3")
    id3_tags().save(path)
    return path
