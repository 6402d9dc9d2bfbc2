"""Digests of files, read in large pieces into one buffer (figures.md: 256 KiB to 1 MiB is fastest)."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

PIECE = 1 << 19


def piece_buffer() -> memoryview:
    """A buffer to read files through, one after the other: a new one for each costs more than a small file's digest."""
    return memoryview(bytearray(PIECE))


def will_be_read_once(stream: BinaryIO) -> None:
    """Tell the system that a file is read from its beginning to its end, so that it reads further ahead."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)


def digest_of(path: Path, *, told: Callable[[int], None] | None = None) -> str:
    """The sha256 of a file, in lower-case hexadecimal; `told` hears of each piece's size in bytes.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb", buffering=0) as stream:
        will_be_read_once(stream)
        return digest_of_stream(stream, told=told)


def digest_of_stream(
    stream: BinaryIO, *, told: Callable[[int], None] | None = None, buffer: memoryview | None = None
) -> str:
    """The sha256 of what is left of a stream; read through `buffer`, if one is given."""
    hasher = hashlib.sha256()
    feed(stream, hasher.update, told=told, buffer=buffer)
    return hasher.hexdigest()


def feed(
    stream: BinaryIO,
    take: Callable[[memoryview], object],
    *,
    told: Callable[[int], None] | None = None,
    buffer: memoryview | None = None,
) -> int:
    """Hand everything that is left of a stream to `take`, through one reused buffer; the count of bytes."""
    if buffer is None:
        buffer = piece_buffer()
    total = 0
    while count := stream.readinto(buffer):  # type: ignore[attr-defined]  # every binary file object has it
        take(buffer[:count])
        total += count
        if told is not None:
            told(count)
    return total


def git_blob_id(content: bytes) -> str:
    """The id that git, and so the Hub, gives a regular file (git-hash-object)."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
