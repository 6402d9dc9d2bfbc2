"""Sources and parts in memory, and an event that is never waited for."""

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from resolver.concurrency import Limits
from resolver.domain.errors import NetworkError, TransientError
from resolver.domain.lock import Artifact, File
from resolver.domain.manifest import Request
from resolver.domain.ports import Body, Candidate, Desk, Portion
from resolver.domain.upstream import Standing
from resolver.files.extents import Extent, Extents
from resolver.stages.fetch.limits import Connections, Pace
from resolver.stages.fetch.pour import Flow


class Sleepless(threading.Event):
    """A stop event that is never waited for; `waits` are the seconds that somebody wanted to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout or 0.0)
        return self.is_set()


@dataclass
class FakeBody:
    """Pieces, then an error or the end."""

    pieces: list[bytes]
    offset: int = 0
    validator: str | None = None
    error: Exception | None = None
    total: int | None = None
    closed: bool = False
    asked: list[int] = field(default_factory=list)

    def readinto(self, buffer: memoryview) -> int:
        size = len(buffer)
        self.asked.append(size)
        if not self.pieces:
            if self.error is not None:
                raise self.error
            return 0
        piece = self.pieces[0][:size]
        self.pieces[0] = self.pieces[0][size:]
        if not self.pieces[0]:
            self.pieces.pop(0)
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self.closed = True


class FakePart:
    """A part in memory; like the real one it hashes what it is told to, and reads what it was not told."""

    def __init__(self, content: bytes = b"") -> None:
        self._bytes = bytearray(content)
        self._extents = Extents([(0, len(content))])
        self._lock = threading.Lock()
        self.hashed = bytearray()
        self.restarts = 0

    @property
    def content(self) -> bytes:
        """What is there before the first gap."""
        return bytes(self._bytes[: self._extents.prefix])

    @property
    def size(self) -> int:
        return self._extents.size

    @property
    def sha256(self) -> str:
        self.catch_up()
        return hashlib.sha256(self.hashed).hexdigest()

    def longer_than(self, total: int) -> bool:
        return self._extents.end > total

    def gaps(self, total: int) -> tuple[Extent, ...]:
        with self._lock:
            return self._extents.gaps(total)

    def write(self, offset: int, piece: memoryview) -> bool:
        with self._lock:
            in_order = offset == self._extents.prefix
            self._bytes.extend(bytes(max(0, offset + len(piece) - len(self._bytes))))
            self._bytes[offset : offset + len(piece)] = piece
            self._extents.add(offset, offset + len(piece))
            return in_order

    def hash_on(self, offset: int, piece: memoryview) -> None:
        self.hashed += self._bytes[len(self.hashed) : offset]
        self.hashed += piece[len(self.hashed) - offset :]

    def catch_up(self) -> None:
        self.hashed += self._bytes[len(self.hashed) : self._extents.prefix]

    def restart(self) -> None:
        self._bytes, self._extents, self.hashed = bytearray(), Extents(), bytearray()
        self.restarts += 1


class FakeBlobs:
    """A store in memory; parts that were not published stay."""

    def __init__(self, *contents: bytes) -> None:
        self.blobs = {hashlib.sha256(one).hexdigest(): one for one in contents}
        self.parts: dict[str, FakePart] = {}
        self.staged: list[str] = []

    def has(self, file: File) -> bool:
        return file.sha256 in self.blobs

    @contextmanager
    def stage(self, sha256: str) -> Iterator[FakePart]:
        self.staged.append(sha256)
        yield self.parts.setdefault(sha256, FakePart())

    def publish(self, part: FakePart, file: File) -> None:
        assert (part.size, part.sha256) == (file.size, file.sha256)
        self.blobs[file.sha256] = part.content
        del self.parts[file.sha256]


class FakeSource:
    """Serves contents by path from any offset; `before` may spoil or watch an opening."""

    def __init__(self, contents: dict[str, bytes]) -> None:
        self.contents = contents
        self.opened: list[tuple[str, int, str | None]] = []
        self.before: Callable[[str, int], Body | None] = lambda _path, _offset: None

    def open(self, artifact: Artifact, file: File, portion: Portion) -> Body:
        del artifact
        offset = portion.offset
        self.opened.append((file.path, offset, portion.validator))
        spoiled = self.before(file.path, offset)
        if spoiled is not None:
            return spoiled
        content = self.contents[file.path]
        if offset and offset >= len(content):
            raise NetworkError("HTTP 416")
        return FakeBody([content[offset:]], offset, '"tag"')

    def candidates(self, request: Request) -> Sequence[Candidate]:
        raise NotImplementedError

    def probe(self, source: str, candidate: Candidate, path: str | None) -> None:
        raise NotImplementedError

    def artifact(self, key: str, request: Request, candidate: Candidate, desk: Desk) -> Artifact:
        raise NotImplementedError

    def standing(self, artifact: Artifact, wanted: Callable[[str], bool]) -> Standing:
        raise NotImplementedError


@dataclass
class Counts:
    """What a flow told: bytes over the wire, and what was announced to whoever shows progress."""

    received: list[int] = field(default_factory=list)
    announced: list[int] = field(default_factory=list)

    def flow(self, limits: Limits) -> Flow:
        return Flow(
            limits, Pace(limits.rate, limits.stop), self.received.append, self.announced.append, Connections(limits)
        )


def broken(*pieces: bytes, offset: int = 0, validator: str | None = None) -> FakeBody:
    """A body whose connection breaks after these pieces."""
    return FakeBody(list(pieces), offset, validator, TransientError("the connection broke"))
