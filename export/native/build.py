"""Compiling a bundle into VST3, CLAP and LV2 plugins, and putting them where hosts look."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from semeq import eq
from semeq.words import Bundle

from ..errors import BuildError
from ..plugin_names import PluginIdentity
from ..word_list import ListedWord, plugin_words
from .check import check_vst3
from .source import map_header, model_header, names_header
from .toolchain import find_cmake, find_dpf

Format = Literal["vst3", "clap", "lv2"]
FORMATS: tuple[Format, ...] = ("vst3", "clap", "lv2")
#: Where hosts look for a user's own plugins.
USER_FOLDERS: dict[str, dict[Format, str]] = {
    "linux": {"vst3": "~/.vst3", "clap": "~/.clap", "lv2": "~/.lv2"},
    "darwin": {
        "vst3": "~/Library/Audio/Plug-Ins/VST3",
        "clap": "~/Library/Audio/Plug-Ins/CLAP",
        "lv2": "~/Library/Audio/Plug-Ins/LV2",
    },
    "win32": {
        "vst3": "~/AppData/Local/Programs/Common/VST3",
        "clap": "~/AppData/Local/Programs/Common/CLAP",
        "lv2": "~/AppData/Roaming/LV2",
    },
}


@dataclass(frozen=True)
class BuiltPlugin:
    """One plugin bundle (a folder, for CLAP a file)."""

    format: Format
    path: Path


def native_sources() -> Path:
    """The folder of the plugin's C++ sources."""
    folder = Path(__file__).resolve().parent / "cpp"
    if not (folder / "plugin.cpp").exists():
        raise BuildError(f"the plugin's sources are not in {folder}; reinstall semeq")
    return folder


def build_plugin(
    bundle: Bundle,
    name: str,
    out: Path,
    formats: Sequence[Format] = FORMATS,
    words: Sequence[ListedWord] | None = None,
    window: bool = False,
) -> list[BuiltPlugin]:
    """Compile a bundle into plugins in the folder `out`; each replaces one of its name only when all are complete.

    Parameters
    ----------
    bundle : Bundle
    name : str
        What hosts show.
    out : Path
    formats : sequence of {"vst3", "clap", "lv2"}
    words : sequence of ListedWord or None
        The words by number; None: those of `plugin_words`, of which nothing is kept.
    window : bool
        Whether the plugins have one; `window_lacks` says what it needs.

    Raises
    ------
    BuildError
        No framework, CMake or compiler, or a compilation that failed.
    """
    dpf, cmake = find_dpf(), find_cmake()
    words = plugin_words(bundle) if words is None else words
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".semeq-build-", dir=out) as folder:
        work = Path(folder).resolve()  # modules are run from their own folders, `out` may be relative
        identity = PluginIdentity(name)
        library = _compile(bundle, words, identity, work, dpf, cmake, formats, window)
        built = [_assemble(form, identity, library, work / "plugins") for form in formats]
        finished = []
        for plugin in built:
            target = out / plugin.path.name
            _replace(plugin.path, target)
            finished.append(BuiltPlugin(plugin.format, target))
    return finished


def build_vst3(bundle: Bundle, cache: Path) -> Path:
    """The bundle's VST3 plugin below `cache`, compiled and checked where it is missing."""
    path = cache / _fingerprint(bundle) / "semeq.vst3"
    if not path.exists():
        build_plugin(bundle, "semeq", path.parent, ("vst3",))
        check_vst3(path, bundle)
    return path


def _fingerprint(bundle: Bundle) -> str:
    """A name that changes with the model and with the plugin's sources."""
    digest = hashlib.sha256()
    sources = [*sorted(native_sources().glob("*.[chC]*")), *sorted(eq.CPP_FOLDER.glob("*.hpp"))]
    for source in (bundle.path / "model.json", bundle.path / "vocabulary.json", *sources):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def install(plugins: Sequence[BuiltPlugin]) -> list[Path]:
    """Copy plugins into the user's plugin folders."""
    folders = USER_FOLDERS.get(sys.platform, USER_FOLDERS["linux"])
    installed = []
    for plugin in plugins:
        folder = Path(folders[plugin.format]).expanduser()
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".semeq-", dir=folder) as beside:
            copy = Path(beside) / plugin.path.name
            if plugin.path.is_dir():
                shutil.copytree(plugin.path, copy)
            else:
                shutil.copy2(plugin.path, copy)
            _replace(copy, folder / plugin.path.name)
        installed.append(folder / plugin.path.name)
    return installed


