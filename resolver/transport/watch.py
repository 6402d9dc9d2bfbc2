"""Reads that have to end: a server that sends a byte now and then keeps none of them going.

A socket's timeout counts from one byte to the next, so a head or a line that comes a byte a second would be waited for
as long as it goes on. Whoever begins to read something that takes several bytes says how long it may take.
"""

import http.client
import io
import time
from typing import TYPE_CHECKING

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import BaseHTTPResponse

if TYPE_CHECKING:
    import socket

    from _typeshed import WriteableBuffer

DRIP_SECONDS = 10.0
"""From its first byte on, the head of an answer, or a line within a body, takes no longer."""


class DripError(TimeoutError):
    """What was begun did not end in time."""


class Watched(io.RawIOBase):
    """A socket's stream. What is read of it has to end within seconds of its first byte."""

    def __init__(self, raw: io.RawIOBase) -> None:
        super().__init__()
        self._raw = raw
        self.expect(DRIP_SECONDS)

    def expect(self, seconds: float) -> None:
        """Something else begins."""
        self._seconds = seconds
        self._until: float | None = None

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int | None:
        """What the socket has, as soon as it has any.

        Raises:
            DripError: what was begun should have ended by now.
        """
        if self._until is not None and time.monotonic() > self._until:
            raise DripError(f"not whole after {self._seconds:.0f} s")
        count = self._raw.readinto(buffer)
        if self._until is None:
            self._until = time.monotonic() + self._seconds
        return count

    def close(self) -> None:
        """Let go of the socket."""
        self._raw.close()
        super().close()


class WatchedResponse(http.client.HTTPResponse):
    """An answer whose stream is watched."""

    def __init__(
        self, sock: "socket.socket", debuglevel: int = 0, method: str | None = None, url: str | None = None
    ) -> None:
        super().__init__(sock, debuglevel, method, url)
        self.watched = Watched(self.fp.detach())
        self.fp = io.BufferedReader(self.watched)


class _Connection(HTTPConnection):
    response_class = WatchedResponse


class _SecureConnection(HTTPSConnection):
    response_class = WatchedResponse


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


def watching(pools: urllib3.PoolManager) -> urllib3.PoolManager:
    """The same pools, with connections whose answers are watched."""
    pools.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
    return pools


def expect(response: BaseHTTPResponse, seconds: float | None = None) -> None:
    """From its first byte on, what is read of the body next has to end within so many seconds (or DRIP_SECONDS)."""
    raw = getattr(response, "_fp", None)
    if isinstance(raw, WatchedResponse):
        raw.watched.expect(DRIP_SECONDS if seconds is None else seconds)
