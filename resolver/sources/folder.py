"""`file:`, a folder (or one file) beside the manifest: a team's own fine-tune."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from resolver.domain.errors import DiskError, InputError, NotFoundUpstreamError, UnsafeContentError
from resolver.domain.lock import Artifact, File
from resolver.domain.manifest import Request
from resolver.domain.names import objections
from resolver.domain.ports import Body, Candidate, Desk, Portion
from resolver.domain.upstream import Altered, Standing
from resolver.files.digest import digest_of
from resolver.files.paths import walk_files


class FileBody:
    """A local file as the bytes of a source."""

    validator: str | None = None

    def __init__(self, path: Path, offset: int) -> None:
        self.total: int | None = path.stat().st_size
        self.offset = min(offset, self.total or 0)
        self._stream = path.open("rb", buffering=0)
        self._stream.seek(self.offset)

    def readinto(self, buffer: memoryview) -> int:
        """What there is; 0 at the end."""
        return self._stream.readinto(buffer)

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


class Folder:
    """Folders named relative to the project."""

    def __init__(self, project: Path) -> None:
        self._project = project

    def candidates(self, request: Request) -> Sequence[Candidate]:
        """What is there now."""
        self._root(request.source)
        return [Candidate()]

    def probe(self, source: str, candidate: Candidate, path: str | None) -> None:
        """A folder has no gates."""
        del source, candidate, path

    def artifact(self, key: str, request: Request, candidate: Candidate, desk: Desk) -> Artifact:
        """Every wanted file, hashed where it lies."""
        del candidate
        root = self._root(request.source)
        paths = list(walk_files(root)) if root.is_dir() else [root.name]
        unsafe = objections(paths)
        if unsafe:
            raise UnsafeContentError(f"{request.source}: names are not safe on every system", details=unsafe[:20])
        pinned = [self._pinned(request.source, path, desk) for path in sorted(paths) if desk.wanted(path)]
        return Artifact(
            key=key,
            commit=None,
            version=None,
            files=tuple(file for file, _ in pinned),
            flags=tuple(sorted({flag for _, flags in pinned for flag in flags})),
        )

    def open(self, artifact: Artifact, file: File, portion: Portion) -> Body:
        """The file as it is now."""
        try:
            return FileBody(self._place(artifact.source, file.path), portion.offset)
        except OSError as error:
            raise NotFoundUpstreamError(
                f"{artifact.source}: {file.path} cannot be read: {error.strerror}",
                hint="restore the folder, or lock what it holds now with `models lock --upgrade-model NAME`",
            ) from error

    def standing(self, artifact: Artifact, wanted: Callable[[str], bool]) -> Standing:
        """Every file that is wanted now or was locked, read where it lies."""
        try:
            root = self._root(artifact.source)
        except NotFoundUpstreamError:
            return Standing("content", gone="there is no such folder any more")
        now = set(walk_files(root)) if root.is_dir() else {root.name}
        locked = {file.path: file for file in artifact.files}
        paths = sorted(locked.keys() | {path for path in now if wanted(path)})
        seen = ((path, locked.get(path), path in now) for path in paths)
        found = (self._altered(artifact.source, path, file, there=there) for path, file, there in seen)
        return Standing("content", altered=tuple(one for one in found if one is not None))

    def _altered(self, source: str, path: str, locked: File | None, *, there: bool) -> Altered | None:
        """What differs of a file; None if nothing does."""
        place = self._place(source, path)
        if locked is None or not there or not place.is_file():
            return Altered(path, locked.sha256 if locked else "nothing", _word(place))
        try:
            size = place.stat().st_size
            found = digest_of(place) if size == locked.size else f"{size} bytes"
        except OSError as error:
            raise DiskError(f"{place}: {error.strerror}") from error
        return None if found == locked.sha256 else Altered(path, locked.sha256, found)

    def _pinned(self, source: str, path: str, desk: Desk) -> tuple[File, frozenset[str]]:
        place = self._place(source, path)
        if not place.is_file():
            raise UnsafeContentError(f"{source}: {path} is no regular file")
        try:
            with place.open("rb") as stream:
                flags = desk.inspect(path, stream)
            return File(path, place.stat().st_size, digest_of(place)), flags
        except OSError as error:
            raise DiskError(f"{place}: {error.strerror}") from error

    def _place(self, source: str, path: str) -> Path:
        root = self._root(source)
        return root / path if root.is_dir() else root

    def _root(self, source: str) -> Path:
        name = source.partition(":")[2]
        if Path(name).is_absolute():
            raise InputError(f"{source}: the folder is named relative to the project")
        root = self._project / name
        if not root.exists():
            raise NotFoundUpstreamError(f"{source}: there is no such folder", hint=f"looked for it at {root}")
        return root


def _word(place: Path) -> str:
    if place.is_file():
        return "a file"
    return "no regular file" if os.path.lexists(place) else "nothing"
