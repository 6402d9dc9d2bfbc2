"""Answers without a server."""

from typing import TYPE_CHECKING, cast

from resolver.transport.answer import Answer

if TYPE_CHECKING:
    import threading

    from urllib3.response import BaseHTTPResponse


class FakeResponse:
    """What an answer needs of urllib3."""

    length_remaining: int | None = 0

    def __init__(self, status: int = 200, headers: dict[str, str] | None = None, *pieces: bytes) -> None:
        self.status = status
        self.headers = headers or {}
        self.pieces = list(pieces)
        self.closed = self.released = False

    def read1(self, size: int, *, decode_content: bool) -> bytes:
        assert not decode_content
        piece = self.pieces.pop(0) if self.pieces else b""
        assert len(piece) <= size
        return piece

    def close(self) -> None:
        self.closed = True

    def release_conn(self) -> None:
        self.released = True


def answer_of(response: FakeResponse, asked: int = 0, stop: "threading.Event | None" = None) -> Answer:
    return Answer(cast("BaseHTTPResponse", response), "http://h/x", asked, stop)
