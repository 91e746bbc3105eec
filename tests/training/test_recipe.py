"""Recipes are data: every shipped one loads, and a mistake in one is named."""

import pytest

from semeq.training import Recipe, RecipeError, load_recipe, recipe_names
from semeq.training.recipe import with_changes


@pytest.mark.parametrize("name", recipe_names())
def test_every_shipped_recipe_loads_under_its_own_name_and_survives_json(name):
    recipe = load_recipe(name)
    assert recipe.name == name
    assert Recipe.from_dict(recipe.to_dict()) == recipe


def test_a_value_can_be_changed_and_keeps_its_kind():
    recipe = with_changes(load_recipe("v3"), {"loss.contrastive": "1", "model.hidden": "[8, 8]", "name": "mine"})
    assert recipe.loss.contrastive == 1.0
    assert isinstance(recipe.loss.contrastive, float)
    assert recipe.model.hidden == (8, 8)
    assert recipe.name == "mine"


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("loss.contrast", "1", "unknown key 'contrast' in recipe.loss; known: curve"),
        ("los.contrastive", "1", "unknown recipe section 'los'"),
        ("optimiser.steps", "1.5", "recipe.optimiser.steps must be int"),
        ("optimiser.steps", "true", "recipe.optimiser.steps must be int"),
        ("optimiser.steps", "0", "optimiser.steps must be above 0"),
        ("optimiser.learning_rate", "fast", "recipe.optimiser.learning_rate must be float"),
        ("augment.gain_scale", "[1.0]", "must be a list of 2"),
        ("model.hidden", "64", "must be a list"),
        ("synthetic.share", "1.0", "at least 0 and below 1"),
        ("data.words", '["warm"]', "at least two words"),
        ("loss.form", "cosine", "recipe.loss.form must be one of infonce"),
        ("model.variational", "true", "go with model.kind"),
        ("synthetic.wide", "0.9", "must not exceed 1 together"),
        ("loss", "3", "recipe.loss must be a table"),
    ],
)
def test_a_mistake_is_named(key, value, message):
    with pytest.raises(RecipeError, match=message):
        with_changes(load_recipe("v3"), {key: value})


def test_a_recipe_of_ones_own(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('name = "mine"\ndescription = "d"\n[data]\nwords = ["warm", "bright"]\n')
    assert load_recipe(str(file)).data.words == ("warm", "bright")
    file.write_text("name = ")
    with pytest.raises(RecipeError, match="is not TOML"):
        load_recipe(str(file))
    file.write_text('name = "mine"\n')
    with pytest.raises(RecipeError, match="recipe lacks 'description'"):
        load_recipe(str(file))
    with pytest.raises(RecipeError, match="cannot read"):
        load_recipe(str(tmp_path / "none.toml"))


def test_an_unknown_recipe_is_told_the_known_ones():
    with pytest.raises(RecipeError, match=r"unknown recipe 'v9'; known: .*v3"):
        load_recipe("v9")
