"""What sources share: reading remote files by spans, and turning refusals into errors with a way out."""

import io
import tempfile
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO, cast

from resolver.domain.errors import AccessRefusedError, ModelsError, NetworkError, NotFoundUpstreamError
from resolver.domain.lock import File
from resolver.domain.ports import WHOLE, Portion
from resolver.domain.upstream import Altered, Standing
from resolver.files.spans import Positioned, SpannedFile

if TYPE_CHECKING:
    from resolver.transport.answer import Answer
    from resolver.transport.client import Client
    from resolver.transport.errors import StatusError
    from resolver.transport.origins import Credential

IN_MEMORY = 1 << 23


def remote_file(client: "Client", url: str, size: int, credential: "Credential | None" = None) -> BinaryIO:
    """A remote file of known size, seekable, read by range requests."""

    def open_portion(portion: Portion) -> "Answer":
        return client.open(url, portion=portion, credential=credential)

    return spanned(client, size, open_portion)


def spanned(client: "Client", size: int, open_portion: "Callable[[Portion], Answer]") -> BinaryIO:
    """A file of known size, seekable, read portion by portion."""

    def fetch(start: int, length: int) -> bytes:
        return client.patiently(lambda: _read(open_portion(Portion(start, start + length)), start, length))

    return cast("BinaryIO", io.BufferedReader(SpannedFile(size, fetch), 1 << 16))


def _read(answer: "Answer", start: int, length: int) -> bytes:
    try:
        if answer.offset != start:
            raise NetworkError(f"{answer.url}: the server does not serve ranges")
        pieces = bytearray()
        while len(pieces) < length and (piece := answer.read(length - len(pieces))):
            pieces += piece
        return bytes(pieces)
    finally:
        answer.close()


def at_address(client: "Client", url: str, pinned: File) -> Standing:
    """Whether something of the pinned size is at an address: one request, one byte. The same size proves nothing.

    Raises:
        StatusError: the server refuses to say.
    """
    from resolver.transport.errors import StatusError

    portion = Portion(0, 1) if pinned.size else WHOLE
    try:
        answer = client.patiently(lambda: client.open(url, portion=portion))
    except StatusError as error:
        if error.status == 416:  # nothing of it has a first byte
            return _of_size(pinned, 0)
        if error.status in (404, 410):
            return Standing("content", gone="nothing is at its address any more")
        raise
    answer.close()
    return Standing("content") if answer.total is None else _of_size(pinned, answer.total)


def _of_size(pinned: File, size: int) -> Standing:
    if size == pinned.size:
        return Standing("content")
    return Standing("content", altered=(Altered(pinned.path, f"{pinned.size} bytes", f"{size} bytes"),))


def translated(error: "StatusError", what: str, hint: str | None = None) -> ModelsError:
    """A server's refusal as the error that a caller would treat differently."""
    if error.status in (401, 403):
        return AccessRefusedError(f"{what}: access refused (HTTP {error.status})", hint=hint)
    if error.status in (404, 410):
        return NotFoundUpstreamError(f"{what}: not found at the source", hint=hint)
    return error


class Member(Positioned):
    """A member of an archive, seekable; only a step back costs a copy of the whole."""

    def __init__(self, size: int, reopen: Callable[[], BinaryIO]) -> None:
        super().__init__(size)
        self._reopen = reopen
        self._stream = reopen()
        self._read = 0

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the stub wants its private Buffer
        """Read on where the position is; elsewhere the whole member is copied first, once."""
        if self._position >= self._size:
            return 0
        if self._position != self._read:
            self._copy()
            self._stream.seek(self._position)
        piece = self._stream.read(len(buffer))
        buffer[: len(piece)] = piece
        self._position += len(piece)
        self._read = self._position
        return len(piece)

    def _copy(self) -> None:
        if isinstance(self._stream, tempfile.SpooledTemporaryFile):
            return
        self._stream.close()
        copy = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # closed with the member
        with self._reopen() as stream:
            left = self._size + 1
            while left and (piece := stream.read(min(left, 1 << 20))):
                copy.write(piece)
                left -= len(piece)
        self._stream = cast("BinaryIO", copy)

    def close(self) -> None:
        """Let go of the stream or its copy."""
        self._stream.close()
        super().close()


def member_stream(size: int, reopen: Callable[[], BinaryIO]) -> BinaryIO:
    """A member of an archive as a seekable stream."""
    return cast("BinaryIO", io.BufferedReader(Member(size, reopen), 1 << 16))
