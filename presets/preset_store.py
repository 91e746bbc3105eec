"""Where presets are: the user's folder, the factory's, and files anywhere."""

from __future__ import annotations

import contextlib
import difflib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from semeq.files import write_whole

from .preset import Preset, PresetError, PresetNameError
from .preset_names import preset_name
from .shipped import FACTORY_FOLDER
from .toml_text import MAX_BYTES

FOLDER_VARIABLE = "SEMEQ_PRESETS"
SUFFIX = ".toml"


def user_folder() -> Path:
    """``$SEMEQ_PRESETS``, else ``semeq/presets`` in the place where the platform keeps a user's settings."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named)
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:  # https://specifications.freedesktop.org/basedir-spec: a relative path is to be ignored
        base = Path(os.environ.get("XDG_CONFIG_HOME") or "")
        base = base if base.is_absolute() else Path.home() / ".config"
    return base / "semeq" / "presets"


@dataclass(frozen=True)
class StoredPreset:
    """Where a preset is, and whether it came with semeq."""

    name: str
    path: Path
    factory: bool

    def read(self) -> Preset:
        """Read it. Raises `PresetError`, which names the file."""
        return read_preset(self.path)


class PresetStore:
    """The presets of a user, and those that came with semeq, which are only read.

    A user's preset hides the factory's of the same name.

    Parameters
    ----------
    folder : Path, optional
        Where the user's are  [default: `user_folder`]; it is made when something is saved.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = user_folder() if folder is None else folder

    def all(self) -> tuple[StoredPreset, ...]:
        """All presets by name. Files that are not named as a preset may be are passed over."""
        found: dict[str, StoredPreset] = {}
        for folder, factory in ((FACTORY_FOLDER, True), (self.folder, False)):
            for path in folder.glob(f"*{SUFFIX}") if folder.is_dir() else ():
                with contextlib.suppress(PresetError):
                    if preset_name(path.stem) == path.stem:
                        found[path.stem] = StoredPreset(path.stem, path, factory)
        return tuple(found[name] for name in sorted(found))

    def find(self, name: str) -> StoredPreset:
        """The preset of that name. Raises `PresetNameError`, which lists those there are."""
        name = preset_name(name)
        for folder, factory in ((self.folder, False), (FACTORY_FOLDER, True)):
            path = folder / f"{name}{SUFFIX}"
            if path.is_file():
                return StoredPreset(name, path, factory)
        known = [stored.name for stored in self.all()]
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
        hint = f"nearest: {', '.join(near)}" if near else f"there are {', '.join(known[:12])}"
        raise PresetNameError(f"there is no preset {name!r}; {hint}")

    def read(self, name_or_file: str | Path) -> Preset:
        """A preset by its name, or from a file: what ends in ``.toml`` or has a slash in it is a file."""
        if is_file_name(name_or_file):
            return read_preset(Path(name_or_file))
        return self.find(str(name_or_file)).read()

    def save(self, name: str, preset: Preset, overwrite: bool = False) -> Path:
        """Write a preset of the user; it is there whole or not at all. Returns its file.

        Raises `PresetError` where the name cannot be one, is taken, or the folder cannot be written to.
        """
        return write_preset(self.folder / f"{preset_name(name)}{SUFFIX}", preset, overwrite)

    def delete(self, name: str) -> Path:
        """Delete a preset of the user; returns the file that it was. Raises `PresetError`."""
        stored = self.find(name)
        if stored.factory:
            raise PresetNameError(
                f"{stored.name!r} came with semeq and stays; save one of that name to put yours before it"
            )
        try:
            stored.path.unlink()
        except OSError as error:
            raise PresetError(f"{stored.path}: cannot be deleted ({error.strerror or error})") from None
        return stored.path


def is_file_name(name_or_file: str | Path) -> bool:
    """Whether this means a file, not the name of a preset."""
    return isinstance(name_or_file, Path) or name_or_file.endswith(SUFFIX) or any(c in name_or_file for c in "/\\")


def read_preset(path: Path) -> Preset:
    """Read a preset file. Raises `PresetError`, which names it."""
    try:
        if path.exists() and not path.is_file():
            raise PresetError(f"{path}: is not a file")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise PresetError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from None
    try:
        return Preset.from_toml(content)
    except PresetError as error:
        raise PresetError(f"{path}: {error}") from None


def write_preset(path: Path, preset: Preset, overwrite: bool = False) -> Path:
    """Write a preset file that appears whole or not at all, also where two write it at once. Raises `PresetError`."""
    try:
        write_whole(path, preset.to_toml(), overwrite)
    except FileExistsError:
        raise PresetError(f"{path}: exists already; --overwrite replaces it") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise PresetError(f"{path}: cannot be written ({getattr(error, 'strerror', None) or error})") from None
    return path
