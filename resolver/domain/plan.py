"""What there is, and what is to be done about it: values that can be printed before anything happens."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from resolver.domain.lock import File
from resolver.domain.view import Placement, Reference


class State(enum.Enum):
    """What lies at a place of the view."""

    PRESENT = "present"
    MISSING = "missing"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Trace:
    """What the record keeps of a placed file: enough to know it again without reading it."""

    size: int
    mtime: int
    inode: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Observation:
    """What lies at one place; `found` is the digest read there, or another reason why it is damaged.

    `undeclared` are the flags that its bytes earn and its artifact does not state; nobody looks at them in a glance.
    """

    state: State
    trace: Trace | None = None
    found: str | None = None
    undeclared: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Survey:
    """The state of every place and reference of a view."""

    files: Mapping[str, Observation]
    references: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Download:
    """One file or archive to get from its source into the store."""

    artifact: str
    file: File
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Adoption:
    """One file that a cache of another program seems to hold; `origins` are the paths to look at, best first.

    Whether it is the file is decided by its bytes; where none of the origins has them it becomes a download.
    """

    artifact: str
    file: File
    models: tuple[str, ...]
    origins: tuple[str, ...]

    @property
    def download(self) -> Download:
        """The same file from its source."""
        return Download(self.artifact, self.file, self.models)


@dataclass(frozen=True, slots=True)
class Taking:
    """What came of adopting a file: `how` it was taken (stored, reflink, hardlink, copy), or why it was not.

    `mtime` is that of the bytes that were judged, in nanoseconds, where others can still write to them (hardlink) and a
    write would show in it.
    """

    how: str | None = None
    because: str | None = None
    mtime: int | None = None


@dataclass(frozen=True, slots=True)
class Extraction:
    """Members to take out of an archive into the store."""

    artifact: str
    archive: File
    members: tuple[File, ...]
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sync will do, in order: adopt, download, extract, place, write references.

    `present` are the places that are already right; `repairs` the paths among `placements` where a wrong file lies.
    """

    downloads: tuple[Download, ...]
    extractions: tuple[Extraction, ...]
    placements: tuple[Placement, ...]
    references: tuple[Reference, ...]
    present: tuple[Placement, ...]
    repairs: frozenset[str]
    adoptions: tuple[Adoption, ...] = ()

    @property
    def bytes_to_fetch(self) -> int:
        """Bytes of all downloads."""
        return sum(download.file.size for download in self.downloads)

    @property
    def bytes_to_adopt(self) -> int:
        """Bytes that other caches seem to hold."""
        return sum(adoption.file.size for adoption in self.adoptions)
