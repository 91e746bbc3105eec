"""What recordings go through before they are heard: narrow bands, lossy codecs, low rates, noise floors, levels."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from pedalboard.io import AudioFile
from scipy import signal

from semeq.eq import FloatArray
from semeq.files import whole

from ...errors import DataError
from ..bands import RATE_HZ
from ..spectra import Spectra, Unusable, audio_files, cache_path, long_term_power, read_crops, sources_of

Treatment = Callable[[FloatArray], FloatArray]
NOISE_DB = -50.0
OPUS_RATE_HZ = 48_000
CLIPS_PER_SOURCE = 12


def low_pass(edge_hz: float) -> Treatment:
    """48 dB an octave above `edge_hz` (S. Butterworth, eighth order)."""
    return _filter(signal.butter(8, edge_hz, "lowpass", fs=RATE_HZ, output="sos"))


def high_pass(edge_hz: float) -> Treatment:
    """48 dB an octave below `edge_hz`."""
    return _filter(signal.butter(8, edge_hz, "highpass", fs=RATE_HZ, output="sos"))


def telephone(audio: FloatArray) -> FloatArray:
    """300 to 3,400 Hz."""
    return high_pass(300.0)(low_pass(3400.0)(audio))


def resampled(rate_hz: int) -> Treatment:
    """To a lower rate and back: nothing is left above nine tenths of half of it."""
    return lambda audio: np.asarray(soxr.resample(soxr.resample(audio, RATE_HZ, rate_hz), rate_hz, RATE_HZ))


def gain(db: float) -> Treatment:
    """Louder or quieter."""
    return lambda audio: np.asarray(audio * 10 ** (db / 20), dtype=np.float64)


def white_noise(audio: FloatArray) -> FloatArray:
    """White noise `NOISE_DB` under the recording, RMS to RMS."""
    noise = np.random.default_rng(len(audio)).standard_normal(len(audio))
    return np.asarray(audio + noise * (10 ** (NOISE_DB / 20) * np.sqrt(np.mean(audio**2))), dtype=np.float64)


def quiet_16_bit(audio: FloatArray) -> FloatArray:
    """Peaks at −50 dBFS in 16 bit with triangular dither."""
    random = np.random.default_rng(len(audio))
    steps = audio * (2**15 * 10 ** (-50 / 20) / np.abs(audio).max())
    dither = random.random(len(audio)) - random.random(len(audio))
    return np.asarray(np.round(steps + dither) / 2**15, dtype=np.float64)


def mp3(kbit_s: int) -> Treatment:
    """A stereo file of `kbit_s`, by LAME, as pedalboard carries it."""

    def treat(audio: FloatArray) -> FloatArray:
        kept = io.BytesIO()
        with AudioFile(kept, "w", RATE_HZ, 2, format="mp3", quality=str(kbit_s)) as file:
            file.write(np.stack([_unclipped(audio)] * 2).astype(np.float32))
        kept.seek(0)
        with AudioFile(kept) as file:
            rate, planes = file.samplerate, file.read(file.frames)
        return np.asarray(soxr.resample(planes.mean(axis=0).astype(np.float64), rate, RATE_HZ))

    return treat


def opus(kbit_s: int) -> Treatment:
    """A stereo file of about `kbit_s`, by libopus, as libsndfile carries it."""

    def treat(audio: FloatArray) -> FloatArray:
        kept = io.BytesIO()
        # libsndfile's compression level runs from 256 to 6 kbit/s a channel.
        level = 1 - (kbit_s / 2 - 6) / 250
        at_48 = soxr.resample(_unclipped(audio), RATE_HZ, OPUS_RATE_HZ)
        form = {"format": "OGG", "subtype": "OPUS", "compression_level": level}
        with soundfile.SoundFile(kept, "w", OPUS_RATE_HZ, 2, **form) as file:
            file.write(np.stack([at_48] * 2, axis=1))
        kept.seek(0)
        planes, rate = soundfile.read(kept, always_2d=True)
        return np.asarray(soxr.resample(planes.mean(axis=1), rate, RATE_HZ))

    return treat


def _filter(sections: FloatArray) -> Treatment:
    return lambda audio: np.asarray(signal.sosfilt(sections, audio), dtype=np.float64)


def _unclipped(audio: FloatArray) -> FloatArray:
    """Peaks at −1 dBFS: a codec's input does not clip."""
    return np.asarray(audio * (0.89 / max(np.abs(audio).max(), 1e-9)), dtype=np.float64)


