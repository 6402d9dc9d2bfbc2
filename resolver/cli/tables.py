"""Tables, aligned by rich, plain without a terminal. Only the last column wraps, and no cell is markup."""

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TextIO

from resolver.cli.texts import printable

if TYPE_CHECKING:
    from rich.console import JustifyMethod

WIDE = 500
"""Columns where nobody watches: a log is not folded."""
LEAST = 30
"""Columns that are left for a sentence in the last cell, or it begins on a line of its own."""
_LEAST_REMARK = 20
"""Columns in which a sentence can be read."""
STYLES = {
    "ready": "green",
    "placed": "green",
    "present": "green",
    "missing": "yellow",
    "incomplete": "yellow",
    "skipped": "dim",
    "damaged": "red",
    "failed": "red",
    "moved": "red",
    "ref-moved": "red",
    "upstream-moved": "red",
    "upstream-gone": "red",
    "unexpected": "yellow",
    "policy": "red",
    "current": "green",
    "newer": "yellow",
    "yanked": "yellow",
    "changed": "yellow",
    "replaced": "red",
    "gone": "red",
    "unasked": "red",
    "+": "green",
    "!": "yellow",
}


def show(rows: Iterable[Sequence[str]], out: TextIO, *, right: Sequence[int] = (), headers: Sequence[str] = ()) -> None:
    """Print rows as aligned columns; `right` are the columns that align right."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    cells = [[printable(cell) for cell in row] for row in rows]
    if not cells:
        return
    table = Table(box=None, show_header=bool(headers), padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for index in range(len(cells[0])):
        header = headers[index] if headers else ""
        last = index == len(cells[0]) - 1
        lines = (line for row in cells for line in row[index].split("\n"))
        least = 16 if last else max(len(header), *map(len, lines))
        justify: JustifyMethod = "right" if index in right else "left"
        table.add_column(header, justify=justify, overflow="fold", no_wrap=not last, min_width=least)
    for row in cells:
        table.add_row(*(Text(cell, style=STYLES.get(cell.strip(), "")) for cell in row))
    width = None if out.isatty() else WIDE
    Console(file=out, width=width, soft_wrap=False, highlight=False).print(table)


def show_remarks(
    rows: Iterable[Sequence[str]], out: TextIO, *, right: Sequence[int] = (), headers: Sequence[str] = ()
) -> None:
    """Print rows whose last cell is a remark: beside the others, or where there is no room for it, below the first."""
    cells = [tuple(row) for row in rows]
    needed = sum(max(map(len, column)) + 2 for column in list(zip(headers, *cells, strict=True))[:-1])
    if needed + _LEAST_REMARK <= columns(out):
        show(cells, out, right=right, headers=headers)
    else:
        widest = max(len(row[0]) for row in cells)
        below = [(_below(first, remark, widest), *middle) for first, *middle, remark in cells]
        show(below, out, right=right, headers=headers[:-1])


def _below(first: str, remark: str, width: int) -> str:
    """A cell with a remark below it that makes it no wider."""
    import textwrap

    return "\n".join(
        [first, *textwrap.wrap(remark, max(width, 2 * _LEAST_REMARK), initial_indent="  ", subsequent_indent="    ")]
    )


def columns(out: TextIO) -> int:
    """The columns that a line may take: those of a terminal, else as many as any line needs."""
    if not out.isatty():
        return WIDE
    import shutil

    return shutil.get_terminal_size().columns


def fitted(rows: Iterable[Sequence[str]], out: TextIO) -> list[tuple[str, ...]]:
    """Rows as they are; where the terminal is too narrow, the last cell of each goes below the one before it."""
    cells = [tuple(row) for row in rows]
    if not cells:
        return []
    widths = (max(map(len, column)) + 2 for column in zip(*cells, strict=True))
    *before, _ = widths
    if sum(before) + LEAST <= columns(out):
        return cells
    return [(*row[:-2], "\n".join(row[-2:])) for row in cells]


def folded(line: str, out: TextIO) -> str:
    """A line as it is; where somebody watches, what is too long goes on below it, further in."""
    if not out.isatty() or len(line) <= columns(out):
        return line
    import textwrap

    text = line.lstrip()
    indent = " " * (len(line) - len(text))
    return textwrap.fill(
        text,
        columns(out),
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def say(text: str) -> None:
    """One line of prose on stderr."""
    sys.stderr.write(printable(text) + "\n")
