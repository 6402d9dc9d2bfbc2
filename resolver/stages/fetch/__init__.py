"""Downloads into the store: several at a time, each streamed, hashed on the way, and published only when right."""

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from resolver.concurrency import Limits, in_threads
from resolver.domain.errors import DiskError, InterruptedByUserError, MismatchError, ModelsError
from resolver.domain.lock import Artifact, File
from resolver.domain.plan import Download
from resolver.domain.ports import Reporter
from resolver.stages.fetch.crew import fill
from resolver.stages.fetch.limits import SMALL, Connections, Pace
from resolver.stages.fetch.places import MIRROR_PATIENCE, Place, Places, joined
from resolver.stages.fetch.pour import Flow, PartFile

__all__ = ["Fetched", "Places", "fetch"]

P = TypeVar("P", bound=PartFile)
Wanted = tuple[Download, Artifact]
"""A download, and the artifact that its file is of."""

_WRONG_SOURCE = (
    "the source has other bytes than were locked, and none of them was kept; "
    "`models lock --upgrade-model NAME` locks what it has now"
)
_WRONG_MIRROR = "the mirror has other bytes than were locked, and none of them was kept; it has to be filled anew"


class Blobs(Protocol, Generic[P]):
    """What a fetch needs of the store."""

    def has(self, file: File) -> bool:
        """Whether the blob is there and right."""
        ...

    def stage(self, sha256: str) -> AbstractContextManager[P]:
        """The part of a blob, for one writer at a time."""
        ...

    def publish(self, part: P, file: File) -> None:
        """Give a right part its final name."""
        ...


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of a download: bytes that came over the wire, or the error."""

    download: Download
    bytes: int = 0
    error: ModelsError | None = None


def fetch(
    wanted: Sequence[Wanted], places: Places, blobs: Blobs[P], limits: Limits, reporter: Reporter
) -> tuple[Fetched, ...]:
    """Try every download; one that fails does not stop the others.

    Raises:
        KeyboardInterrupt: after the workers have put their parts down.
    """
    limits = replace(limits, workers=max(1, min(limits.workers, len(wanted))))
    pace = Pace(limits.rate, limits.stop)
    connections = Connections(limits)

    def one(download: Download, artifact: Artifact) -> Fetched:
        received = _Counter()
        try:
            _download(
                artifact,
                download.file,
                places,
                blobs,
                Flow(limits, pace, received.add, lambda size: reporter.advance(download.models[0], size), connections),
            )
        except ModelsError as error:
            if download.file.path not in error.message:
                error.message = f"{download.file.path}: {error.message}"
            return Fetched(download, received.total, error)
        return Fetched(download, received.total)

    try:
        return _each(wanted, lambda both: one(*both), limits)
    except BaseException:
        limits.stop.set()
        raise


def _each(wanted: Sequence[Wanted], one: Callable[[Wanted], Fetched], limits: Limits) -> tuple[Fetched, ...]:
    """The small files first, many at a time, then the large ones; the answers stand in the order of the downloads."""
    sizes = [download.file.size for download, _ in wanted]
    small = [place for place, size in enumerate(sizes) if size <= SMALL]
    large = [place for place, size in enumerate(sizes) if size > SMALL]
    found: dict[int, Fetched] = {}
    for some, at_a_time in ((small, limits.small_at_a_time), (large, limits.workers)):
        futures = in_threads([wanted[place] for place in some], one, at_a_time)
        found |= {place: future.result() for place, future in zip(some, futures, strict=True)}
    return tuple(found[place] for place in range(len(wanted)))


class _Counter:
    def __init__(self) -> None:
        self.total = 0
        self._lock = threading.Lock()

    def add(self, count: int) -> None:
        """Add bytes that came over the wire."""
        with self._lock:
            self.total += count


def _download(artifact: Artifact, file: File, places: Places, blobs: Blobs[P], flow: Flow) -> None:
    if blobs.has(file):
        return
    with blobs.stage(file.sha256) as part:
        if blobs.has(file):
            return
        if part.longer_than(file.size):
            part.restart()
        flow.announce(part.size)
        _from_somewhere(part, places.of(artifact, file), places, flow)
        blobs.publish(part, file)


def _from_somewhere(part: PartFile, there: Sequence[Place], places: Places, flow: Flow) -> None:
    """One place after the other; what one brought before it failed is kept, because the digest is of the whole.

    Raises:
        ModelsError: all failed; the worst, with what each said.
    """
    failures: list[tuple[Place, ModelsError]] = []
    for place in there:
        try:
            _from(place, part, places, flow)
        except (DiskError, InterruptedByUserError):
            raise
        except ModelsError as error:
            failures.append((place, error))
            if place.mirror is not None:
                places.failed(place.mirror, error)
        else:
            return
    raise joined(failures)


def _from(place: Place, part: PartFile, places: Places, flow: Flow) -> None:
    """Wrong bytes are fetched once more from the same place, over one connection; then they are an error (formats.md).

    A mirror that refused to begin has spoilt nothing: then what other places brought stays.
    """
    file, limits = place.file, flow.limits
    if not place.last:
        limits = replace(limits, patience=min(limits.patience, MIRROR_PATIENCE))
    for connections in (limits.connections, 1):
        before = part.size
        if _filled(part, place, replace(flow, limits=replace(limits, connections=connections))):
            return
        if place.mirror is not None and (not before or part.size == before < file.size):
            places.was_wrong(place.mirror, file)
        if place.mirror is None or part.size != before or part.size >= file.size:
            flow.announce(-part.size)
            part.restart()
    hint = _WRONG_SOURCE if place.mirror is None else _WRONG_MIRROR
    raise MismatchError(f"{file.path}: not the bytes of sha256 {file.sha256}, twice", hint=hint)


def _filled(part: PartFile, place: Place, flow: Flow) -> bool:
    file = place.file
    if part.size < file.size or file.size == 0:
        try:
            fill(part, file, place.open, flow)
        except MismatchError:
            return False
    return part.sha256 == file.sha256
