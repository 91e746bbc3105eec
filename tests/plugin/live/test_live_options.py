"""Every option of `semeq live` reaches what it names, and nothing else changes. No audio system is needed."""

import shutil
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

import semeq.plugin.commands.live as live_command
from semeq.plugin.cli import semeq
from semeq.presets import Preset, PresetStore
from semeq.words import load_bundle


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """Run the command; what it would have started, as one flat table."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEMEQ_PRESETS", str(tmp_path / "presets"))
    table = {}

    class Backend:
        def close(self):
            pass

    def jack(name, channels, inputs, outputs, midi, block, server):
        table.update(
            backend="jack", name=name, channels=channels, input=inputs, output=outputs, jack_midi=midi, block=block
        )
        table.update(server=server, rate=None)
        return Backend()

    def sounddevice(channels, inputs, outputs, block, rate):
        table.update(backend="sounddevice", channels=channels, input=inputs, output=outputs, block=block, rate=rate)
        return Backend()

    def session(space, backend, settings, adaptation, tell, page):
        table.update(page=page)
        table.update({f"controls.{k}": v for k, v in asdict(settings.controls).items()})
        table.update(model=space.decoder.bundle.path, adaptation=adaptation is not None)
        table.update(
            own_midi=settings.midi_port,
            stats=settings.stats,
            record=settings.record,
            record_audio=settings.record_audio,
        )
        table.update(seconds=settings.seconds, view=settings.view)
        table.update(map=[str(mapping.source) + "=" + mapping.control for mapping in settings.midi_map])
        return SimpleNamespace(run=lambda: {"ran": True})

    monkeypatch.setattr(live_command, "JackBackend", jack)
    monkeypatch.setattr(live_command, "SoundDeviceBackend", sounddevice)
    monkeypatch.setattr(live_command, "Session", session)
    monkeypatch.setattr(live_command, "open_page", lambda model, port, say: (model, port))
    monkeypatch.setattr(live_command, "list_ports", lambda server: {"MIDI": (f"{server or 'a'}:knobs",)})
    monkeypatch.setattr(live_command, "open_adaptation", lambda space: object())
    monkeypatch.setattr(live_command.Say, "shows", property(lambda self: True), raising=False)

    def run(*options):
        table.clear()
        done = CliRunner().invoke(semeq, ["live", *map(str, options)], prog_name="semeq")
        assert done.exit_code == 0, done.output
        return dict(table)

    return run


def changed(asked, *options, base=("-s", "warm")):
    """What differs from the command without the options."""
    before, after = asked(*base), asked(*base, *options)
    return {key: value for key, value in after.items() if before.get(key, "-") != value}


CASES = {
    "--to": (["--to", "bright"], {"controls.to": "bright"}),
    "--morph": (["--morph", "0.25"], {"controls.morph": 0.25}),
    "--intensity": (["--intensity", "0.5"], {"controls.intensity": 0.5}),
    "--output-db": (["--output-db", "-7"], {"controls.output_db": -7.0}),
    "--semantic": (["--semantic", "bright"], {"controls.semantic": "bright"}),
    "--refine": (["--refine", "a bit brighter"], {"controls.semantic": "warm > a bit brighter"}),
    "--input": (["--input", "system"], {"input": "system"}),
    "--output": (["--output", "monitor"], {"output": "monitor"}),
    "--channels": (["--channels", "5"], {"channels": 5}),
    "--block": (["--block", "64"], {"block": 64}),
    "--midi": (["--midi", "KNOBS"], {"jack_midi": "KNOBS"}),
    "--map": (["--map", "21=morph"], {"map": ["cc21=morph"]}),
    "--level-match": (["--level-match"], {"controls.level_match": True}),
    "--adaptive": (["--adaptive"], {"controls.adaptive": True, "adaptation": True}),
    "--record": (["--record", "take.mid"], {"record": Path("take.mid")}),
    "--record-audio": (["--record-audio", "in.wav"], {"record_audio": Path("in.wav")}),
    "--stats": (["--stats", "figures.json"], {"stats": Path("figures.json")}),
    "--seconds": (["--seconds", "2.5"], {"seconds": 2.5}),
    "--plain": (["--plain"], {"view": False}),
    "--name": (["--name", "mine"], {"name": "mine"}),
    "--server": (["--server", "other"], {"server": "other"}),
    "--desk": (["--desk"], {"page": (None, None)}),
    "--desk-port": (["--desk", "--desk-port", "0"], {"page": (None, 0)}),
}


@pytest.mark.parametrize("option", CASES)
def test_an_option_changes_what_it_says_and_nothing_else(asked, option):
    options, expected = CASES[option]
    found = changed(asked, *options)
    if option == "--map":
        assert len(found.pop("map")) == 1
        expected = {}
    assert found == expected


def test_the_defaults(asked):
    table = asked("-s", "warm")
    assert (table["backend"], table["name"], table["channels"], table["block"]) == ("jack", "semeq", 2, None)
    assert (table["input"], table["output"], table["jack_midi"], table["server"]) == (None, None, None, None)
    assert table["map"] == []
    assert table["adaptation"] is False


def test_backend_and_rate(asked):
    base = ("-s", "warm", "--backend", "sounddevice")
    table = asked(*base)
    assert (table["backend"], table["block"], table["rate"]) == ("sounddevice", 256, None)
    assert changed(asked, "--rate", "96000", base=base) == {"rate": 96_000}
    assert changed(asked, "--block", "1024", base=base) == {"block": 1024}
    assert changed(asked, "--input", "a", "--output", "b", base=base) == {"input": "a", "output": "b"}
    assert changed(asked, "--midi", "tcp:localhost:9000", base=base) == {"own_midi": "tcp:localhost:9000"}


def test_model(asked, tmp_path):
    shutil.copytree(load_bundle().path, tmp_path / "mine")
    assert changed(asked, "--model", "mine") == {"model": Path("mine")}


def test_preset_states_defaults_and_options_go_before_it(asked):
    stated = {"semantic": "boomy", "to": "clear", "morph": 0.5, "adaptive": True}
    PresetStore().save("mine", Preset(**stated))
    table = asked("--preset", "mine", "--morph", "0.75")
    assert {key: table[f"controls.{key}"] for key in stated} == stated | {"morph": 0.75}


def test_list_starts_nothing(asked):
    assert asked("--list") == {}


@pytest.mark.parametrize(
    ("option", "good", "bad"),
    [("--channels", "64", "65"), ("--channels", "1", "0"), ("--rate", "8000", "7999"), ("--rate", "384000", "384001")]
    + [("--block", "32", "33"), ("--seconds", "0", "-1")],
)
def test_ranges(asked, option, good, bad):
    asked("-s", "warm", option, good)
    assert CliRunner().invoke(semeq, ["live", "-s", "warm", option, bad]).exit_code == 2


def test_every_option_stands_here():
    """A new option comes with a test of its own."""
    text = Path(__file__).read_text(encoding="utf-8")
    shared = {"--json", "--quiet", "--verbose", "--help"}  # tests/console
    shared |= {"--bundle"}  # another name of --model
    for option in (o for param in live_command.command.params for o in param.opts if o.startswith("--")):
        assert option in shared or f'"{option}"' in text, option
