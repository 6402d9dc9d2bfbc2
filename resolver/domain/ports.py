"""The seams: what a stage may expect of the world outside. Each is implemented by one file per kind."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

from resolver.domain.environment import Environment
from resolver.domain.globs import FileFilter
from resolver.domain.lock import Artifact, File
from resolver.domain.manifest import Request
from resolver.domain.view import Layout

if TYPE_CHECKING:
    from resolver.domain.upstream import Standing


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing that a request could be pinned to.

    `version` is the release or tag as its source writes it, None for a revision; `commit` None where a source has
    no revisions.
    """

    version: str | None = None
    commit: str | None = None
    yanked: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A repository that refuses access, and the address where access is asked for (None: a token is wrong)."""

    source: str
    reason: str
    accept_url: str | None = None


@dataclass(frozen=True, slots=True)
class Portion:
    """Which bytes of a file are wanted: from `offset` up to `end` (None: all that follow), if `validator` still holds.

    What a source cannot serve as a portion it serves whole, from 0 on.
    """

    offset: int = 0
    end: int | None = None
    validator: str | None = None


WHOLE = Portion()


class Body(Protocol):
    """Bytes of a file on their way in; they begin at 0 if the source could not begin where it was asked to.

    They may go on behind the end of the portion: who reads stops.
    """

    @property
    def offset(self) -> int:
        """Where the bytes begin in the file."""
        ...

    @property
    def validator(self) -> str | None:
        """What to ask with, so that a resumed download cannot splice two versions."""
        ...

    @property
    def total(self) -> int | None:
        """The size of the whole file in bytes, if the source tells."""
        ...

    def readinto(self, buffer: memoryview) -> int:
        """Fill the buffer from its start with what there is, as soon as there is any; how many bytes; 0 at the end."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...


class Shelf(Protocol):
    """Where a source leaves bytes that it had to read whole, so that nobody fetches them again."""

    def keep(self, chunks: Iterable[bytes]) -> tuple[str, int]:
        """Store the bytes under their own sha256; the digest and the size."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """Kept bytes, to read."""
        ...


Inspector = Callable[[str, BinaryIO], frozenset[str]]
"""(path, its bytes, seekable) -> the policy flags of that file."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a source works with while it pins: which paths are wanted, a shelf, and an inspector."""

    wanted: Callable[[str], bool]
    shelf: Shelf
    inspect: Inspector


@dataclass(frozen=True, slots=True)
class Need:
    """Something that a library opens besides an artifact: what to ask for, why, and which of its files (None: all).

    `because` names the file and the key that say so (`config.yaml: pipeline.params.segmentation`), or the library and
    its version. Where the source has nothing of what is not `essential`, the lock goes without it and says so.
    """

    request: Request
    because: str
    files: FileFilter | None = None
    essential: bool = True


Finder = Callable[[Artifact, File], tuple[str, ...]]
"""(artifact, one of its files) -> where on this machine another program may have put it, best first; told by names and
sizes alone, so its bytes have to be judged."""


def nowhere(_artifact: Artifact, _file: File) -> tuple[str, ...]:
    """The finder that finds nothing."""
    return ()


Reader = Callable[[str], object]
"""(path of a file of the artifact) -> JSON as plain values; YAML likewise, with every scalar as text; any other file as
text. None where the artifact has no such file, or where it is too large or not what its name says."""


class Source(Protocol):
    """Where weights come from. Foreign exceptions stop here; what leaves are `resolver.domain.errors`."""

    def candidates(self, request: Request) -> Sequence[Candidate]:
        """What the request could be pinned to; for a revision exactly one."""
        ...

    def probe(self, source: str, candidate: Candidate, path: str | None) -> Refusal | None:
        """Whether content may be read, asked with one request and no bytes; `path` names a file where it is known."""
        ...

    def artifact(self, key: str, request: Request, candidate: Candidate, desk: Desk) -> Artifact:
        """Everything pinned: wanted files with sizes and digests, licence, flags."""
        ...

    def open(self, artifact: Artifact, file: File, portion: Portion) -> Body:
        """A portion of a file (or of the archive) if its `validator` still holds, else the whole."""
        ...

    def standing(self, artifact: Artifact, wanted: Callable[[str], bool]) -> "Standing":
        """What the source says now of a pinned artifact, asked with two requests or so and no weights.

        That it is gone is an answer; an error says that there is none. `wanted` tells which paths would be locked.
        """
        ...


class Mirror(Protocol):
    """Where else the same bytes can be had. What it says is never believed: the sha256 of what comes decides.

    Foreign exceptions stop here. That it lacks one file is `NotFoundUpstreamError`, that it refuses one
    `AccessRefusedError`, that it has one of another size `MismatchError`; a `NetworkError` is about the mirror as a
    whole.
    """

    def has(self, artifact: Artifact, file: File) -> bool:
        """Whether it says that it has the bytes; asked with one request at most, and without patience."""
        ...

    def open(self, artifact: Artifact, file: File, portion: Portion) -> Body:
        """A portion of the file (or of the archive) if its `validator` still holds, else the whole."""
        ...


class Runtime(Protocol):
    """Where a library looks for its weights."""

    def layout(self, artifact: Artifact, files: Sequence[File], owner: str) -> Layout:
        """How the files of the artifact lie in the view; `owner` names a folder where the layout needs one."""
        ...

    def needs(self, artifact: Artifact, read: Reader) -> Sequence[Need]:
        """What the library opens besides: what the artifact's files name, and what it asks for on its own.

        An artifact without files is one that refuses access: then, what is known to be needed without reading it.

        Raises:
            InputError: what is needed cannot be told, or cannot be.
        """
        ...

    def environment(self) -> Environment:
        """The variables that lead the library to the view, and keep it from the network and from telling anybody."""
        ...

    def check(self, artifact: Artifact, read: Reader) -> None:
        """Whether the files make a whole that the library can open.

        Raises:
            InputError: something is left out; the hint says how to take it in.
        """
        ...


class Reporter(Protocol):
    """Who is told what happens; silence is a reporter too. Called from several threads."""

    def begin(self, name: str, total: int, work: str = "fetch") -> None:
        """A model (or another unit of work) begins; `total` bytes are to come, `work` says what is done with them."""
        ...

    def advance(self, name: str, count: int) -> None:
        """`count` more bytes; negative when bytes have to come once more."""
        ...

    def end(self, name: str, outcome: str) -> None:
        """The unit of work is over, with one word or sentence about it."""
        ...

    def note(self, text: str) -> None:
        """Something worth knowing that is no failure."""
        ...


class Silence:
    """The reporter that says nothing."""

    def begin(self, name: str, total: int, work: str = "fetch") -> None:
        """Say nothing."""

    def advance(self, name: str, count: int) -> None:
        """Say nothing."""

    def end(self, name: str, outcome: str) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""


Sources = Mapping[str, Source]
Mirrors = Mapping[str, Mirror]
"""By location, in the order in which they are asked."""
Runtimes = Mapping[str, Runtime]
