"""The one look of a table: no lines, bold names of columns, numbers to the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table


def plain_table(*columns: str, title: str = "", caption: str = "") -> Table:
    """A table without lines. A column whose name begins with ``>`` is written to the right, as numbers are."""
    from rich.table import Table

    table = Table(
        box=None,
        header_style="bold",
        title=title or None,
        title_justify="left",
        caption=caption or None,
        caption_justify="left",
        pad_edge=False,
        padding=(0, 2, 0, 0),
    )
    for name in columns:
        table.add_column(name.removeprefix(">"), justify="right" if name.startswith(">") else "left")
    return table
