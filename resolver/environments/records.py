"""RECORD, the list of a distribution's files ("Recording installed projects" of the packaging specifications)."""

import contextlib
import csv
import io
import os
from collections.abc import Iterator
from pathlib import Path

from resolver.domain.errors import DiskError
from resolver.files.atomic import disk_error
from resolver.files.guarded import read_regular


def text_of(place: Path) -> str | None:
    """A file of a distribution's metadata; None if there is none.

    Raises:
        DiskError: it is there and cannot be read.
    """
    try:
        found = read_regular(place)
    except OSError as error:
        raise disk_error(error, place) from error
    return None if found is None else found[0].decode("utf-8", "surrogateescape")


def recorded(text: str) -> Iterator[str]:
    """The paths as RECORD writes them.

    Raises:
        ValueError: it is no RECORD from here on.
    """
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        yield from (row[0] for row in rows if row and row[0])
    except csv.Error as error:
        raise ValueError(str(error)) from error


def place_of(path: str, site: str) -> str:
    """Where a path of a RECORD leads, from the folder that its `.dist-info` lies in; no link is looked at."""
    return os.path.normpath(path if Path(path).is_absolute() else f"{site}/{path}")


def recorded_leniently(place: Path) -> list[str]:
    """The paths of another distribution's RECORD, as far as it can be read: only who owns what is asked."""
    found: list[str] = []
    with contextlib.suppress(ValueError, DiskError):
        for path in recorded(text_of(place) or ""):
            found.append(path)  # noqa: PERF402  # what was read before an error counts
    return found
