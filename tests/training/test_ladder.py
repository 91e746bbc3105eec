"""The ladder from the first V3 to the one that ships: one recipe after another, nothing left out."""

import pytest

from semeq.training.cli import main
from semeq.training.commands.studies import ladder
from semeq.training.commands.studies.ladder import RUNGS, ladder_markdown, recipe_of
from semeq.training.recipe import load_recipe


def values(recipe):
    table = recipe.to_dict()
    return {(s, k): v for s, keys in table.items() if isinstance(keys, dict) for k, v in keys.items()}


def test_it_begins_with_the_first_and_ends_with_the_one_that_ships():
    assert values(recipe_of(0)) == values(load_recipe("v3-2026-01"))
    assert values(recipe_of(len(RUNGS) - 1)) == values(load_recipe("v3"))


@pytest.mark.parametrize("rung", range(1, len(RUNGS)))
def test_a_rung_changes_only_what_it_names(rung):
    before, after = values(recipe_of(rung - 1)), values(recipe_of(rung))
    changed = {(section, key) for (section, key), value in after.items() if before[section, key] != value}
    assert changed
    named = RUNGS[rung][1]
    assert all(section in named or f"{section}.{key}" in named for section, key in changed)


def test_a_rung_buys_what_it_takes_off_the_error():
    rows = [
        {"curve_error_mean_db": error, "silhouette_warm_bright": 0.5, "knn_warm_bright": 0.9, "word_to_mean_db": 1.0}
        for error in [2.0, 1.5, 1.75, *[1.0] * (len(RUNGS) - 3)]
    ]
    lines = ladder_markdown({"random": rows}, 1).splitlines()
    assert [line.split(" | ")[2] for line in lines[4:8]] == ["", "+0.50", "-0.25", "+0.75"]


@pytest.mark.slow
def test_the_command_trains_every_rung_once(made_csv, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(ladder, "RUNGS", RUNGS[:3])
    arguments = ["ladder", "--seeds", "1", "--split", "random", "--steps", "2", "--data", str(made_csv)]
    for trained in (3, 0):
        with pytest.raises(SystemExit) as stop:
            main([*arguments, "--runs", str(tmp_path / "r"), "--out", str(tmp_path)])
        assert stop.value.code == 0
        assert capsys.readouterr().err.count("training ") == trained
    page = (tmp_path / "ladder.md").read_text()
    assert page.startswith("# From the first V3")
    assert all(f"| {what} | " in page for what, _ in RUNGS[:3])
