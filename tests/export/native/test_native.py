"""The native plugin in real hosts: pedalboard for VST3, a small host of our own for CLAP."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pedalboard import Compressor, Limiter, Pedalboard

from semeq import eq
from semeq.files import match_gain_db
from semeq.plugin import Controls, NativeError, SemanticEQ, WordSpace, load_native
from semeq.plugin.renderer import target_of
from semeq.presets import PresetStore

from .building import DPF, HERE, NEEDS, compile_host, error_db, render, semeq_export

RATE = 44_100

pytestmark = NEEDS


@pytest.fixture(scope="module")
def cache(native_cache):
    """A cache of its own, so that what is tested was built from these sources."""
    before = os.environ.get("XDG_CACHE_HOME")
    os.environ["XDG_CACHE_HOME"] = str(native_cache)
    yield native_cache
    os.environ.pop("XDG_CACHE_HOME")
    if before is not None:
        os.environ["XDG_CACHE_HOME"] = before


@pytest.fixture(scope="module")
def native(cache):
    return load_native()


@pytest.fixture(scope="module")
def host(program):
    """The CLAP host, with traps for allocation and locks."""
    return program("clap_host.cpp")


@pytest.fixture(scope="module")
def music():
    noise = np.random.default_rng(8).standard_normal((2, RATE)).astype(np.float32)
    return noise / np.abs(noise).max() * np.float32(0.25)


def response_db(process, rate, frames=1 << 14):
    impulse = np.zeros((2, frames), np.float32)
    impulse[:, 0] = 0.5
    freqs = np.fft.rfftfreq(frames, 1 / rate)
    audible = (freqs >= 20) & (freqs <= 20_000)
    spectrum = np.fft.rfft(process(impulse)[0].astype(np.float64) / 0.5)[audible]
    return freqs[audible], 20 * np.log10(np.abs(spectrum))


def random_controls(random, words):
    a, b = random.choice(words, 2)
    return Controls(str(a), str(b), float(random.random()), float(random.uniform(0, 1.5)), float(random.uniform(-6, 6)))


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_response_is_the_effects_for_any_pair_morph_and_intensity(native, random, rate):
    space, worst = WordSpace.open(), 0.0
    for _ in range(170):
        native.controls = controls = random_controls(random, native.words)
        freqs, measured = response_db(lambda x: native(x, rate), rate, 1 << 15)
        wanted = eq.magnitude_db(target_of(space, controls).params, freqs, rate) + controls.output_db
        worst = max(worst, np.abs(measured - wanted).max())
    assert worst < 0.05


def test_time_domain_equals_the_python_engine(native, random, music):
    levels = []
    for _ in range(20):
        native.controls = controls = random_controls(random, native.words)
        c = controls
        wanted = SemanticEQ(c.semantic, c.to, c.morph, c.intensity, c.output_db)(music, RATE).astype(np.float64)
        error = native(music, RATE) - wanted
        levels.append(10 * np.log10((error**2).mean() / (wanted**2).mean()))
    assert max(levels) < -108
    assert np.median(levels) < -120


def test_it_stands_in_a_native_chain(native, music):
    board = Pedalboard([Compressor(), native, Limiter()])
    assert board[1] is native
    native.controls = Controls("bright", "warm", intensity=1.0)
    bright = board(music, RATE)
    native.morph = 1.0
    assert not np.allclose(board(music, RATE), bright)


@pytest.mark.parametrize(
    "controls",
    [
        Controls("airy", "boomy", 0.3, 1.7, -7.5, bypass=True),
        Controls("tinny", "warm", 1.0, 0.0, 24.0),
        Controls("warm", "bright", 0.0, 2.0, -24.0),
    ],
)
def test_every_control_reaches_the_plugin(native, controls):
    native.controls = controls
    read = native._read()
    assert (read.semantic, read.to, read.bypass) == (controls.semantic, controls.to, controls.bypass)
    for name in ("morph", "intensity", "output_db"):
        assert getattr(read, name) == pytest.approx(getattr(controls, name), abs=1e-5)


def test_zero_latency_and_transparent_bypass(native, music):
    native.controls = Controls("bright", "warm", 0.5, 1.5, 3.0, bypass=True)
    assert native(music, RATE).tobytes() == music.tobytes()
    native.controls = Controls("bright", intensity=0.0)
    assert native(music, RATE).tobytes() == music.tobytes()
    assert native.plugin.reported_latency_samples == 0


@pytest.mark.parametrize("audio_between", [False, True])
def test_state_round_trip(cache, native, music, audio_between):
    native.controls = Controls("airy", "deep", 0.5, 0.5, 1.0)
    native(music, RATE)
    native.controls = Controls("muddy", "clear", 0.25, 1.25, -3.0)
    if audio_between:  # a host hands parameters over with the audio
        native(np.zeros((2, 64), np.float32), RATE)
    state = native.plugin.raw_state
    other = load_native()
    other.plugin.raw_state = state
    read = other._read()
    assert (read.semantic, read.to) == ("muddy", "clear")
    np.testing.assert_allclose((read.morph, read.intensity, read.output_db), (0.25, 1.25, -3.0), atol=1e-5)
    np.testing.assert_array_equal(other(music, RATE), native(music, RATE))


def test_a_state_is_newer_than_values_without_audio(cache, native, music):
    native.controls = Controls("muddy", "clear", 0.25)
    state = native.plugin.raw_state
    expected = native(music, RATE)
    native.controls = Controls("tinny", "clear", 0.75)
    native.plugin.raw_state = state
    np.testing.assert_array_equal(native(music, RATE), expected)


def test_one_plugin_plays_mono_and_stereo(native, music):
    native.controls = controls = Controls("warm", "tinny", 0.7, 1.4, -2.0)
    stereo = native(music, RATE)
    for part in (music[:1], music, music[1:]):
        played = native(part, RATE)
        assert played.shape == part.shape
        np.testing.assert_array_equal(played[-1], stereo[0 if part is not music and part[0, 0] == music[0, 0] else 1])
    wanted = SemanticEQ(controls.semantic, controls.to, 0.7, 1.4, -2.0)(music[:1], RATE)
    assert error_db(Pedalboard([native])(music[:1], RATE), wanted) < -108


def test_a_sweep_in_blocks_stays_clean(native):
    sine = (0.25 * np.sin(2 * np.pi * 200 * np.arange(2 * RATE) / RATE)).astype(np.float32)
    native.controls = Controls("warm", "bright")
    parts, block = [], 512
    for i in range(0, len(sine), block):
        native.morph = min(1.0, i / len(sine))
        parts.append(native.process(np.tile(sine[i : i + block], (2, 1)), RATE, buffer_size=block, reset=i == 0)[0])
    out = np.concatenate(parts).astype(np.float64)
    power = np.abs(np.fft.rfft(out * np.hanning(len(out)))) ** 2
    stray = power[np.fft.rfftfreq(len(out), 1 / RATE) > 1500].sum() / power.sum()
    assert 10 * np.log10(stray) < -100


def test_a_nan_block_does_not_poison_the_next(native, music):
    native.controls = Controls("boomy", intensity=2.0)
    native.process(np.full((2, 512), np.nan, np.float32), RATE, buffer_size=512)
    assert np.isfinite(native.process(music, RATE, buffer_size=512, reset=False)).all()


def test_loading_and_unloading_does_not_grow(cache, native):
    code = (
        "import gc, resource\n"
        "from pedalboard import load_plugin\n"
        f"path = {str(next(cache.glob('semeq/native/*/semeq.vst3')))!r}\n"
        "def rss():\n"
        "    gc.collect()\n"
        "    return int(open('/proc/self/statm').read().split()[1]) * resource.getpagesize() / 2**20\n"
        "for i in range(300): load_plugin(path)\n"  # until the host's own caches are full
        "before = rss()\n"
        "for i in range(500): load_plugin(path)\n"
        "print(rss() - before)\n"
    )
    grown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(grown.stdout.split()[-1]) < 5.0  # MiB; a leaked instance a load would be 25 and more


def test_the_host_lists_parameters_words_and_no_latency(host, plugins):
    lines = subprocess.run([host, "info", plugins / "semeq.clap"], capture_output=True, text=True, check=True).stdout
    assert lines.startswith("channels 2 latency 0\n")
    names = [line.split("\t")[1] for line in lines.splitlines()[1:]]
    assert names == ["Semantic", "To", "Morph", "Intensity", "Output", "Bypass", "Level match"]
    words = subprocess.run([host, "words", plugins / "semeq.clap"], capture_output=True, text=True, check=True).stdout
    assert {"warm", "bright"} <= set(words.split())


def test_clap_and_vst3_play_the_same(host, plugins, native, music, tmp_path):
    native.controls = Controls(native.words[3], native.words[7], 0.4, 1.2, -2.0)
    changes = ["0=3", "1=7", "2=0.4", "3=1.2", "4=-2"]
    out = render(host, plugins / "semeq.clap", music, tmp_path, *changes, rate=RATE)
    np.testing.assert_allclose(out, native(music, RATE), atol=1e-5)


def test_a_controller_acts_at_its_frame(host, plugins, music, tmp_path):
    frame = 10_007
    still = render(host, plugins / "semeq.clap", music, tmp_path)
    moved = render(host, plugins / "semeq.clap", music, tmp_path, f"@{frame}:cc=21:127")
    np.testing.assert_array_equal(moved[:, :frame], still[:, :frame])
    assert (moved[:, frame + 1] != still[:, frame + 1]).any()
    bright = render(host, plugins / "semeq.clap", music, tmp_path, "2=1")
    np.testing.assert_allclose(moved[:, frame + 9000 :], bright[:, frame + 9000 :], atol=1e-4)


def test_a_new_pair_of_words_is_exact_within_a_tenth_of_a_second(host, plugins, music, tmp_path):
    changed = render(host, plugins / "semeq.clap", music, tmp_path, "2=0.5", "@5000:0=8", "@5000:1=9")
    wanted = render(host, plugins / "semeq.clap", music, tmp_path, "2=0.5", "0=8", "1=9")
    settled = 5000 + 4800 + 9000  # and the filters' own memory
    np.testing.assert_allclose(changed[:, settled:], wanted[:, settled:], atol=1e-4)


def stray_db(audio, changed, start, rate=48_000):
    """Energy above 1.5 kHz that changes of a 200 Hz sine leave, over that of the sine."""
    part = slice(start - rate // 20, start + rate // 2)
    window = np.blackman(part.stop - part.start)
    before, after = (np.abs(np.fft.rfft(sound[0, part].astype(np.float64) * window)) ** 2 for sound in (audio, changed))
    above = np.fft.rfftfreq(part.stop - part.start, 1 / rate) > 1500
    return 10 * np.log10(after[above].sum() / before.sum())


@pytest.mark.parametrize("block", [32, 64, 128])
def test_words_bypass_and_controllers_leave_no_clicks(host, plugins, tmp_path, block):
    sine = 0.5 * np.sin(2 * np.pi * 200 * np.arange(96_000) / 48_000)
    audio = np.stack([sine, sine]).astype(np.float32)
    clap, at = plugins / "semeq.clap", 24_000
    listed = subprocess.run([host, "words", clap], capture_output=True, text=True, check=True).stdout.splitlines()
    deep, tinny = listed.index("deep"), listed.index("tinny")
    pair = [f"0={deep}", f"1={deep}"]
    jumped = render(host, clap, audio, tmp_path, *pair, f"@{at}:0={tinny}", f"@{at}:1={tinny}", block=block)
    assert stray_db(audio, jumped, at) < -95
    assert stray_db(audio, render(host, clap, audio, tmp_path, *pair, f"@{at}:5=1", block=block), at) < -100
    sweep = [f"@{at + 180 * i}:cc=21:{i}" for i in range(128)]
    assert stray_db(audio, render(host, clap, audio, tmp_path, *sweep, block=block), at) < -100


@pytest.mark.parametrize(("block", "rate"), [(64, 48_000), (4096, 44_100)])
def test_level_match_keeps_the_loudness_of_the_input(host, plugins, tmp_path, block, rate):
    clap, second = plugins / "semeq.clap", rate
    listed = subprocess.run([host, "words", clap], capture_output=True, text=True, check=True).stdout.splitlines()
    noise = np.random.default_rng(6).standard_normal((2, 8 * rate)).cumsum(axis=1)  # 6 dB less with each octave
    noise -= np.stack([np.convolve(channel, np.ones(2000) / 2000, "same") for channel in noise])
    noise = (0.1 * noise / noise.std()).astype(np.float32)
    pair = [f"0={listed.index('bassy')}", f"1={listed.index('tinny')}", "3=1.5"]
    plain = render(host, clap, noise, tmp_path, *pair, rate=rate, block=block)
    matched = render(host, clap, noise, tmp_path, *pair, "6=1", f"@{6 * second}:5=1", rate=rate, block=block)
    part, bypassed = slice(3 * second, 6 * second), slice(6 * second + second // 2, None)
    assert abs(match_gain_db(noise[:, part], plain[:, part], rate)) > 2
    assert abs(match_gain_db(noise[:, part], matched[:, part], rate)) < 0.3
    np.testing.assert_allclose(matched[:, bypassed], noise[:, bypassed], atol=1e-6)
    # Nothing but the level: the rest of the sound is the same.
    gain = (plain[0, part] @ matched[0, part]) / (plain[0, part] @ plain[0, part])
    assert error_db(matched[:, part], gain * plain[:, part]) < -30
    # In silence it stays where it is.
    silent = np.concatenate([noise[:, part], np.zeros((2, rate), np.float32), noise[:, part]], axis=1)
    through = render(host, clap, silent, tmp_path, *pair, "6=1", rate=rate, block=block)
    assert abs(match_gain_db(silent[:, -3 * second :], through[:, -3 * second :], rate)) < 0.3


def test_a_controller_reaches_the_first_128_words_one_by_one(host, plugins, music, tmp_path):
    clap = plugins / "semeq.clap"
    for number in (0, 63, 127):
        turned = render(host, clap, music, tmp_path, f"@0:cc=23:{number}")
        wanted = render(host, clap, music, tmp_path, f"@0:0={number}")
        np.testing.assert_allclose(turned[:, 9000:], wanted[:, 9000:], atol=1e-4)


BLOCKS = [64, 1024, 8192]


@pytest.mark.parametrize("block", BLOCKS)
def test_clap_events_act_at_their_frames_in_any_block(host, plugins, music, tmp_path, block):
    random = np.random.default_rng(3)
    clap, table = plugins / "semeq.clap", WordSpace.open().table("warm", "bright")
    listed = subprocess.run([host, "words", clap], capture_output=True, text=True, check=True).stdout.splitlines()
    frames = [int(f) for f in np.cumsum(random.integers(70, 900, 60)) if f < len(music[0]) - 100]
    frames = [frame + (frame % block == 0) for frame in frames]
    morphs = np.round(random.random(len(frames)), 4)
    engine, parts, at = eq.Engine(48_000, 2), [], 0
    engine.jump(table.at(0.0))
    for frame, morph in zip(frames, morphs, strict=True):
        parts.append(engine.process(music[:, at:frame]))
        engine.set_target(table.at(morph))
        at = frame
    expected = np.concatenate([*parts, engine.process(music[:, at:])], axis=1)
    pair = [f"0={listed.index('warm')}", f"1={listed.index('bright')}"]
    events = [f"@{frame}:2={morph}" for frame, morph in zip(frames, morphs, strict=True)]
    assert error_db(render(host, clap, music, tmp_path, *pair, *events, block=block), expected) < -100


def test_state_is_saved_by_the_name_of_the_word(host, plugins):
    saved = subprocess.run([host, "state", plugins / "semeq.clap"], capture_output=True, check=True).stdout
    words = subprocess.run([host, "words", plugins / "semeq.clap"], capture_output=True, text=True, check=True).stdout
    number, name = saved.split(b"semantic_word\0")[1].split(b"\0")[0].split(b":")
    assert words.splitlines()[int(number)] == name.decode()


@pytest.mark.skipif(sys.platform != "linux", reason="the hosts of these tests load Linux modules")
@pytest.mark.parametrize("kind", ["clap", "vst3", "lv2"])
@pytest.mark.parametrize("block", [17, 1024])
def test_mono_is_the_left_channel_of_stereo_bit_for_bit(program, plugins, music, tmp_path, kind, block):
    module = plugins / "semeq.clap" if kind == "clap" else next((plugins / f"semeq.{kind}").rglob("*.so"))
    changes = ["Semantic=0.3", "Morph=0.4", "@5000:Morph=0.9", "@5000:To=0.1"] if kind == "vst3" else ["0=5", "2=0.4"]
    if kind == "clap":
        changes += ["@5000:2=0.9", "@5000:1=30"]
    host = program(f"{kind}_host.cpp")
    stereo = render(host, module, music, tmp_path, *changes, block=block)
    mono = render(host, module, music[:1], tmp_path, *changes, block=block)
    np.testing.assert_array_equal(mono[0], stereo[0])
    assert np.abs(mono - music[:1]).max() > 1e-3
    if kind == "lv2":  # where each port may be there or not
        for ports, audio in (("1:2", music[:1]), ("2:1", music)):
            for channel in render(host, module, audio, tmp_path, *changes, block=block, ports=ports):
                np.testing.assert_array_equal(channel, mono[0])


def test_what_clap_validator_checks(plugins, program):
    done = subprocess.run(
        [program("clap_checks.cpp"), plugins / "semeq.clap"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 18


def test_values_read_as_people_say_them(host, plugins, native):
    def texts(*values):
        done = subprocess.run(
            [host, "texts", plugins / "semeq.clap", *values], capture_output=True, text=True, check=True
        )
        return done.stdout.splitlines()

    assert texts("2=0.57", "2=0.573", "3=1.5", "4=1.5", "4=-3", "4=-0.01", "5=0", "5=1") == [
        *("57 %", "57.3 %", "150 %", "+1.5 dB", "-3 dB", "0 dB", "off", "on")
    ]
    raw = native.plugin.parameters
    native.controls = Controls(native.words[0], native.words[1], 0.57, 1.5, 1.5, bypass=True)
    shown = {name: (raw[name].string_value, raw[name].label) for name in ("morph", "intensity", "output_db", "bypass")}
    assert (shown["morph"][0], shown["intensity"][0], shown["bypass"][0]) == ("57 %", "150 %", "on")
    assert shown["output_db"] == ("+1.5", "dB")  # VST3 hosts write a unit behind the text


def test_programs_are_the_factory_presets(native):
    listed = native.plugin.parameters["current_program"].valid_values
    assert listed == ["start", *(stored.name for stored in PresetStore(Path(os.devnull)).all())]


def test_fuzz_without_allocation_locks_or_bad_samples(host, plugins):
    done = subprocess.run([host, "fuzz", plugins / "semeq.clap", "5", "1"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[0]) > 1000


def test_fuzz_under_sanitizers(tmp_path):
    """The same under AddressSanitizer and UndefinedBehaviorSanitizer, plugin and host compiled with both."""
    flags = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-DNO_TRAP"]
    lightly = tmp_path / "lightly"  # with full optimisation the checks take twice as long to compile
    lightly.write_text('#!/usr/bin/env bash\nexec "${@/#-O3/-O1}"\n')
    lightly.chmod(0o755)
    flagged = {"CXXFLAGS": " ".join(flags[:2]), "CMAKE_CXX_COMPILER_LAUNCHER": str(lightly)}
    done = semeq_export("plugin", "--out", tmp_path / "out", "--formats", "clap", "--no-gui", **flagged)
    if done.returncode != 0 and "sanitize" in done.stderr:
        pytest.skip("this compiler has no sanitizers")
    assert done.returncode == 0, done.stderr
    host = compile_host(tmp_path, *flags, source="clap_host.cpp")
    environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}
    fuzz = [host, "fuzz", tmp_path / "out" / "semeq.clap", os.environ.get("SEMEQ_FUZZ_SECONDS", "10"), "3"]
    done = subprocess.run(fuzz, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_traps_work(tmp_path):
    """A plugin that allocates in process() must be caught, or the fuzz above proves nothing."""
    program = tmp_path / "trap.cpp"
    program.write_text(
        (HERE / "clap_host.cpp")
        .read_text()
        .replace(
            "int main(",
            "int main() { in_process = true; void* p = malloc(8); free(p); return 0; }\nint unused(",
        )
    )
    subprocess.run(
        ["c++", "-std=c++17", f"-I{DPF}/distrho/src", f"-I{HERE}", program, "-o", tmp_path / "trap", "-ldl"], check=True
    )
    done = subprocess.run([tmp_path / "trap"], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "malloc inside process()" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "status", "says"),
    [
        ([], {"DPF_DIR": "/nowhere"}, 1, "DPF_DIR=/nowhere"),
        ([], {"PATH": "/nowhere"}, 1, "install"),
        (["--formats", "vst4"], {}, 2, "vst4"),
        (["--name", "../x"], {}, 2, "cannot be a plugin's name"),
        (["--bundle", "/nowhere"], {}, 1, "/nowhere"),
    ],
)
def test_what_is_missing_is_one_line(tmp_path, arguments, environment, status, says):
    done = semeq_export("plugin", "--out", tmp_path / "out", *arguments, **environment)
    assert done.returncode == status
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("out/*"))


def test_another_version_of_dpf_is_refused_with_a_sentence(tmp_path):
    sources = tmp_path / "dpf" / "distrho" / "src"
    sources.mkdir(parents=True)
    (sources.parent / "DistrhoPluginMain.cpp").touch()
    for name in ("DistrhoPluginVST3.cpp", "DistrhoPluginCLAP.cpp"):
        (sources / name).write_text((DPF / "distrho" / "src" / name).read_text().replace("clap_create_plugin", "make"))
    done = semeq_export("plugin", "--out", tmp_path / "out", DPF_DIR=str(tmp_path / "dpf"))
    assert done.returncode == 1
    assert "is not version 1.6" in done.stderr
    assert "DistrhoPluginCLAP.cpp lacks 'clap_create_plugin'" in done.stderr


def test_an_unbuildable_plugin_says_why(cache, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("DPF_DIR", "/nowhere")
    with pytest.raises(NativeError, match="DPF_DIR=/nowhere"):
        load_native()
