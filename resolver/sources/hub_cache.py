"""The cache of the Hub's own client on this machine, looked at and never written.

    models--org--name/blobs/<sha256 or git blob id>       the bytes
    models--org--name/snapshots/<commit>/<path>           a link to them; where links are impossible, the bytes

The name of a blob is the file's ETag: its sha256 where git-lfs or Xet keeps it, else its git blob id
(https://huggingface.co/docs/huggingface_hub/guides/manage-cache).
"""

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from resolver.domain.digests import is_sha256
from resolver.domain.lock import Artifact, File
from resolver.files.paths import inside

MOST_ORIGINS = 4
"""Files that are hashed in vain at most, before one is fetched after all."""


class HubCache:
    """One cache folder; nothing below `view` is taken from it, for that is what we placed ourselves."""

    def __init__(self, root: Path, view: Path) -> None:
        self._root = root
        self._view = Path(os.path.realpath(view))
        self._snapshots: dict[Path, list[Path]] = {}

    def find(self, artifact: Artifact, file: File) -> tuple[str, ...]:
        """Where the file may lie: at the pin, under its digest, else at its path in another snapshot."""
        if artifact.commit is None:
            return ()
        folder = self._root / f"models--{artifact.name.replace('/', '--')}"
        exact = [inside(folder / "snapshots" / artifact.commit, file.path), folder / "blobs" / file.sha256]
        if not os.path.exists(folder):  # noqa: PTH110  # Path.exists fails where a folder may not be looked into
            return ()
        return self._sound(exact, file) or self._sound(self._other_snapshots(folder, file), file)

    def _other_snapshots(self, folder: Path, file: File) -> Iterable[Path]:
        if folder not in self._snapshots:
            try:
                self._snapshots[folder] = sorted((folder / "snapshots").iterdir())
            except OSError:
                self._snapshots[folder] = []
        return (inside(snapshot, file.path) for snapshot in self._snapshots[folder])

    def _sound(self, places: Iterable[Path], file: File) -> tuple[str, ...]:
        """Those that lead to a regular file of the right size, each file once."""
        found: dict[tuple[int, int], str] = {}
        for place in places:
            try:
                real = Path(os.path.realpath(place, strict=True))
                seen = real.lstat()
            except OSError:
                continue
            if stat.S_ISREG(seen.st_mode) and seen.st_size == file.size and self._may_be(real, file):
                found.setdefault((seen.st_dev, seen.st_ino), str(real))
        return tuple(found.values())[:MOST_ORIGINS]

    def _may_be(self, real: Path, file: File) -> bool:
        """A blob whose name is another sha256 is another file."""
        other = real.parent.name == "blobs" and is_sha256(real.name) and real.name != file.sha256
        return not other and not real.is_relative_to(self._view)
