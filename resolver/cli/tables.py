"""Tables, aligned by rich, plain without a terminal, and prose that fits it. No cell is markup."""

import contextlib
import io
import os
import re
import sys
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, TextIO

from resolver.cli.texts import printable

if TYPE_CHECKING:
    from rich.console import JustifyMethod
    from rich.table import Table

WIDE = 500
"""Columns where nobody watches: a log is not folded."""
LEAST = 40
"""Columns in which a sentence can be read; where fewer are left for the last cells, they go below."""
_GAP = 2
_HEIGHT = 24
_BELOW = 4
"""How much further in than its row something stands below it."""
_WHOLE = re.compile(r"`[^`]*`|\b[\d.]+ ([kMGT]i?)?B\b")
"""What is not divided at the end of a line: something to type, and a size with its unit."""
_JOINT = "\ue000"
"""Stands for a blank in it, as wide as one: a character that nobody has given a meaning."""
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
    """Print rows as aligned columns; `right` are the columns that align right.

    Nothing is cut and no word is broken. Where a terminal is too narrow the last cells fold, if there is room for a
    sentence beside the others; else they go below their row, and so does whatever else does not fit.
    """
    cells = [tuple(printable(cell).replace("\n", " ") for cell in row) for row in rows]
    if not cells:
        return
    every = [tuple(headers), *cells] if headers else cells
    beside = _beside(every, columns(out))
    table = _table([row[:beside] for row in every], right, folds=beside == len(cells[0]), headed=bool(headers))
    lines = _lines(table, out)
    if beside == len(cells[0]):
        out.write("".join(f"{line}\n" for line in lines))
    else:
        for at, (line, row) in enumerate(zip(lines, every, strict=True)):
            out.write(f"{line}\n")
            _below("" if headers and at == 0 else row, beside, out)
    out.flush()  # what is said on stderr afterwards stands after it, through a pipe too


def _below(row: Sequence[str], beside: int, out: TextIO) -> None:
    """The cells of a row that are no part of the table."""
    rest = "  ".join(cell for cell in row[beside:] if cell)
    if rest:
        indent = len(row[0]) - len(row[0].lstrip()) + _BELOW
        tell(f"{' ' * indent}{rest}", out)


def _beside(rows: Sequence[Sequence[str]], width: int) -> int:
    """How many of the first columns are the table; what comes after them goes below."""
    from rich.cells import cell_len

    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    ends = list(accumulate(widths, lambda end, one: end + _GAP + one))
    room = width - (ends[-2] + _GAP if len(ends) > 1 else 0)
    words = (cell_len(word) for row in rows for word in _joined(row[-1]).split())
    if ends[-1] <= width or room >= max([LEAST, *words]):
        return len(widths)
    return max(1, sum(end <= width for end in ends[:-1]))


def _table(rows: Sequence[Sequence[str]], right: Sequence[int], *, folds: bool, headed: bool) -> "Table":
    """A row for each; the last cells fold, or none."""
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, padding=(0, _GAP, 0, 0), pad_edge=False)
    last = len(rows[0]) - 1
    for index in range(last + 1):
        justify: JustifyMethod = "right" if index in right else "left"
        if folds and index == last:
            table.add_column(justify=justify, overflow="fold")
        else:
            table.add_column(justify=justify, no_wrap=True, min_width=max(cell_len(row[index]) for row in rows))
    for at, row in enumerate(rows):
        dim = headed and at == 0
        table.add_row(*(Text(_joined(cell), style="dim" if dim else STYLES.get(cell.strip(), "")) for cell in row))
    return table


def _lines(table: "Table", out: TextIO) -> list[str]:
    """A table as it is drawn there: one line for each row, more where its last cell folds."""
    from rich.console import Console

    widest = sum((column.min_width or 0) + _GAP for column in table.columns)
    drawn = _Drawing(out)
    Console(file=drawn, width=max(columns(out), widest), height=_HEIGHT, highlight=False).print(table)
    return [line.rstrip() for line in drawn.getvalue().replace(_JOINT, " ").splitlines()]


class _Drawing(io.StringIO):
    """What is drawn as it would be on a stream. Rich itself ends the process with 1 if nobody reads that any more."""

    def __init__(self, out: TextIO) -> None:
        super().__init__()
        self._out = out

    def isatty(self) -> bool:
        return self._out.isatty()


def columns(out: TextIO) -> int:
    """The columns that a line may take: those of a terminal, else as many as any line needs."""
    if not out.isatty():
        return WIDE
    import shutil

    return shutil.get_terminal_size(_size(out)).columns


def _size(out: TextIO) -> tuple[int, int]:
    """Of the terminal behind a stream: where the answer goes into a pipe, prose may still be read on one."""
    with contextlib.suppress(OSError, ValueError):
        found = os.get_terminal_size(out.fileno())
        if found.columns > 0:  # a terminal that nobody gave a size says 0
            return found
    return 80, _HEIGHT


def folded(line: str, out: TextIO) -> str:
    """A line as it is; where somebody watches, what is too long goes on below it, further in.

    No word is divided, such as a path or an address, and nothing of which the parts are read together.
    """
    if not out.isatty() or len(line) <= columns(out):
        return line
    import textwrap

    text = _joined(line.lstrip())
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.fill(
        text,
        columns(out),
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    ).replace(_JOINT, " ")


def _joined(text: str) -> str:
    return _WHOLE.sub(lambda found: found[0].replace(" ", _JOINT), text)


def tell(text: str, out: TextIO) -> None:
    """Lines of prose, folded where somebody watches."""
    out.write("".join(f"{folded(line, out)}\n" for line in printable(text).split("\n")))


def say(text: str) -> None:
    """Lines of prose on stderr."""
    tell(text, sys.stderr)
