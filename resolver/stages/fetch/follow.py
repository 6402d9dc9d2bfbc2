"""Hashing beside receiving: a thread that follows the part from its beginning, and the buffers that go round."""

import contextlib
import queue
import threading
from types import TracebackType
from typing import Protocol, Self

BUFFER = 1 << 19
"""Bytes of one read and write: 256 KiB to 1 MiB are fastest on disk (figures.md)."""
AHEAD = 8
"""Buffers that may wait for the digest."""
WITHOUT_THREAD = 1 << 20
"""A file of this many bytes is hashed by whoever received it: a thread costs more."""
LONGEST_WAIT = 0.1
"""Seconds that a receiver waits for the digest: then what was to be hashed is read from disk later instead."""

_Piece = tuple[int, memoryview, int]
"""Where it lies in the file, the buffer, and how much of it counts; none is a nudge."""


class Hashed(Protocol):
    """What is followed."""

    def hash_on(self, offset: int, piece: memoryview) -> None:
        """Take the bytes at `offset`, and before them what lies on disk."""
        ...

    def catch_up(self) -> None:
        """Take everything up to the first gap from disk."""
        ...


class Follower:
    """Buffers for receivers; those that came in order are hashed before they go round again."""

    def __init__(self, part: Hashed, size: int, receivers: int) -> None:
        self._part = part
        self._free: queue.SimpleQueue[memoryview] = queue.SimpleQueue()
        self._work: queue.SimpleQueue[_Piece | threading.Event | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        alone = size <= WITHOUT_THREAD
        for _ in range(1 if alone else AHEAD + receivers):
            self._free.put(memoryview(bytearray(min(BUFFER, size + 1))))
        self._thread = None if alone else threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> Self:
        try:
            if self._thread is not None:
                self._thread.start()
        except RuntimeError:  # the system has no thread left: whoever received hashes
            self._thread = None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread is not None:
            self._work.put(None)
            self._thread.join()

    def buffer(self) -> memoryview:
        """A buffer to fill; where the digest is too far behind, one of those that wait for it."""
        while True:
            with contextlib.suppress(queue.Empty):
                return self._free.get(timeout=LONGEST_WAIT)
            self._give_up_waiting()

    def back(self, buffer: memoryview) -> None:
        """A buffer that is not to be hashed."""
        self._free.put(buffer)

    def hash(self, offset: int, buffer: memoryview, count: int) -> None:
        """The first `count` bytes of the buffer are the next ones of the file; it comes back when they are hashed."""
        if self._thread is None:
            with self._lock:
                self._part.hash_on(offset, buffer[:count])
            self._free.put(buffer)
        else:
            self._work.put((offset, buffer, count))

    def settle(self) -> None:
        """Wait until nothing is left to be hashed: then what was written may be forgotten."""
        if self._thread is not None:
            done = threading.Event()
            self._work.put(done)
            done.wait()

    def nudge(self) -> None:
        """A gap may be closed: there may be more on disk that is next."""
        if self._thread is not None:
            self._work.put((0, memoryview(b""), 0))

    def _give_up_waiting(self) -> None:
        """Only pieces and nudges wait there: as long as anybody receives, nobody settles or ends."""
        with contextlib.suppress(queue.Empty):
            while True:
                work = self._work.get_nowait()
                if isinstance(work, tuple) and work[2]:
                    self._free.put(work[1])

    def _follow(self) -> None:
        while (work := self._work.get()) is not None:
            if isinstance(work, threading.Event):
                work.set()
            else:
                self._hash(*work)

    def _hash(self, offset: int, buffer: memoryview, count: int) -> None:
        with contextlib.suppress(Exception):  # whoever asks for the digest reads the same bytes, and hears of it
            if count:
                self._part.hash_on(offset, buffer[:count])
            else:
                self._part.catch_up()
        if count:
            self._free.put(buffer)
