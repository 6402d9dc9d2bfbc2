"""The places that bytes can be had at, in order: each mirror, then where they come from.

A mirror that cannot be reached, or that fails in another way than for one file, is not asked again in this run: it may
cost its patience once, not once for each of 2,000 files.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from resolver.domain.errors import (
    AccessRefusedError,
    DiskError,
    InterruptedByUserError,
    MismatchError,
    ModelsError,
    NetworkError,
    NotFoundUpstreamError,
    failure_exit_code,
)
from resolver.domain.lock import Artifact, File
from resolver.domain.ports import Body, Mirror, Mirrors, Portion, Source, Sources

MIRROR_PATIENCE = 10.0
"""Seconds without progress that a mirror gets where there is another place to go to."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place of one file; `mirror` is its location, None for the source. After the last there is no other."""

    artifact: Artifact
    file: File
    server: Mirror | Source
    mirror: str | None
    last: bool

    @property
    def name(self) -> str:
        """What messages call it."""
        return f"mirror {self.mirror}" if self.mirror else self.artifact.source

    def open(self, portion: Portion) -> Body:
        """A portion of the file."""
        return self.server.open(self.artifact, self.file, portion)


@dataclass(slots=True)
class Reputation:
    """What was seen of a mirror in this run."""

    dead: str | None = None
    refused: str | None = None
    wrong: list[str] = field(default_factory=list)


class Places:
    """Mirrors in their order and the sources behind them; a kind that `sources` lacks is not asked at all."""

    def __init__(self, mirrors: Mirrors, sources: Sources) -> None:
        self._mirrors = mirrors
        self._sources = sources
        self._seen: Mapping[str, Reputation] = {name: Reputation() for name in mirrors}
        self._lock = threading.Lock()

    def source(self, artifact: Artifact) -> Source | None:
        """Where the artifact comes from; None if that is not to be asked."""
        return self._sources.get(artifact.kind)

    def mirrored(self, artifact: Artifact, file: File) -> bool:
        """Whether a mirror says that it has the file; the mirrors that fail are not asked again."""
        for name in self._alive():
            try:
                if self._mirrors[name].has(artifact, file):
                    return True
            except ModelsError as error:
                self.failed(name, error)
        return False

    def of(self, artifact: Artifact, file: File) -> tuple[Place, ...]:
        """Where to ask for a file, in order.

        Raises:
            NetworkError: no place is left.
        """
        found = [(self._mirrors[name], name) for name in self._alive()]
        source = self.source(artifact)
        servers: list[tuple[Mirror | Source, str | None]] = [*found, *([(source, None)] if source else [])]
        if not servers:
            raise NetworkError(f"{file.path}: no mirror is left to ask", details=self.warnings)
        last = len(servers) - 1
        return tuple(Place(artifact, file, one, name, number == last) for number, (one, name) in enumerate(servers))

    def failed(self, mirror: str, error: ModelsError) -> None:
        """Remember how a mirror failed.

        Raises:
            ModelsError: it is not the mirror that failed, but the disk or the user's patience.
        """
        if isinstance(error, DiskError | InterruptedByUserError):
            raise error
        seen = self._seen[mirror]
        with self._lock:
            if isinstance(error, AccessRefusedError):
                seen.refused = seen.refused or error.message
            elif not isinstance(error, NotFoundUpstreamError | MismatchError):
                seen.dead = seen.dead or error.message

    def was_wrong(self, mirror: str, file: File) -> None:
        """Remember that a mirror gave other bytes than those of the file's digest."""
        with self._lock:
            if file.path not in self._seen[mirror].wrong:
                self._seen[mirror].wrong.append(file.path)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What whoever keeps the mirrors should hear, a sentence for each thing."""
        with self._lock:
            return tuple(text for name, seen in self._seen.items() for text in _sentences(name, seen))

    def _alive(self) -> list[str]:
        return [name for name, seen in self._seen.items() if seen.dead is None]


def _sentences(name: str, seen: Reputation) -> list[str]:
    found = []
    if seen.wrong:
        more = f" and {len(seen.wrong) - 1} more" if len(seen.wrong) > 1 else ""
        found.append(f"mirror {name}: wrong bytes for {min(seen.wrong)}{more}; none of them was kept")
    if seen.dead is not None:
        found.append(f"mirror {name}: not asked again: {seen.dead}")
    if seen.refused is not None:
        found.append(f"mirror {name}: {seen.refused}")
    return found


def joined(failures: Sequence[tuple[Place, ModelsError]]) -> ModelsError:
    """The failures of all places of a file as one error: the worst, of equals the last, and what each place said."""
    errors = [error for _, error in failures]
    code = failure_exit_code(errors)
    worst = next(error for error in reversed(errors) if error.exit_code == code)
    if len(failures) > 1:
        said = [f"{place.name}: {error.message}" for place, error in failures]
        worst.details = (*worst.details, *said)
    return worst
