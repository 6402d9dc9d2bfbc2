"""The ground that pieces lie on: whether a place is reached without a link, and what lies there."""

import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path

from resolver.files.digest import digest_of_stream
from resolver.files.guarded import open_regular

LINK, NO_FILE, NO_FOLDER = "a link", "no regular file", "no folder"
_LEFTOVER = re.compile(r"\.[0-9a-f]{32}\.models-lock")


def temporary_name() -> str:
    """A name for what has no final one yet; a kill leaves it, and the next installation there sweeps it."""
    return f".{os.urandom(16).hex()}.models-lock"


def is_leftover(name: str) -> bool:
    """Whether a file's name is one that only we give."""
    return _LEFTOVER.fullmatch(name) is not None


class Ground:
    """Folders below some roots, each looked at once. The roots themselves may be reached as they like."""

    def __init__(self, roots: Iterable[str]) -> None:
        self._roots = sorted(set(roots), key=len, reverse=True)
        self._obstacles: dict[str, str | None] = {}

    def root_of(self, place: str) -> str | None:
        """The innermost root that a place lies in, by its name."""
        return next((root for root in self._roots if place.startswith(root.rstrip(os.sep) + os.sep)), None)

    def obstacle(self, place: str) -> str | None:
        """What on the way from its root to a place is no folder, in words; None if the way is free."""
        root = self.root_of(place)
        return None if root is None else self._obstacle(str(Path(place).parent), root)

    def _obstacle(self, folder: str, root: str) -> str | None:
        if len(folder) <= len(root):
            return None
        if folder not in self._obstacles:
            self._obstacles[folder] = self._obstacle(str(Path(folder).parent), root) or _objection(folder)
        return self._obstacles[folder]


def _objection(folder: str) -> str | None:
    kind = kind_of(folder)
    if kind in (None, "folder"):
        return None
    return f"{folder} is {LINK if kind == LINK else NO_FOLDER}"


def kind_of(place: str) -> str | None:
    """`file`, `folder`, `a link`, `no regular file`; None if nothing lies there.

    Raises:
        OSError: nobody may look.
    """
    try:
        mode = os.lstat(place).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValueError:  # a NUL in the name
        return None
    if stat.S_ISLNK(mode):
        return LINK
    return "folder" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else NO_FILE


def seen_at(place: str, size: int) -> str | None:
    """What lies at a place: the digest of a file of that size, else words; None for nothing.

    Raises:
        OSError: it cannot be read.
    """
    kind = kind_of(place)
    if kind != "file":
        return "a folder" if kind == "folder" else kind
    with os.fdopen(open_regular(Path(place)), "rb", buffering=0) as stream:
        found = os.fstat(stream.fileno()).st_size
        return digest_of_stream(stream) if found == size else f"{found} bytes"
