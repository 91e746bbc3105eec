"""What may be heard and rendered: the files named on the command line, and files dropped on the page.

A page names a track by its number, never by a path. Files below a named folder count only where they really lie in it:
a link out of it is left out.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import soundfile

from semeq.files import SUFFIXES, AudioFileError, expand, name_of, probe

from ..errors import DeskError

#: Limits of what a page may send.
MOST_UPLOADS, MOST_UPLOAD_BYTES = 64, 1 << 30
#: As many named files as a page can show.
MOST_TRACKS = 64

_LONGEST_NAME = 100
#: What browsers decode by themselves; the rest is sent to them as WAV.
_BROWSER_FORMATS = {"FLAC", "MP3", "OGG", "WAV"}
_BROWSER_WAV = {"PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT"}
_BLOCK = 1 << 16


@dataclass(frozen=True)
class Track:
    """A file that may be heard and rendered."""

    number: int
    path: Path
    name: str
    real: Path
    sample_rate_hz: float
    channels: int
    duration_s: float

    def described(self) -> dict[str, object]:
        """For the page, which never sees a path."""
        return {
            "track": self.number,
            "name": self.name,
            "sample_rate_hz": self.sample_rate_hz,
            "channels": self.channels,
            "duration_s": round(self.duration_s, 3),
        }


class Tracks:
    """The tracks of a desk. Uploads lie in a temporary folder, which `close` removes."""

    def __init__(self, names: Iterable[Path] = ()) -> None:
        self._numbers = itertools.count(1)
        self._tracks: dict[int, Track] = {}
        self._uploads = 0
        self._bytes = 0
        self._folder: Path | None = None
        #: Sentences about what was named and is left out.
        self.left_out: list[str] = []
        names = list(names)
        roots = [_real(name) for name in names]
        found, missing, _ = expand(names)
        self.left_out += missing
        for item in found:
            if len(self._tracks) == MOST_TRACKS:
                self.left_out.append(
                    f"more than {MOST_TRACKS} files were named; the desk shows the first {MOST_TRACKS}"
                )
                break
            real = _real(item.path)
            if not any(real == root or root in real.parents for root in roots) and _is_below_folder(item.path, names):
                self.left_out.append(f"{item.path}: is a link out of the folder that was named")
                continue
            try:
                self._add(item.path)
            except AudioFileError as error:
                self.left_out.append(str(error))

    def __iter__(self) -> Iterator[Track]:
        """The tracks in the order they came."""
        return iter(self._tracks.values())

    def __len__(self) -> int:
        """How many there are."""
        return len(self._tracks)

    def get(self, number: object) -> Track:
        """A track by its number. Raises `DeskError`."""
        track = self._tracks.get(number) if isinstance(number, int) and not isinstance(number, bool) else None
        if track is None:
            raise DeskError("there is no such track")
        if _real(track.path) != track.real:
            raise DeskError(f"{track.name}: leads to another file than when the desk was opened")
        return track

    def chosen(self, numbers: object) -> list[Track]:
        """Several tracks by their numbers. Raises `DeskError`."""
        if not isinstance(numbers, list) or not 0 < len(numbers) <= MOST_TRACKS + MOST_UPLOADS:
            raise DeskError("choose the tracks to render")
        return [self.get(number) for number in dict.fromkeys(n if isinstance(n, int) else -1 for n in numbers)]

    async def upload(self, name: str, chunks: AsyncIterator[bytes]) -> Track:
        """Take a file that a page sends, chunk by chunk; nothing is left of one that fails.

        Raises
        ------
        DeskError
            It is too large, one too many, not audio, or cannot be stored.
        """
        name = plain_file_name(name)
        if self._uploads >= MOST_UPLOADS:
            raise DeskError(f"{MOST_UPLOADS} files were dropped already; start the desk anew for others")
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="semeq-desk-"))
        self._uploads += 1
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        path, size = folder / name, 0
        try:
            with path.open("wb") as file:
                async for chunk in chunks:
                    size += len(chunk)
                    self._bytes += len(chunk)
                    if self._bytes > MOST_UPLOAD_BYTES:
                        raise DeskError(f"{name}: dropped files may have {MOST_UPLOAD_BYTES >> 20} MB together")
                    file.write(chunk)
            return self._add(path)
        except OSError as error:
            raise DeskError(f"{name}: cannot be stored ({error.strerror or error})") from None
        except AudioFileError as error:
            raise DeskError(str(error).replace(f"{folder}{os.sep}", "")) from None
        finally:
            if not any(track.path == path for track in self._tracks.values()):
                self._uploads -= 1
                self._bytes -= size
                shutil.rmtree(folder, ignore_errors=True)

    def _add(self, path: Path) -> Track:
        form = probe(path)
        about = (form.sample_rate_hz, form.channels, form.duration_s)
        track = Track(next(self._numbers), path, path.name, _real(path), *about)
        self._tracks[track.number] = track
        return track

    def close(self) -> None:
        """Remove what was dropped."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def plain_file_name(name: str) -> str:
    """A dropped file's name without folders and odd characters. Raises `DeskError` for what is not audio by name."""
    base = re.sub(r"[^\w .()&+,'-]", "_", re.split(r"[/\\]", name)[-1]).strip(" .")
    stem, suffix = Path(base).stem.strip(" .")[:_LONGEST_NAME], Path(base).suffix.lower()
    if suffix not in SUFFIXES or not stem:
        raise DeskError(f"{base[:60] or 'that'}: is not an audio file that semeq reads, by its name")
    return stem + suffix


def plays_in_browsers(path: Path) -> bool:
    """Whether browsers decode a file by themselves."""
    info = soundfile.info(name_of(path))
    return info.format in _BROWSER_FORMATS and (info.format != "WAV" or info.subtype in _BROWSER_WAV)


def as_wav(path: Path, folder: Path) -> Path:
    """A file as a float WAV in `folder`, for browsers."""
    with soundfile.SoundFile(name_of(path)) as source:
        handle, name = tempfile.mkstemp(suffix=".wav", dir=folder)
        os.close(handle)
        with soundfile.SoundFile(name, "w", source.samplerate, source.channels, "FLOAT", format="WAV") as copy:
            for block in source.blocks(_BLOCK, dtype="float32", always_2d=True):
                copy.write(block)
    return Path(name)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _is_below_folder(path: Path, names: Sequence[Path]) -> bool:
    """Whether a file was found below a folder or by a glob, and not named itself."""
    return path not in names
