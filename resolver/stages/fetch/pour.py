"""One file from a source into its part: resumed where it broke off, never longer than the lock says."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import tenacity

from resolver.domain.errors import InterruptedByUserError, MismatchError, TransientError
from resolver.domain.lock import File
from resolver.domain.ports import Body
from resolver.stages.fetch.limits import Limits, Pace, Patience

PIECE = 1 << 18
"""Bytes of one read and write: writes of 256 KiB to 1 MiB are fastest on disk (figures.md)."""


class PartFile(Protocol):
    """Where the bytes of a file grow; it knows the digest of what it has."""

    size: int

    @property
    def sha256(self) -> str:
        """The digest of what is there."""
        ...

    def write(self, piece: bytes) -> None:
        """Append."""
        ...

    def restart(self) -> None:
        """Forget everything."""
        ...


Opening = Callable[[int, str | None], Body]


@dataclass(frozen=True, slots=True)
class Flow:
    """How bytes flow: the limits, the shared rate, who counts what came over the wire, and who shows what is there.

    `announce` hears of bytes that are there: negative when they have to come once more.
    """

    limits: Limits
    pace: Pace
    received: Callable[[int], None]
    announce: Callable[[int], None]


def fill(part: PartFile, file: File, opening: Opening, flow: Flow) -> None:
    """Bring a part to the size of its file.

    Raises:
        NetworkError: the source failed for good.
        MismatchError: the source has more bytes than the lock says.
        InterruptedByUserError: the stop event was set; what came is kept.
    """
    validator: str | None = None

    def attempt() -> None:
        nonlocal validator
        if part.size == file.size > 0:
            return
        body = opening(part.size, validator)
        try:
            if body.offset != part.size:
                flow.announce(-part.size)
                part.restart()
            validator = body.validator
            if body.total not in (None, file.size):
                raise MismatchError(f"{file.path}: {body.total} bytes, the lock names {file.size}")
            _pour(body, part, file, flow)
        finally:
            body.close()

    patience = Patience(lambda: part.size, flow.limits)
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(TransientError),
        wait=patience.wait,
        stop=patience.exhausted,
        sleep=tenacity.sleep_using_event(flow.limits.stop),
        reraise=True,
    )
    retrying(attempt)


def _pour(body: Body, part: PartFile, file: File, flow: Flow) -> None:
    while not flow.limits.stop.is_set():
        piece = body.read(min(PIECE, file.size + 1 - part.size))
        if not piece:
            if part.size < file.size:
                raise TransientError(f"{file.path}: the connection ended after {part.size} of {file.size} bytes")
            return
        if part.size + len(piece) > file.size:
            raise MismatchError(f"{file.path}: longer than the {file.size} bytes that the lock names")
        part.write(piece)
        flow.received(len(piece))
        flow.announce(len(piece))
        flow.pace.take(len(piece))
    raise InterruptedByUserError("interrupted")
