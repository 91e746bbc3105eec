"""The LV2 plugin under a real host, jalv, on a real JACK server."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from semeq.eq import magnitude_db
from semeq.export.word_list import plugin_words
from semeq.plugin import WordSpace
from semeq.words import load_bundle

from .rig import RATE, leave, wait_until

DPF = Path(os.environ.get("DPF_DIR", "/usr/share/dpf"))
TONES_HZ = np.array([60, 120, 250, 500, 1000, 2000, 4000, 8000, 14_000])
WINDOW = RATE // 2  # every tone is a whole number of periods in it

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("jalv") is None, reason="jalv is not installed (Debian: jalv)"),
    pytest.mark.skipif(not (DPF / "distrho").is_dir(), reason="DPF is not installed (Debian: dpf-source)"),
]


class Jalv:
    """jalv with the plugin, steered by its standard input."""

    def __init__(self, server, folder, *options):
        self.name = "jalv-semeq"
        self._client = server.client("ports")
        environment = {**os.environ, "LV2_PATH": f"{folder}:/usr/lib/lv2", "JACK_DEFAULT_SERVER": server.name}
        self.process = subprocess.Popen(
            ["jalv", "-x", "-n", self.name, *options, "urn:semeq:semeq"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
        )
        wait_until(lambda: len(self._ports()) >= 5 or self.process.poll() is not None, what="jalv's ports")
        assert self.process.poll() is None, self.process.stdout.read()

    def _ports(self):
        return self._client.get_ports(f"{self.name}:")

    def port(self, short):
        ports = self._ports()
        wanted = {
            "in": [p for p in ports if p.is_input and p.is_audio],
            "out": [p for p in ports if p.is_output and p.is_audio],
            "midi": [p for p in ports if p.is_input and p.is_midi],
        }
        kind, _, number = short.partition("_")
        return wanted[kind][int(number or 1) - 1].name

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def close(self):
        leave(self._client)
        self.process.stdin.close()
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)


@pytest.fixture(scope="module")
def lv2_folder(installed_plugin, tmp_path_factory):
    out = tmp_path_factory.mktemp("lv2")
    shutil.copytree(installed_plugin / "home" / ".lv2" / "semeq.lv2", out / "semeq.lv2")
    preset = ["airy", "--to", "deep", "--morph", "0.4", "--intensity", "0.7", "--output-db", "-2"]
    command = [sys.executable, "-c", "from semeq.export.cli import main; main()", "eq", *preset]
    subprocess.run([*command, "--format", "lv2-preset", "--out", out / "mine"], check=True, capture_output=True)
    return out


@pytest.fixture
def jalv(server, lv2_folder):
    host = Jalv(server, lv2_folder)
    yield host
    host.close()


def gains_db(sent, back):
    spectra = [np.fft.rfft(x[-WINDOW:].astype(float)) for x in (sent, back)]
    bins = TONES_HZ * WINDOW // RATE
    return 20 * np.log10(np.abs(spectra[1][bins]) / np.abs(spectra[0][bins]))


def test_audio_controls_and_midi_under_jalv(server, jalv, start_rig):
    rig = start_rig(server, jalv)
    t = np.arange(int(1.5 * RATE)) / RATE
    tones = sum(0.05 * np.sin(2 * np.pi * f * t + f) for f in TONES_HZ)
    audio = np.vstack([tones, tones]).astype(np.float32)
    space = WordSpace.open()

    def heard(messages=()):
        for _ in range(3):
            sent, back, whole = rig.play(audio, messages)
            if whole:
                return [gains_db(sent[c], back[c]) for c in (0, 1)]
        pytest.skip("the machine is too busy: JACK lost audio in each of three goes")
        return None

    def expected(*controls):
        return pytest.approx(magnitude_db(space.params(*controls), TONES_HZ, RATE), abs=0.05)

    assert all(gains == expected("warm", None, 0.0, 1.0) for gains in heard())
    jalv.tell("morph = 1.0")
    assert all(gains == expected("bright", None, 0.0, 1.0) for gains in heard())
    jalv.tell("intensity = 0.5")
    assert all(gains == expected("bright", None, 0.0, 0.5) for gains in heard())
    # Controller 21 is the morph by default: all the way back.
    assert all(gains == expected("warm", None, 0.0, 0.5) for gains in heard([(1000, bytes((0xB0, 21, 0)))]))


def test_a_preset_is_loaded_by_the_host(server, jalv, lv2_folder, start_rig):
    rig = start_rig(server, jalv)
    t = np.arange(int(1.5 * RATE)) / RATE
    tones = sum(0.05 * np.sin(2 * np.pi * f * t + f) for f in TONES_HZ)
    audio = np.vstack([tones, tones]).astype(np.float32)
    jalv.tell("presets")  # jalv finds those that it has listed
    jalv.tell(f"preset {(lv2_folder / 'mine.preset.lv2' / 'airy.ttl').as_uri()}")
    expected = magnitude_db(WordSpace.open().params("airy", "deep", 0.4, 0.7), TONES_HZ, RATE) - 2
    for _ in range(3):
        sent, back, whole = rig.play(audio)
        if whole:
            assert gains_db(sent[0], back[0]) == pytest.approx(expected, abs=0.05)
            return
    pytest.skip("the machine is too busy: JACK lost audio in each of three goes")


# As lilv saves it: the controls, and what the plugin says of itself.
STATE = """
@prefix lv2: <http://lv2plug.in/ns/lv2core#> .
@prefix pset: <http://lv2plug.in/ns/ext/presets#> .
@prefix state: <http://lv2plug.in/ns/ext/state#> .
<> a pset:Preset ;
    lv2:appliesTo <urn:semeq:semeq> ;
    lv2:port [ lv2:symbol "semantic" ; pset:value {semantic}.0 ] , [ lv2:symbol "to" ; pset:value {to}.0 ] ,
        [ lv2:symbol "morph" ; pset:value 0.3 ] ;
    state:state [ <urn:distrho:semantic_word> "{semantic}:{a}" ; <urn:distrho:to_word> "{to}:{b}" ] .
