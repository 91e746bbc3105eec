"""One form of the recipe `cnn`, as data: an ablation is a list of these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ...errors import RecipeError
from ...recipe import section_from

STEPS = 1000
BATCH = 32


@dataclass(frozen=True)
class CnnOptions:
    """What one form is.

    Attributes
    ----------
    sampling
        `uniform`: every saved setting is as likely; `balanced`: every word is.
    music_share
        Part of the sounds that is music; the rest is pink noise.
    net
        `separable`: three depthwise-separable convolutions, as published; `residual`: three stages of a basic block
        (K. He et al., 2016) of the same widths.
    head
        `linear`, as published, or `hidden`: one layer of 64 before it.
    pool_frequency
        Pool over frequency as well as time.
    level_removed
        Take the mean level of a crop out first.
    closed_loop
        Weight of a second loss: what is heard of the sound with and without the EQ differs by the EQ.
    schedule
        Of the learning rate; `constant` or `one-cycle`.
    """

    sampling: Literal["uniform", "balanced"] = "uniform"
    music_share: float = 0.0
    net: Literal["separable", "residual"] = "separable"
    head: Literal["linear", "hidden"] = "linear"
    pool_frequency: bool = True
    level_removed: bool = False
    closed_loop: float = 0.0
    schedule: Literal["one-cycle", "constant"] = "one-cycle"
    steps: int = STEPS
    seed: int = 0

    @classmethod
    def from_dict(cls, table: Mapping[str, object]) -> CnnOptions:
        """Build from plain data; raise `RecipeError` at an unknown key or a value of the wrong kind."""
        options = section_from(cls, dict(table), "cnn")
        if not 0 <= options.music_share <= 1:
            raise RecipeError(f"cnn.music_share must be 0 to 1, not {options.music_share:g}")
        if options.closed_loop < 0:
            raise RecipeError(f"cnn.closed_loop must not be below 0, as {options.closed_loop:g} is")
        if options.steps < 1:
            raise RecipeError("cnn.steps must be at least 1")
        return options
