"""Ardour without a window: a session with one plugin is built, given audio, exported, saved again (ardour7-lua)."""

from __future__ import annotations

import os
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
from pedalboard.io import AudioFile

HERE = Path(__file__).parent
RATE = 48_000
LUA = shutil.which("ardour7-lua")
SCANNER = Path("/usr/lib/ardour7/ardour-vst3-scanner")

#: The unit of times in a session file, as the file itself says.
_SUPERCLOCKS_PER_SECOND = 282_240_000

#: One export in fifteen ends in a crash of Ardour 7.3, with Ardour's own plugins as well as with ours.
_TRIES = 4

#: Ardour's own format "BWAV 32float Export" under an identifier that the export script knows.
_PRESET = """<?xml version="1.0" encoding="UTF-8"?>
<ExportPreset id="5b1f5d5e-9b39-4c6f-9b62-0c6e8a7f6f01" name="float">
  <ExportFormat id="20b4ab09-6452-4cb3-bd66-b921cdbd2942"/>
  <ExportFilename>
    <Folder relative="true" path="/export"/>
    <Field name="label" enabled="false"/>
    <Field name="session" enabled="false"/>
    <Field name="revision" enabled="false"/>
    <Field name="time" enabled="false" value="T_None"/>
    <Field name="date" enabled="false" value="D_None"/>
  </ExportFilename>
</ExportPreset>
"""


class Ardour:
    """An Ardour whose home and plugin folders are below `folder`."""

    def __init__(self, folder: Path, plugins: Path) -> None:
        home = folder / "home"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "ARDOUR"))},
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "XDG_CACHE_HOME": str(home / ".cache"),
            "LV2_PATH": f"{plugins / 'lv2'}:/usr/lib/lv2",
            "VST3_PATH": str(plugins / "vst3"),
        }
        presets = home / ".config/ardour7/export"
        presets.mkdir(parents=True, exist_ok=True)
        (presets / "float.preset").write_text(_PRESET)
        self.plugins = plugins

    def scan(self) -> dict[str, str]:
        """Scan the VST3 plugins, which makes them known to Ardour: their identifiers by name."""
        modules = sorted((self.plugins / "vst3").glob("*.vst3"))
        program = {**self.environment, "LD_LIBRARY_PATH": "/usr/lib/ardour7", "ARDOUR_DLL_PATH": "/usr/lib/ardour7"}
        subprocess.run([SCANNER, "-f", "-q", *modules], env=program, check=True, capture_output=True)
        lists = (Path(self.environment["XDG_CACHE_HOME"]) / "ardour7/vst").glob("*.v3i")
        found = [info for listed in lists for info in ET.parse(listed).iter("VST3Info")]
        return {str(info.get("name")): str(info.get("uid")) for info in found}

    def build(self, session: Path, plugin: str, kind: str, audio: np.ndarray, *changes: str) -> Path:
        """A session of one track, `audio` (channels, frames) on it; changes as ardour_session.lua has them."""
        self._run("ardour_session.lua", session, len(audio), plugin, kind, *changes, makes=session)
        _put_audio(session, audio)
        return session

    def export(self, session: Path, block: int, frames: int) -> np.ndarray:
        """What the master bus plays (2, frames), in blocks of `block` frames; the session is saved again."""
        name = f"block-{block}"
        self._run("ardour_export.lua", session, block, name, frames)
        with AudioFile(str(session / "export" / f"{name}.wav")) as file:
            return np.asarray(file.read(file.frames))

    def _run(self, script: str, *arguments: object, makes: Path | None = None) -> None:
        command = [LUA, HERE / script, *map(str, arguments)]
        for _ in range(_TRIES):
            if makes is not None:
                shutil.rmtree(makes, ignore_errors=True)  # what a try that crashed left
            done = subprocess.run(
                command, env=self.environment, capture_output=True, text=True, timeout=120, check=False
            )
            # The exit status says nothing of errors in the script.
            if "finished" in done.stdout.splitlines():
                return
            if done.returncode >= 0:
                break
        raise AssertionError(done.stdout + done.stderr)


def _put_audio(session: Path, audio: np.ndarray) -> None:
    """Place audio on the track at frame 0, without fades. Only Ardour's window can import, so the file is edited."""
    state = session / "session.ardour"
    tree = ET.parse(state)
    root = tree.getroot()
    for option in root.iter("Option"):
        if str(option.get("name")).endswith("-fades"):
            option.set("value", "0")
    length = f"a{audio.shape[1] * _SUPERCLOCKS_PER_SECOND // RATE}@a0"
    region = {
        **{"id": "9000", "name": "in", "type": "audio", "channels": str(len(audio)), "opaque": "1"},
        **{"start": "a0", "length": length, "sync-position": "a0", "ancestral-start": "a0", "ancestral-length": length},
        **{"fade-in-active": "0", "fade-out-active": "0", "envelope-active": "0", "scale-amplitude": "1"},
        **{"stretch": "1", "shift": "1", "layering-index": "0", "first-edit": "nothing", "whole-file": "0"},
    }
    for channel, samples in enumerate(audio):
        name, number = f"in-{channel}.wav", str(9001 + channel)
        with AudioFile(str(session / "interchange" / session.name / "audiofiles" / name), "w", RATE, 1, 32) as file:
            file.write(samples[None])
        source = {"name": name, "type": "audio", "id": number, "channel": "0", "flags": "", "origin": "", "gain": "1"}
        ET.SubElement(root.find("Sources"), "Source", source)
        region[f"source-{channel}"] = region[f"master-source-{channel}"] = number
    ET.SubElement(root.find("Playlists/Playlist"), "Region", region)
    tree.write(state)
