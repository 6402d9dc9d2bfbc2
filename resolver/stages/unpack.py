"""Members out of archives into the store, each checked against the lock."""

from collections.abc import Callable, Iterable, Sequence
from typing import BinaryIO, Protocol

from resolver.domain.errors import MismatchError, ModelsError
from resolver.domain.lock import File
from resolver.domain.plan import Extraction
from resolver.files.archives import members


class Shelf(Protocol):
    """What unpacking needs of the store."""

    def open(self, sha256: str) -> BinaryIO:
        """A blob, to read."""
        ...

    def keep(self, chunks: Iterable[bytes]) -> tuple[str, int]:
        """Store bytes under their own digest."""
        ...


def unpack(
    extractions: Sequence[Extraction], shelf: Shelf, usable: Callable[[Extraction], bool]
) -> dict[str, ModelsError]:
    """Unpack what is usable; the errors by artifact. The archive's own digest was checked before it was stored."""
    failed: dict[str, ModelsError] = {}
    for extraction in extractions:
        if usable(extraction):
            try:
                _unpack(extraction, shelf)
            except ModelsError as error:
                failed[extraction.artifact] = error
    return failed


def _unpack(extraction: Extraction, shelf: Shelf) -> None:
    wanted = {member.path: member for member in extraction.members}
    with shelf.open(extraction.archive.sha256) as stream:
        for member in members(stream, extraction.archive.path):
            file = wanted.pop(member.path, None)
            if file is not None:
                _take(file, member.chunks(file.size), shelf, extraction.archive.path)
    if wanted:
        raise MismatchError(
            f"{extraction.archive.path} does not hold {min(wanted)}",
            hint="the lock was edited, or the wheel's RECORD does not tell the truth",
        )


def _take(file: File, chunks: Iterable[bytes], shelf: Shelf, archive: str) -> None:
    sha256, size = shelf.keep(chunks)
    if (sha256, size) != (file.sha256, file.size):
        raise MismatchError(
            f"{archive}: {file.path}: expected sha256 {file.sha256}, found {sha256}",
            hint="the lock was edited, or the wheel's RECORD does not tell the truth",
        )
