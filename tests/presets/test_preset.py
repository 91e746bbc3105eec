"""The preset file: round trips, fields that are not known, versions, wrong types."""

import contextlib
import datetime
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semeq.presets import Preset, PresetError, TomlError, read_toml, write_toml

WORDS = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=12)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.one_of(
    TEXTS,
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.dates(),
    st.times(),
    st.datetimes(),
)
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=8
)
EXTRA = st.dictionaries(TEXTS.map(lambda text: f"x-{text}"), VALUES, max_size=4)
PRESETS = st.builds(
    Preset,
    semantic=st.none() | WORDS,
    to=st.none() | WORDS,
    morph=st.none() | NUMBERS,
    intensity=st.none() | NUMBERS,
    bypass=st.none() | st.booleans(),
    about=st.none() | TEXTS,
    map=st.lists(TEXTS, max_size=3) | st.lists(st.dictionaries(TEXTS, VALUES, max_size=3), min_size=1, max_size=3),
    extra=EXTRA,
    format=st.sampled_from(["1.0", "1.7"]),
)


@settings(max_examples=150, deadline=None)
@given(PRESETS)
def test_a_preset_reads_back_the_same(preset):
    """All of it: known fields, and those that only a later version knows, nested ones too."""
    assert Preset.from_toml(preset.to_toml()) == preset
    assert Preset.from_toml(preset.to_toml().encode()) == preset


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(TEXTS, VALUES, max_size=5))
def test_toml_reads_back_the_same(table):
    assert read_toml(write_toml(table).encode()) == table


def test_toml_has_no_form_for_some_values():
    assert math.isnan(read_toml(write_toml({"a": math.nan}).encode())["a"])
    when = datetime.datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=datetime.timezone(datetime.timedelta(hours=-3)))
    assert read_toml(write_toml({"when": when}).encode()) == {"when": when}
    for value in (None, object(), {1, 2}, "\ud800"):
        with pytest.raises(TomlError):
            write_toml({"a": value})


def test_what_a_person_writes_is_read():
    text = """\ufeff# made by hand
format = "1.4"
semantic = "warm"
morph = 1           # a whole number is a number
[[map]]
cc = 21
control = "morph"
colour = "red"      # of a later version
[future]
deep = { deeper = [1, "two", { three = 3.0 }] }
"""
    preset = Preset.from_toml(text)
    assert preset.morph == 1.0
    assert isinstance(preset.morph, float)
    assert preset.map == ({"cc": 21, "control": "morph", "colour": "red"},)
    assert preset.extra == {"future": {"deep": {"deeper": [1, "two", {"three": 3.0}]}}}
    again = Preset.from_toml(preset.to_toml())
    assert again == preset
    assert again.format == "1.4"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no line format"),
        ("format = 1", "its format is 1"),
        ('format = "2.0"', "a newer one is needed"),
        ('format = "1"', "its format is '1'"),
        ('format = "1.0"\nmorph = "much"', "morph must be a number"),
        ('format = "1.0"\nmorph = true', "morph must be a number"),
        ('format = "1.0"\nmorph = nan', "finite"),
        ('format = "1.0"\nmorph = 1' + "0" * 400, "finite"),
        ('format = "1.0"\nmorph = 1' + "0" * 5000, "no TOML"),
        ('format = "1.0"\nsemantic = ""', "semantic must be text"),
        ('format = "1.0"\nsemantic = ["warm"]', "semantic must be text"),
        ('format = "1.0"\nsemantic = "a\\u0000b"', "plain text"),
        ('format = "1.0"\nbypass = 1', "bypass is true or false"),
        ('format = "1.0"\nmap = "21=morph"', "map is a list"),
        ('format = "1.0"\nmap = [1]', "map is a list"),
        ("format = ", "no TOML"),
        ("a = " + "[" * 100_000, "no TOML"),
        ("a = " + "{b = " * 100_000, "no TOML"),
        ("x" * 2_000_000, "no TOML"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(text, says):
    with pytest.raises(PresetError, match=says) as error:
        Preset.from_toml(text)
    assert len(str(error.value)) < 300
    assert "\n" not in str(error.value)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300) | TEXTS.map(lambda text: ('format = "1.0"\n' + text).encode()))
def test_any_bytes_are_a_preset_or_a_preset_error(content):
    with contextlib.suppress(PresetError):
        Preset.from_toml(content)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(["semantic", "to", "morph", "bypass", "map", "model", "about", "zzz"]), VALUES))
def test_any_value_in_any_field_is_a_preset_or_a_preset_error(table):
    text = write_toml({"format": "1.0", **table})
    with contextlib.suppress(PresetError):
        preset = Preset.from_toml(text)
        assert Preset.from_toml(preset.to_toml()) == preset
