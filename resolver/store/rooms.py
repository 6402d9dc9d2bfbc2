"""The store's folders: real ones, its user's alone, and nothing is believed that others could have put there."""

import contextlib
import os
import stat
from pathlib import Path

from resolver.domain.errors import DiskError
from resolver.files.guarded import is_ours

HINT = "set MODELS_STORE to a folder of your own"
BLOBS, STAMPS = "blobs/sha256", "stamps/sha256"
STAGING, PROJECTS, AGREEMENTS, NAMES = "staging", "projects", "agreements", "names"
_ROOMS = ("blobs", BLOBS, "stamps", STAMPS, STAGING, PROJECTS, AGREEMENTS, NAMES)
_EXPECTED = frozenset({*_ROOMS, "lost+found"})
"""What may lie in a folder that becomes a store: a disk of its own has a folder for what it lost."""
_BELIEVED = ("stamps", AGREEMENTS)
"""What is trusted for no other reason than that it lies in the store."""


class Rooms:
    """The folders below one root. What others could write to is closed, and nothing of it believed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._prepared = False
        self._made: set[Path] = set()

    @property
    def staging(self) -> Path:
        """Where bytes lie that have no name yet."""
        return self.root / STAGING

    def prepare(self) -> bool:
        """Make what is missing and close what is open; whether this was the first time.

        Raises:
            DiskError: something of it is another user's, or a link, or the folder is no store and holds other files.
            OSError: it cannot be made.
        """
        if self._prepared:
            return False
        with contextlib.suppress(FileExistsError):
            self.root.mkdir(parents=True, mode=0o700)
        self._refuse_strangers()
        if self._close(self.root, self.root.stat()) | self._make():
            import shutil  # 2 ms, where a store was open to others

            for room in _BELIEVED:
                shutil.rmtree(self.root / room, ignore_errors=True)
            self._make()
        self._prepared = True
        return True

    def folder(self, folder: Path) -> bool:
        """Make a folder below a room; whether it is new.

        Raises:
            DiskError: it is a link, or another user's.
            OSError: it cannot be made.
        """
        if folder in self._made:
            return False
        is_new = not folder.exists()
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        self._close(folder, folder.lstat())
        self._made.add(folder)
        return is_new

    def are_closed(self) -> bool:
        """Whether nobody else can have put a stamp or a blob here."""
        try:
            found = [self.root.stat(), *((self.root / room).lstat() for room in ("blobs", BLOBS, "stamps", STAMPS))]
        except OSError:
            return False
        return all(stat.S_ISDIR(one.st_mode) and is_ours(one) and not _writable(one) for one in found)

    def _refuse_strangers(self) -> None:
        """What is not ours is not closed to others, and nothing in it is removed: `/`, `/tmp`, a home, a project."""
        stranger = None
        with contextlib.suppress(PermissionError, NotADirectoryError):  # `_close` says what is wrong with such a root
            if not (self.root / BLOBS).exists():
                stranger = next((one.name for one in self.root.iterdir() if one.name not in _EXPECTED), None)
        if stranger is not None:
            raise DiskError(f"{self.root} is no store, and holds other files ({stranger})", hint=HINT)

    def _make(self) -> bool:
        """Every room; whether others could write to one of them."""
        was_open = False
        for room in _ROOMS:
            folder = self.root / room
            with contextlib.suppress(FileExistsError):
                folder.mkdir(mode=0o700)
            was_open |= self._close(folder, folder.lstat())
        return was_open

    def _close(self, folder: Path, found: os.stat_result) -> bool:
        """Take everybody else's rights; whether others could write to it until now."""
        if not stat.S_ISDIR(found.st_mode):
            raise DiskError(f"{folder} is no folder, or a link to one", hint=HINT)
        if not is_ours(found):
            raise DiskError(f"{folder} belongs to another user", hint=HINT)
        if stat.S_IMODE(found.st_mode) == 0o700:
            return False
        try:
            folder.chmod(0o700)
        except PermissionError:
            return False  # a file system without modes: `are_closed` says no, and stamps are not believed
        return _writable(found)


def _writable(found: os.stat_result) -> bool:
    return os.name == "posix" and bool(found.st_mode & 0o022)
