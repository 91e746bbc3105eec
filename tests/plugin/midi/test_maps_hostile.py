"""Maps from anywhere: read, or a `MapError` of one sentence; and what is read is written back the same."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semeq.plugin.midi import MapError, MidiMap, dump_map, format_mapping, load_map, parse_mapping, read_map
from semeq.presets import TomlError, write_toml

from ...hostile import mutations

GOOD = {
    "format": 1,
    "name": "mine",
    "port": "nano",
    "about": "for me",
    "map": [
        {"cc": 21, "channel": 2, "control": "morph", "range": [0.0, 1.0], "curve": "s", "takeover": "pickup"},
        {"program": True, "control": "semantic", "words": ["warm", "airy"]},
        {"note": 60, "control": "bypass", "action": "follow"},
        {"cc14": 1, "control": "intensity", "smoothing_ms": 10.0, "range": [2.0, 0.5]},
        {"cc": 30, "control": "morph", "encoding": "offset-64", "step": 0.02},
    ],
}
CHARACTERS = "0123456789chnrpote=+:[]{}.,-morphsemantic \n\0é"


def read(path):
    """The map, or None; any other exception is a failure."""
    try:
        return load_map(path)
    except MapError as error:
        message = str(error)
    assert "\n" not in message
    return None


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("maps") / "map.toml"


@settings(max_examples=120, deadline=None)
@given(table=mutations(GOOD))
def test_odd_values_anywhere(file, table):
    try:
        file.write_text(write_toml(table), encoding="utf-8")
    except (TomlError, AttributeError):  # nothing that TOML can say
        return
    found = read(file)
    if found is not None:
        assert isinstance(found, MidiMap)
        file.write_text(dump_map(found), encoding="utf-8")
        assert read(file) == found


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=200))
def test_any_bytes(file, content):
    file.write_bytes(content)
    read(file)


@pytest.mark.parametrize(
    "content",
    ["[" * 100_000, "a = " + "[" * 100_000, "a = 1" + "0" * 5000, "x" * 2_000_000, "\ufeffformat = 1"]
    + ["format = 1\n[[map]]\ncc = 21\ncontrol = 'morph'\nrange = [0, 1" + "0" * 400 + "]"],
    ids=range(6),
)
def test_nesting_size_and_long_numbers(file, content):
    file.write_text(content, encoding="utf-8")
    assert read(file) in (None, MidiMap())


@settings(max_examples=300, deadline=None)
@given(text=st.text(CHARACTERS, max_size=30) | st.text(max_size=30))
def test_any_text_is_a_mapping_that_reads_back_or_a_map_error(text):
    try:
        mapping = parse_mapping(text)
    except MapError:
        return
    assert parse_mapping(format_mapping(mapping)) == mapping


SOURCES = st.sampled_from(["21", "ch2:cc74", "cc1+33", "nrpn300", "ch16:nrpn16383"])
ENDS = st.floats(0, 2)


@settings(max_examples=150, deadline=None)
@given(SOURCES, ENDS, ENDS, st.sampled_from(["", ":s", ":exponential", ":pickup", ":12.5ms", ":0ms"]))
def test_short_forms_survive_the_file(source, low, high, option):
    if low == high:
        return
    mapping = parse_mapping(f"{source}=intensity[{low!r}..{high!r}]{option}")
    assert parse_mapping(format_mapping(mapping)) == mapping
    assert mapping.value_at(0.0) == pytest.approx(low, abs=1e-9)
    assert mapping.value_at(1.0) == pytest.approx(high, abs=1e-9)


@pytest.mark.parametrize("text", ["", "\0", "a\0=b", "x" * 5000, "x" * 5000 + ".toml", "/", ".", "a\udcff.toml"])
def test_any_argument_is_a_map_or_a_map_error(text):
    with pytest.raises(MapError):
        read_map(text)


def test_a_mapping_may_be_longer_than_a_path():
    words = [f"word{i}" for i in range(100)]
    assert read_map(f"pc=semantic{{{','.join(words)}}}").words("semantic") == tuple(words)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_pipe_is_no_map(tmp_path):
    os.mkfifo(tmp_path / "pipe.toml")
    assert read(tmp_path / "pipe.toml") is None
