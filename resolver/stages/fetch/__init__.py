"""Downloads into the store: several at a time, each streamed, hashed on the way, and published only when right."""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from resolver.concurrency import in_threads
from resolver.domain.errors import MismatchError, ModelsError
from resolver.domain.lock import Artifact, File
from resolver.domain.plan import Download
from resolver.domain.ports import Reporter, Sources
from resolver.stages.fetch.crew import fill
from resolver.stages.fetch.limits import SMALL, Connections, Limits, Pace
from resolver.stages.fetch.pour import Flow, Opening, PartFile

__all__ = ["Fetched", "Limits", "fetch"]

P = TypeVar("P", bound=PartFile)


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
    downloads: Sequence[Download],
    artifacts: Mapping[str, Artifact],
    sources: Sources,
    blobs: Blobs[P],
    limits: Limits,
    reporter: Reporter,
) -> tuple[Fetched, ...]:
    """Try every download; one that fails does not stop the others.

    Raises:
        KeyboardInterrupt: after the workers have put their parts down.
    """
    pace = Pace(limits.rate, limits.stop)
    connections = Connections(replace(limits, workers=max(1, min(limits.workers, len(downloads)))))

    def one(download: Download) -> Fetched:
        artifact = artifacts[download.artifact]
        received = _Counter()
        try:
            source = sources[artifact.kind]
            _download(
                download.file,
                lambda portion: source.open(artifact, download.file, portion),
                blobs,
                Flow(limits, pace, received.add, lambda size: reporter.advance(download.models[0], size), connections),
            )
        except ModelsError as error:
            if download.file.path not in error.message:
                error.message = f"{download.file.path}: {error.message}"
            return Fetched(download, received.total, error)
        return Fetched(download, received.total)

    try:
        return _each(downloads, one, limits)
    except BaseException:
        limits.stop.set()
        raise


def _each(downloads: Sequence[Download], one: Callable[[Download], Fetched], limits: Limits) -> tuple[Fetched, ...]:
    """The small files first, many at a time, then the large ones; the answers stand in the order of the downloads."""
    places = range(len(downloads))
    small = [place for place in places if downloads[place].file.size <= SMALL]
    large = [place for place in places if downloads[place].file.size > SMALL]
    found: dict[int, Fetched] = {}
    for some, at_a_time in ((small, limits.small_at_a_time), (large, limits.workers)):
        futures = in_threads([downloads[place] for place in some], one, at_a_time)
        found |= {place: future.result() for place, future in zip(some, futures, strict=True)}
    return tuple(found[place] for place in places)


class _Counter:
    def __init__(self) -> None:
        self.total = 0
        self._lock = threading.Lock()

    def add(self, count: int) -> None:
        """Add bytes that came over the wire."""
        with self._lock:
            self.total += count


def _download(file: File, opening: Opening, blobs: Blobs[P], flow: Flow) -> None:
    """Wrong bytes are fetched once more from the start, over one connection; then they are an error (formats.md)."""
    if blobs.has(file):
        return
    with blobs.stage(file.sha256) as part:
        if blobs.has(file):
            return
        if part.longer_than(file.size):
            part.restart()
        flow.announce(part.size)
        if not _filled(part, file, opening, flow):
            flow.announce(-part.size)
            part.restart()
            if not _filled(part, file, opening, replace(flow, limits=replace(flow.limits, connections=1))):
                part.restart()
                raise MismatchError(
                    f"{file.path}: not the bytes of sha256 {file.sha256}, twice",
                    hint="the source has other bytes than were locked, and none of them was kept; "
                    "`models lock --upgrade-model NAME` locks what it has now",
                )
        blobs.publish(part, file)


def _filled(part: PartFile, file: File, opening: Opening, flow: Flow) -> bool:
    if part.size < file.size or file.size == 0:
        try:
            fill(part, file, opening, flow)
        except MismatchError:
            return False
    return part.sha256 == file.sha256
