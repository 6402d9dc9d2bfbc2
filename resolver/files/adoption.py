"""Taking a file that another program keeps, without fetching it and without ever changing it.

It is linked (or cloned, or copied) under a name of ours first, and that is what is hashed: whatever happens to the
other program's names meanwhile, the bytes that were judged are the ones that are published.
"""

import errno
import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from resolver.domain.lock import File
from resolver.domain.plan import Taking
from resolver.files.atomic import disk_error, sync_folder
from resolver.files.digest import digest_of_stream
from resolver.files.guarded import is_settled
from resolver.files.links import try_link
from resolver.files.part import PIECE, Part

_SAFE = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)

Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Offer:
    """A file that may be the wanted one, where it lies, and the ways in which it may be taken."""

    file: File
    origin: Path
    modes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of it; `stamp` is the state of the published blob, if a change of it would show."""

    taking: Taking
    stamp: os.stat_result | None = None


def take(offer: Offer, temporary: Path, place: Path, told: Told) -> Taken:
    """Publish the offered file at `place` if it is the wanted one; `temporary` is a free name on the same file system.

    Raises:
        DiskError: the store cannot be written.
    """
    try:
        mode = _second_name(offer, temporary)
        if mode is None:
            return _copied(offer, temporary, place, told)
        return _linked(offer.file, mode, temporary, place, told)
    finally:
        temporary.unlink(missing_ok=True)


def must_copy(origin: Path, device: int, modes: Sequence[str]) -> bool:
    """Whether a file can only be copied to that device, as far as one look tells."""
    try:
        seen = origin.stat()
    except OSError:
        return False
    return seen.st_dev != device or tuple(modes) == ("copy",) or not _is_ours(seen)


def _second_name(offer: Offer, temporary: Path) -> str | None:
    """Clone or link; a link only to a file of our own, for another owner could change it and set its mtime back."""
    for mode in offer.modes:
        if try_link(mode, offer.origin, temporary):
            if mode != "hardlink" or _is_ours(temporary.lstat()):
                return mode
            temporary.unlink()
    return None


def _is_ours(seen: os.stat_result) -> bool:
    return not hasattr(os, "getuid") or seen.st_uid == os.getuid()


def _linked(file: File, mode: str, temporary: Path, place: Path, told: Told) -> Taken:
    now = temporary.parent.stat().st_mtime_ns  # the disk's own clock: the link was just made
    try:
        with _opened(temporary) as stream:
            seen = os.fstat(stream.fileno())
            because = _objection(file, seen) or _wrong(file, stream, told)
            if because is None and not _same(seen, os.fstat(stream.fileno())):
                because = "it changed while it was read"
    except OSError as error:
        return Taken(Taking(because=error.strerror or str(error)))
    if because is not None:
        return Taken(Taking(because=because))
    _publish(mode, temporary, place)
    if mode == "reflink":
        return Taken(Taking(mode), place.lstat())
    settled = is_settled(seen, now)
    return Taken(Taking(mode, mtime=seen.st_mtime_ns), seen) if settled else Taken(Taking(mode))


def _opened(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_RDONLY | _SAFE), "rb", buffering=0)


def _objection(file: File, seen: os.stat_result) -> str | None:
    if not stat.S_ISREG(seen.st_mode):
        return "it is no regular file"
    return None if seen.st_size == file.size else f"it has {seen.st_size} bytes"


def _wrong(file: File, stream: BinaryIO, told: Told) -> str | None:
    read = 0

    def bounded(count: int) -> None:
        nonlocal read
        read += count
        if read > file.size:
            raise OSError(errno.EFBIG, "it grew while it was read")
        told(count)

    return None if digest_of_stream(stream, told=bounded) == file.sha256 else _OTHER_BYTES


_OTHER_BYTES = "it has other bytes"


def _same(one: os.stat_result, other: os.stat_result) -> bool:
    return (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)


def _publish(mode: str, temporary: Path, place: Path) -> None:
    """A clone is ours and becomes read-only; a linked file is the other program's too, and keeps its mode."""
    try:
        if os.name == "posix":
            with _opened(temporary) as stream:
                os.fsync(stream.fileno())
        if mode == "reflink":
            temporary.chmod(0o444)
        temporary.replace(place)
        sync_folder(place.parent)
    except OSError as error:
        raise disk_error(error, place) from error


def _copied(offer: Offer, temporary: Path, place: Path, told: Told) -> Taken:
    """Read once: what is written is hashed on the way, so it does not matter what happens to the origin."""
    try:
        stream = _opened(offer.origin)
    except OSError as error:
        return Taken(Taking(because=error.strerror or str(error)))
    part = Part(temporary)
    try:
        with stream:
            because = _objection(offer.file, os.fstat(stream.fileno())) or _poured(stream, part, offer.file, told)
        if because is not None:
            return Taken(Taking(because=because))
        return Taken(Taking("copy"), part.publish(place))
    except OSError as error:
        raise disk_error(error, place) from error
    finally:
        part.close()


def _poured(stream: BinaryIO, part: Part, file: File, told: Told) -> str | None:
    buffer = memoryview(bytearray(PIECE))
    while part.size <= file.size:
        try:
            count = stream.readinto(buffer)  # type: ignore[attr-defined]  # every raw file has it
        except OSError as error:
            return error.strerror or str(error)
        if not count:
            break
        offset = part.size
        part.write(offset, buffer[:count])
        part.hash_on(offset, buffer[:count])
        told(count)
    return None if (part.size, part.sha256) == (file.size, file.sha256) else _OTHER_BYTES
