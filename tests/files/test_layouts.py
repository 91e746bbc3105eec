"""Which loudspeaker a channel is for survives, whatever the mask: WAVEX, RF64, W64 and CAF."""

import json
import shutil
import struct
import subprocess

import numpy as np
import pytest
import soundfile

from semeq.files import Conversion, probe
from semeq.plugin.batch import process_files

RATE = 48_000
FFMPEG = shutil.which("ffmpeg")


def write_wavex(path, mask, subtype="PCM_16", container="WAVEX"):
    channels = mask.bit_count()
    audio = np.random.default_rng(2).uniform(-0.1, 0.1, (RATE // 4, channels))
    soundfile.write(path, audio, RATE, subtype=subtype, format=container)
    data = bytearray(path.read_bytes())
    at = data.index(b"fmt ") + 8
    assert struct.unpack_from("<H", data, at)[0] == 0xFFFE
    struct.pack_into("<I", data, at + 20, mask)
    path.write_bytes(data)
    return path


def raw_mask(path):
    data = path.read_bytes()
    return struct.unpack_from("<I", data, data.index(b"fmt ") + (24 if data[:4] == b"riff" else 8) + 20)[0]


def rendered(source, out, **options):
    (outcome,) = process_files([source], out, "warm", **options)
    assert outcome.status == "done", outcome.error
    assert soundfile.info(outcome.output).frames == soundfile.info(source).frames
    return outcome.output


@pytest.mark.parametrize("mask", [0x63F, 0x107, 0xB, 0x3F, 0x60F, 0x4, 0x30, 0x3, 0x2D63F])
@pytest.mark.parametrize("container", ["WAVEX", "RF64"])
def test_masks_are_kept(tmp_path, mask, container):
    source = write_wavex(tmp_path / "in.wav", mask, "PCM_24", container)
    assert probe(source).mask == mask
    assert raw_mask(rendered(source, tmp_path / "out")) == mask


def test_a_plain_wav_gets_no_mask(tmp_path):
    soundfile.write(tmp_path / "in.wav", np.zeros((100, 4)), RATE)
    output = rendered(tmp_path / "in.wav", tmp_path / "out")
    assert probe(output).container == "WAV"
    assert probe(output).mask is None


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
@pytest.mark.parametrize("mask", [0x63F, 0x107, 0xB])
def test_masks_come_along_into_w64_and_caf_and_back(tmp_path, mask, subtype):
    source = write_wavex(tmp_path / "in.wav", mask, subtype)
    w64 = rendered(source, tmp_path / "w64", container="w64")
    assert probe(w64).mask == raw_mask(w64) == mask
    again = rendered(w64, tmp_path / "again")
    assert (probe(again).container, raw_mask(again)) == ("W64", mask)
    caf = rendered(source, tmp_path / "caf", container="caf")
    assert probe(caf).mask == mask
    assert probe(rendered(caf, tmp_path / "again")).mask == mask
    for one in (w64, caf):
        assert raw_mask(rendered(one, tmp_path / "wav", container="wav", existing="replace")) == mask
    assert Conversion("wav").target(probe(caf), caf).container == "WAVEX"


@pytest.mark.parametrize("layout", ["5.1", "5.1(side)", "7.1", "quad", "2.1", "FL+FR+FC+LFE+BC"])
@pytest.mark.parametrize("suffix", ["wav", "caf", "w64"])
@pytest.mark.skipif(FFMPEG is None, reason="ffmpeg is not installed")
def test_ffprobe_sees_the_same_layout(tmp_path, layout, suffix):
    source = tmp_path / f"in.{suffix}"
    noise = f"anoisesrc=d=0.3:a=0.05:r={RATE},aformat=channel_layouts={layout}"
    subprocess.run([FFMPEG, "-loglevel", "error", "-f", "lavfi", "-i", noise, source], check=True)

    def seen(path):
        command = ["ffprobe", "-loglevel", "error", "-show_streams", "-of", "json", path]
        return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["streams"][0]

    before, after = seen(source), seen(rendered(source, tmp_path / "out"))
    for key in ("channel_layout", "channels", "sample_rate", "codec_name", "duration_ts"):
        assert before.get(key) == after.get(key), key
