"""Opening files where another hand may have been: no link is followed, and nothing but a regular file is opened."""

import errno
import os
import stat
from pathlib import Path

LARGEST = 1 << 28
"""Bytes of the largest file that is ever read whole into memory."""
SETTLED_AFTER = 2 * 10**9
"""Nanoseconds: FAT, the coarsest, counts in two seconds."""
_SAFE = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
"""Without O_NONBLOCK, opening a pipe that somebody planted would wait for its other end."""
_NOT_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EISDIR, errno.EINVAL, errno.ENXIO)


def open_regular(path: Path, flags: int = os.O_RDONLY) -> int:
    """A handle on a regular file; what is created is its user's alone. Never with O_TRUNC: nothing is known yet.

    Raises:
        OSError: it is not there, is a link (ELOOP) or no regular file (EINVAL), or cannot be opened.
    """
    handle = os.open(path, flags | _SAFE, 0o600)
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return handle
    os.close(handle)
    raise OSError(errno.EINVAL, "no regular file", str(path))


def read_regular(path: Path) -> tuple[bytes, os.stat_result] | None:
    """The content of a file and what the system says of it; None if there is none, or another thing in its place.

    Raises:
        OSError: it is there and cannot be read, or is too large to be one of ours.
    """
    try:
        handle = open_regular(path)
    except OSError as error:
        if error.errno in _NOT_THERE:
            return None
        raise
    with os.fdopen(handle, "rb") as stream:
        content = stream.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise OSError(errno.EFBIG, f"larger than {LARGEST} bytes", str(path))
        return content, os.fstat(handle)


def write_new(path: Path, content: bytes) -> None:
    """A new file in the place of whatever has that name; not durable, and for a moment not whole.

    Raises:
        OSError: it cannot be written, or a folder lies there.
    """
    try:
        handle = open_regular(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    except FileExistsError:
        path.unlink(missing_ok=True)
        handle = open_regular(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)


def is_settled(found: os.stat_result, now: int) -> bool:
    """Whether a further write would show in the mtime on every file system; `now` in nanoseconds since the epoch."""
    return found.st_mtime_ns + SETTLED_AFTER < now


def is_ours(found: os.stat_result) -> bool:
    """Whether it is ours; where users have no numbers, it is."""
    return not hasattr(os, "getuid") or found.st_uid == os.getuid()
