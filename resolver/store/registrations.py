"""Which projects the store serves: their folders, what their locks named last, and which manifest agreed with the lock.

A registration is the folder, a newline, a NUL (which no path holds) and a digest a line. The
first releases wrote the folder alone.
"""

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from resolver.domain.digests import is_sha256
from resolver.domain.errors import DiskError
from resolver.files.atomic import disk_error
from resolver.files.guarded import is_ours, read_regular
from resolver.store.rooms import AGREEMENTS, PROJECTS, Rooms


@dataclass(frozen=True, slots=True)
class Registration:
    """A project, and what its lock named when it was last synced; None if that was never said."""

    project: Path
    named: frozenset[str] | None


class Registrations:
    """Registrations and agreements of one store; `write` puts a whole file in its place."""

    def __init__(self, rooms: Rooms, write: Callable[[Path, bytes], None]) -> None:
        self._rooms = rooms
        self._write = write

    def all(self) -> tuple[Registration, ...]:
        """Every registration, by folder.

        Raises:
            DiskError: one of them cannot be read: then nobody knows what is needed.
        """
        folder = self._rooms.root / PROJECTS
        try:
            found = [path for path in folder.iterdir() if is_sha256(path.name)]
        except (FileNotFoundError, NotADirectoryError):
            return ()
        except OSError as error:
            raise disk_error(error, folder) from error
        return tuple(sorted((self._read(path) for path in found), key=lambda one: one.project))

    def is_current(self, project: Path, named: Iterable[str]) -> bool:
        """Whether exactly that is registered."""
        return self._content(self.path(project)) == _content_of(project, named)

    def write(self, project: Path, named: Iterable[str]) -> None:
        """Remember a project and what its lock names.

        Raises:
            DiskError: it cannot be written.
        """
        self._write(self.path(project), _content_of(project, named))

    def remove(self, project: Path) -> None:
        """Forget a project, and what was agreed in it.

        Raises:
            DiskError: it cannot be forgotten.
        """
        for path in (self.path(project), self._agreement(project)):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise disk_error(error, path) from error

    def path(self, project: Path) -> Path:
        """Where the registration of a project lies."""
        return self._rooms.root / PROJECTS / name_of(project)

    def agreed(self, project: Path) -> str | None:
        """What `agree` was told last of a project; it lies here because a commit could forge it in the project."""
        found = self._content(self._agreement(project))
        return None if found is None else found.decode("ascii", "replace")

    def agree(self, project: Path, agreement: str) -> None:
        """Remember which manifest and lock were found to agree.

        Raises:
            DiskError: it cannot be written.
        """
        content = agreement.encode()
        if self._content(self._agreement(project)) != content:
            self._write(self._agreement(project), content)

    def _agreement(self, project: Path) -> Path:
        return self._rooms.root / AGREEMENTS / name_of(project)

    def _content(self, path: Path) -> bytes | None:
        try:
            found = read_regular(path)
        except OSError as error:
            raise disk_error(error, path) from error
        return found[0] if found is not None and is_ours(found[1]) else None

    def _read(self, path: Path) -> Registration:
        content = self._content(path)
        if content is None:
            raise DiskError(
                f"{path} is no registration of ours", hint="remove it; the next sync of a project writes it"
            )
        folder, separator, digests = content.partition(b"\0")
        named = digests.decode("ascii", "replace").split()
        whole = bool(separator) and all(map(is_sha256, named))
        return Registration(Path(os.fsdecode(folder.removesuffix(b"\n"))), frozenset(named) if whole else None)


def name_of(project: Path) -> str:
    """What the files about a project are called."""
    return hashlib.sha256(os.fsencode(project)).hexdigest()


def _content_of(project: Path, named: Iterable[str]) -> bytes:
    return os.fsencode(project) + b"\n\0" + "".join(f"{one}\n" for one in sorted(set(named))).encode()
