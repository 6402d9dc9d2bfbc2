"""A look into a folder that others filled: nothing outside of it is read, nothing waits, and there is an end."""

import contextlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from resolver.domain.errors import TooManyError
from resolver.files.guarded import open_regular

MOST_ENTRIES = 10_000
"""Of one folder with all that lies below it, where its files are counted; and of one folder alone."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A file: its bytes, or None where that is not known, because a link leads out or to nothing."""

    path: str
    size: int | None


class Look:
    """Into one folder, `root`; places are given relative to it. A link counts only if it ends inside."""

    def __init__(self, root: Path) -> None:
        self._root = Path(os.path.realpath(root))

    def folders(self, place: str) -> list[str]:
        """The names of the folders in a folder, sorted; links to folders are none. Nothing of what is not there.

        Raises:
            TooManyError: it has more than `MOST_ENTRIES` entries.
        """
        return sorted(one.name for one in self._entries(place) if one.is_dir(follow_symlinks=False))

    def files(self, place: str) -> list[Seen]:
        """All files and links to files below a folder, sorted.

        Raises:
            TooManyError: there are more than `MOST_ENTRIES` entries.
        """
        found: list[Seen] = []
        waiting, left = [""], MOST_ENTRIES
        while waiting:
            prefix = waiting.pop()
            for entry in self._entries(f"{place}/{prefix}" if place else prefix):
                left -= 1
                if left < 0:
                    raise TooManyError(f"{place} holds more than {MOST_ENTRIES:,} files")
                path = f"{prefix}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(f"{path}/")
                else:
                    found.append(Seen(path, self._size(Path(entry.path))))
        return sorted(found, key=lambda one: one.path)

    def read(self, place: str, most: int) -> bytes:
        """The beginning of a file; nothing where there is none, or where it lies outside."""
        real = self._inside(self._root / place)
        if real is None:
            return b""
        try:
            with os.fdopen(open_regular(real), "rb") as stream:
                return stream.read(most)
        except OSError:
            return b""

    def _entries(self, place: str) -> Iterator[os.DirEntry[str]]:
        folder = self._inside(self._root / place)
        if folder is None:
            return
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            for number, entry in enumerate(entries):
                if number >= MOST_ENTRIES:
                    raise TooManyError(
                        f"{place or folder} holds more than {MOST_ENTRIES:,} entries",
                        hint="name the cache itself, and no folder above it",
                    )
                yield entry

    def _size(self, path: Path) -> int | None:
        real = self._inside(path)
        if real is None:
            return None
        try:
            seen = real.lstat()
        except OSError:
            return None
        return seen.st_size if stat.S_ISREG(seen.st_mode) else None

    def _inside(self, path: Path) -> Path | None:
        """Where a path really leads, if that is inside."""
        try:
            real = Path(os.path.realpath(path, strict=True))
        except (OSError, ValueError):
            return None
        return real if real.is_relative_to(self._root) else None
