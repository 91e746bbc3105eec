"""Learning the EQ space: data, recipes, trainer, evaluation. Needs torch; the effect never imports this.

Names are imported when first used, so that the command can say what is missing where torch is not installed.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .errors import DataError, DivergedError, RecipeError, RunError, TrainingError
    from .models import EqSpace, Scale, WordPoint
    from .recipe import Recipe, load_recipe, recipe_names
    from .run_folder import Run, load_run, newest_run

_HOMES = {
    "errors": ("DataError", "DivergedError", "RecipeError", "RunError", "TrainingError"),
    "models": ("EqSpace", "Scale", "WordPoint"),
    "recipe": ("Recipe", "load_recipe", "recipe_names"),
    "run_folder": ("Run", "load_run", "newest_run"),
}

__all__ = [
    "DataError",
    "DivergedError",
    "EqSpace",
    "Recipe",
    "RecipeError",
    "Run",
    "RunError",
    "Scale",
    "TrainingError",
    "WordPoint",
    "load_recipe",
    "load_run",
    "newest_run",
    "recipe_names",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its module."""
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
