"""Whatever a server sends a byte at a time, or without end, what we began to read ends."""

import io
import time
from collections.abc import Iterable
from itertools import chain, repeat

import pytest

from resolver.domain.errors import NetworkError, StalledError, TransientError
from resolver.transport import client as client_module
from resolver.transport import watch
from resolver.transport.client import Client
from resolver.transport.watch import DripError, Watched
from tests.servers.raw import RawServer

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes 10 seconds elsewhere takes 0.3."""
    monkeypatch.setattr(watch, "DRIP_SECONDS", 0.3)
    monkeypatch.setattr(client_module, "WORTH_WAITING", 0.3)


def single(*pieces: bytes) -> Iterable[bytes]:
    """The first piece at once, the others byte by byte."""
    return chain(pieces[:1], (bytes([one]) for one in b"".join(pieces[1:])))


DRIPS = {
    "a status line": lambda: single(b"H", b"TTP/1.1 " + b"2" * 10_000),
    "a line of the head": lambda: single(OK, b"X: " + b"y" * 10_000),
    "lines of the head": lambda: single(OK, b"X: y\r\n" * 90),
    "continuations": lambda: repeat(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "the size of a chunk": lambda: single(CHUNKED, b"0" * 10_000),
    "the end of a chunk": lambda: single(CHUNKED + b"0\r\n", b"X: y\r\n" * 2000),
    "trailers": lambda: chain([CHUNKED + b"0\r\n"], repeat(b"X: y\r\n" * 100)),
}


@pytest.mark.parametrize("form", DRIPS)
def test_what_drips_is_a_stall(client: Client, form: str) -> None:
    with RawServer(DRIPS[form], 0.0 if form in ("continuations", "trailers") else 0.01) as server:
        started = time.monotonic()
        with pytest.raises(StalledError, match="drips"):
            client.open(server.url).read_all(100)
        assert time.monotonic() - started < 10


def test_two_drips_are_the_end(client: Client) -> None:
    with RawServer(DRIPS["a line of the head"], 0.01) as server:
        with pytest.raises(StalledError, match="drips"):
            client.get(server.url, limit=100)
        assert len(server.heads) == 2


@pytest.mark.parametrize("status", [b"503 Busy", b"302 Found\r\nLocation: /x", b"404 Gone"])
def test_the_body_of_a_refusal_is_not_waited_for(client: Client, status: bytes) -> None:
    head = b"HTTP/1.1 " + status + b"\r\nContent-Length: 5000\r\n\r\n"
    with RawServer(lambda: single(head, b"x" * 5000), 0.01) as server:
        started = time.monotonic()
        with pytest.raises(NetworkError):
            client.open(server.url)
        assert time.monotonic() - started < 20


def test_the_body_of_a_refusal_that_never_comes_is_not_waited_for(client: Client) -> None:
    with RawServer(lambda: [b"HTTP/1.1 503 Busy\r\nContent-Length: 5000\r\n\r\n"]) as server:
        started = time.monotonic()
        with pytest.raises(TransientError, match="HTTP 503"):
            client.open(server.url)
        assert time.monotonic() - started < 10


def test_a_body_may_take_longer_than_its_head(client: Client) -> None:
    head = OK + b"Content-Length: 3\r\n\r\n"
    with RawServer(lambda: [head, b"a", b"b", b"c"], 0.25) as server:
        assert client.open(server.url).read_all(3) == b"abc"
    with RawServer(lambda: [CHUNKED, b"1\r\na\r\n", b"1\r\nb\r\n", b"1\r\nc\r\n", b"0\r\n\r\n"], 0.2) as server:
        assert client.open(server.url).read_all(3) == b"abc"


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(time, "monotonic", lambda: self.now)


def test_time_runs_from_the_first_byte_on(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    stream = Watched(io.BytesIO(b"abcdef"))  # type: ignore[arg-type]  # read alike
    stream.expect(10)
    clock.now += 50
    assert stream.read(1) == b"a"
    clock.now += 10
    assert stream.read(1) == b"b"
    clock.now += 0.1
    with pytest.raises(DripError, match="not whole after 10 s"):
        stream.read(1)
    stream.expect(5)
    assert stream.read(1) == b"c"
    clock.now += 5.1
    with pytest.raises(DripError, match="not whole after 5 s"):
        stream.read(1)
