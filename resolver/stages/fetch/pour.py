"""One file from a source into its part: resumed where it broke off, never longer than the lock says."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import tenacity

from resolver.concurrency import Limits
from resolver.domain.errors import InterruptedByUserError, MismatchError, TransientError
from resolver.domain.lock import File
from resolver.domain.ports import Body, Portion
from resolver.files.extents import Extent
from resolver.stages.fetch.board import Board, Claim
from resolver.stages.fetch.follow import Follower, Hashed
from resolver.stages.fetch.limits import Connections, Pace, Patience


class PartFile(Hashed, Protocol):
    """Where the bytes of a file gather; it knows which are there, and the digest of those before the first gap."""

    @property
    def size(self) -> int:
        """Bytes that are there, wherever."""
        ...

    @property
    def sha256(self) -> str:
        """The digest of the bytes before the first gap."""
        ...

    def longer_than(self, total: int) -> bool:
        """Whether there is something behind `total` bytes."""
        ...

    def gaps(self, total: int) -> tuple[Extent, ...]:
        """What is missing of `total` bytes."""
        ...

    def write(self, offset: int, piece: memoryview) -> bool:
        """Put bytes where they belong; whether they were the next ones of the file."""
        ...

    def restart(self) -> None:
        """Forget everything."""
        ...


Opening = Callable[[Portion], Body]


@dataclass(frozen=True, slots=True)
class Flow:
    """How bytes flow: the limits, what all files share, who counts what came, and who shows what is there.

    `received` hears of bytes that came over the wire. `announce` hears of bytes that are there: negative when they
    have to come once more.
    """

    limits: Limits
    pace: Pace
    received: Callable[[int], None]
    announce: Callable[[int], None]
    connections: Connections


@dataclass(frozen=True, slots=True)
class Work:
    """One file on its way: what is wanted, where it goes, and what it takes. `clock` gives seconds."""

    file: File
    part: PartFile
    opening: Opening
    flow: Flow
    board: Board
    follower: Follower
    clock: Callable[[], float] = time.monotonic


def patiently(work: Work, attempt: Callable[[], None], rest: Callable[[float], None]) -> None:
    """Try until the file is whole, or for as long as bytes come; `rest` waits so many seconds."""
    patience = Patience(lambda: work.part.size, work.flow.limits)
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(TransientError),
        wait=patience.wait,
        stop=patience.exhausted,
        sleep=rest,
        reraise=True,
    )
    retrying(attempt)


def refuse_other_size(body: Body, file: File) -> None:
    """A body of another file is not read."""
    if body.total not in (None, file.size):
        raise MismatchError(f"{file.path}: {body.total} bytes, the lock names {file.size}")


def pour(body: Body, claim: Claim, work: Work, goes_on: Callable[[Claim], bool]) -> None:
    """Bring the bytes of a claim for as long as it `goes_on`; it may have been lengthened then.

    Behind the last byte of the file the end of the body is awaited: it must not be longer.

    Raises:
        TransientError: the body ended before the claim did.
        MismatchError: it is longer than the file.
        InterruptedByUserError: the stop event was set; what came is kept.
    """
    file, stop = work.file, work.flow.limits.stop
    while goes_on(claim):
        if stop.is_set():
            raise InterruptedByUserError("interrupted")
        buffer = work.follower.buffer()
        count = 0
        try:
            wanted = claim.end - claim.at + (claim.end == file.size)
            count = body.readinto(buffer[: min(wanted, work.flow.pace.most)])
            if claim.at + count > file.size:
                raise MismatchError(f"{file.path}: longer than the {file.size} bytes that the lock names")
        finally:
            if not count or claim.at + count > file.size:
                work.follower.back(buffer)
        if not count:
            _end(claim, file)
            return
        _arrived(work, claim, buffer, count)


def _arrived(work: Work, claim: Claim, buffer: memoryview, count: int) -> None:
    offset, in_order = claim.at, False
    try:
        in_order = work.part.write(offset, buffer[:count])
    finally:
        if not in_order:
            work.follower.back(buffer)
    if in_order:
        work.follower.hash(offset, buffer, count)
    claim.at += count
    work.flow.received(count)
    work.flow.announce(count)
    work.flow.pace.take(count)


def _end(claim: Claim, file: File) -> None:
    if claim.at < claim.end:
        raise TransientError(f"{file.path}: the connection ended after {claim.at} of {file.size} bytes")
