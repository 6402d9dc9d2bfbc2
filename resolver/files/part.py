"""A file on its way in: written at any place, hashed from its beginning on, and resumable after a kill.

As long as bytes come in order there is nothing but the file, and its size says what is there. Before the first byte is
written behind a gap a journal is begun beside it (`….part.map`); from then on a byte counts only if a line of the
journal says so. Its first line is what came in order; without that nothing lies behind a gap yet. A line is written
after its bytes, so what a killed process had noted is there: the system keeps what was written. After a power failure
it may not be; then the digest of the whole is another one, and that decides.
"""

import contextlib
import functools
import hashlib
import os
import re
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from resolver.files.atomic import disk_error, sync_folder
from resolver.files.extents import Extent, Extents
from resolver.files.guarded import open_regular, read_regular

NOTED_AFTER = 1 << 17
"""Bytes that may be there unnoted once there is a journal: a kill costs that many, and what is in flight."""
WRITE_BACK_EVERY = 1 << 23
"""The disk begins to write after so many bytes, not only at the end (measured: half the time)."""
PIECE = 1 << 18
_LINE = re.compile(rb"([0-9a-f]{1,16})-([0-9a-f]{1,16})\n")
_WRITE = 2
"""SYNC_FILE_RANGE_WRITE: begin to write, wait for nothing (sync_file_range(2))."""


def journal_of(path: Path) -> Path:
    """Where the journal of a part lies."""
    return path.with_name(f"{path.name}.map")


def there(path: Path) -> Extents:
    """What is there of a part; nothing if there is none.

    Raises:
        OSError: it cannot be read.
    """
    try:
        size = path.lstat().st_size
    except FileNotFoundError:
        return Extents()
    journal = read_regular(journal_of(path)) if size else None
    if journal is None or not _LINE.match(journal[0]):
        return Extents([(0, size)])
    found = ((int(line[1], 16), int(line[2], 16)) for line in _LINE.finditer(journal[0]))
    return Extents((start, min(end, size)) for start, end in found)


