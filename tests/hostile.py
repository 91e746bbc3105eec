"""Values that do not belong where they are put, for the tests that put them everywhere."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    2**63,
    10**400,
    1e308,
    5e-324,
    math.nan,
    math.inf,
    -math.inf,
    "",
    " ",
    "x" * 5000,
    "a\nb\x1b[31m",
    "\0",
    "../../etc/passwd",
    "/etc/passwd",
    "\u202e\ufeff",
    "٣",
    [],
    {},
    [[]],
    [None],
    ["a"],
    [1e999] * 32,
    [10**400] * 32,
    {"": {}},
)


def places(table: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in nested lists and dictionaries; of a long list the first two."""
    yield path
    if isinstance(table, dict):
        for key, value in table.items():
            yield from places(value, (*path, key))
    elif isinstance(table, list):
        for index, value in enumerate(table[:2]):
            yield from places(value, (*path, index))


def changed(table: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy with another value in one place."""
    if not path:
        return value
    made = copy.deepcopy(table)
    at = made
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return made


def mutations(table: Any) -> st.SearchStrategy[Any]:
    """The table with one to three odd values in it."""

    @st.composite
    def mutate(draw: st.DrawFn) -> Any:
        made = table
        for _ in range(draw(st.integers(1, 3))):
            where = draw(st.sampled_from(sorted(places(made), key=repr)))
            made = changed(made, where, draw(st.sampled_from(ODD_VALUES)))
        return made

    return mutate()
