"""Batches: inputs and their places, what is refused, gains that files share, what is written where."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import soundfile

from semeq.files.formats import Conversion
from semeq.files.inputs import expand
from semeq.files.true_peak import TruePeak
from semeq.plugin import ControlError, Controls, process_files
from semeq.plugin.batch import Request, lay_out
from semeq.plugin.moves.plan import MovePlan

from . import rich_files as rich
from .batch_tools import RATE, hashes, library, semeq


def request(**kwargs):
    return Request(MovePlan.read((), None, Controls("warm")), **kwargs)


def tree(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return folder


def places(names, out=None):
    found, missing, _ = expand(names, out)
    return {str(item.relative) for item in found}, missing


def true_peak_db(path):
    audio, rate = soundfile.read(path, always_2d=True)
    meter = TruePeak(rate, audio.shape[1])
    meter.add(audio)
    return 20 * np.log10(meter.finish())


# Inputs


def test_folders_and_globs_keep_their_tree_and_leave_out_what_is_hidden_or_no_audio(tmp_path):
    root = tree(tmp_path / "in", "a.wav", "b/c.FLAC", "b/d/e.mp3", "b/cover.jpg", ".x.wav", ".git/y.wav", "b/.f.wav")
    everything = {"a.wav", "b/c.FLAC", "b/d/e.mp3"}
    assert places([root]) == (everything, [])
    assert places([f"{root}/**/*"]) == (everything, [])
    assert places([f"{root}/**/*.mp3"])[0] == {"b/d/e.mp3"}
    assert places([f"{root}/*"])[0] == everything  # the folder b is matched, and stands for what is below it
    assert places([f"{root}/b/*.F*"])[0] == {"c.FLAC"}
    assert places([root / "b" / "d" / "e.mp3"])[0] == {"e.mp3"}


def test_a_file_is_taken_whatever_its_name(tmp_path):
    root = tree(tmp_path, "take[1].wav", "noname", ".hidden.wav")
    assert places([root / "take[1].wav", root / "noname", root / ".hidden.wav"])[0] == {
        "take[1].wav",
        "noname",
        ".hidden.wav",
    }


def test_the_output_folder_is_never_read(tmp_path):
    root = tree(tmp_path, "a.wav", "out/a.wav", "out/b/c.wav")
    assert places([root], root / "out")[0] == {"a.wav"}
    assert places([f"{root}/**/*.wav"], root / "out")[0] == {"a.wav"}
    found, missing = places([root], root)
    assert not found
    assert "is the output folder itself" in missing[0]


def test_what_stands_for_nothing_is_named(tmp_path):
    (tmp_path / "empty").mkdir()
    _, missing = places([tmp_path / "empty", f"{tmp_path}/*.wav"])
    assert [text.rpartition(": ")[2] for text in missing] == ["there is no audio below this folder", "matches no audio"]


# Plans


def test_two_inputs_for_one_output_are_refused_before_anything_is_done(tmp_path):
    a, b = library(tmp_path / "a", 1), library(tmp_path / "b", 1)
    with pytest.raises(ControlError, match=r"would both become 00\.wav"):
        lay_out([a, b], tmp_path / "out", request())
    # A new suffix can make two meet.
    rich.write_flac(a / "00.flac")
    lay_out([a], tmp_path / "out", request())
    with pytest.raises(ControlError, match=r"would both become 00\.aiff"):
        lay_out([a], tmp_path / "out", request(conversion=Conversion("aiff")))
    assert not (tmp_path / "out").exists()


def test_no_input_of_the_batch_is_replaced_by_the_output_of_another(tmp_path):
    a, b = library(tmp_path / "a", 1), library(tmp_path / "b", 2)
    before = hashes(b)
    outcomes = process_files([a, f"{b}/01.wav"], b, "warm", existing="replace")
    assert [outcome.status for outcome in outcomes] == ["done", "failed"]
    assert "never overwritten" in outcomes[1].error
    assert hashes(b)["01.wav"] == before["01.wav"]


def test_existing_outputs_are_refused_skipped_or_replaced(tmp_path):
    folder, out = library(tmp_path / "in", 2, 0.2), tmp_path / "out"
    assert [o.status for o in process_files([folder], out, "warm")] == ["done", "done"]
    first = hashes(out)
    (out / "01.wav").unlink()
    refused = process_files([folder], out, "bright")
    assert [o.status for o in refused] == ["failed", "done"]
    assert "exists already" in refused[0].error
    (out / "01.wav").unlink()
    assert [o.status for o in process_files([folder], out, "warm", existing="skip")] == ["skipped", "done"]
    assert hashes(out) == first
    assert [o.status for o in process_files([folder], out, "bright", existing="replace")] == ["done", "done"]
    assert hashes(out) != first


@pytest.mark.parametrize("damage", [lambda data: data[:-1000], lambda data: data[:20], lambda data: b""])
def test_an_output_that_is_not_whole_is_not_taken_for_done(tmp_path, damage):
    folder, out = library(tmp_path / "in", 1, 0.2), tmp_path / "out"
    process_files([folder], out, "warm")
    (out / "00.wav").write_bytes(damage((out / "00.wav").read_bytes()))
    (outcome,) = process_files([folder], out, "warm", existing="skip")
    assert outcome.status == "failed"
    assert "is not whole" in outcome.error


def test_a_dry_run_touches_nothing_and_names_everything(tmp_path):
    folder = library(tmp_path / "in", 2, 0.2)
    (folder / "bad.wav").write_text("nonsense")
    out = tmp_path / "out"
    out.mkdir()
    (out / ".old.semeq-elsewhere-1-0123abcd.partial.wav").write_bytes(b"x")
    semeq("process", folder / "00.wav", "-s", "warm", "--out", out)
    before = hashes(tmp_path)
    status, said, _ = semeq(
        "process", folder, "-s", "warm", "--out", out, "--dry-run", "--skip-existing", "--format", "wav"
    )
    assert status == 0
    assert [word for word in ("skip: exists", "render", "refuse") if word in said] == [
        "skip: exists",
        "render",
        "refuse",
    ]
    assert hashes(tmp_path) == before


# Processes


@pytest.mark.slow
def test_several_jobs_write_the_same_and_report_in_order(tmp_path):
    folder = library(tmp_path / "in", 5, 0.3)
    (folder / "02.wav").write_text("nonsense")
    reports = []
    for jobs in (1, 2):
        status, said, err = semeq(
            "process", folder, "-s", "warm", "--out", tmp_path / str(jobs), "--jobs", jobs, "--json", "--level-match"
        )
        assert status == 1
        assert "02.wav: is not audio" in err
        reports.append(json.loads(said.replace(str(tmp_path / str(jobs)), "OUT")))
    assert reports[0] == reports[1]
    assert [Path(row["source"]).name for row in reports[0]["files"]] == [f"0{n}.wav" for n in range(5)]
    assert hashes(tmp_path / "1") == hashes(tmp_path / "2")


def test_every_format_may_be_rendered_beside_others(tmp_path, random):
    """Libraries that read and write them share a process: neither samples nor complaints may come from a neighbour."""
    formats = {"wav": "PCM_16", "flac": "PCM_24", "ogg": "VORBIS", "mp3": "MPEG_LAYER_III", "aiff": "FLOAT"}
    for number in range(4):
        for suffix, subtype in formats.items():
            audio = random.normal(0, 0.1, (RATE // 2, 2)).clip(-1, 1)
            (tmp_path / "in").mkdir(exist_ok=True)
            soundfile.write(tmp_path / "in" / f"{number}-{suffix}.{suffix}", audio, RATE, subtype=subtype)
        (tmp_path / "in" / f"{number}-none.wav").write_text("nonsense")
    found = []
    for jobs in (1, 6, 6):
        done = process_files([tmp_path / "in"], tmp_path / "out", "warm", jobs=jobs, existing="replace", adaptive=True)
        written = {path.name: soundfile.read(path)[0].tobytes() for path in sorted((tmp_path / "out").iterdir())}
        found.append((written, [(outcome.status, outcome.error) for outcome in done]))
    assert len(found[0][0]) == 20
    assert found[1] == found[0]
    assert found[2] == found[0]


def test_a_script_need_not_guard_its_main_module(tmp_path):
    folder = library(tmp_path / "in", 2, 0.1)
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\nfrom semeq.plugin import process_files\nprint('once')\n"
        "print(*(o.status for o in process_files([sys.argv[1]], sys.argv[2], 'warm', jobs=2)))\n"
    )
    command = [sys.executable, script, folder, tmp_path / "out"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("once\ndone done\n", "")


# Gains


def test_an_output_is_as_loud_as_its_input(tmp_path, random):
    audio = random.standard_normal((RATE * 4, 2)) * 0.03
    soundfile.write(tmp_path / "in.wav", audio, RATE, subtype="FLOAT")
    (done,) = process_files([tmp_path / "in.wav"], tmp_path / "out", "bright", level_match=True)
    meter = pyloudnorm.Meter(RATE)
    after, _ = soundfile.read(tmp_path / "out" / "in.wav")
    assert meter.integrated_loudness(after) == pytest.approx(meter.integrated_loudness(audio), abs=0.02)
    assert abs(done.rendered.gain_db) > 0.5


def hidden_peaks(path, subtype="PCM_24", amplitude=1.35):
    """A sine at a quarter of the rate whose samples all miss its crests: they stay below full scale, it does not."""
    time = np.arange(RATE)
    fade = np.clip(np.minimum(time, time[::-1]) / 4000, 0, 1)
    audio = amplitude * fade * np.sin(np.pi / 2 * time + np.pi / 4)
    assert np.abs(audio).max() < 1
    soundfile.write(path, audio, RATE, subtype=subtype)
    return path


@pytest.mark.parametrize("ceiling", [-1.0, -3.0])
@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
def test_the_guard_keeps_peaks_between_samples_below_the_ceiling(tmp_path, ceiling, subtype):
    source = hidden_peaks(tmp_path / "in.wav", subtype)
    command = ["process", source, "-s", "warm", "--intensity", 0, "--out"]
    status, _, err = semeq(*command, tmp_path / "plain")
    assert status == 0
    if subtype != "FLOAT":
        assert "true peak +2.6 dBTP" in err
        assert "--true-peak-guard" in err
    status, _, err = semeq(*command, tmp_path / "guarded", "--true-peak-guard", "--ceiling", ceiling)
    assert status == 0
    assert "turned down by" in err
    assert "clipped" not in err
    assert true_peak_db(tmp_path / "guarded" / "in.wav") == pytest.approx(ceiling, abs=0.01)


def test_the_guard_leaves_what_is_low_enough_bit_for_bit(tmp_path):
    folder = library(tmp_path / "in", 1, 0.5)
    process_files([folder], tmp_path / "plain", "warm")
    (done,) = process_files([folder], tmp_path / "guarded", "warm", ceiling_dbtp=-1.0)
    assert done.rendered.gain_db == 0
    assert hashes(tmp_path / "plain") == hashes(tmp_path / "guarded")


def test_clipping_is_never_silent(tmp_path):
    folder = library(tmp_path / "in", 1, 0.3, peak=0.9)
    command = ["process", folder, "-s", "bright", "--no-guard", "--output-db", 6]
    status, _, err = semeq(*command, "--out", tmp_path / "out", "--quiet")
    assert status == 0
    assert "samples clipped" in err
    lower = float(err.partition("--output-db ")[2].split()[0])
    status, said, err = semeq(*command[:-1], lower, "--out", tmp_path / "lower")
    assert "clipped" not in err + said
    status, said, err = semeq(*command, "--out", tmp_path / "float", "--bits", "float")
    assert "clipped" not in err + said
    assert np.abs(soundfile.read(tmp_path / "float" / "00.wav")[0]).max() > 1


def stems(folder, lengths=(1.0, 1.0, 0.9)):
    folder.mkdir(parents=True)
    for number, (length, channels, peak) in enumerate(zip(lengths, (2, 2, 1), (0.8, 0.3, 0.6), strict=True)):
        audio = np.random.default_rng(number).uniform(-peak, peak, (int(length * RATE), channels))
        soundfile.write(folder / f"{number}.wav", audio, RATE, subtype="FLOAT")
    return folder


def mixed(folder):
    parts = [soundfile.read(path, always_2d=True)[0] for path in sorted(folder.glob("*.wav"))]
    total = np.zeros((max(map(len, parts)), 2))
    for part in parts:
        total[: len(part)] += part
    return total


@pytest.mark.parametrize("options", [{"level_match": True}, {"ceiling_dbtp": -1.0}])
@pytest.mark.parametrize("lengths", [(1.0, 1.0, 0.9), (1.4, 1.4, 2.2)])  # of the latter the mono one ends alone
def test_stems_keep_their_balance_and_the_mix_is_what_counts(tmp_path, options, lengths):
    folder = stems(tmp_path / "in", lengths)
    process_files([folder], tmp_path / "plain", "bright")
    done = process_files([folder], tmp_path / "out", "bright", stems=True, **options)
    (gain_db,) = {outcome.rendered.gain_db for outcome in done}
    assert gain_db < -3
    for name in ("0.wav", "1.wav", "2.wav"):
        plain, matched = (soundfile.read(tmp_path / where / name)[0] for where in ("plain", "out"))
        np.testing.assert_allclose(matched, plain * 10 ** (gain_db / 20), atol=1e-6)
    mix = mixed(tmp_path / "out")
    if "level_match" in options:
        meter = pyloudnorm.Meter(RATE)
        assert meter.integrated_loudness(mix) == pytest.approx(meter.integrated_loudness(mixed(folder)), abs=0.05)
    else:
        soundfile.write(tmp_path / "mix.wav", mix, RATE, subtype="FLOAT")
        assert true_peak_db(tmp_path / "mix.wav") == pytest.approx(-1.0, abs=0.01)


def test_a_stem_that_is_missing_gets_the_gain_it_would_have_had(tmp_path):
    folder = stems(tmp_path / "in")
    options = {"stems": True, "level_match": True, "existing": "skip"}
    process_files([folder], tmp_path / "out", "bright", **options)
    wanted = hashes(tmp_path / "out")
    (tmp_path / "out" / "1.wav").unlink()
    assert [o.status for o in process_files([folder], tmp_path / "out", "bright", **options)] == [
        "skipped",
        "done",
        "skipped",
    ]
    assert hashes(tmp_path / "out") == wanted


def test_files_that_are_no_stems_of_one_mix_are_refused_together(tmp_path):
    folder = stems(tmp_path / "in", lengths=(3.0, 1.0, 1.0))
    outcomes = process_files([folder], tmp_path / "out", "warm", stems=True, level_match=True)
    assert [outcome.status for outcome in outcomes] == ["failed"] * 3
    assert "stems of one mix have one length" in outcomes[0].error
    other = stems(tmp_path / "rates")
    soundfile.write(other / "3.wav", np.zeros((1000, 2)), 48_000)
    assert "one sample rate" in process_files([other], tmp_path / "out", "warm", stems=True)[0].error
    assert not (tmp_path / "out").exists()


def test_folders_of_stems_are_mixes_of_their_own(tmp_path):
    stems(tmp_path / "in" / "a")
    for path in stems(tmp_path / "in" / "b").iterdir():
        audio, _ = soundfile.read(path)
        soundfile.write(path, audio * 0.1, RATE, subtype="FLOAT")
    done = process_files([tmp_path / "in"], tmp_path / "out", "bright", stems=True, ceiling_dbtp=-1.0)
    assert len({outcome.rendered.gain_db for outcome in done[:3]}) == 1
    assert {outcome.rendered.gain_db for outcome in done[3:]} == {0.0}


@pytest.mark.parametrize("word", ["bright", "warm"])
def test_a_and_b_are_equally_loud_and_neither_is_turned_up(tmp_path, word):
    folder = library(tmp_path / "in", 1, 3.0)
    (done,) = process_files([folder], tmp_path / "out", word, ab=True)
    assert sorted(hashes(tmp_path / "out")) == ["00.after.wav", "00.before.wav"]
    meter = pyloudnorm.Meter(RATE)
    loud = [meter.integrated_loudness(soundfile.read(tmp_path / "out" / f"00.{n}.wav")[0]) for n in ("before", "after")]
    assert loud[0] == pytest.approx(loud[1], abs=0.02)
    gains = (done.before.gain_db, done.rendered.gain_db)
    assert max(gains) == 0
    assert min(gains) < -0.3


@pytest.mark.parametrize(
    ("container", "bits", "subtype"), [("flac", "16", "PCM_16"), ("aiff", "24", "PCM_24"), ("wav", "float", "FLOAT")]
)
def test_a_format_can_be_asked_for(tmp_path, container, bits, subtype):
    folder = library(tmp_path / "in", 1, 0.2, subtype="PCM_24")
    (done,) = process_files([folder], tmp_path / "out", "warm", container=container, bits=bits)
    assert done.output.suffix == f".{container}"
    info = soundfile.info(done.output)
    assert (info.format, info.subtype, info.frames) == (container.upper(), subtype, int(0.2 * RATE))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"container": "flac", "bits": "float"}, "there is no FLAC FLOAT"),
        ({"container": "opus"}, "Opus has no 44100 Hz"),
        ({"container": "mp3"}, "MP3 holds 2 channels"),
    ],
)
def test_a_format_that_cannot_hold_the_audio_is_refused(tmp_path, options, says):
    folder = library(tmp_path / "in", 1, 0.2, channels=3)
    (outcome,) = process_files([folder], tmp_path / "out", "warm", **options)
    assert says in outcome.error
    assert not (tmp_path / "out").exists()


def test_more_than_four_gibibytes_of_wav_become_rf64():
    from semeq.files.formats import AudioFormat

    form = AudioFormat(96_000, 64, 2**25, "WAV", "PCM_24", "FILE")
    assert Conversion().target(form, Path("x.wav")).container == "RF64"


@pytest.mark.parametrize(
    "arguments",
    [["--overwrite", "--skip-existing"], ["--ab", "--level-match"], ["--dask", "x", "--jobs", "2"], ["--ceiling", "3"]],
)
def test_requests_that_contradict_themselves_are_refused(tmp_path, arguments):
    folder = library(tmp_path / "in", 1, 0.1)
    status, _, err = semeq("process", folder, "-s", "warm", "--out", tmp_path / "out", *arguments)
    assert status == 2
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux only")
@pytest.mark.parametrize(
    "name", [b"[red]x.wav", b"-dash.wav", b"two\nlines.wav", b" space .wav", b"\xff\xfe.wav", b"\xe9t\xc3\xa9.WAV"]
)
def test_any_name_that_the_system_allows_will_do(tmp_path, name):
    folder = library(tmp_path / "in", 1, 0.1)
    (folder / "00.wav").rename(folder / os.fsdecode(name))
    status, said, err = semeq("process", ".", "-s", "warm", "--out", tmp_path / "out", "--adaptive", cwd=folder)
    assert (status, err) == (0, "")
    assert len(said.splitlines()) == 3
    assert [os.fsencode(path.name) for path in (tmp_path / "out").iterdir()] == [name]
