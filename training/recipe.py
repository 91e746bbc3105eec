"""A recipe: everything that decides what a training job does, read from a small TOML file."""

from __future__ import annotations

import dataclasses
import sys
import typing
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from .errors import RecipeError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

#: `fixed`: the bounds of `semeq.eq`; `data`: bounds of the training rows, per kind of knob; `zscore`: mean and standard
#: deviation of the training rows, in Hz and Q without logarithm.
Normalisation = Literal["fixed", "data", "zscore"]

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


Section = TypeVar("Section", bound="DataclassInstance")


@dataclass(frozen=True)
class DataSection:
    """Which rows are learnt from, which carry a label, and how many are held out.

    Without `words`, every word with at least `min_examples` rows is labelled. `pool` adds settings without a label:
    rows with other words (`unlabelled`), fits of the SocialFX curves (`socialfx`).
    """

    words: tuple[str, ...] = ()
    min_examples: int = 5
    min_strength_db: float = 0.5
    test_share: float = 0.2
    pool: tuple[Literal["unlabelled", "socialfx"], ...] = ("unlabelled", "socialfx")
    sampling: Literal["natural", "sqrt", "balanced"] = "natural"
    curriculum: float = 0.0


@dataclass(frozen=True)
class ModelSection:
    """Kind and sizes of the network.

    `two-encoder` is V3; `autoencoder` has one encoder on the parameters, whose whole latent is semantic (`detail` 0);
    `graphic` is one on 40 band gains. `noise` is added to the latents in training (`two-encoder`). `variational` and
    `conditional` (on the word) apply to `autoencoder`.
    """

    kind: Literal["two-encoder", "autoencoder", "graphic"] = "two-encoder"
    semantic: int = 8
    detail: int = 24
    hidden: tuple[int, ...] = (64, 128, 64)
    normalisation: Normalisation = "fixed"
    skip: bool = True
    dropout: float = 0.0
    noise: float = 0.0
    projection: int = 0
    variational: bool = False
    conditional: bool = False


@dataclass(frozen=True)
class LossSection:
    """Weights of the loss terms; the unit of the curve term is `curve_scale_db`.

    The contrastive weight runs from `contrastive` to `contrastive_final` over the training, the weight of the
    Kullback-Leibler term from 0 to `kl` over its first `kl_warmup`. `mixing` asks the tilt of a point between two
    settings to be the same mix of their tilts, so that morphs do not turn back; `geometry` asks directions in the
    semantic dimensions to be as alike as the curves are. `soft` is the part of a word's prototype target that goes to
    words of like curves; `family` weighs a second contrastive term, beside that of words, in which the words of one of
    `families` groups are the same.
    """

    curve: float = 1.0
    curve_scale_db: float = 3.0
    curve_beta: float = 0.3
    params: float = 3.0
    heard_only: bool = True
    form: Literal["infonce", "supcon", "triplet", "npairs", "none"] = "supcon"
    contrastive: float = 0.1
    contrastive_final: float = 0.1
    temperature: float = 0.1
    class_weights: bool = False
    prototype: float = 0.4
    prototype_width: float = 0.3
    soft: float = 0.0
    family: float = 0.0
    families: int = 3
    mixing: float = 0.0
    geometry: float = 0.0
    kl: float = 0.0
    kl_warmup: float = 0.0


@dataclass(frozen=True)
class AugmentSection:
    """What is done to a real row before it is learnt from; noise is in the unit cube of `semeq.eq.normalise`."""

    gain_scale: tuple[float, float] = (0.7, 1.09)
    gain_noise: float = 0.02
    freq_noise: float = 0.009


@dataclass(frozen=True)
class SyntheticSection:
    """How invented settings are made; `share` is their part of each batch.

    Of them, `crossover` are mixed from two rows, `wide` drawn from the whole range of every knob, and the rest from the
    range that the rows use.
    """

    share: float = 0.5
    crossover: float = 0.7
    wide: float = 0.0
    noise: float = 0.03
    silence: float = 0.25


@dataclass(frozen=True)
class OptimiserSection:
    """AdamW; with `patience` above 0, training stops after so many reports without a better validation error.

    Validation takes a tenth of the training rows away, so it costs accuracy where rows are few.
    """

    steps: int = 5000
    batch: int = 256
    learning_rate: float = 2e-3
    schedule: Literal["one-cycle", "constant"] = "one-cycle"
    weight_decay: float = 1e-2
    patience: int = 0


