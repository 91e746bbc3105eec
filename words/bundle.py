"""The model bundle: a folder with the ONNX graphs, the vocabulary, and ``model.json``, which vouches for them.

``model.json`` holds ``format`` (semantic version), ``name``, ``recipe``, ``data`` (digests), ``metrics`` (on held-out
rows), ``golden`` (inputs and outputs of each graph) and ``files`` (SHA-256 of every other file).
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from semeq.presets import DEFAULT_MODEL, MODELS_FOLDER

from .vocabulary import Vocabulary, VocabularyError

BUNDLE_FORMAT = "1.0.0"
MODEL_FILE = "model.json"
DECODER_FILE = "decoder.onnx"
ENCODER_FILE = "encoder.onnx"
AUDIO_ENCODER_FILE = "audio_encoder.onnx"
VOCABULARY_FILE = "vocabulary.json"
REQUIRED_FILES = (DECODER_FILE, ENCODER_FILE, VOCABULARY_FILE)


class BundleError(ValueError):
    """A bundle that cannot be used or written. The message is one sentence."""


@dataclass(frozen=True)
class Bundle:
    """A checked bundle: every file is there and is the one that was exported."""

    path: Path
    name: str
    metadata: Mapping[str, Any]
    vocabulary: Vocabulary
    decoder_path: Path
    encoder_path: Path
    audio_encoder_path: Path | None

    @property
    def golden(self) -> Mapping[str, Any]:
        """Inputs and outputs of each graph as computed at export: ``{"decoder": {"latent": …, "params": …}, …}``."""
        golden = self.metadata.get("golden")
        return golden if isinstance(golden, dict) else {}


def shipped_models() -> tuple[str, ...]:
    """Names of the bundles that come with the package."""
    return tuple(sorted(p.parent.name for p in MODELS_FOLDER.glob(f"*/{MODEL_FILE}")))


def word_names(source: str | Path | None = None) -> tuple[str, ...]:
    """The words of a bundle, from its ``vocabulary.json`` alone: quick, for completion; nothing is checked.

    Raises `BundleError` where there is no such bundle, `OSError`, `ValueError` or `KeyError` where it cannot be read.
    """
    table = json.loads((_find(source) / VOCABULARY_FILE).read_text(encoding="utf-8"))
    return tuple(str(word["name"]) for word in table["words"])


def load_bundle(source: str | Path | None = None) -> Bundle:
    """Load and check a bundle.

    Parameters
    ----------
    source
        None for the shipped default, the name of a shipped bundle, or the path of a bundle folder.

    Raises
    ------
    BundleError
        If the folder or one of its files is missing, was altered, points outside the folder, or has another major
        format version.
    """
    path = _find(source)
    metadata = _read_metadata(path)
    hashes = metadata["files"]
    for required in REQUIRED_FILES:
        if required not in hashes:
            raise BundleError(f"the bundle {path} does not list {required} in {MODEL_FILE}")
    contents = {name: _read_checked(path, name, digest) for name, digest in hashes.items()}
    try:
        vocabulary = Vocabulary.from_json(contents[VOCABULARY_FILE].decode("utf-8"))
    except (VocabularyError, UnicodeDecodeError) as error:
        raise BundleError(f"{path / VOCABULARY_FILE}: {error}") from error
    return Bundle(
        path=path,
        name=str(metadata.get("name", path.name)),
        metadata=metadata,
        vocabulary=vocabulary,
        decoder_path=path / DECODER_FILE,
        encoder_path=path / ENCODER_FILE,
        audio_encoder_path=path / AUDIO_ENCODER_FILE if AUDIO_ENCODER_FILE in hashes else None,
    )


def write_bundle(
    path: Path, metadata: Mapping[str, Any], vocabulary: Vocabulary, graphs: Mapping[str, bytes]
) -> Bundle:
    """Write a bundle folder that appears whole or not at all, and load it back.

    Parameters
    ----------
    path
        The folder; an existing bundle there is replaced, anything else there is refused.
    metadata
        What goes into ``model.json`` beside ``format`` and ``files``.
    graphs
        Contents of the ONNX files by file name.

    Raises
    ------
    BundleError
        If something that is not a bundle is in the way, a graph is missing, or the folder cannot be written.
    """
    files = {**graphs, VOCABULARY_FILE: (vocabulary.to_json() + "\n").encode()}
    for name in files:
        _check_name(path, name)
    missing = [name for name in REQUIRED_FILES if name not in files]
    if missing:
        raise BundleError(f"a bundle needs {missing[0]}")
    if path.exists() and not (path / MODEL_FILE).is_file() and (not path.is_dir() or any(path.iterdir())):
        raise BundleError(f"{path} is in the way and is not a model bundle; remove it or choose another place")
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    table = {"format": BUNDLE_FORMAT, "name": path.name, **metadata, "files": hashes}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
        try:
            staging.chmod(0o755)
            for name, content in files.items():
                (staging / name).write_bytes(content)
            text = json.dumps(table, ensure_ascii=False, indent=1)
            (staging / MODEL_FILE).write_text(text + "\n", encoding="utf-8")
            load_bundle(staging)
            _swap_in(staging, path)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    except OSError as error:
        raise BundleError(f"cannot write the bundle {path}: {error.strerror or error}") from error
    return load_bundle(path)


def _swap_in(staging: Path, path: Path) -> None:
    """Put `staging` in the place of `path`. A folder cannot replace a full one in one step: the old one steps aside."""
    if not path.exists():
        staging.replace(path)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{path.name}-old-", dir=path.parent))
    aside = old / path.name
    try:
        path.replace(aside)
        staging.replace(path)
    except OSError:
        if aside.exists():
            aside.replace(path)
        raise
    finally:
        if path.exists():  # else the old bundle could not come back, and is kept where it is
            shutil.rmtree(old, ignore_errors=True)


def _find(source: str | Path | None) -> Path:
    if source is None:
        source = DEFAULT_MODEL
    if isinstance(source, str) and source in shipped_models():
        return MODELS_FOLDER / source
    path = Path(source)
    try:
        found = path.is_dir()
    except (OSError, ValueError):  # too long for a path, or characters that none can have
        found = False
    if not found:
        shipped = ", ".join(shipped_models()) or "none"
        raise BundleError(f"{str(source)[:200]!r} is neither a shipped model ({shipped}) nor a folder")
    return path


def _read_metadata(path: Path) -> dict[str, Any]:
    file = path / MODEL_FILE
    content = _read_inside(path, MODEL_FILE, f"{path} is not a model bundle: {MODEL_FILE} is missing")
    try:
        table = json.loads(content.decode("utf-8"))
    except RecursionError:
        raise BundleError(f"{file} is nested too deeply") from None
    except ValueError as error:
        raise BundleError(f"{file} is not JSON ({error})") from error
    version = table.get("format") if isinstance(table, dict) else None
    major = BUNDLE_FORMAT.split(".", maxsplit=1)[0]
    if not isinstance(version, str) or version.split(".", maxsplit=1)[0] != major:
        raise BundleError(f"{file} has format {repr(version)[:60]}; this version of semeq reads {major}.x")
    hashes = table.get("files")
    if not isinstance(hashes, dict) or not all(isinstance(v, str) for v in hashes.values()):
        raise BundleError(f"{file} does not list its files with their SHA-256")
    typed: dict[str, Any] = table
    return typed


def _read_checked(path: Path, name: str, digest: str) -> bytes:
    _check_name(path, name)
    content = _read_inside(path, name, f"the bundle {path} lacks {name}")
    if hashlib.sha256(content).hexdigest() != digest:
        raise BundleError(f"{path / name} is not the file that was exported (its SHA-256 differs from {MODEL_FILE})")
    return content


def _read_inside(path: Path, name: str, missing: str) -> bytes:
    """Read a file of a bundle: one that lies in its folder, not behind a link that leaves it, and no pipe or device."""
    file = path / name
    try:
        if file.resolve().parent != path.resolve():
            raise BundleError(f"the bundle {path} names a file outside its folder: {name!r}")
        if file.exists() and not file.is_file():
            raise BundleError(f"{file} is not a file")
        return file.read_bytes()
    except BundleError:
        raise
    except FileNotFoundError as error:
        raise BundleError(missing) from error
    except OSError as error:
        raise BundleError(f"cannot read {file}: {error.strerror or error}") from error
    except (ValueError, RuntimeError) as error:  # characters that no path can have; links in a circle
        raise BundleError(f"the bundle {path} has a file that cannot be: {name[:80]!r}") from error


def _check_name(path: Path, name: str) -> None:
    if (
        not name
        or name in (".", "..")
        or Path(name).name != name
        or "\\" in name
        or not name.isprintable()
        or name == MODEL_FILE
    ):
        raise BundleError(f"the bundle {path} names a file outside its folder: {name[:200]!r}")
