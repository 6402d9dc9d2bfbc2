"""A body on its way in: checked ranges, no content coding, and no patience for a trickle."""

import http.client
import threading
import time
from collections.abc import Iterator

from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from resolver.domain.errors import InterruptedByUserError, NetworkError, StalledError, TransientError
from resolver.transport.errors import found_in
from resolver.transport.origins import shown
from resolver.transport.watch import DRIP_SECONDS, DripError, expect

PIECE = 1 << 18
STALL_SECONDS = 20.0
STALL_BYTES_PER_SECOND = 1000
"""Slower than this for that long is a stall, and the connection is made anew (product.md)."""
DRIP_BYTES_PER_SECOND = 100
"""Slower than this is nothing that a link does: it is told after DRIP_SECONDS, so that two of them end within 30 s
(threats.md)."""


class Answer:
    """The bytes of one answer. `landed` is where redirects led, maybe signed: never to be shown, unlike `url`."""

    def __init__(
        self, response: BaseHTTPResponse, url: str, asked_offset: int, stop: threading.Event | None = None
    ) -> None:
        self.landed = url
        self.url = shown(url)
        self._stop = stop or threading.Event()
        self._ended = False
        self._response = response
        self.headers = {name.lower(): value for name, value in response.headers.items()}
        self.status = response.status
        coding = self.headers.get("content-encoding", "identity")
        if coding != "identity":
            raise NetworkError(f"{url}: the body is encoded as {coding!r} although identity was asked for")
        self.body = b""
        self._offset, self._total = self._position(asked_offset)
        self._window_start = time.monotonic()
        self._window_count = 0

    @property
    def offset(self) -> int:
        """Where the bytes begin in the file."""
        return self._offset

    @property
    def validator(self) -> str | None:
        """A strong entity tag for `If-Range` (RFC 9110 forbids weak ones there)."""
        tag = self.headers.get("etag", "")
        return tag if tag.startswith('"') else None

    def _position(self, asked: int) -> tuple[int, int | None]:
        if self.status != 206:
            length = self.headers.get("content-length", "")
            return 0, _count(length)
        unit, _, rest = self.headers.get("content-range", "").partition(" ")
        span, _, total = rest.partition("/")
        start = span.partition("-")[0]
        if unit != "bytes" or _count(start) != asked:
            raise TransientError(f"{self.url}: asked for bytes from {asked}, the answer is for {span or 'no'} range")
        return asked, _count(total)

    @property
    def total(self) -> int | None:
        """The size of the whole in bytes, if the server tells."""
        return self._total

    def read(self, size: int) -> bytes:
        """At most `size` bytes as soon as there are any; empty at the end.

        Raises:
            TransientError: the connection broke, or bytes only trickle.
        """
        buffer = bytearray(size)
        count = self.readinto(memoryview(buffer))
        return bytes(buffer[:count])

    def readinto(self, buffer: memoryview) -> int:
        """Fill the buffer from its start as soon as there is something; how many bytes, 0 at the end. Raises as `read`.

        The bytes go straight from the socket into the buffer where their count was declared: urllib3 offers only
        copies (1.1 times as long, measured), or to wait until the buffer is full, which a drip never does.
        """
        if self._stop.is_set():
            self._response.close()
            raise InterruptedByUserError("interrupted")
        try:
            expect(self._response)
            count = _received(self._response, buffer)
        except (HTTPError, OSError, ValueError, http.client.HTTPException) as error:
            self._response.close()
            if found_in(error, DripError):
                raise StalledError(f"{self.url}: the body only drips") from error
            raise TransientError(f"{self.url}: the connection broke ({type(error).__name__})") from error
        self._ended = not count and len(buffer) > 0
        self._watch(count)
        return count

    def _watch(self, count: int) -> None:
        self._window_count += count
        elapsed = time.monotonic() - self._window_start
        if elapsed >= DRIP_SECONDS and self._window_count < elapsed * DRIP_BYTES_PER_SECOND:
            raise StalledError(f"{self.url}: under {DRIP_BYTES_PER_SECOND} bytes a second for {elapsed:.0f} s")
        if elapsed < STALL_SECONDS:
            return
        if self._window_count < elapsed * STALL_BYTES_PER_SECOND:
            raise StalledError(f"{self.url}: under {STALL_BYTES_PER_SECOND} bytes a second for {elapsed:.0f} s")
        self._window_start, self._window_count = time.monotonic(), 0

    def pieces(self, limit: int) -> Iterator[bytes]:
        """The whole body, piece by piece; the answer is closed at the end, whatever happens.

        Raises:
            NetworkError: it is longer than `limit` bytes.
            TransientError: as `read`.
        """
        count = 0
        try:
            while piece := self.read(PIECE):
                count += len(piece)
                if count > limit:
                    raise NetworkError(f"{self.url}: the answer is longer than {limit} bytes")
                yield piece
        finally:
            self.close()

    def read_all(self, limit: int) -> bytes:
        """The whole body at once; raises as `pieces`."""
        return b"".join(self.pieces(limit))

    def close(self) -> None:
        """Give the connection back if the body was read to its end, else close it."""
        raw = _counted(self._response)
        left = self._response.length_remaining if raw is None else raw.length
        if not self._ended and left != 0:
            self._response.close()
        self._response.release_conn()


def _received(response: BaseHTTPResponse, buffer: memoryview) -> int:
    raw = _counted(response)
    if raw is None:
        piece = response.read1(len(buffer), decode_content=False)
        buffer[: len(piece)] = piece
        return len(piece)
    wanted = buffer[: raw.length]
    if not wanted:
        return 0
    count = int(raw.fp.readinto1(wanted))
    if not count:
        raise http.client.IncompleteRead(b"", raw.length)
    raw.length = (raw.length or 0) - count
    if not raw.length:
        raw.close()
    return count


def _counted(response: BaseHTTPResponse) -> http.client.HTTPResponse | None:
    """The standard library's answer if its bytes are declared in number: then they can be taken from its socket."""
    raw = getattr(response, "_fp", None)
    if not isinstance(raw, http.client.HTTPResponse) or raw.chunked or raw.length is None:
        return None
    return raw


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
