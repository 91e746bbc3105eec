"""Learning the EQ space: data, recipes, trainer, evaluation. Imports torch; the effect never imports this."""

from .errors import DataError, DivergedError, RecipeError, RunError, TrainingError
from .network import EqSpace
from .recipe import Recipe, load_recipe, recipe_names
from .run_folder import Run, load_run, newest_run
from .words import WordPoint

__all__ = [
    "DataError",
    "DivergedError",
    "EqSpace",
    "Recipe",
    "RecipeError",
    "Run",
    "RunError",
    "TrainingError",
    "WordPoint",
    "load_recipe",
    "load_run",
    "newest_run",
    "recipe_names",
]