TREATMENTS: dict[str, Treatment] = {
    "low-pass 16 kHz": low_pass(16_000.0),
    "low-pass 11 kHz": low_pass(11_000.0),
    "low-pass 8 kHz": low_pass(8000.0),
    "low-pass 3.4 kHz": low_pass(3400.0),
    "high-pass 300 Hz": high_pass(300.0),
    "telephone, 300–3,400 Hz": telephone,
    "MP3, 64 kbit/s": mp3(64),
    "MP3, 32 kbit/s": mp3(32),
    "Opus, 64 kbit/s": opus(64),
    "Opus, 32 kbit/s": opus(32),
    "resampled to 22.05 kHz": resampled(22_050),
    "resampled to 16 kHz": resampled(16_000),
    "resampled to 8 kHz": resampled(8000),
    "−20 dB": gain(-20.0),
    "+20 dB": gain(20.0),
    "white noise at −50 dB": white_noise,
    "16 bit, peaks at −50 dBFS": quiet_16_bit,
}


@dataclass(frozen=True)
class TreatedSpectra:
    """Clips as they are, and the same clips in the same order after each treatment."""

    clean: Spectra
    treated: dict[str, FloatArray]


def treated_spectra(
    folder: Path, cache: Path | None = None, progress: Callable[[int, int], None] = lambda done, of: None
) -> TreatedSpectra:
    """Spectra of at most `CLIPS_PER_SOURCE` clips of each source below `folder`, as they are and treated.

    Raises `DataError` as `music_spectra` does. Kept on disk: reading and treating a clip takes about two seconds.
    """
    files = audio_files(folder)
    kept = cache_path(files, 0, cache, " ".join(TREATMENTS))
    if kept.exists():
        with np.load(kept, allow_pickle=False) as stored:
            names, sources = (tuple(str(v) for v in stored[key]) for key in ("names", "sources"))
            power = stored["power"].astype(np.float64)
        clean = Spectra(power[0], sources, names)
        return TreatedSpectra(clean, dict(zip(TREATMENTS, power[1:], strict=True)))
    owners = sources_of(files, folder)
    rows: list[FloatArray] = []
    used: list[Path] = []
    chosen = _spread(list(owners.values()))
    for done, i in enumerate(chosen):
        try:
            crop = next(iter(read_crops(files[i], np.random.default_rng([0, i]))))
        except Unusable:
            continue
        rows.append(np.stack([long_term_power(audio) for audio in (crop, *(t(crop) for t in TREATMENTS.values()))]))
        used.append(files[i])
        progress(done + 1, len(chosen))
    if not rows:
        raise DataError(f"none of the {len(files)} audio files below {folder} can be used")
    power = np.stack(rows, axis=1)
    names = tuple(path.relative_to(folder).as_posix() for path in used)
    clean = Spectra(power[0], tuple(owners[path] for path in used), names)
    with contextlib.suppress(OSError), whole(kept) as partial:
        np.savez(partial, power=power.astype(np.float32), sources=clean.sources, names=clean.names)
    return TreatedSpectra(clean, dict(zip(TREATMENTS, power[1:], strict=True)))


def _spread(sources: list[str]) -> list[int]:
    """Indices of at most `CLIPS_PER_SOURCE` clips of each source, evenly spread over it."""
    chosen: list[int] = []
    for source in dict.fromkeys(sources):
        rows = [i for i, other in enumerate(sources) if other == source]
        at = np.linspace(0, len(rows) - 1, min(CLIPS_PER_SOURCE, len(rows))).round().astype(int)
        chosen += [rows[i] for i in at]
    return sorted(chosen)
