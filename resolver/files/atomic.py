"""Writing whole files: a temporary name on the same file system, fsync, one rename, fsync of the folder."""

import contextlib
import errno
import os
import stat
from pathlib import Path

from resolver.domain.errors import DiskError
from resolver.files.guarded import LARGEST

_WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0)
"""Else opening a pipe in the place of a file would wait for its other end."""


def write_atomically(path: Path, content: bytes, *, mode: int = 0o644) -> bool:
    """Put `content` at `path`, whole or not at all; False if it was already there and nothing was written.

    Raises:
        DiskError: the disk is full or read-only, or the folder cannot be written.
    """
    if read_if_there(path) == content:
        return False
    try:
        _replace(path, content, mode, durable=True)
        sync_folder(path.parent)
    except OSError as error:
        raise disk_error(error, path) from error
    return True


def write_renewable(path: Path, content: bytes) -> None:
    """Put `content` at `path`, whole or not at all for every reader, without waiting for the disk.

    For what every run compares and writes again if it is another: after a power failure it may be empty or gone.

    Raises:
        DiskError: the disk is full or read-only, or the folder cannot be written.
    """
    try:
        _replace(path, content, 0o644, durable=False)
    except OSError as error:
        raise disk_error(error, path) from error


def _replace(path: Path, content: bytes, mode: int, *, durable: bool) -> None:
    from resolver.files.temporary import Temporary  # 4 ms, where something is written

    path.parent.mkdir(parents=True, exist_ok=True)
    with Temporary(path) as temporary:
        temporary.write(content, durable=durable)
        temporary.publish(mode)


def read_if_there(path: Path) -> bytes | None:
    """The content of a file, or None if there is none.

    Raises:
        DiskError: it is there and cannot be read.
    """
    try:
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | _WITHOUT_WAITING)) as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise DiskError(f"{path} is no regular file")
            content = stream.read(LARGEST + 1)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP):
            return None
        raise disk_error(error, path) from error
    if len(content) > LARGEST:
        raise DiskError(f"{path} is larger than {LARGEST} bytes")
    return content


def sync_folder(folder: Path) -> None:
    """Make a rename inside the folder durable, where the system can (Windows cannot, and need not)."""
    with contextlib.suppress(PermissionError, NotImplementedError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def disk_error(error: OSError, path: Path) -> DiskError:
    """An operating system's refusal in words that say which disk and what to do."""
    hints = {
        errno.ENOSPC: "free some space and run the same command again",
        errno.EROFS: "the file system is read-only",
    }
    return DiskError(f"{path}: {error.strerror or error}", hint=hints.get(error.errno or 0))
