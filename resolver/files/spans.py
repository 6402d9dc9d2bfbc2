"""A seekable file over something that is read by spans: a remote file that is never fetched whole."""

import io
from collections.abc import Callable


class Positioned(io.RawIOBase):
    """A file of known size in which one may move anywhere; moving costs nothing, only reading does."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size
        self._position = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """The position in bytes."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move; nothing is read yet."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position


class SpannedFile(Positioned):
    """Reads `fetch(start, length)` in aligned blocks and keeps the few last ones.

    `zipfile` and the format checks seek and read in small steps; a block a request keeps the requests few.
    """

    def __init__(self, size: int, fetch: Callable[[int, int], bytes], block: int = 1 << 16) -> None:
        super().__init__(size)
        self._fetch = fetch
        self._block = block
        self._blocks: dict[int, bytes] = {}

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the stub wants its private Buffer
        """Fill from the block at the position; one request at most."""
        if self._position >= self._size:
            return 0
        number, start = divmod(self._position, self._block)
        piece = self._piece(number)[start : start + len(buffer)]
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def _piece(self, number: int) -> bytes:
        if number not in self._blocks:
            start = number * self._block
            length = min(self._block, self._size - start)
            piece = self._fetch(start, length)
            if len(piece) != length:
                raise EOFError(f"{len(piece)} bytes at {start}, {length} were asked for")
            while len(self._blocks) >= 64:
                del self._blocks[next(iter(self._blocks))]
            self._blocks[number] = piece
        return self._blocks[number]
