"""What other programs' caches hold, into the store: hashed once, linked, not fetched, several files at a time."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from typing import Protocol

from resolver.concurrency import in_threads
from resolver.domain.errors import ModelsError
from resolver.domain.lock import File
from resolver.domain.plan import Adoption, Taking
from resolver.domain.ports import Reporter


class Blobs(Protocol):
    """What adopting needs of the store."""

    def adopt(self, file: File, origin: str, modes: Sequence[str], told: Callable[[int], None]) -> Taking:
        """Take the file at `origin` if it is the wanted one; `told` hears of each piece that was read."""
        ...


@dataclass(frozen=True, slots=True)
class Ways:
    """How to adopt: by which links, how many files at a time, and what ends it."""

    modes: Sequence[str]
    readers: int = 2
    stop: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class Adopted:
    """What became of an adoption."""

    adoption: Adoption
    taking: Taking


def adopt(adoptions: Sequence[Adoption], blobs: Blobs, ways: Ways, reporter: Reporter) -> tuple[Adopted, ...]:
    """Try every adoption; the largest files are begun first, so that no core waits for one of them in the end.

    Raises:
        KeyboardInterrupt: what was begun is given up.
    """
    order = sorted(adoptions, key=lambda one: -one.file.size)

    def one(adoption: Adoption) -> Adopted:
        return Adopted(adoption, _taken(adoption, blobs, ways, reporter))

    try:
        futures = in_threads(order, one, ways.readers)
    except BaseException:
        ways.stop.set()
        raise
    return tuple(future.result() for future in futures)


def _taken(adoption: Adoption, blobs: Blobs, ways: Ways, reporter: Reporter) -> Taking:
    """The first origin that has the bytes; else why the last one was not taken."""
    taking = Taking(because="it is not there")
    for origin in adoption.origins:
        meter = _Meter(adoption.models[0], adoption.file.size, reporter, ways.stop)
        try:
            taking = blobs.adopt(adoption.file, origin, ways.modes, meter.add)
        except ModelsError as error:
            taking = Taking(because=error.message)
        if taking.how is not None:
            meter.fill()
            break
        meter.empty()
    return taking


class _Meter:
    """Counts for the reporter what was read of one file; an interrupt ends the reading."""

    def __init__(self, name: str, size: int, reporter: Reporter, stop: threading.Event) -> None:
        self._name, self._size, self._reporter, self._stop = name, size, reporter, stop
        self._read = 0

    def add(self, count: int) -> None:
        """Count bytes that were read.

        Raises:
            CancelledError: somebody interrupted.
        """
        if self._stop.is_set():
            raise CancelledError
        self._read += count
        self._reporter.advance(self._name, count)

    def fill(self) -> None:
        """The file is there, however much of it was read."""
        self._reporter.advance(self._name, self._size - self._read)

    def empty(self) -> None:
        """It was read for nothing."""
        self._reporter.advance(self._name, -self._read)
