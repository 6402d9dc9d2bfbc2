"""One at a time, for processes that are so kind: an advisory lock on a file of its own.

A lock saves work and never makes anything right: where it cannot be had (a read-only disk, a file system without
locks), everything goes on without. Why not a library, and why the file may go: docs/decisions/0022-durability.md.
"""

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from resolver.files.guarded import open_regular


@contextlib.contextmanager
def turn(path: Path, wait: Callable[[], object]) -> Iterator[bool]:
    """Have `path` locked, or go on without where that is impossible; whether somebody else had it first.

    `wait` is called over and over while another process has it, and may raise.
    """
    waited = False
    while (handle := _taken(path)) is None:
        waited = True
        wait()
    try:
        yield waited
    finally:
        if handle >= 0:
            _let_go(path, handle)


def is_free(path: Path) -> bool:
    """Take a lock that nobody holds, and remove its file; whether that was so."""
    handle = _taken(path)
    if handle is not None and handle >= 0:
        _let_go(path, handle)
    return handle is not None


def _taken(path: Path) -> int | None:
    """A handle that holds the lock; None if somebody else does; -1 if it cannot be had."""
    try:
        handle = _opened(path)
    except OSError:
        return -1
    try:
        if not _lock(handle):
            os.close(handle)
            return None
    except OSError:
        os.close(handle)
        return -1
    if _still_there(path, handle):
        return handle
    os.close(handle)
    return None


def _opened(path: Path) -> int:
    try:
        return open_regular(path, os.O_RDWR | os.O_CREAT)
    except IsADirectoryError:
        raise
    except OSError:
        if not path.is_symlink() and (path.is_file() or not path.exists()):
            raise
        path.unlink()  # a link, a pipe: whatever was planted, it is not opened
        return open_regular(path, os.O_RDWR | os.O_CREAT)


def _still_there(path: Path, handle: int) -> bool:
    """Whoever lets go removes the file: a lock on a file without a name is none."""
    try:
        return os.path.samestat(path.lstat(), os.fstat(handle))
    except OSError:
        return False


def _let_go(path: Path, handle: int) -> None:
    if sys.platform == "win32":
        os.close(handle)
        with contextlib.suppress(OSError):
            path.unlink()
        return
    with contextlib.suppress(OSError):
        path.unlink()
    os.close(handle)


if sys.platform == "win32":

    def _lock(handle: int) -> bool:
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

else:

    def _lock(handle: int) -> bool:
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
