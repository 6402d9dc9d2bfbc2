"""What lies in the store, and taking it away. What is needed is decided elsewhere (workflows/collect.py)."""

import contextlib
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from resolver.domain.digests import is_sha256
from resolver.files.atomic import disk_error
from resolver.store.catalogue import named
from resolver.store.owners import Owner, owner
from resolver.store.rooms import AGREEMENTS, BLOBS, NAMES, PROJECTS, STAMPS, Rooms
from resolver.store.staging import KEEP, LOCK, MAP, PART


@dataclass(frozen=True, slots=True)
class Stored:
    """A file of the store: its name, its bytes, whether it has another name too, and when it was written (seconds)."""

    path: Path
    size: int
    linked: bool
    changed: float


def blobs(rooms: Rooms) -> tuple[Stored, ...]:
    """Every blob, by digest.

    Raises:
        DiskError: a folder cannot be read.
    """
    return _by_digest(rooms.root / BLOBS)


def stray_stamps(rooms: Rooms, there: frozenset[str]) -> tuple[Stored, ...]:
    """Stamps of blobs that are not `there`."""
    return tuple(one for one in _by_digest(rooms.root / STAMPS) if one.path.name not in there)


def stray_agreements(rooms: Rooms) -> tuple[Stored, ...]:
    """Agreements of projects that are not registered."""
    registered = {one.path.name for one in _files(rooms.root / PROJECTS)}
    return tuple(one for one in _files(rooms.root / AGREEMENTS) if one.path.name not in registered)


def stray_names(rooms: Rooms, needed: Callable[[str], bool]) -> tuple[Stored, ...]:
    """Names of artifacts that are not `needed` whole any more, and what is no name."""
    telling = {path for path, one in named(rooms).items() if all(map(needed, one.digests))}
    return tuple(one for one in _files(rooms.root / NAMES) if one.path not in telling)


def parts(rooms: Rooms) -> tuple[Stored, ...]:
    """Everything that is in staging, with what belongs to it."""
    return tuple(one for one in _files(rooms.staging) if not one.path.name.endswith(LOCK))


def dead_parts(rooms: Rooms, before: float) -> tuple[Stored, ...]:
    """What was left in staging and not touched since `before` (seconds of the clock that stamps files)."""
    return tuple(one for one in _files(rooms.staging) if one.changed < before and _is_dead(one.path))


def remove(path: Path) -> None:
    """Take a file away.

    Raises:
        DiskError: it cannot be.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise disk_error(error, path) from error


def _is_dead(path: Path) -> bool:
    """Whether no living process of this machine works on it."""
    name = path.name.removesuffix(MAP.removeprefix(PART)).removesuffix(PART).removesuffix(KEEP)
    return owner(name.rpartition(".")[2]) is not Owner.LIVES


def _by_digest(folder: Path) -> tuple[Stored, ...]:
    prefixes = (one for one in _listed(folder) if one.is_dir(follow_symlinks=False))
    return tuple(one for prefix in prefixes for one in _files(Path(prefix.path)) if is_sha256(one.path.name))


def _files(folder: Path) -> Iterator[Stored]:
    for entry in _listed(folder):
        with contextlib.suppress(FileNotFoundError):
            found = entry.stat(follow_symlinks=False)
            if stat.S_ISREG(found.st_mode):
                yield Stored(Path(entry.path), found.st_size, found.st_nlink > 1, found.st_mtime)


def _listed(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise disk_error(error, folder) from error
