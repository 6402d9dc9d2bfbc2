"""Digests of files, read in large pieces into one buffer (figures.md: 256 KiB to 1 MiB is fastest)."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

PIECE = 1 << 20


def digest_of(path: Path, *, told: Callable[[int], None] | None = None) -> str:
    """The sha256 of a file, in lower-case hexadecimal; `told` hears of each piece's size in bytes.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb", buffering=0) as stream:
        return digest_of_stream(stream, told=told)


def digest_of_stream(stream: BinaryIO, *, told: Callable[[int], None] | None = None) -> str:
    """The sha256 of what is left of a stream."""
    hasher = hashlib.sha256()
    feed(stream, hasher.update, told=told)
    return hasher.hexdigest()


def feed(
    stream: BinaryIO,
    take: Callable[[memoryview], object],
    *,
    told: Callable[[int], None] | None = None,
) -> int:
    """Hand everything that is left of a stream to `take`, through one reused buffer; the count of bytes."""
    buffer = memoryview(bytearray(PIECE))
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
