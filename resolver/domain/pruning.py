"""What leaves a view and what stays in it: values that can be shown before anything is removed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

AT_ONCE, COLLECTED, NOT = "at once", "after gc", "not"
"""When the disk has bytes back: as soon as the names go, when the store lets go of them too, or not by this."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What lies at a place, looked at without following a link; `names` are the names that its bytes have."""

    size: int
    mtime: int
    device: int
    inode: int
    names: int = 1
    is_file: bool = True


@dataclass(frozen=True, slots=True)
class Inventory:
    """What lies in a view, by path: `files` are those that are reached without any link, and the links themselves.

    `behind` are places that were asked for and lie behind a link, or where nobody may look; `closed` is what cannot be
    read, with the reason.
    """

    files: Mapping[str, Seen]
    behind: frozenset[str] = frozenset()
    closed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Leaving:
    """A file that goes: where it lies, the folder of what it belongs to, why it goes, whose it was if that is known.

    `seen` is what it was when it was judged; `freed` says when the disk has its bytes back.
    """

    path: str
    home: str
    seen: Seen
    because: str
    models: tuple[str, ...] = ()
    freed: str = AT_ONCE


@dataclass(frozen=True, slots=True)
class Staying:
    """Files that are not wanted and stay all the same: one of ours that was changed, or all of a folder."""

    path: str
    files: int
    size: int
    because: str


@dataclass(frozen=True, slots=True)
class Pruning:
    """What goes: files, and references by path with their text. `gone` the record names and the disk has no more.

    `failed` says of paths why they could not be removed.
    """

    files: tuple[Leaving, ...]
    references: Mapping[str, str]
    gone: tuple[str, ...]
    staying: tuple[Staying, ...]
    failed: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing goes."""
        return not (self.files or self.references)

    @property
    def size(self) -> int:
        """Bytes that go, each once."""
        return size_of(self.files)

    def of(self, shown: "Pruning") -> "Pruning":
        """What of this was shown before, and is what it was then."""
        seen = {one.path: one.seen for one in shown.files}
        return replace(
            self,
            files=tuple(one for one in self.files if seen.get(one.path) == one.seen),
            references={path: text for path, text in self.references.items() if shown.references.get(path) == text},
        )

    def freed(self, when: str) -> int:
        """Bytes that the disk has back at that time."""
        return size_of(one for one in self.files if one.freed == when)


def size_of(files: Iterable[Leaving]) -> int:
    """Their bytes; those with several names count once."""
    return sum({(one.seen.device, one.seen.inode): one.seen.size for one in files}.values())