"""


def test_a_saved_state_keeps_its_words_in_a_build_with_other_numbers(server, renumbered_plugin, start_rig, tmp_path):
    listed = [word.name for word in plugin_words(load_bundle())]
    a, b = "clear", "warm"
    (tmp_path / "state.ttl").write_text(STATE.format(semantic=listed.index(a), to=listed.index(b), a=a, b=b))
    host = Jalv(server, renumbered_plugin, "-l", str(tmp_path))
    try:
        rig = start_rig(server, host)
        t = np.arange(int(1.5 * RATE)) / RATE
        tones = sum(0.05 * np.sin(2 * np.pi * f * t + f) for f in TONES_HZ)
        for _ in range(3):
            sent, back, whole = rig.play(np.vstack([tones, tones]).astype(np.float32))
            if whole:
                expected = magnitude_db(WordSpace.open().params(a, b, 0.3, 1.0), TONES_HZ, RATE)
                assert gains_db(sent[0], back[0]) == pytest.approx(expected, abs=0.05)
                return
        pytest.skip("the machine is too busy: JACK lost audio in each of three goes")
    finally:
        host.close()


def test_the_turtle_is_valid_and_complete(lv2_folder):
    if shutil.which("lv2info") is None:
        pytest.skip("lv2info is not installed (Debian: lilv-utils)")
    environment = {**os.environ, "LV2_PATH": f"{lv2_folder}:/usr/lib/lv2"}
    done = subprocess.run(["lv2info", "urn:semeq:semeq"], capture_output=True, text=True, env=environment, check=True)
    # LV2 turns a bypass into its opposite, "Enabled" (lv2core's `enabled` designation).
    assert "airy to deep 40%, intensity 0.7\n" in done.stdout
    for name in ("Semantic", "To", "Morph", "Intensity", "Output", "Enabled"):
        assert f"Name:        {name}\n" in done.stdout
    assert "Class:             Equaliser Plugin" in done.stdout
    assert not done.stderr
