"""Archives, read safely: every member checked before its bytes are handed out, every byte bounded, nothing extracted.

A lock streams all members once to hash them; a sync takes those it wants, each bounded by its locked size. A zip is
read where its directory says, a tar in one pass; which of them a file is, its leading bytes decide. Sources: PKWARE's
APPNOTE 6.3.10 for zip, POSIX.1-2017 pax for tar; why a directory must be unambiguous: GHSA-7q5r-7gvp-wc82.
"""

import bz2
import contextlib
import errno
import gzip
import io
import itertools
import lzma
import os
import stat
import struct
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import IO, BinaryIO, cast

from resolver.domain.errors import UnsafeContentError
from resolver.domain.names import folded, path_objection
from resolver.files.steady import Steady, UnreadableError, read_up_to

MOST_ENTRIES = 10**6  # folders included
LARGEST_TOTAL = 1 << 40  # bytes of all members together
PIECE = 1 << 18  # bytes that `Member.chunks` yields at most at once

_LARGEST_DIRECTORY = 1 << 27  # bytes of a zip's central directory; 10^6 entries of 134 bytes
_LARGEST_HEADERS = 1 << 20  # bytes of tar headers before one member: long names, pax records, sparse maps
_LONGEST_TAIL = 1 << 20  # bytes after a tar's end marker: GNU tar pads to its record size
_ZIP_MAGIC = (b"PK\3\4", b"PK\5\6")
# APPNOTE 4.3.16: magic, entries, length, offset, length of the comment; 4.3.14 and 4.3.15: magic, entries, length,
# offset, then the locator with the position of that magic
_END = struct.Struct("<4s6xH2LH")
_END64 = struct.Struct("<4s28x3Q8xQ4x")
_LOCAL_HEADER = 30  # bytes before the name, APPNOTE 4.3.7
_ENCRYPTED = 0x2041  # flag bits, APPNOTE 4.4.4
_NO_FILE = "is a link, a device or something else that is no regular file"
_DAMAGED = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error, EOFError, ValueError)
# a dictionary size nobody has; unknown methods; sizes beyond all; and with RecursionError endless chains of pax headers
_ABSURD = (MemoryError, NotImplementedError, OverflowError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive, its size as declared, in bytes; `objection` is what speaks against placing it."""

    path: str
    size: int
    archive: str
    open: Callable[[], IO[bytes]] = field(repr=False, compare=False)
    objection: str | None = None

    def chunks(self, limit: int, *, piece: int = PIECE) -> Iterator[bytes]:
        """The bytes, at most `piece` at once and `limit` together. Of a tar: only until the next member is asked for.

        Raises:
            UnsafeContentError: it is larger than `limit` (then nothing was yielded), shorter than declared, or damaged.
        """
        if self.size > limit:
            raise _refusal(self.archive, self.path, f"holds {self.size} bytes and may hold {limit}")
        left = self.size
        with _as_refusal(self.archive, self.path), self.open() as stream:
            while chunk := stream.read(piece):
                left -= len(chunk)
                yield chunk
        if left:
            raise _refusal(self.archive, self.path, f"ends {left} bytes early")


def members(archive: BinaryIO, name: str, *, total: int = LARGEST_TOTAL) -> Iterator[Member]:
    """The regular files of a zip or of a tar (plain, gzip, bzip2 or xz), in the archive's order; folders are skipped.

    Each is checked as it is reached, so nothing may be published before the end. `name` is for messages; `total` bounds
    the declared bytes of all members together.

    Raises:
        UnsafeContentError: the archive is damaged, ambiguous, encrypted or too large, or holds links, devices,
            duplicates or names that are not safe on every system.
        OSError: the archive could not be read from its disk.
    """
    for member in entries(archive, name, total=total):
        if member.objection:
            raise _refusal(name, member.path, member.objection)
        yield member


def entries(archive: BinaryIO, name: str, *, total: int = LARGEST_TOTAL) -> Iterator[Member]:
    """As `members`, but with those that may not be placed: for who looks at an archive and unpacks nothing."""
    ledger = _Ledger(name, total)
    with _as_refusal(name):
        archive.seek(0)
        head = read_up_to(archive, tarfile.BLOCKSIZE)
        archive.seek(0)
        if head.startswith(_ZIP_MAGIC):
            yield from _zip_members(Steady(archive), ledger)
        else:
            yield from _tar_members(_inflated(archive, head, name), ledger)


def list_members(archive: BinaryIO, name: str) -> tuple[tuple[str, int], ...]:
    """The path and declared size of every member; raises what `members` raises."""
    return tuple((member.path, member.size) for member in members(archive, name))


def _refusal(archive: str, member: str | None, why: str) -> UnsafeContentError:
    return UnsafeContentError(f"{archive}: {why}" if member is None else f"{archive}: member {member!r} {why}")


@contextlib.contextmanager
def _as_refusal(archive: str, member: str | None = None) -> Iterator[None]:
    try:
        yield
    except UnreadableError as error:
        raise error.cause from None
    except io.UnsupportedOperation as error:  # how a buffered file takes it when the disk refuses its first seek
        raise OSError(errno.EIO, os.strerror(errno.EIO)) from error
    except (*_DAMAGED, *_ABSURD, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk's own; what gzip and bz2 raise has no number
        raise _refusal(archive, member, f"cannot be read: {error}") from error


class _Ledger:
    """What an archive has shown so far; the verdict on its names is that of `resolver.domain.names.objections`."""

    def __init__(self, archive: str, total: int) -> None:
        self.archive = archive
        self._left = total
        self._entries = itertools.count(1)
        self._files: dict[str, str] = {}
        self._folders: set[str] = set()

    def count(self) -> None:
        if next(self._entries) > MOST_ENTRIES:
            raise _refusal(self.archive, None, f"holds more than {MOST_ENTRIES} entries")

    def enter(self, path: str, size: int) -> str | None:
        if not 0 <= size <= self._left:
            raise _refusal(self.archive, path, f"declares {size} bytes, which is too much in all")
        self._left -= size
        return path_objection(path) or self._collision(path)

    def _collision(self, path: str) -> str | None:
        key = folded(path)
        if key in self._files:
            return f"collides with {self._files[key]!r}"
        if key in self._folders:
            return "is a folder to another member"
        self._files[key] = path
        while key := key.rpartition("/")[0]:
            if key in self._files:
                return f"needs {self._files[key]!r} to be a folder, and it is a file"
            self._folders.add(key)
        return None


def _zip_members(archive: Steady, ledger: _Ledger) -> Iterator[Member]:
    count = _directory_count(archive, ledger.archive)
    opened = zipfile.ZipFile(archive)
    found = opened.infolist()
    if len(found) != count:
        raise _refusal(ledger.archive, None, f"its directory holds {len(found)} entries and announces {count}")
    _refuse_overlaps(found, opened.start_dir, ledger.archive)
    # orig_filename, because filename is what zipfile made of it: cut at NUL, separators changed, other fields heeded
    for entry in (entry for entry in found if not entry.orig_filename.endswith("/")):
        path = entry.orig_filename
        if entry.flag_bits & _ENCRYPTED or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _refusal(ledger.archive, path, f"is encrypted or compressed by method {entry.compress_type}")
        is_file = stat.S_IFMT(entry.external_attr >> 16) in (0, stat.S_IFREG)
        objection = ledger.enter(path, entry.file_size) or (None if is_file else _NO_FILE)
        # ZipFile.open compares the local header's name with the directory's
        yield Member(path, entry.file_size, ledger.archive, partial(opened.open, entry), objection)


def _directory_count(archive: Steady, name: str) -> int:
    """How many entries the directory announces, once it is clear that every reader would find the same directory."""
    start = archive.seek(max(0, archive.seek(0, 2) - _END64.size - _END.size - 0xFFFF))
    tail = archive.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < _END.size:
        raise _refusal(name, None, "has no directory at its end: it is truncated, or no zip")
    _, count, length, offset, comment = _END.unpack_from(tail, at)
    if at + _END.size + comment != len(tail):
        raise _refusal(name, None, "goes on after its directory")
    position, end, magic = start + at, start + at, b"PK\6\6"
    before = tail[max(0, at - _END64.size) : at]
    if before[-20:-16] == b"PK\6\7":
        end -= _END64.size
        magic, count, length, offset, position = _END64.unpack(before)
    if magic != b"PK\6\6" or not offset + length == end == position:
        raise _refusal(name, None, "has a directory that does not lie where it says: other readers would see another")
    if count > MOST_ENTRIES or length > _LARGEST_DIRECTORY:
        raise _refusal(name, None, f"holds more than {MOST_ENTRIES} entries")
    return int(count)


def _refuse_overlaps(found: list[zipfile.ZipInfo], end: int, name: str) -> None:
    """Entries that share bytes are how 42 kB become petabytes (Fifield, "A better zip bomb", WOOT 2019)."""
    for entry in sorted(found, key=lambda entry: entry.header_offset, reverse=True):
        if entry.header_offset + _LOCAL_HEADER + entry.compress_size > end:
            raise _refusal(name, entry.orig_filename, "overlaps what follows it")
        end = entry.header_offset


_COMPRESSED: dict[bytes, Callable[[IO[bytes]], object]] = {
    b"\x1f\x8b": lambda stream: gzip.GzipFile(fileobj=stream),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
}


def _inflated(archive: BinaryIO, head: bytes, name: str) -> BinaryIO:
    for magic, opener in _COMPRESSED.items():
        if head.startswith(magic):
            return cast("BinaryIO", opener(cast("IO[bytes]", Steady(archive))))
    if not is_tar_block(head):
        raise _refusal(name, None, "is neither a zip nor a tar")
    return archive


def is_tar_block(block: bytes) -> bool:
    """Whether a tar can begin with this block: a header with a right checksum, or the end marker of an empty one."""
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError):
        return block == bytes(tarfile.BLOCKSIZE)
    return True


class _Forward:
    """The stream of a tar: only forward, and with a bound on what tarfile may read between two members."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.tell = stream.tell
        self.allowance = _LARGEST_HEADERS
        self.last = b""

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= self.allowance:
            raise tarfile.ReadError("headers too long")
        self.allowance -= size
        self.last = read_up_to(self._stream, size)
        return self.last

    def seek(self, offset: int) -> int:
        if offset < self.tell():
            raise tarfile.ReadError("members out of order")
        return self._stream.seek(offset)


def _tar_members(archive: BinaryIO, ledger: _Ledger) -> Iterator[Member]:
    stream = _Forward(archive)
    opened = tarfile.TarFile(fileobj=cast("IO[bytes]", stream))
    while entry := opened.next():
        opened.members.clear()  # type: ignore[attr-defined]  # tarfile would keep every header
        ledger.count()
        stream.allowance = sys.maxsize
        if not entry.isdir():
            path = entry.name.removeprefix("./")  # `tar -c .` writes it before every name
            objection = ledger.enter(path, entry.size) or (None if entry.isreg() else _NO_FILE)
            linked = entry.issym() or entry.islnk() or entry.isdev()
            stream_of = io.BytesIO if linked else cast("Callable[[], IO[bytes]]", partial(opened.extractfile, entry))
            yield Member(path, 0 if linked else entry.size, ledger.archive, stream_of, objection)
        stream.allowance = _LARGEST_HEADERS
    _refuse_tail(stream, ledger.archive)


def _refuse_tail(stream: _Forward, name: str) -> None:
    """Tarfile stops in silence at a damaged header; only a block of zeros is the end (POSIX.1-2017 pax, ustar)."""
    if stream.last != bytes(tarfile.BLOCKSIZE):
        raise _refusal(name, None, "is damaged or truncated: a member's header cannot be read")
    stream.allowance = _LONGEST_TAIL + 1
    tail = stream.read(_LONGEST_TAIL + 1)  # to the end also because the checksum of gzip and xz lies there
    if len(tail) > _LONGEST_TAIL or any(tail):
        raise _refusal(name, None, "goes on after its end")
