"""Size and mtime of a blob at publication: decision 0014."""

import contextlib
import os
from pathlib import Path

from resolver.domain.errors import DiskError
from resolver.files.guarded import is_ours, read_regular, write_new
from resolver.store.rooms import STAMPS, Rooms


class Stamps:
    """The stamps of one store; one that cannot be read or written costs a hash and nothing else."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._folder = rooms.root / STAMPS
        self._written: dict[str, bytes] = {}

    def path(self, sha256: str) -> Path:
        """Where the stamp of a blob lies."""
        return self._folder.joinpath(sha256[:2], sha256)

    def holds(self, sha256: str, found: os.stat_result) -> bool:
        """Whether the blob is what was stamped, by a stamp of our own; what this process stamped it need not read."""
        if self._written.get(sha256) == _stamp_of(found):
            return True
        try:
            stamp = read_regular(self.path(sha256))
        except OSError:
            return False
        return stamp is not None and is_ours(stamp[1]) and stamp[0] == _stamp_of(found)

    def write(self, sha256: str, found: os.stat_result) -> None:
        """Remember a blob as it is now."""
        path = self.path(sha256)
        stamp = self._written[sha256] = _stamp_of(found)
        with contextlib.suppress(OSError, DiskError):
            self._rooms.folder(path.parent)
            write_new(path, stamp)


def _stamp_of(found: os.stat_result) -> bytes:
    return b"%d %d\n" % (found.st_size, found.st_mtime_ns)
