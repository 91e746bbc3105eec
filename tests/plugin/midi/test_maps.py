"""Maps: the short form, TOML files, the shipped ones, and what a map may not say."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semeq.plugin import CONTROLS
from semeq.plugin.midi import (
    MapError,
    Mapping,
    MidiMap,
    Source,
    dump_map,
    format_mapping,
    load_map,
    parse_mapping,
    read_map,
    read_maps,
    shipped_maps,
)
from semeq.plugin.midi.knob_law import CURVES, bend, unbend
from semeq.plugin.midi.source import RESERVED_CCS

channels = st.one_of(st.none(), st.integers(1, 16))
plain_ccs = st.integers(0, 119).filter(lambda n: n not in RESERVED_CCS)


@st.composite
def mappings(draw):
    control = draw(st.sampled_from(sorted(CONTROLS)))
    kind = CONTROLS[control].kind
    kinds = {"number": ["cc", "cc14", "nrpn"], "word": ["cc", "pc", "note"], "switch": ["cc", "note"]}[kind]
    source_kind = draw(st.sampled_from(kinds))
    number = {"cc": plain_ccs, "cc14": st.integers(0, 31), "nrpn": st.integers(0, 16383)}.get(
        source_kind, st.integers(0, 127)
    )
    source = Source(source_kind, 0 if source_kind == "pc" else draw(number), draw(channels))
    if kind == "switch":
        return Mapping(source, control, action=draw(st.sampled_from(["toggle", "follow"])))
    if kind == "word":
        return Mapping(
            source, control, words=tuple(draw(st.lists(st.sampled_from(["warm", "bright", "airy"]), min_size=1)))
        )
    low, high = draw(
        st.lists(st.floats(CONTROLS[control].minimum, CONTROLS[control].maximum), min_size=2, max_size=2, unique=True)
    )
    options = {"takeover": draw(st.sampled_from(["jump", "pickup"]))}
    if source_kind == "cc" and draw(st.booleans()):
        options = {
            "encoding": draw(st.sampled_from(["twos-complement", "offset-64"])),
            "step": draw(st.floats(1e-5, 1)),
        }
    return Mapping(
        source, control, low, high, draw(st.sampled_from(CURVES)), smoothing_ms=draw(st.floats(0, 10_000)), **options
    )


@given(mappings())
def test_the_short_form_reads_back(mapping):
    assert parse_mapping(format_mapping(mapping)) == mapping


@given(st.lists(mappings(), max_size=4), st.text(max_size=20), st.text(max_size=20))
def test_a_map_file_reads_back(tmp_path_factory, entries, name, port):
    try:
        midi_map = MidiMap(tuple(entries), name, port)
    except MapError:  # two drew the same source
        return
    path = tmp_path_factory.mktemp("map") / "map.toml"
    path.write_text(dump_map(midi_map), encoding="utf-8")
    assert load_map(path) == midi_map


def test_the_short_forms_of_the_manual():
    assert parse_mapping("21=morph") == Mapping(Source("cc", 21), "morph")
    assert parse_mapping("ch2:cc74=intensity[0..1.5]") == Mapping(Source("cc", 74, 2), "intensity", 0.0, 1.5)
    assert parse_mapping("pc=semantic{warm,bright,airy}") == Mapping(
        Source("pc"), "semantic", words=("warm", "bright", "airy")
    )
    assert parse_mapping("cc1+33=morph:s:pickup:5ms") == Mapping(
        Source("cc14", 1), "morph", curve="s", takeover="pickup", smoothing_ms=5.0
    )
    assert parse_mapping("nrpn300=output_db[6..-6]").value_at(0.0) == 6.0
    assert parse_mapping("note60=bypass:follow") == Mapping(Source("note", 60), "bypass", action="follow")


@pytest.mark.parametrize("name", sorted(shipped_maps()))
def test_shipped_maps_load(name):
    midi_map = read_map(name)
    assert "morph" in {mapping.control for mapping in midi_map}


def test_there_are_maps_for_the_common_controllers():
    assert {"nanokontrol2", "launch-control-xl", "x-touch-mini", "generic-8-knobs"} <= set(shipped_maps())


@pytest.mark.parametrize("curve", CURVES)
def test_curves_rise_from_end_to_end_and_can_be_undone(curve):
    positions = [i / 1000 for i in range(1001)]
    bent = [bend(curve, position) for position in positions]
    assert (bent[0], bent[-1]) == (0.0, pytest.approx(1.0, abs=1e-15))
    assert all(b > a for a, b in itertools.pairwise(bent))
    assert [unbend(curve, value) for value in bent] == pytest.approx(positions, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("21=wobble", "no control 'wobble'; there are semantic, to, morph"),
        ("21", "there is no map '21'"),
        ("=morph", "not a mapping"),
        ("128=morph", "outside 0 to 127"),
        ("99=morph", "reserved"),
        ("cc120=morph", "reserved"),
        ("ch17:21=morph", "channel 17"),
        ("cc1+34=morph", "not a 14-bit pair"),
        ("cc40+72=morph", "cc14 40 is outside 0 to 31"),
        ("21=morph[0..2]", "range is 2, outside 0 to 1"),
        ("21=morph[.5..0.5]", "no width"),
        ("21=morph[a..1]", "'a' in the range is not a number"),
        ("21=morph[nan..1]", "range must be a number"),
        ("21=morph{warm}", "takes no words"),
        ("21=semantic", "which words"),
        ("21=semantic[0..1]{warm}", "takes no range"),
        ("pc=morph", "chooses words"),
        ("note60=morph", "not numbers"),
        ("21=morph:wild", "unknown option 'wild'"),
        ("21=morph:99999ms", "smoothing_ms is 99999"),
        ("21=bypass:offset-64", "relative encoder"),
        ("21=semantic{warm}:pickup", "pickup is for"),
    ],
)
def test_a_wrong_mapping_is_one_clear_sentence(text, complaint):
    with pytest.raises(MapError) as caught:
        read_map(text)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        ("21=morph", "21=intensity", True),
        ("21=morph", "ch3:21=intensity", True),
        ("ch2:21=morph", "ch3:21=intensity", False),
        ("cc1+33=morph", "33=intensity", True),
        ("cc1+33=morph", "1=intensity", True),
        ("nrpn5=morph", "nrpn6=intensity", False),
        ("nrpn5=morph", "nrpn5=intensity", True),
        ("nrpn5=morph", "38=intensity", True),
        ("nrpn5=morph", "cc6+38=intensity", True),
        ("note60=bypass", "60=morph", False),
        ("pc=semantic{warm}", "pc=to{airy}", True),
    ],
)
def test_two_mappings_of_one_source_are_refused(one, other, clash):
    if clash:
        with pytest.raises(MapError, match="same message"):
            read_maps([one, other])
    else:
        assert len(read_maps([one, other]).mappings) == 2


@pytest.mark.parametrize(
    ("toml", "complaint"),
    [
        ("", "format is None"),
        ("format = 2", "format is 2"),
        ("format = 1\ncolour = 'red'", "unknown key 'colour'"),
        ("format = 1\n[[map]]\ncc = 21\ncontrol = 'wobble'", "[[map]] 1: cc21: there is no control 'wobble'"),
        ("format = 1\n[[map]]\ncc = 21", "which control?"),
        ("format = 1\n[[map]]\ncontrol = 'morph'", "exactly one of"),
        ("format = 1\n[[map]]\ncc = 21\nnote = 1\ncontrol = 'morph'", "exactly one of"),
        ("format = 1\n[[map]]\ncc = 21\ncontrol = 'morph'\nrnage = [0, 1]", "unknown key 'rnage'"),
        ("format = 1\n[[map]]\ncc = 21\ncontrol = 'morph'\nrange = [0]", "two numbers"),
        ("format = 1\n[[map]]\ncc = 21\ncontrol = 'morph'\nrange = ['a', 1]", "must be a number"),
        ("format = 1\n[[map]]\ncc = 2.5\ncontrol = 'morph'", "outside"),
        ("format = 1\n[[map]]\ncc = true\ncontrol = 'morph'", "outside"),
        ("format = 1\n[[map]]\ncc = 21\ncontrol = 'semantic'\nwords = 'warm'", "words is a list"),
        ("format = 1\n[[map]]\ncc = 21\ncontrol = 'semantic'\nwords = [1]", "1 is not a word"),
        ("format = 1\nmap = 3", "[[map]] tables"),
        ("format = ", "is not a TOML file"),
        ("\x00\xff", "is not a TOML file"),
    ],
)
def test_a_wrong_map_file_is_one_clear_sentence(tmp_path, toml, complaint):
    path = tmp_path / "map.toml"
    path.write_text(toml, encoding="latin-1")
    with pytest.raises(MapError) as caught:
        read_map(str(path))
    assert complaint in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_map_lists_the_shipped_ones():
    with pytest.raises(MapError, match="nanokontrol2"):
        read_map("korg")
    with pytest.raises(MapError, match="No such file"):
        read_map("missing.toml")


@pytest.mark.parametrize(
    ("maps", "to", "nowhere"),
    [
        (("21=morph",), None, True),
        (("21=morph",), "bright", False),
        (("21=intensity",), None, False),
        (("21=morph", "pc=to{bright,airy}"), None, False),
        (("21=morph", "pc=semantic{bright,airy}"), None, True),
    ],
)
def test_a_map_that_morphs_without_a_second_word_is_known(maps, to, nowhere):
    assert read_maps(maps).morphs_nowhere(to) == nowhere
