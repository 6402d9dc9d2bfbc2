"""Remote files read by spans, members of archives read back and forth, and refusals with a way out."""

import io
from collections.abc import Iterator
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.domain.errors import AccessRefusedError, NetworkError, NotFoundUpstreamError
from resolver.sources import reading
from resolver.sources.reading import member_stream, remote_file, translated
from resolver.transport.client import Client
from resolver.transport.errors import StatusError
from resolver.transport.origins import Credential
from tests.servers.faults import Fault
from tests.servers.files import FileServer
from tests.unit.transport.clients import client_with

BODY = bytes(range(256)) * 1024


@pytest.fixture
def server() -> Iterator[FileServer]:
    with FileServer(token="hf_canary") as server:
        server.put("weights", BODY)
        yield server


@pytest.fixture
def client() -> Iterator[Client]:
    with client_with() as client:
        yield client


def remote(server: FileServer, client: Client, size: int = len(BODY)) -> BinaryIO:
    credential = Credential(server.origin_of("files"), "Bearer hf_canary")
    return remote_file(client, server.url("weights"), size, credential)


def test_only_what_is_read_is_asked_for(server: FileServer, client: Client) -> None:
    stream = remote(server, client)
    stream.seek(-4, io.SEEK_END)
    assert stream.read() == BODY[-4:]
    stream.seek(5)
    assert stream.read(3) == BODY[5:8]
    assert [one.header("range") for one in server.requests] == ["bytes=196608-262143", "bytes=0-65535"]


@pytest.mark.parametrize("kind", ["reset", "truncate", "status"])
def test_a_span_that_breaks_off_is_asked_for_again(server: FileServer, client: Client, kind: str) -> None:
    server.faults = [Fault("weights", kind, after_bytes=1000)]  # type: ignore[arg-type]  # one of its kinds
    assert remote(server, client).read(2000) == BODY[:2000]
    assert len(server.requests) == 2


def test_a_server_without_ranges_is_refused_and_not_read(server: FileServer, client: Client) -> None:
    server.ranges = False
    stream = remote(server, client)
    stream.seek(1 << 17)
    with pytest.raises(NetworkError, match="does not serve ranges"):
        stream.read(1)


def test_a_file_that_is_shorter_than_told_is_an_error_of_the_network(server: FileServer, client: Client) -> None:
    with pytest.raises((NetworkError, EOFError)):
        remote(server, client, len(BODY) + 100).read()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, AccessRefusedError),
        (403, AccessRefusedError),
        (404, NotFoundUpstreamError),
        (410, NotFoundUpstreamError),
        (400, StatusError),
        (405, StatusError),
        (416, StatusError),
        (451, StatusError),
        (501, StatusError),
    ],
)
def test_a_refusal_becomes_what_a_caller_treats_differently(status: int, kind: type[Exception]) -> None:
    found = translated(StatusError("x", status=status, headers={}), "hf:org/name", "do that")
    assert type(found) is kind
    if kind is not StatusError:
        assert found.message.startswith("hf:org/name: ")
        assert found.hint == "do that"


class Once:
    """Opens a member again and again, and counts; what comes out can only be read on."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.opened = 0

    def __call__(self) -> BinaryIO:
        self.opened += 1
        return Forward(self.content)


class Forward(io.BytesIO):
    def seek(self, offset: int, whence: int = 0) -> int:
        raise OSError(f"no seeking here ({offset}, {whence})")


def test_a_member_that_is_read_on_is_opened_once() -> None:
    once = Once(BODY)
    stream = member_stream(len(BODY), once)
    assert stream.read(10) + stream.read() == BODY
    assert stream.read(1) == b""
    assert once.opened == 1


def test_a_step_back_costs_one_copy_and_no_more() -> None:
    once = Once(BODY)
    stream = member_stream(len(BODY), once)
    for at in (200_000, 5, 100_000, 0):
        stream.seek(at)
        assert stream.read(3) == BODY[at : at + 3]
    assert once.opened == 2
    stream.close()
    assert stream.closed


def test_a_large_member_is_copied_to_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "IN_MEMORY", 10)
    stream = member_stream(len(BODY), Once(BODY))
    stream.seek(200_000)
    assert stream.read() == BODY[200_000:]
    stream.close()


def test_a_member_that_is_longer_than_told_is_copied_no_further() -> None:
    class Endless(io.RawIOBase):
        count = 0

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            self.count += size
            assert self.count < 1 << 22, "it reads on for ever"
            return bytes(size)

    stream = member_stream(100, Endless)  # type: ignore[arg-type]  # it can read
    stream.seek(99)
    assert len(stream.read()) <= 2


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.integers(-5, 1300), st.integers(0, 2), st.integers(0, 400)), max_size=6))
def test_a_member_is_read_like_a_file_in_memory(steps: list[tuple[int, int, int]]) -> None:
    content = BODY[:1200]
    stream, memory = member_stream(len(content), Once(content)), io.BytesIO(content)
    for offset, whence, count in steps:
        target = {0: 0, 1: memory.tell(), 2: len(content)}[whence] + offset
        place = max(0, target)
        assert stream.seek(place) == memory.seek(place)
        assert stream.read(count) == memory.read(count)
        assert stream.tell() == memory.tell()


def test_a_member_can_be_sought_from_its_end() -> None:
    raw = reading.Member(len(BODY), Once(BODY))
    assert raw.seek(-2, io.SEEK_END) == len(BODY) - 2
    assert raw.read(5) == BODY[-2:]
    assert raw.seek(-1, io.SEEK_CUR) == len(BODY) - 1
    assert raw.seek(-(10**9), io.SEEK_CUR) == 0
    assert (raw.readable(), raw.seekable()) == (True, True)
    raw.close()
