"""Wheels of a lock in another Python environment: what they are there, what lies there, and what is to be done.

Places are absolute paths as that system writes them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from resolver.domain.lock import Artifact, File
from resolver.domain.names import canonical_name

INSTALLER = "models-lock"
"""What the INSTALLER file says of what we installed ("Recording installed projects")."""
_BOOKKEEPING = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")


@dataclass(frozen=True, slots=True)
class PythonEnvironment:
    """What an interpreter says of itself: where its packages and scripts go, and what markers are compared with.

    `roots` are `purelib`, `platlib` and `scripts`; `path` is where it looks for modules. What is `managed` only its
    system installs into (PEP 668).
    """

    executable: str
    prefix: str
    implementation: str
    version: str
    roots: Mapping[str, str]
    markers: Mapping[str, str]
    path: tuple[str, ...]
    managed: bool = False

    @property
    def sites(self) -> tuple[str, ...]:
        """The folders of its packages, each once."""
        return tuple(dict.fromkeys((self.roots["purelib"], self.roots["platlib"])))


@dataclass(frozen=True, slots=True)
class LockedWheel:
    """A wheel of the lock, the models that want it, and those of its members that they want."""

    artifact: Artifact
    models: tuple[str, ...]
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of an installed wheel. Without `content` it is the locked file with that digest."""

    place: str
    size: int
    sha256: str
    content: bytes | None = None
    executable: bool = False


@dataclass(frozen=True, slots=True)
class Wheel:
    """A locked wheel as it would lie in an environment; `folder` is its `.dist-info`, whose RECORD names the pieces.

    It is `complete` if the members that say what else is written (WHEEL, entry points) are here to be read; if not,
    `pieces` are the locked ones alone.
    """

    name: str
    version: str
    artifact: str
    models: tuple[str, ...]
    folder: str
    pieces: tuple[Piece, ...]
    record: Piece | None = None

    @property
    def key(self) -> str:
        """The name as packages are compared."""
        return canonical_name(self.name)

    @property
    def complete(self) -> bool:
        """Whether everything about it is known."""
        return self.record is not None

    @property
    def all_pieces(self) -> tuple[Piece, ...]:
        """With RECORD, which comes first: whatever lies there at any moment is named by one."""
        return (*((self.record,) if self.record else ()), *self.pieces)

    @property
    def size(self) -> int:
        """Bytes of all pieces."""
        return sum(one.size for one in self.all_pieces)

    @property
    def title(self) -> str:
        """Name and version, for messages."""
        return f"{self.name} {self.version}"

    def is_bookkeeping(self, place: str) -> bool:
        """Whether it is what installers write of their own: it may differ, and the package is the same."""
        return place.startswith(self.folder) and place[len(self.folder) + 1 :] in _BOOKKEEPING

    def tolerates(self, place: str) -> bool:
        """Whether a RECORD may name a place that is none of the pieces: bookkeeping, or what Python compiled."""
        return self.is_bookkeeping(place) or (place.endswith(".pyc") and "__pycache__" in place)


@dataclass(frozen=True, slots=True)
class Distribution:
    """What is installed under a name; `record` is where its RECORD lies, None if it has none.

    `named` are all places that its RECORD names, `files` those where something lies that goes when it goes: with what
    Python compiled, and all that is in its `.dist-info`. `objections` say why one of them may not be removed.
    """

    name: str
    version: str
    folder: str
    record: str | None
    installer: str | None = None
    editable: bool = False
    named: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    objections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Owner:
    """A distribution whose RECORD names a place; `keys` are the names that it goes by."""

    title: str
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Installed:
    """What lies in an environment of what concerns some wheels.

    `distributions` are by key. `seen` has for each piece's place the digest of the file there, or in words what else is
    there; None for nothing. What is `blocked` could only be reached through a link or a file. `strangers` are by key
    the files in a package's folders that nobody names, `hollow` the `.dist-info` folders in which a kill left nothing.
    """

    distributions: Mapping[str, tuple[Distribution, ...]]
    owners: Mapping[str, tuple[Owner, ...]]
    seen: Mapping[str, str | None]
    blocked: Mapping[str, str]
    strangers: Mapping[str, tuple[str, ...]]
    hollow: Mapping[str, tuple[str, ...]]

    def is_right(self, piece: Piece) -> bool:
        """Whether the piece lies there already."""
        return self.seen.get(piece.place) == piece.sha256

    def others(self, place: str, key: str) -> tuple[str, ...]:
        """The distributions of other names than `key` that name a place."""
        return tuple(one.title for one in self.owners.get(place, ()) if key not in one.keys)


PRESENT, INSTALL, REPAIR, REPLACE = "present", "installed", "repaired", "replaced"


@dataclass(frozen=True, slots=True)
class Installation:
    """What is to be done for one wheel, in this order: remove, write RECORD, remove old ones, write the other pieces.

    `replaces` are the versions that go, `hollow` folders that hold nothing. With `refusals` nothing may be done.
    """

    wheel: Wheel
    state: str
    replaces: tuple[str, ...] = ()
    removes: tuple[str, ...] = ()
    old_records: tuple[str, ...] = ()
    hollow: tuple[str, ...] = ()
    writes: tuple[Piece, ...] = ()
    refusals: tuple[str, ...] = ()

    @property
    def bytes_to_write(self) -> int:
        """Bytes of all that is written."""
        return sum(one.size for one in self.writes)
