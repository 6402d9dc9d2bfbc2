"""Archives of commits. Their bytes differ from one request to the next; only what they hold is the commit's."""

import io
import re
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from resolver.domain.errors import DiskError, MismatchError, ModelsError, UnsafeContentError
from resolver.domain.ports import Body
from resolver.files.archives import Member, entries

LARGEST_CONTENT = 1 << 34
"""Bytes of all files of a commit: four times the largest archive; text may shrink more, weights hardly."""
MOST_INFLATION = 100
SMALL_CONTENT = 1 << 26
"""Bytes above which a commit may not be more than a hundred times its archive: text shrinks to a fifth or a tenth."""
TRIES = 2
"""An archive that arrives damaged is fetched once more."""
_TOP = re.compile(r".+-([0-9a-f]{7,40})")


class Archive:
    """The zip of one commit, read by several threads at once (zipfile locks its file).

    `members` are by their path in the repository; `damaged` once one of them could not be read.
    """

    def __init__(self, stream: BinaryIO, name: str, commit: str) -> None:
        self._name = f"github:{name} at {commit[:12]}"
        self.damaged = False
        self.members = {
            _in_repository(member.path, commit, self._name): member
            for member in entries(stream, self._name, total=LARGEST_CONTENT)
        }
        self._refuse_bomb(stream)
        weakref.finalize(self, stream.close)

    def _refuse_bomb(self, stream: BinaryIO) -> None:
        size, content = stream.seek(0, io.SEEK_END), sum(member.size for member in self.members.values())
        if content > SMALL_CONTENT and content > size * MOST_INFLATION:
            raise UnsafeContentError(f"{self._name}: an archive of {size} bytes claims to hold {content}")

    def chunks(self, member: Member) -> Iterator[bytes]:
        """The bytes of a member.

        Raises:
            MismatchError: they are not what the archive itself says of them.
        """
        try:
            yield from member.chunks(member.size)
        except UnsafeContentError as error:
            self.damaged = True
            raise MismatchError(error.message, hint="try again; a proxy may alter what passes it") from error
        except OSError as error:
            raise _disk_error(error) from error

    def open(self, path: str, offset: int) -> Body:
        """The bytes of a file from an offset on.

        Raises:
            MismatchError: the commit has no such file.
        """
        member = self.members.get(path)
        if member is None:
            raise MismatchError(f"{self._name}: there is no {path}", hint="was the lock edited by hand?")
        return MemberBody(self, member, offset)


class MemberBody:
    """A member of an archive as the bytes of a source."""

    validator: str | None = None

    def __init__(self, archive: Archive, member: Member, offset: int) -> None:
        self.total: int | None = member.size
        self.offset = min(offset, member.size)
        self._chunks = _skipping(archive.chunks(member), self.offset)
        self._left = memoryview(b"")

    def readinto(self, buffer: memoryview) -> int:
        """What there is; 0 at the end."""
        if not self._left:
            self._left = memoryview(next(self._chunks, b""))
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count

    def close(self) -> None:
        """Read no more; the archive stays for the next file."""
        self._chunks = iter(())
        self._left = memoryview(b"")


def _skipping(chunks: Iterator[bytes], offset: int) -> Iterator[bytes]:
    for chunk in chunks:
        if offset < len(chunk):
            yield chunk[offset:]
        offset = max(0, offset - len(chunk))


@dataclass(slots=True)
class _Slot:
    """What became of one commit's archive."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    tries: int = 0
    archive: Archive | None = None
    error: ModelsError | None = None


class Archives:
    """The archives of one run: each is fetched by whoever asks first, and everybody reads it or hears why not.

    They lie in temporary files without a name (on Windows: with one that goes when they are closed), so nothing is
    left of them whatever ends the run.
    """

    def __init__(self, fetch: Callable[[str, str, BinaryIO], None]) -> None:
        self._fetch = fetch
        self._slots: dict[tuple[str, str], _Slot] = {}
        self._lock = threading.Lock()

    def of(self, name: str, commit: str) -> Archive:
        """The archive of a commit.

        Raises:
            UnsafeContentError: what came, twice, is no archive of that commit.
            ModelsError: as fetching it does.
        """
        with self._lock:
            slot = self._slots.setdefault((name, commit), _Slot())
        with slot.lock:
            while _worth_fetching(slot):
                self._fill(slot, name, commit)
            if slot.error is not None:
                # a new one each time: those who catch it may add to it
                raise type(slot.error)(slot.error.message, hint=slot.error.hint, details=slot.error.details)
            return cast("Archive", slot.archive)

    def _fill(self, slot: _Slot, name: str, commit: str) -> None:
        slot.tries += 1
        try:
            slot.archive, slot.error = self._fetched(name, commit), None
        except ModelsError as error:
            slot.error = error

    def _fetched(self, name: str, commit: str) -> Archive:
        try:
            stream = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115  # closed with the archive
            try:
                self._fetch(name, commit, stream)
                return Archive(stream, name, commit)
            except BaseException:
                stream.close()
                raise
        except OSError as error:
            raise _disk_error(error) from error


def _worth_fetching(slot: _Slot) -> bool:
    if slot.tries == TRIES:
        return False
    if slot.error is not None:
        return isinstance(slot.error, UnsafeContentError)
    return slot.archive is None or slot.archive.damaged


def _in_repository(path: str, commit: str, archive: str) -> str:
    """The path without the top folder, which is named after owner, repository and the commit's first digits."""
    top, _, rest = path.partition("/")
    found = _TOP.fullmatch(top)
    if not rest or found is None or not commit.startswith(found[1]):
        raise UnsafeContentError(f"{archive}: it holds {path!r}, which is not of that commit")
    return rest


def _disk_error(error: OSError) -> DiskError:
    return DiskError(
        f"the folder for temporary files: {error.strerror or error}",
        hint="free some space there, or name another folder with TMPDIR",
    )
