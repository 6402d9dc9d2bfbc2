"""The store as everybody else sees it."""

import contextlib
import errno
import os
import stat
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from resolver.domain.digests import is_sha256
from resolver.domain.errors import DiskError
from resolver.domain.lock import Artifact, File
from resolver.domain.plan import Taking
from resolver.files.atomic import disk_error, sync_folder
from resolver.files.digest import digest_of_stream
from resolver.files.guarded import is_ours, is_settled, open_regular
from resolver.files.part import Part
from resolver.files.turns import turn
from resolver.store.patience import Patience
from resolver.store.registrations import Registrations
from resolver.store.rooms import BLOBS, Rooms
from resolver.store.staging import Staging
from resolver.store.stamps import Stamps


def _silent(text: str) -> None:
    del text


class Store:
    """Blobs by sha256 below one folder. `stop` ends waits for other processes, `note` is told of what is odd."""

    def __init__(self, root: Path, stop: threading.Event | None = None, note: Callable[[str], None] = _silent) -> None:
        self.root = root
        self.rooms = Rooms(root)
        self._blobs = root / BLOBS
        self.stamps = Stamps(self.rooms)
        self.staging = Staging(self.rooms.staging, lambda sha256: is_sha256(sha256) and self.blob(sha256).exists())
        self.registrations = Registrations(self.rooms, self._write)
        self._stop = stop or threading.Event()
        self._note = note
        self._preparing = threading.Lock()

    def blob(self, sha256: str) -> Path:
        """Where the blob of that digest lies, if it does.

        Raises:
            ValueError: that is no digest; nothing else ever becomes a name in the store.
        """
        if not is_sha256(sha256):
            raise ValueError(f"{sha256!r} is no sha256")
        return self._blobs.joinpath(sha256[:2], sha256)  # in one step: it is asked ten times for each file

    def has(self, file: File) -> bool:
        """Whether the blob is here and still what was published; one that is not is hashed, and dropped if wrong."""
        try:
            found = self.blob(file.sha256).lstat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise disk_error(error, self.root) from error
        ours = stat.S_ISREG(found.st_mode) and is_ours(found) and self._closed
        if ours and found.st_size == file.size and self.stamps.holds(file.sha256, found):
            return True
        return self.check(file)

    def sound(self, file: File) -> Path:
        """Where a blob lies that is what was published, to be given another name now.

        Raises:
            DiskError: it is gone or was changed since it was looked for.
        """
        if not self.has(file):
            blob = self.blob(file.sha256)
            raise DiskError(f"{blob} is gone or was changed meanwhile", hint="run the same command again")
        return self.blob(file.sha256)

    def check(self, file: File) -> bool:
        """Hash the blob, whatever its stamp says; a wrong one is dropped, a right one stamped again.

        A right blob of another size than the lock says stays: then the lock is wrong. One that another user owns could
        be changed by him at any time, so it is replaced by a copy.
        """
        blob = self.blob(file.sha256)
        try:
            found = blob.lstat()
            if not stat.S_ISREG(found.st_mode):
                blob.unlink()
                return False
            if self._digest_of(blob) != file.sha256:
                self._drop(blob, found)
                return False
            self._trust(blob, found)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise disk_error(error, blob) from error
        return found.st_size == file.size

    def open(self, sha256: str) -> BinaryIO:
        """A blob, to read.

        Raises:
            DiskError: it is not there, or no file.
        """
        blob = self.blob(sha256)
        try:
            return os.fdopen(open_regular(blob), "rb")
        except OSError as error:
            raise disk_error(error, blob) from error

    def staged(self, *files: File) -> int:
        """Bytes of the files that earlier, broken-off downloads left; of none more than it has."""
        names = [self.blob(file.sha256).name for file in files]
        there = self.staging.staged(frozenset(names))
        return sum(min(file.size, there.get(name, 0)) for file, name in zip(files, names, strict=True))

    @contextlib.contextmanager
    def stage(self, sha256: str) -> Iterator[Part]:
        """The part of a blob, for this process alone; another one that wants it waits if it can.

        Raises:
            DiskError: the store cannot be written.
            InterruptedByUserError: the stop event was set while another process had it.
        """
        blob = self.blob(sha256)
        try:
            self.prepare()
            with turn(self.staging.lock_of(sha256), Patience(self._stop, self._note, "a file")) as waited:
                if waited:
                    self.staging.sweep()
                try:
                    with self.staging.claimed(sha256) as part:
                        yield part
                finally:
                    if blob.exists():
                        self.staging.forget(sha256)
        except OSError as error:
            raise disk_error(error, blob) from error

    def publish(self, part: Part, file: File) -> None:
        """Give a complete part its final name. The caller has compared size and digest; here they are a condition."""
        if (part.size, part.sha256) != (file.size, file.sha256):
            raise ValueError("a part is published only when it is right")
        blob = self.blob(file.sha256)
        try:
            self.stamps.write(file.sha256, part.publish(self._place_of(file)))
        except OSError as error:
            if not (isinstance(error, FileNotFoundError) and self.check(file)):
                raise disk_error(error, blob) from error

    def adopt(self, file: File, origin: str, modes: Sequence[str], told: Callable[[int], None]) -> Taking:
        """Take the file at `origin`, which stays as it is, if it is the wanted one; no fetch of it goes on meanwhile.

        Raises:
            DiskError: the store cannot be written.
        """
        from resolver.files.adoption import Offer, take

        with self.stage(file.sha256) as part:
            if self.has(file):
                return Taking("stored")
            with self.staging.unnamed() as temporary:
                taken = take(Offer(file, Path(origin), modes), temporary, self._place_of(file), told)
            if taken.taking.how is not None:
                part.restart()
            if taken.stamp is not None:
                self.stamps.write(file.sha256, taken.stamp)
        return taken.taking

    def keep(self, chunks: Iterable[bytes]) -> tuple[str, int]:
        """Store bytes under their own digest; digest and size."""
        self.prepare()
        with self._kept(chunks) as (part, file):
            if not self.has(file):
                self.publish(part, file)
        return file.sha256, file.size

    def register(self, project: Path, named: Iterable[str], artifacts: Iterable[Artifact] = ()) -> None:
        """Remember a project and what its lock names, before anything is relied on; a read-only store stays as it is.

        What `artifacts` are called is noted for people. Who collects holds the same lock: what is registered now is
        either seen there, or collected before it is looked for here.
        """
        named = frozenset(named)
        with contextlib.suppress(DiskError):
            self.prepare()
            if self.registrations.is_current(project, named):
                return
            from resolver.store import catalogue  # 1 ms, where a lock is another one

            catalogue.note(self.rooms, artifacts)
            with self.collecting():
                self.registrations.write(project, named)

    @contextlib.contextmanager
    def collecting(self) -> Iterator[None]:
        """While nobody else collects or registers."""
        with turn(self.staging.lock_of("collection"), Patience(self._stop, self._note, "the store")):
            yield

    def agreed(self, project: Path) -> str | None:
        """What `agree` was told last of a project."""
        return self.registrations.agreed(project)

    def agree(self, project: Path, agreement: str) -> None:
        """Remember which manifest and lock were found to agree; a read-only store stays as it is."""
        with contextlib.suppress(DiskError):
            self.registrations.agree(project, agreement)

    def prepare(self) -> None:
        """Make the folders, close them, and tidy up once after processes that were killed.

        Raises:
            DiskError: the store cannot be written, or is another user's.
        """
        try:
            with self._preparing:
                if self.rooms.prepare():
                    self.__dict__.pop("_closed", None)
                    self.staging.sweep()
        except OSError as error:
            raise disk_error(error, self.root) from error

    def _place_of(self, file: File) -> Path:
        """Where a blob is to get its name; the folder is there."""
        blob = self.blob(file.sha256)
        if self.rooms.folder(blob.parent):
            sync_folder(blob.parent.parent)
        return blob

    @cached_property
    def _closed(self) -> bool:
        return self.rooms.are_closed()

    @contextlib.contextmanager
    def _kept(self, chunks: Iterable[bytes]) -> Iterator[tuple[Part, File]]:
        with self.staging.unnamed() as path:
            try:
                part = Part(path)
            except OSError as error:
                raise disk_error(error, path) from error
            try:
                for chunk in chunks:
                    part.write(part.size, chunk)
                    part.hash_on(part.size - len(chunk), chunk)
                yield part, File("", part.size, part.sha256)
            finally:
                part.close()

    def _trust(self, blob: Path, found: os.stat_result) -> None:
        """Remember a right blob, unless another program may have written to it within this tick of the clock."""
        if not is_ours(found):
            if self._closed:
                self._replace(blob)
        elif is_settled(found, time.time_ns()):
            self.stamps.write(blob.name, found)

    def _replace(self, blob: Path) -> None:
        """Put a copy of our own in the place of a blob that another user owns."""
        self.prepare()
        with self.open(blob.name) as stream, self._kept(iter(lambda: stream.read(1 << 20), b"")) as (part, file):
            if file.sha256 == blob.name:
                self.publish(part, file)

    def _digest_of(self, blob: Path) -> str:
        """The digest of a blob; of one that the disk cannot read none that fits."""
        try:
            with os.fdopen(open_regular(blob), "rb", buffering=0) as stream:
                return digest_of_stream(stream)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            self._note(f"{blob} cannot be read ({error.strerror}); it counts as damaged")
            return ""

    def _drop(self, blob: Path, found: os.stat_result) -> None:
        """Remove a wrong blob, unless it is another one by now."""
        if os.path.samestat(blob.lstat(), found):
            blob.unlink()

    def _write(self, path: Path, content: bytes) -> None:
        """Put a whole small file at a name in the store, durable."""
        try:
            self.prepare()
            with self.staging.unnamed() as temporary:
                handle = open_regular(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
                with os.fdopen(handle, "wb") as stream:
                    stream.write(content)
                    stream.flush()
                    os.fsync(handle)
                temporary.replace(path)
            sync_folder(path.parent)
        except OSError as error:
            raise disk_error(error, path) from error