class Part:
    """One part, open for one process. Several threads may write, one of them hashes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle = open_regular(path, os.O_RDWR | os.O_CREAT)
        self._extents = there(path)
        self._unnoted = Extents()
        self._journal: int | None = None
        self._lock = threading.Lock()
        self._hasher = hashlib.sha256()
        self._hashed = 0
        if self._extents.prefix == os.fstat(self._handle).st_size:  # the size says as much, also later
            journal_of(path).unlink(missing_ok=True)
        elif journal_of(path).exists():
            self._journal = self._opened_journal(0)

    @property
    def size(self) -> int:
        """Bytes that are there, wherever."""
        with self._lock:
            return self._extents.size

    def longer_than(self, total: int) -> bool:
        """Whether there is something behind `total` bytes."""
        with self._lock:
            return self._extents.end > total

    def gaps(self, total: int) -> tuple[Extent, ...]:
        """What is missing of `total` bytes."""
        with self._lock:
            return self._extents.gaps(total)

    @property
    def sha256(self) -> str:
        """The digest of the bytes before the first gap."""
        self.catch_up()
        return self._hasher.hexdigest()

    def write(self, offset: int, piece: bytes | memoryview) -> bool:
        """Put bytes where they belong; whether they were the next ones of the file, so that they can be hashed at once.

        Raises:
            DiskError: the disk is full or failing; what was written stays.
        """
        end = offset + len(piece)
        try:
            with self._lock:
                in_order = offset == self._extents.prefix
                if self._journal is None and offset != self._extents.end:
                    self._begin_journal()
            _write_at(self._handle, piece, offset, self._lock)
            with self._lock:
                self._extents.add(offset, end)
                self._note(offset, end)
        except OSError as error:
            raise disk_error(error, self.path) from error
        if end // WRITE_BACK_EVERY > offset // WRITE_BACK_EVERY:
            _begin_write_back(self._handle, (end // WRITE_BACK_EVERY - 1) * WRITE_BACK_EVERY, WRITE_BACK_EVERY)
        return in_order

    def hash_on(self, offset: int, piece: bytes | memoryview) -> None:
        """Hash bytes that were just written at `offset` without reading them again; what is before them is read."""
        self._read_up_to(offset)
        if offset <= self._hashed < offset + len(piece):
            self._take(memoryview(piece)[self._hashed - offset :])

    def catch_up(self) -> None:
        """Hash everything up to the first gap.

        Raises:
            DiskError: it cannot be read.
        """
        with self._lock:
            prefix = self._extents.prefix
        self._read_up_to(prefix)

    def _read_up_to(self, end: int) -> None:
        if self._hashed >= end:
            return
        buffer = memoryview(bytearray(min(PIECE, end - self._hashed)))
        try:
            while count := _read_at(self._handle, buffer[: end - self._hashed], self._hashed, self._lock):
                self._take(buffer[:count])
        except OSError as error:
            raise disk_error(error, self.path) from error

    def restart(self) -> None:
        """Forget everything."""
        with self._lock:
            os.ftruncate(self._handle, 0)
            self._drop_journal()
            self._extents, self._unnoted = Extents(), Extents()
            self._hasher, self._hashed = hashlib.sha256(), 0

    def publish(self, place: Path) -> os.stat_result:
        """Make the bytes durable and give them their final name; the folder must be there.

        The journal goes first: all bytes are there, and one that outlives its part would speak of another.

        Raises:
            OSError: they cannot be; or somebody took the part for left and has it now (FileNotFoundError).
        """
        os.fsync(self._handle)
        self._close_file()
        self._drop_journal()
        self.path.chmod(0o444)
        found = self.path.lstat()
        self.path.replace(place)
        sync_folder(place.parent)
        return found

    def close(self) -> None:
        """Stop; what is there can be resumed."""
        with self._lock:
            if self._journal is not None:
                with contextlib.suppress(OSError):  # a full disk: what is unnoted comes once more
                    self._flush(self._journal)
                os.close(self._journal)
                self._journal = None
        self._close_file()

    def _take(self, piece: memoryview) -> None:
        self._hasher.update(piece)
        self._hashed += len(piece)

    def _note(self, start: int, end: int) -> None:
        if self._journal is not None:
            self._unnoted.add(start, end)
            if self._unnoted.size >= NOTED_AFTER:
                self._flush(self._journal)

    def _flush(self, journal: int) -> None:
        lines = "".join(f"{start:x}-{end:x}\n" for start, end in self._unnoted.all).encode()
        _write_all(memoryview(lines), functools.partial(os.write, journal))
        self._unnoted = Extents()

    def _begin_journal(self) -> None:
        """What came in order is noted first: a journal without it would deny it."""
        journal = self._opened_journal(os.O_CREAT | os.O_EXCL)
        try:
            _write_all(memoryview(b"0-%x\n" % self._extents.end), functools.partial(os.write, journal))
        except OSError:
            os.close(journal)
            journal_of(self.path).unlink()
            raise
        self._journal = journal

    def _opened_journal(self, flags: int) -> int:
        return open_regular(journal_of(self.path), os.O_WRONLY | os.O_APPEND | flags)

    def _drop_journal(self) -> None:
        if self._journal is not None:
            os.close(self._journal)
            self._journal = None
            journal_of(self.path).unlink(missing_ok=True)

    def _close_file(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def _write_all(view: memoryview, write: Callable[[memoryview], int]) -> None:
    while view:
        view = view[write(view) :]


def _write_at(handle: int, piece: bytes | memoryview, offset: int, lock: threading.Lock) -> None:
    view = memoryview(piece)
    while view:
        if hasattr(os, "pwrite"):
            count = os.pwrite(handle, view, offset)
        else:
            with lock:
                os.lseek(handle, offset, os.SEEK_SET)
                count = os.write(handle, view)
        view, offset = view[count:], offset + count


def _read_at(handle: int, buffer: memoryview, offset: int, lock: threading.Lock) -> int:
    if hasattr(os, "preadv"):
        return os.preadv(handle, [buffer], offset)
    with lock:
        os.lseek(handle, offset, os.SEEK_SET)
        piece = os.read(handle, len(buffer))
    buffer[: len(piece)] = piece
    return len(piece)


@functools.cache
def _sync_file_range() -> Callable[[int, int, int, int], object] | None:
    """Linux's call, which Python does not offer."""
    if sys.platform != "linux":
        return None
    import ctypes

    call = getattr(ctypes.CDLL(None), "sync_file_range", None)
    if call is not None:
        call.argtypes = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)
    return call


def _begin_write_back(handle: int, start: int, count: int) -> None:
    """Advice: what comes of it does not matter."""
    call = _sync_file_range()
    if call is not None:
        call(handle, start, count, _WRITE)
