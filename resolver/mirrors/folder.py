"""Blobs in a folder: a store, a share that is mounted, a disk that somebody brought along.

The folder may be anybody's, because its bytes are hashed like all others. What must not happen is that opening a name
in it does something: links are not followed, and a pipe is not waited for.
"""

import os
import stat
from pathlib import Path

from resolver.domain.errors import MismatchError, NetworkError, NotFoundUpstreamError
from resolver.domain.lock import Artifact, File
from resolver.domain.ports import Body, Portion
from resolver.mirrors.blobs import blob_path

# What a system does not have it need not be told.
_CAREFULLY = os.O_RDONLY
for _flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
    _CAREFULLY |= getattr(os, _flag, 0)


class BlobBody:
    """A regular file, opened; who reads stops, should it grow."""

    validator: str | None = None

    def __init__(self, handle: int, file: File, offset: int) -> None:
        self.total: int | None = file.size
        self.offset = offset
        self._name = file.path
        self._stream = os.fdopen(handle, "rb", buffering=0)
        self._stream.seek(offset)

    def readinto(self, buffer: memoryview) -> int:
        """What there is; 0 at the end."""
        try:
            return self._stream.readinto(buffer)
        except OSError as error:
            raise NotFoundUpstreamError(f"{self._name}: cannot be read: {error.strerror}") from error

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


class FolderMirror:
    """The blobs below a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def has(self, artifact: Artifact, file: File) -> bool:
        """Whether a regular file of that size lies there."""
        del artifact
        try:
            found = self._place(file).lstat()
        except OSError:
            self._admit()
            return False
        return stat.S_ISREG(found.st_mode) and found.st_size == file.size

    def open(self, artifact: Artifact, file: File, portion: Portion) -> Body:
        """The blob from the offset on."""
        del artifact
        try:
            handle = os.open(self._place(file), _CAREFULLY)
        except OSError as error:
            self._admit()
            raise NotFoundUpstreamError(f"{file.path}: cannot be read there: {error.strerror}") from error
        found = os.fstat(handle)
        if stat.S_ISREG(found.st_mode) and found.st_size == file.size:
            return BlobBody(handle, file, portion.offset)
        os.close(handle)
        if stat.S_ISREG(found.st_mode):
            raise MismatchError(f"{file.path}: {found.st_size} bytes, the lock names {file.size}")
        raise NotFoundUpstreamError(f"{file.path}: what lies there is no regular file")

    def _place(self, file: File) -> Path:
        return self._root / blob_path(file)

    def _admit(self) -> None:
        """A folder that is not there, or not mounted, is asked no more."""
        if not self._root.is_dir():
            raise NetworkError("there is no such folder")
