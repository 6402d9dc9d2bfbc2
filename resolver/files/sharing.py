"""Whether bytes have other names on the disk than the one that is looked at, so that removing it frees nothing."""

import contextlib
import os
import struct
import sys
from pathlib import Path

from resolver.files.guarded import open_regular

_FIEMAP = 0xC020660B  # FS_IOC_FIEMAP of linux/fs.h
_EXTENT_SHARED = 0x2000  # linux/fiemap.h
_QUESTION = struct.Struct("=QQLLLL")
_ANSWER = struct.Struct("=QQQQQLLLL")


def is_cloned(place: Path, blob: Path) -> bool:
    """Whether the bytes of a file are also those of another one by a reflink, as far as the system tells.

    Linux says so of a stretch of the disk. macOS says nothing: there it is taken for a clone of `blob`, if that is on
    the same disk, because clones are what is made there first.
    """
    if sys.platform == "linux":
        return is_shared(place)
    if sys.platform == "darwin":
        with contextlib.suppress(OSError):
            return place.lstat().st_dev == blob.lstat().st_dev
    return False


def is_shared(place: Path) -> bool:
    """Whether the system says that a file's first stretch on the disk is another file's too; False where it does not.

    A reflink shares all of its stretches, and who writes to one gives it up: what is unchanged is told by one.
    """
    if sys.platform != "linux":
        return False
    import fcntl

    answer = bytearray(_QUESTION.pack(0, 2**64 - 1, 0, 0, 1, 0) + bytes(_ANSWER.size))
    try:
        with os.fdopen(open_regular(place), "rb") as stream:
            fcntl.ioctl(stream.fileno(), _FIEMAP, answer)
    except OSError:
        return False
    mapped = _QUESTION.unpack_from(answer)[3]
    flags = _ANSWER.unpack_from(answer, _QUESTION.size)[5]
    return bool(mapped) and bool(flags & _EXTENT_SHARED)
