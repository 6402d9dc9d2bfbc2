"""Writing whole files: a temporary name on the same file system, fsync, one rename, fsync of the folder."""

import contextlib
import errno
import os
import stat
from pathlib import Path

from resolver.domain.errors import DiskError
from resolver.files.temporary import Temporary

LARGEST = 1 << 28
"""Bytes of the largest file that is ever read whole into memory."""


def write_atomically(path: Path, content: bytes) -> bool:
    """Put `content` at `path`, whole or not at all; False if it was already there and nothing was written.

    Raises:
        DiskError: the disk is full or read-only, or the folder cannot be written.
    """
    if read_if_there(path) == content:
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with Temporary(path) as temporary:
            temporary.write(content)
            temporary.publish()
        sync_folder(path.parent)
    except OSError as error:
        raise disk_error(error, path) from error
    return True


def read_if_there(path: Path) -> bytes | None:
    """The content of a file, or None if there is none.

    Raises:
        DiskError: it is there and cannot be read.
    """
    try:
        with path.open("rb") as stream:
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
