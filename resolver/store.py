"""The store: blobs by sha256, shared by the projects of one user.

    blobs/sha256/<2>/<64>    the bytes, read-only
    stamps/sha256/<2>/<64>   size and mtime at publication: a blob that differs is hashed again before it is used
    staging/<64>.part        bytes on their way in; the name is never a bare digest
    staging/<64>.part.map    which of them are there, once some came out of order (files/part.py)
    projects/<64>            the folders whose locks keep blobs alive

Nothing gets a name below `blobs` before its sha256 is right: staging on the same file system, check, fsync, rename.
"""

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from resolver.domain.digests import is_sha256
from resolver.domain.errors import DiskError
from resolver.domain.lock import File
from resolver.files.atomic import disk_error, read_if_there, write_atomically
from resolver.files.digest import digest_of
from resolver.files.part import Part, journal_of, there


class Store:
    """Blobs by sha256 below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def blob(self, sha256: str) -> Path:
        """Where the blob of that digest lies, if it does.

        Raises:
            ValueError: that is no digest; nothing else ever becomes a name in the store.
        """
        if not is_sha256(sha256):
            raise ValueError(f"{sha256!r} is no sha256")
        return self.root / "blobs" / "sha256" / sha256[:2] / sha256

    def has(self, file: File) -> bool:
        """Whether the blob is here and still what was published; one that is not is hashed, and dropped if wrong."""
        try:
            found = self.blob(file.sha256).lstat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise disk_error(error, self.root) from error
        ours = stat.S_ISREG(found.st_mode) and found.st_uid == _user(found)
        if ours and found.st_size == file.size and self._stamp(file.sha256) == _stamp_of(found):
            return True
        return self.check(file)

    def check(self, file: File) -> bool:
        """Hash the blob, whatever its stamp says; a wrong one is dropped, a right one stamped again.

        A right blob of another size than the lock says stays: then the lock is wrong.
        """
        blob = self.blob(file.sha256)
        try:
            found = blob.lstat()
            if stat.S_ISREG(found.st_mode) and digest_of(blob) == file.sha256:
                self._write_stamp(file.sha256, found)
                return found.st_size == file.size
            blob.unlink()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise disk_error(error, blob) from error
        return False

    def open(self, sha256: str) -> BinaryIO:
        """A blob, to read."""
        return self.blob(sha256).open("rb")

    def staged(self, file: File) -> int:
        """Bytes of the file that an earlier, broken-off download left."""
        try:
            return there(self._part(file.sha256)).size
        except OSError:
            return 0

    @contextlib.contextmanager
    def stage(self, sha256: str) -> Iterator[Part]:
        """The part of a blob, for this process alone; another one that wants it waits.

        Raises:
            DiskError: the store cannot be written.
        """
        from filelock import FileLock

        path = self._part(sha256)
        try:
            self._prepare()
            with FileLock(f"{path}.lock", mode=0o600):
                part = Part(path)
                try:
                    yield part
                finally:
                    part.close()
                    self._tidy(path)
        except OSError as error:
            raise disk_error(error, path) from error

    def _tidy(self, path: Path) -> None:
        """Leave nothing in staging but bytes that can be resumed."""
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_size:
                return
            path.unlink()
        journal_of(path).unlink(missing_ok=True)
        Path(f"{path}.lock").unlink(missing_ok=True)

    def publish(self, part: Part, file: File) -> None:
        """Give a complete part its final name. The caller has compared size and digest; here they are a condition."""
        if (part.size, part.sha256) != (file.size, file.sha256):
            raise ValueError("a part is published only when it is right")
        self._write_stamp(file.sha256, part.publish(self.blob(file.sha256)))

    def keep(self, chunks: Iterable[bytes]) -> tuple[str, int]:
        """Store bytes under their own digest; digest and size."""
        self._prepare()
        path = self.root / "staging" / f"{os.getpid()}-{os.urandom(8).hex()}.keep"
        try:
            part = Part(path)
            try:
                for chunk in chunks:
                    part.write(part.size, chunk)
                    part.hash_on(part.size - len(chunk), chunk)
                file = File("", part.size, part.sha256)
                if not self.has(file):
                    self.publish(part, file)
            finally:
                part.close()
        finally:
            path.unlink(missing_ok=True)
        return file.sha256, file.size

    def register(self, project: Path) -> None:
        """Remember a project, so that what its lock names is kept alive; a read-only store stays as it is."""
        with contextlib.suppress(DiskError):
            self._prepare()
            write_atomically(self.root / "projects" / _name_of(project), os.fsencode(project) + b"\n")

    def agreed(self, project: Path) -> str | None:
        """What `agree` was told last of a project; it lies here because a commit could forge it in the project."""
        found = read_if_there(self.root / "agreements" / _name_of(project))
        return None if found is None else found.decode("ascii", "replace")

    def agree(self, project: Path, agreement: str) -> None:
        """Remember which manifest and lock were found to agree; a read-only store stays as it is."""
        with contextlib.suppress(DiskError):
            self._prepare()
            write_atomically(self.root / "agreements" / _name_of(project), agreement.encode())

    def _prepare(self) -> None:
        try:
            (self.root / "staging").mkdir(parents=True, exist_ok=True, mode=0o700)
            self._sweep()
            found = self.root.stat()
            if hasattr(os, "getuid") and found.st_uid != os.getuid():
                raise DiskError(f"{self.root} belongs to another user", hint="set MODELS_STORE to a folder of your own")
            if stat.S_IMODE(found.st_mode) & 0o077:
                self.root.chmod(0o700)
        except OSError as error:
            raise disk_error(error, self.root) from error

    def _sweep(self) -> None:
        """Remove what processes that are gone left of bytes whose digest was not known yet."""
        if os.name != "posix":
            return  # there, asking a process whether it lives would end it
        for left in (self.root / "staging").glob("*.keep"):
            owner = left.name.partition("-")[0]
            if owner.isdecimal() and not _lives(int(owner)):
                left.unlink(missing_ok=True)
        for left in (self.root / "staging").glob("*.part.lock"):
            if not left.with_suffix("").exists():
                _remove_if_free(left)

    def _part(self, sha256: str) -> Path:
        return self.root / "staging" / f"{self.blob(sha256).name}.part"

    def _stamp_path(self, sha256: str) -> Path:
        return self.root / "stamps" / "sha256" / sha256[:2] / sha256

    def _stamp(self, sha256: str) -> str | None:
        try:
            return self._stamp_path(sha256).read_text("ascii")
        except (OSError, UnicodeDecodeError):
            return None

    def _write_stamp(self, sha256: str, found: os.stat_result) -> None:
        path = self._stamp_path(sha256)
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_stamp_of(found))


def _name_of(project: Path) -> str:
    return hashlib.sha256(os.fsencode(project)).hexdigest()


def _user(found: os.stat_result) -> int:
    """Who we are; where users have no numbers, the owner."""
    return os.getuid() if hasattr(os, "getuid") else found.st_uid


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _remove_if_free(path: Path) -> None:
    """Remove the lock of a part that is gone, unless somebody is about to begin it."""
    from filelock import FileLock, Timeout

    with contextlib.suppress(OSError, Timeout), FileLock(path, timeout=0):
        path.unlink(missing_ok=True)


def _stamp_of(found: os.stat_result) -> str:
    return f"{found.st_size} {found.st_mtime_ns}\n"
