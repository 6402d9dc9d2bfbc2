"""Reading as zipfile and tarfile expect it: no read is short, and a disk that fails is not taken for a bad archive."""

import contextlib
from collections.abc import Iterator
from typing import BinaryIO


class UnreadableError(Exception):
    """The disk failed, which `cause` tells. It is no OSError: zipfile takes one for the end of the archive."""

    def __init__(self, cause: OSError) -> None:
        super().__init__(str(cause))
        self.cause = cause


class Steady:
    """A stream whose reads are never short.

    Raises:
        UnreadableError: by each method, where the stream raises OSError.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        """So many bytes, fewer only at the end; without a size all that are left."""
        with _told():
            return read_up_to(self._stream, size) if size >= 0 else self._stream.read()

    def seek(self, offset: int, whence: int = 0) -> int:
        """As any stream."""
        with _told():
            return self._stream.seek(offset, whence)

    def tell(self) -> int:
        """As any stream."""
        with _told():
            return self._stream.tell()

    def seekable(self) -> bool:
        """As any stream."""
        return self._stream.seekable()


def read_up_to(stream: BinaryIO, count: int) -> bytes:
    """Exactly `count` bytes, fewer only at the end: a raw stream may answer a read with less."""
    pieces: list[bytes] = []
    while count > 0 and (piece := stream.read(count)):
        pieces.append(piece)
        count -= len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnreadableError(error) from error