@dataclass(frozen=True)
class Recipe:
    """One training job as data."""

    name: str
    description: str
    data: DataSection = DataSection()
    model: ModelSection = ModelSection()
    loss: LossSection = LossSection()
    augment: AugmentSection = AugmentSection()
    synthetic: SyntheticSection = SyntheticSection()
    optimiser: OptimiserSection = OptimiserSection()

    def to_dict(self) -> dict[str, Any]:
        """As plain lists, numbers and strings, for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, table: dict[str, Any]) -> Recipe:
        """Build from plain data; raise `RecipeError` at an unknown key or a value of the wrong kind."""
        recipe = section_from(cls, table, "recipe")
        _check(recipe)
        return recipe


def recipe_names() -> tuple[str, ...]:
    """Names of the recipes that come with the package."""
    folder = resources.files(__package__).joinpath("recipes")
    return tuple(sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")))


def load_recipe(name_or_path: str) -> Recipe:
    """Read a recipe by its name, or from a TOML file when the argument ends in ``.toml``."""
    if name_or_path.endswith(".toml"):
        try:
            text = Path(name_or_path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RecipeError(f"cannot read the recipe {name_or_path}: {error}") from error
    elif name_or_path in recipe_names():
        file = resources.files(__package__).joinpath("recipes").joinpath(f"{name_or_path}.toml")
        text = file.read_text(encoding="utf-8")
    else:
        raise RecipeError(f"unknown recipe {name_or_path!r}; known: {', '.join(recipe_names())}, or a .toml file")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"the recipe {name_or_path} is not TOML: {error}") from error
    return Recipe.from_dict(table)


def with_changes(recipe: Recipe, changes: dict[str, str]) -> Recipe:
    """A copy with values replaced, given as ``{"section.key": "TOML value"}``; an ablation is a loop over these."""
    table = recipe.to_dict()
    for key, text in changes.items():
        section, _, name = key.rpartition(".")
        target = table if not section else table.get(section)
        if not isinstance(target, dict):
            raise RecipeError(f"unknown recipe section {section!r} in {key!r}")
        target[name] = plain_value(text)
    return Recipe.from_dict(table)


def plain_value(text: str) -> Any:
    """A value as TOML writes it; anything else is text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def section_from(cls: type[Section], table: dict[str, Any], where: str) -> Section:
    """A dataclass from plain data; raise `RecipeError` at an unknown key or a value of the wrong kind."""
    hints = typing.get_type_hints(cls)
    fields = {f.name: f for f in dataclasses.fields(cls)}
    unknown = sorted(set(table) - set(fields))
    if unknown:
        raise RecipeError(f"unknown key {unknown[0]!r} in {where}; known: {', '.join(fields)}")
    values = {}
    for name, value in table.items():
        values[name] = _convert(hints[name], value, f"{where}.{name}")
    missing = [n for n, f in fields.items() if n not in values and f.default is dataclasses.MISSING]
    if missing:
        raise RecipeError(f"{where} lacks {missing[0]!r}")
    return cls(**values)


def _convert(kind: Any, value: Any, where: str) -> Any:
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        if not isinstance(value, dict):
            raise RecipeError(f"{where} must be a table")
        return section_from(kind, value, where)
    if typing.get_origin(kind) is tuple:
        inner = typing.get_args(kind)
        if not isinstance(value, list | tuple) or (inner[-1] is not Ellipsis and len(value) != len(inner)):
            raise RecipeError(f"{where} must be a list{'' if inner[-1] is Ellipsis else f' of {len(inner)}'}")
        return tuple(_convert(inner[0], v, where) for v in value)
    if typing.get_origin(kind) is typing.Literal:
        if value not in typing.get_args(kind):
            raise RecipeError(f"{where} must be one of {', '.join(map(str, typing.get_args(kind)))}")
        return value
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise RecipeError(f"{where} must be {kind.__name__}, not {value!r}")
    return value


def _check(recipe: Recipe) -> None:
    positive = {
        "model.semantic": recipe.model.semantic,
        "optimiser.steps": recipe.optimiser.steps,
        "optimiser.batch": recipe.optimiser.batch,
        "optimiser.learning_rate": recipe.optimiser.learning_rate,
        "loss.temperature": recipe.loss.temperature,
        "loss.curve_scale_db": recipe.loss.curve_scale_db,
        "loss.families": recipe.loss.families,
    }
    for key, value in positive.items():
        if value <= 0:
            raise RecipeError(f"{key} must be above 0, not {value}")
    shares = {
        "data.test_share": recipe.data.test_share,
        "data.curriculum": recipe.data.curriculum,
        "synthetic.share": recipe.synthetic.share,
        "synthetic.wide": recipe.synthetic.wide,
        "model.dropout": recipe.model.dropout,
        "loss.soft": recipe.loss.soft,
    }
    for key, value in shares.items():
        if not 0 <= value < 1:
            raise RecipeError(f"{key} must be at least 0 and below 1, not {value}")
    if len(set(recipe.data.words)) == 1:
        raise RecipeError("data.words must name at least two words, or none to take all")
    if recipe.synthetic.crossover + recipe.synthetic.wide > 1:
        raise RecipeError("synthetic.crossover and synthetic.wide must not exceed 1 together")
    if recipe.model.kind != "autoencoder" and (recipe.model.variational or recipe.model.conditional):
        raise RecipeError("model.variational and model.conditional go with model.kind = 'autoencoder'")
    if recipe.model.kind != "autoencoder" and recipe.model.normalisation != "fixed":
        raise RecipeError("model.normalisation other than 'fixed' goes with model.kind = 'autoencoder'")
    if recipe.model.kind != "two-encoder" and recipe.model.detail:
        raise RecipeError("model.detail is for model.kind = 'two-encoder'; elsewhere the whole latent is semantic")
