"""Every option of `semeq process` changes what it says and nothing else."""

import json
import threading
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from semeq.files.loudness import loudness_lufs
from semeq.files.true_peak import TruePeak
from semeq.plugin import SemanticEQ
from semeq.plugin.batch import rendering
from semeq.plugin.cli import semeq
from semeq.plugin.commands.process import command
from semeq.presets import Preset, PresetStore
from semeq.words import Vocabulary, load_bundle, write_bundle

RATE = 44_100


@pytest.fixture(scope="module")
def audio():
    """A second of stereo noise, darker than music, quiet enough that nothing clips."""
    spectrum = np.fft.rfft(np.random.default_rng(8).standard_normal((2, RATE)), axis=1)
    spectrum /= np.maximum(np.arange(spectrum.shape[1]), 40.0) ** 1.3
    planes = np.fft.irfft(spectrum, RATE, axis=1)
    return (0.2 * planes / np.abs(planes).max()).astype(np.float32)


@pytest.fixture
def here(tmp_path, audio, monkeypatch):
    """A folder with `song.wav` in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEMEQ_PRESETS", str(tmp_path / "presets"))
    soundfile.write("song.wav", audio.T, RATE, subtype="FLOAT")
    return tmp_path


def process(*arguments, status=0):
    done = CliRunner().invoke(semeq, ["process", *map(str, arguments)], prog_name="semeq", standalone_mode=True)
    assert done.exit_code == status, done.output
    return done


def outputs(folder="semeq-out"):
    """Name, samples and format of every output."""
    found = {}
    for path in sorted(Path(folder).iterdir()):
        with soundfile.SoundFile(path) as file:
            found[path.name] = (file.read(always_2d=True).T, file.format, file.subtype, file.samplerate)
    return found


def true_peak_dbtp(planes):
    meter = TruePeak(RATE, len(planes))
    meter.add(planes.T)
    return 20 * np.log10(meter.finish())


def gain_db(planes, before):
    """The one gain between two renders; fails where more than a gain is between them."""
    factor = float((planes * before).sum() / (before * before).sum())
    np.testing.assert_allclose(planes, factor * before, atol=2e-6)
    return 20 * np.log10(factor)


@pytest.mark.parametrize(
    ("options", "controls"),
    [
        (["-s", "warm"], {"semantic": "warm"}),
        (["--semantic", "bright"], {"semantic": "bright"}),
        (["-s", "warm", "--to", "bright"], {"semantic": "warm", "to": "bright", "morph": 0.5}),
        (["-s", "warm", "--refine", "a bit brighter"], {"semantic": "warm + 0.25 bright"}),
        (["-s", "warm", "--refine", "boomier", "--refine", "less of that"], {"semantic": "0.7 warm + 0.35 boomy"}),
        (["-s", "warm", "--to", "bright", "--morph", "0.4"], {"semantic": "warm", "to": "bright", "morph": 0.4}),
        (["-s", "warm", "--morph", "0.4"], {"semantic": "warm", "morph": 0.4}),
        (["-s", "warm", "--intensity", "0.5"], {"semantic": "warm", "intensity": 0.5}),
        (["-s", "warm", "--intensity", "1.7"], {"semantic": "warm", "intensity": 1.7}),
        (["-s", "warm", "--output-db", "-7.5"], {"semantic": "warm", "output_db": -7.5}),
        (["-s", "warm", "--adaptive"], {"semantic": "warm", "adaptive": True}),
        (["-s", "warm", "--no-adaptive", "--no-level-match"], {"semantic": "warm"}),
        (["-s", "warm", "--guard"], {"semantic": "warm"}),
        (["-s", "warm", "--no-guard"], {"semantic": "warm"}),
    ],
)
def test_controls_reach_the_sound_and_leave_the_file_as_it_is(here, audio, options, controls):
    process("song.wav", *options)
    ((out, container, subtype, rate),) = outputs().values()
    np.testing.assert_allclose(out, SemanticEQ(**controls)(audio, RATE), atol=2e-5)
    assert (container, subtype, rate) == ("WAV", "FLOAT", RATE)


def test_the_options_above_are_heard(audio):
    """Else the test above would hold for an option that is ignored."""
    warm = SemanticEQ("warm")(audio, RATE)
    for changed in (
        {"to": "bright", "morph": 0.4},
        {"intensity": 0.5},
        {"intensity": 1.7},
        {"output_db": -7.5},
        {"adaptive": True},
    ):
        assert np.abs(SemanticEQ("warm", **changed)(audio, RATE) - warm).max() > 1e-3
    assert np.abs(SemanticEQ("warm", to="bright")(audio, RATE) - warm).max() == 0


@pytest.mark.parametrize("option", ["--model", "--bundle"])
def test_model(here, audio, option):
    """A model in which two words have changed places, and a third has a name of its own."""
    whole = load_bundle()
    table = json.loads(whole.vocabulary.to_json())
    names = [word["name"] for word in table["words"]]
    for is_now, will_be in (("warm", "bright"), ("bright", "warm"), ("airy", "zephyrous")):
        table["words"][names.index(is_now)]["name"] = will_be
    graphs = {name: (whole.path / name).read_bytes() for name in ("decoder.onnx", "encoder.onnx", "audio_encoder.onnx")}
    write_bundle(here / "swapped", {}, Vocabulary.from_json(json.dumps(table)), graphs)
    for word, ours in (("warm", "bright"), ("zephyrous", "airy")):
        process("song.wav", "-s", word, option, "swapped", "--overwrite")
        ((out, *_),) = outputs().values()
        np.testing.assert_allclose(out, SemanticEQ(ours)(audio, RATE), atol=2e-5)
    suggest = ["--suggest", "--json"]
    (theirs,) = json.loads(process("song.wav", "-s", "warm", option, "swapped", *suggest).stdout)["files"]
    (same,) = json.loads(process("song.wav", "-s", "bright", *suggest).stdout)["files"]
    assert theirs["params"] == pytest.approx(same["params"])


def test_preset(here, audio):
    PresetStore().save("mine", Preset(semantic="warm", intensity=0.5, output_db=-3.0))
    process("song.wav", "--preset", "mine", "--output-db", "-6")
    ((out, *_),) = outputs().values()
    np.testing.assert_allclose(out, SemanticEQ("warm", intensity=0.5, output_db=-6.0)(audio, RATE), atol=2e-5)


def test_out(here):
    process("song.wav", "-s", "warm", "--out", "elsewhere/deep")
    assert list(outputs("elsewhere/deep")) == ["song.wav"]
    assert not (here / "semeq-out").exists()


def test_automate(here, audio):
    (here / "curve.csv").write_text("seconds,value\n0,0\n1,1\n")
    process("song.wav", "-s", "warm", "--to", "bright", "--automate", "morph=curve.csv")
    ((out, *_),) = outputs().values()
    swept = SemanticEQ("warm", to="bright")(audio, RATE, automation={"morph": [(0.0, 0.0), (1.0, 1.0)]})
    np.testing.assert_allclose(out, swept, atol=2e-5)
    assert np.abs(out - SemanticEQ("warm", to="bright")(audio, RATE)).max() > 1e-3


def test_map(here):
    performance = mido.MidiFile()
    track = performance.add_track()
    track.append(mido.Message("control_change", control=21, value=127, time=240))
    performance.save(here / "a.mid")
    asked = ["song.wav", "-s", "warm", "--to", "bright"]
    assert CliRunner().invoke(semeq, ["process", *asked, "--automate", "a.mid"]).exit_code != 0
    rendered = {}
    for control in ("morph", "intensity"):
        folder = f"by-{control}"
        process(
            "song.wav", "-s", "warm", "--to", "bright", "--automate", "a.mid", "--map", f"21={control}", "--out", folder
        )
        ((rendered[control], *_),) = outputs(folder).values()
    process(*asked, "--morph", "0")
    ((still, *_),) = outputs().values()
    for moved in rendered.values():
        np.testing.assert_allclose(moved[:, : RATE // 8], still[:, : RATE // 8], atol=1e-6)  # before the message
        assert np.abs(moved[:, RATE // 2 :] - still[:, RATE // 2 :]).max() > 1e-3
    assert np.abs(rendered["morph"] - rendered["intensity"]).max() > 1e-3


def test_suggest_renders_nothing_and_says_what_adaptive_would_apply(here, audio):
    done = process("song.wav", "-s", "warm", "--suggest", "--json")
    (row,) = json.loads(done.stdout)["files"]
    effect = SemanticEQ("warm", adaptive=True)
    effect(audio, RATE)
    assert row["params"] == pytest.approx(effect.params.tolist(), rel=1e-2, abs=1e-2)
    assert not (here / "semeq-out").exists()


def test_level_match_is_one_gain_that_brings_the_loudness_of_the_input(here, audio):
    process("song.wav", "-s", "boomy", "--level-match")
    ((out, *_),) = outputs().values()
    assert abs(gain_db(out, SemanticEQ("boomy")(audio, RATE))) > 0.3
    assert loudness_lufs(out, RATE) == pytest.approx(loudness_lufs(audio, RATE), abs=0.05)


@pytest.mark.parametrize(
    ("options", "ceiling"),
    [
        (["--true-peak-guard"], -1.0),
        (["--true-peak-guard", "--ceiling", "-6"], -6.0),
        (["--ceiling", "-20"], -20.0),
        (["--bits", "24"], -1.0),  # which clips, where floats do not
        (["--bits", "24", "--guard"], -1.0),
    ],
)
def test_the_guard_is_one_gain_that_keeps_the_true_peak_at_the_ceiling(here, audio, options, ceiling):
    louder = SemanticEQ("warm", output_db=18.0)(audio, RATE)
    assert true_peak_dbtp(louder) > 0
    process("song.wav", "-s", "warm", "--output-db", "18", *options)
    ((out, *_),) = outputs().values()
    assert gain_db(out, louder) < 0
    assert true_peak_dbtp(out) == pytest.approx(ceiling, abs=0.02)


def test_no_guard_clips_and_says_so(here, audio):
    done = process("song.wav", "-s", "warm", "--output-db", "18", "--bits", "24", "--no-guard")
    ((out, *_),) = outputs().values()
    louder = SemanticEQ("warm", output_db=18.0)(audio, RATE)
    np.testing.assert_allclose(out, louder.clip(-1, 1), atol=1e-6)
    assert "samples clipped" in done.output


@pytest.mark.parametrize("name", ["song.mp3", "song.ogg"])
def test_bitrate_and_quality_are_those_of_the_encoder(here, name):
    sizes = {}
    for value, option in enumerate((["--quality", "1"], ["--bitrate", "160"], ["--quality", "9.5"])):
        process("song.wav", "-s", "warm", "--format", name.split(".")[1], "--overwrite", *option)
        sizes[value] = (here / "semeq-out" / name).stat().st_size
    assert sizes[0] < sizes[1] < sizes[2]


def test_the_guard_lets_what_is_below_the_ceiling_alone(here, audio):
    process("song.wav", "-s", "warm", "--true-peak-guard")
    ((out, *_),) = outputs().values()
    np.testing.assert_allclose(out, SemanticEQ("warm")(audio, RATE), atol=2e-5)


@pytest.mark.parametrize(("ceiling", "status"), [("0", 0), ("0.1", 2), ("-60", 0), ("-60.1", 2)])
def test_the_ceiling_is_between_minus_60_and_0_dbtp(here, ceiling, status):
    process("song.wav", "-s", "warm", "--true-peak-guard", "--ceiling", ceiling, status=status)


def test_stems_share_one_gain_and_files_do_not(here, audio):
    for name, level in (("loud.wav", 4.0), ("quiet.wav", 0.5)):
        (here / "mix").mkdir(exist_ok=True)
        soundfile.write(here / "mix" / name, (level * audio).T, RATE, subtype="FLOAT")
    plain = SemanticEQ("warm", output_db=12.0)(audio, RATE)
    gains = {}
    for option in ("--stems", "--quiet"):
        process("mix", "-s", "warm", "--output-db", "12", "--true-peak-guard", option, "--out", f"out{option}")
        found = (
            outputs(f"out{option}") if (here / f"out{option}" / "loud.wav").exists() else outputs(f"out{option}/mix")
        )
        gains[option] = [gain_db(found[n][0], level * plain) for n, level in (("loud.wav", 4.0), ("quiet.wav", 0.5))]
    loud, quiet = gains["--stems"]
    assert loud == pytest.approx(quiet, abs=1e-3)
    assert loud < -3
    loud, quiet = gains["--quiet"]
    assert loud < quiet - 3


def test_ab_writes_both_equally_loud(here, audio):
    process("song.wav", "-s", "boomy", "--ab")
    found = outputs()
    assert set(found) == {"song.before.wav", "song.after.wav"}
    before, after = found["song.before.wav"][0], found["song.after.wav"][0]
    gains = gain_db(before, audio), gain_db(after, SemanticEQ("boomy")(audio, RATE))
    assert loudness_lufs(before, RATE) == pytest.approx(loudness_lufs(after, RATE), abs=0.05)
    assert max(gains) == pytest.approx(0, abs=1e-4)  # the louder one is turned down
    assert min(gains) < -0.3


@pytest.mark.parametrize(
    ("options", "name", "container", "subtype"),
    [
        (["--format", "flac"], "song.flac", "FLAC", "PCM_24"),
        (["--format", "aiff"], "song.aiff", "AIFF", "FLOAT"),
        (["--bits", "16"], "song.wav", "WAV", "PCM_16"),
        (["--bits", "24"], "song.wav", "WAV", "PCM_24"),
        (["--format", "flac", "--bits", "16"], "song.flac", "FLAC", "PCM_16"),
    ],
)
def test_format_and_bits(here, audio, options, name, container, subtype):
    process("song.wav", "-s", "warm", *options)
    ((found, (out, *form)),) = outputs().items()
    assert (found.split(".")[0], form) == (name.split(".")[0], [container, subtype, RATE])
    np.testing.assert_allclose(
        out, SemanticEQ("warm")(audio, RATE), atol=2.1 / 32768 if subtype == "PCM_16" else 3e-7 + 2e-6
    )


def test_what_exists_is_refused_replaced_or_skipped(here, audio):
    process("song.wav", "-s", "warm")
    (before,) = outputs().values()
    refused = process("song.wav", "-s", "bright", status=1)
    assert "exists already" in refused.output
    skipped = json.loads(process("song.wav", "-s", "bright", "--skip-existing", "--json").stdout)
    assert (skipped["done"], skipped["skipped"]) == (0, 1)
    (after,) = outputs().values()
    np.testing.assert_array_equal(before[0], after[0])
    process("song.wav", "-s", "bright", "--overwrite")
    ((out, *_),) = outputs().values()
    np.testing.assert_allclose(out, SemanticEQ("bright")(audio, RATE), atol=2e-5)


def test_dry_run_touches_nothing(here):
    before = sorted(path.name for path in here.iterdir())
    done = json.loads(process("song.wav", "-s", "warm", "--dry-run", "--json").stdout)
    assert [row["would"] for row in done["files"]] == ["render"]
    assert sorted(path.name for path in here.iterdir()) == before


def test_jobs_are_so_many_files_at_once(here, audio, monkeypatch):
    for name in ("a", "b", "c"):
        soundfile.write(here / f"{name}.wav", audio.T, RATE, subtype="FLOAT")
    render, at_once, most = rendering.render_file, set(), []
    two = threading.Barrier(2)

    def render_file(source, *words, **options):
        at_once.add(source)
        most.append(len(at_once))
        if len(most) <= 2 and threading.current_thread() is not threading.main_thread():
            two.wait(30)  # neither goes on before the other is there
        try:
            return render(source, *words, **options)
        finally:
            at_once.discard(source)

    monkeypatch.setattr("semeq.plugin.batch.render.render_file", render_file)
    process("a.wav", "b.wav", "c.wav", "-s", "warm", "--out", "one")
    assert most == [1, 1, 1]
    most.clear()
    process("a.wav", "b.wav", "c.wav", "-s", "warm", "--jobs", "2", "--out", "two")
    assert max(most) == 2
    for name, (planes, *_) in outputs("two").items():
        np.testing.assert_array_equal(planes, outputs("one")[name][0])


def test_dask_takes_the_address(here, monkeypatch):
    asked = []

    def run_dask(groups, request, address):
        asked.append(address)
        return (outcome for outcome in ())

    monkeypatch.setattr("semeq.plugin.batch.dask.run_dask", run_dask)
    CliRunner().invoke(semeq, ["process", "song.wav", "-s", "warm", "--dask", "tcp://there:8786"])
    assert asked == ["tcp://there:8786"]


@pytest.mark.parametrize(
    "options",
    [
        ["--overwrite", "--skip-existing"],
        ["--ab", "--level-match"],
        ["--no-guard", "--ceiling", "-2"],
        ["--quality", "5", "--bitrate", "128"],
        ["--dask", "tcp://there:1", "--jobs", "2"],
        ["--jobs", "-1"],
    ],
)
def test_options_that_contradict_each_other_are_refused(here, options):
    process("song.wav", "-s", "warm", *options, status=2)
    assert not (here / "semeq-out").exists()


def test_every_option_stands_here():
    """A new option comes with a test of its own."""
    text = Path(__file__).read_text(encoding="utf-8")
    shared = {"--json", "--quiet", "--verbose", "--help"}  # tests/console
    for option in (o for param in command.params for o in param.opts if o.startswith("--")):
        assert option in shared or f'"{option}"' in text, option
