"""The beginning of what was compressed, within bounds, by the formats of the standard library.

Several streams in a row are one, as they are to those who load them: a first one that is empty hides nothing.
"""

import bz2
import gzip
import io
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import BinaryIO, cast

_PIECE = 1 << 16
_FARTHEST = 1 << 31  # bytes inflated on the way to a piece; more than any four letters say as a length
_LONGEST_INPUT = 1 << 26  # bytes inflated from, on the way
_BROKEN = (ValueError, MemoryError, zlib.error, lzma.LZMAError)
_UNKNOWN_SIZE = (1 << 64) - 1
_OPENERS: dict[re.Pattern[bytes], Callable[[BinaryIO], io.BufferedIOBase]] = {
    re.compile(rb"\x1f\x8b\x08"): lambda stream: gzip.GzipFile(fileobj=stream),  # RFC 1952
    re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)"): bz2.BZ2File,  # the digits of pi, or of its root, begin a block
    re.compile(rb"\xfd7zXZ\0"): lzma.LZMAFile,
}


class State(Enum):
    """How what was inflated ends: well, at the bound, because the input did, or with an error."""

    WHOLE = auto()
    MORE = auto()
    CUT = auto()
    BROKEN = auto()


@dataclass(frozen=True, slots=True)
class Inflated:
    """The beginning of what was compressed."""

    content: bytes
    state: State


def is_compressed(head: bytes) -> bool:
    """Whether it is gzip, bzip2 or xz."""
    return any(magic.match(head) for magic in _OPENERS)


def inflate(stream: BinaryIO, head: bytes, bound: int) -> Inflated:
    """The first `bound` bytes of gzip, bzip2 or xz."""
    return _collect(_read(_opened(stream, head)), bound)


def inflated_at(stream: BinaryIO, head: bytes, count: int, offset: int) -> bytes | None:
    """`count` bytes from an offset on, empty after the end; None if they are too far away or behind an error.

    A text may announce a pickled string by its first letters: `This` one of 544 MB. That it ends before is seen only
    at its end.
    """
    if offset > _FARTHEST:
        return None
    try:
        opened = _opened(cast("BinaryIO", _Bounded(stream)), head)
        opened.seek(offset)
        return opened.read(count)
    except (EOFError, OSError, *_BROKEN) as error:
        if _is_the_disks(error):
            raise
        return None


def _is_the_disks(error: Exception) -> bool:
    """Gzip and bz2 raise an OSError too, one without a number."""
    return isinstance(error, OSError) and error.errno is not None


def _opened(stream: BinaryIO, head: bytes) -> io.BufferedIOBase:
    stream.seek(0)
    return next(opener for magic, opener in _OPENERS.items() if magic.match(head))(stream)


class _Bounded:
    """A stream that says that it ends once too much was read of it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._left = _LONGEST_INPUT
        self.seek = stream.seek

    def read(self, size: int) -> bytes:
        if self._left <= 0:
            raise EOFError
        self._left -= size
        return self._stream.read(size)


def is_perhaps_compressed(head: bytes) -> bool:
    """Whether zlib or lzma of before xz could begin so; so can a text."""
    return _is_zlib(head) or _is_old_lzma(head)


def inflate_perhaps(head: bytes, size: int, bound: int) -> Inflated:
    """What the head of a file of `size` bytes holds if it is zlib or old lzma; never more is read."""
    pieces = _inflate_zlib(head) if _is_zlib(head) else _inflate_old_lzma(head)
    inflated = _collect(pieces, bound)
    cut = inflated.state is State.CUT and len(head) < size
    return Inflated(inflated.content, State.MORE) if cut else inflated


def _collect(pieces: Iterator[bytes], bound: int) -> Inflated:
    content = bytearray()
    try:
        for piece in pieces:
            content += piece
            if len(content) >= bound:
                return Inflated(bytes(content[:bound]), State.MORE)
    except EOFError:
        return Inflated(bytes(content), State.CUT)
    except (OSError, *_BROKEN) as error:
        if _is_the_disks(error):
            raise
        return Inflated(bytes(content), State.BROKEN)
    return Inflated(bytes(content), State.WHOLE)


def _read(opened: io.BufferedIOBase) -> Iterator[bytes]:
    while piece := opened.read1(_PIECE):
        yield piece


def _is_zlib(head: bytes) -> bool:
    """RFC 1950: method and window, a check of both, and no preset dictionary, which nobody would have."""
    if len(head) < 2 or head[0] & 0x8F != 8 or head[1] & 0x20:
        return False
    return int.from_bytes(head[:2], "big") % 31 == 0


def _inflate_zlib(head: bytes) -> Iterator[bytes]:
    """In small steps, so that a bomb gives no more than a thousandfold of one, and what precedes an error is kept."""
    inflater = zlib.decompressobj()
    for start in range(0, len(head), 256):
        yield inflater.decompress(head[start : start + 256])
    if not inflater.eof:
        raise EOFError


def _is_old_lzma(head: bytes) -> bool:
    """The conditions of liblzma's auto-detecting decoder (lzma/alone_decoder.c, `picky`)."""
    dictionary, size = int.from_bytes(head[1:5], "little"), int.from_bytes(head[5:13], "little")
    top = 1 << max(0, dictionary.bit_length() - 1)
    shaped = dictionary in (top, top + top // 2, 0xFFFFFFFF)
    return len(head) > 13 and head[0] < 225 and shaped and (size < 1 << 38 or size == _UNKNOWN_SIZE)


def _inflate_old_lzma(head: bytes) -> Iterator[bytes]:
    return _read(lzma.LZMAFile(io.BytesIO(head), format=lzma.FORMAT_ALONE))
