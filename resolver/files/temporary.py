"""Files that have no final name yet. Their writer holds a lock on them; one that nobody holds was left by a kill.

No process number is asked for: another container's are not ours. Where there are no locks, nothing is ever swept.
"""

import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Container
from pathlib import Path
from types import TracebackType
from typing import Self

_LEFT = re.compile(r"\.(.+)\.[a-z0-9_]{8}\.tmp", re.DOTALL)
_OPEN = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


class Temporary:
    """A new file beside `path`, as a context; gone when that ends, unless it got its name.

    Raises:
        OSError: by each method, when the disk refuses.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        sweep(path.parent, {path.name})
        self._handle, self._place = _held(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._place.unlink()
        self._close()

    def write(self, content: bytes, *, durable: bool = True) -> None:
        """The whole content; a `durable` one is on the disk then."""
        with open(self._handle, "wb", closefd=False) as stream:
            stream.write(content)
        if durable:
            os.fsync(self._handle)

    def publish(self, mode: int = 0o644) -> None:
        """Give it the name of `path`, in one rename."""
        self._place.chmod(mode)
        if sys.platform == "win32":
            self._close()  # there, what is open cannot be renamed
        self._place.replace(self._path)

    def _close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def _held(path: Path) -> tuple[int, Path]:
    while True:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        if _is_ours(handle):
            return handle, Path(name)
        os.close(handle)  # who sweeps came between the two calls, and removes it


def _is_ours(handle: int) -> bool:
    """Take the lock; whether nobody who sweeps was quicker. Where there are no locks, nobody is."""
    try:
        return _lock(handle) and os.fstat(handle).st_nlink > 0
    except OSError:
        return True


def sweep(folder: Path, names: Container[str]) -> None:
    """Remove what killed writers of files of these names left beside them; what cannot be removed stays."""
    with contextlib.suppress(OSError):
        for place in folder.iterdir():
            match = _LEFT.fullmatch(place.name)
            if match and match[1] in names:
                _remove_if_free(place)


def _remove_if_free(place: Path) -> None:
    with contextlib.suppress(OSError):
        handle = os.open(place, _OPEN)
        try:
            if _lock(handle):
                place.unlink()
        finally:
            os.close(handle)


if sys.platform == "win32":

    def _lock(handle: int) -> bool:
        raise OSError(f"{handle}: a file that is locked cannot be renamed here")

else:

    def _lock(handle: int) -> bool:
        """Whether the lock is ours now; OSError where there are none."""
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