def _compile(
    bundle: Bundle,
    words: Sequence[ListedWord],
    identity: PluginIdentity,
    work: Path,
    dpf: Path,
    cmake: str,
    formats: Sequence[Format],
    window: bool,
) -> Path:
    """Generate the sources and run CMake; returns the folder of the compiled modules."""
    model = work / "model"
    model.mkdir()
    (model / "model_names.h").write_text(names_header(bundle, identity, words))
    (model / "model.hpp").write_text(model_header(bundle, words))
    if window:
        (model / "map.hpp").write_text(map_header(bundle, words), encoding="utf-8")
    build = work / "build"
    defines = {
        "MODEL_DIR": model,
        "ENGINE_DIR": eq.CPP_FOLDER,
        "DPF_DIR": dpf,
        "FORMATS": ";".join(form.upper() for form in formats),
        "WINDOW": "ON" if window else "OFF",
        "CMAKE_BUILD_TYPE": "Release",
    }
    _run(
        [cmake, "-S", str(native_sources()), "-B", str(build), *(f"-D{key}={value}" for key, value in defines.items())]
    )
    _run([cmake, "--build", str(build), "--config", "Release", "--parallel", str(os.cpu_count() or 1)])
    return build / "out"


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = (done.stdout + done.stderr).splitlines()
        errors = [line.strip() for line in lines if "error" in line.lower()] or lines[-1:] or ["no output"]
        raise BuildError(f"compiling the plugin failed: {errors[0]}")


def _assemble(form: Format, identity: PluginIdentity, library: Path, out: Path) -> BuiltPlugin:
    """Put a compiled module into the folder structure of its format."""
    out.mkdir(exist_ok=True)
    module = next(library.glob(f"semeq_{form.upper()}.*"))
    file_name = identity.name.replace("/", "-")
    if form == "clap":
        path = out / f"{file_name}.clap"
        shutil.copy2(module, path)
    elif form == "vst3":
        path = out / f"{file_name}.vst3"
        binaries = path / "Contents" / _vst3_folder()
        binaries.mkdir(parents=True)
        shutil.copy2(module, binaries / f"{file_name}{_vst3_suffix()}")
        resources = path / "Contents" / "Resources"
        resources.mkdir()
        (resources / "moduleinfo.json").write_text(json.dumps(_module_info(identity), indent=2) + "\n")
    else:
        path = out / f"{identity.slug}.lv2"
        path.mkdir()
        shutil.copy2(module, path / f"{identity.slug}{module.suffix}")
        _write_turtle(path, identity.slug, module.suffix)
    return BuiltPlugin(form, path)


def _vst3_folder() -> str:
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    return {"darwin": "MacOS", "win32": f"{machine}-win"}.get(sys.platform, f"{machine}-linux")


def _vst3_suffix() -> str:
    return {"darwin": "", "win32": ".vst3"}.get(sys.platform, ".so")


def _module_info(identity: PluginIdentity) -> dict[str, object]:
    """VST3's ``moduleinfo.json``, which lets a host list the plugin without loading it (VST 3 developer portal)."""
    try:
        release = version("semeq")
    except PackageNotFoundError:
        release = "0.0.0"
    return {
        "Name": identity.name,
        "Version": release,
        "Factory Info": {
            "Vendor": "semeq",
            "URL": "",
            "E-Mail": "",
            "Flags": {
                "Unicode": True,
                "Classes Discardable": False,
                "Component Non Discardable": False,
            },
        },
        "Classes": [
            {
                "CID": identity.vst3_class_id,
                "Category": "Audio Module Class",
                "Name": identity.name,
                "Vendor": "semeq",
                "Version": release,
                "SDKVersion": "Travesty",
                "Sub Categories": ["Fx", "EQ"],
                "Class Flags": 0,
                "Cardinality": 0x7FFFFFFF,
                "Snapshots": [],
            }
        ],
    }


def _write_turtle(folder: Path, name: str, suffix: str) -> None:
    """Have the LV2 module describe itself: DPF exports a function that writes its Turtle into the current folder.

    In a process of its own, since the function needs the folder as working directory.
    """
    call = "import ctypes, sys; ctypes.CDLL(sys.argv[1]).lv2_generate_ttl(sys.argv[2].encode())"
    module = folder / f"{name}{suffix}"
    done = subprocess.run(
        [sys.executable, "-c", call, str(module), name], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode != 0 or not (folder / "manifest.ttl").exists():
        raise BuildError(f"the LV2 module could not describe itself: {(done.stderr or 'no manifest').splitlines()[-1]}")
    description = folder / f"{name}.ttl"
    description.write_text(_with_optional_ports(description.read_text(encoding="utf-8")), encoding="utf-8")


def _with_optional_ports(turtle: str) -> str:
    """The second input and output as ports that a host need not connect, which DPF can say of CV ports only."""
    for port in ("lv2_audio_in_2", "lv2_audio_out_2"):
        symbol = f'lv2:symbol "{port}" ;'
        if turtle.count(symbol) != 1:
            raise BuildError(f"the LV2 module describes itself without a port {port}")
        turtle = turtle.replace(symbol, f"{symbol}\n        lv2:portProperty lv2:connectionOptional ;")
    return turtle


def _replace(source: Path, target: Path) -> None:
    """Move a file or folder to its name; what stood there goes first."""
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
    elif target.exists() or target.is_symlink():
        target.unlink()
    source.replace(target)
