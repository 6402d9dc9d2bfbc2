"""What a server says to a mirror's question, in our words."""

import threading
from collections.abc import Iterator

import pytest

from resolver.domain.errors import (
    AccessRefusedError,
    MismatchError,
    ModelsError,
    NetworkError,
    NotFoundUpstreamError,
    TransientError,
)
from resolver.domain.ports import WHOLE
from resolver.mirrors.asking import offers, opened
from resolver.transport.client import Client, NetworkSettings
from resolver.transport.errors import StatusError
from tests.servers.faults import ALWAYS, Fault
from tests.servers.files import FileServer
from tests.unit.domain.values import file

MODEL = file("model.bin", b"weights")


@pytest.fixture
def server() -> Iterator[FileServer]:
    with FileServer() as server:
        server.put("there", b"weights")
        yield server


@pytest.fixture
def client() -> Iterator[Client]:
    client = Client(NetworkSettings("test"), threading.Event())
    yield client
    client.close()


def answering(server: FileServer, status: int, code: str | None = None) -> str:
    headers = {"X-Error-Code": code} if code else {}
    server.faults = [Fault("there", "status", times=ALWAYS, status=status, headers=headers)]
    return server.url("there")


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (404, None, NotFoundUpstreamError),
        (410, None, NotFoundUpstreamError),
        (401, "RepoNotFound", NotFoundUpstreamError),
        (403, "RevisionNotFound", NotFoundUpstreamError),
        (400, "EntryNotFound", NotFoundUpstreamError),
        (401, None, AccessRefusedError),
        (403, "GatedRepo", AccessRefusedError),
        (418, None, StatusError),
        (500, None, TransientError),
        (429, None, TransientError),
    ],
)
def test_a_refusal_is_of_the_file_or_of_the_mirror(
    server: FileServer, client: Client, status: int, code: str | None, error: type[ModelsError]
) -> None:
    url = answering(server, status, code)
    with pytest.raises(error) as caught:
        opened(client, url, MODEL, WHOLE)
    assert str(status) in caught.value.message
    assert isinstance(caught.value, NetworkError) == (error in (StatusError, TransientError))
    if error is NotFoundUpstreamError:
        assert offers(client, url, MODEL) is False
    else:
        with pytest.raises(error):
            offers(client, url, MODEL)
    assert len(server.requests) == 2


@pytest.mark.parametrize("status", [405, 501])
def test_a_server_that_knows_no_head_may_have_it(server: FileServer, client: Client, status: int) -> None:
    assert offers(client, answering(server, status), MODEL) is True


def test_a_redirect_away_is_a_yes_whatever_its_own_length(server: FileServer, client: Client) -> None:
    server.redirect("moved", server.url("there", "other"))
    assert offers(client, server.url("moved"), MODEL) is True
    assert [one.origin for one in server.requests] == ["files"]


@pytest.mark.parametrize("content", [b"", b"weight", b"weights!"])
def test_what_has_another_size_is_let_go_at_once(server: FileServer, client: Client, content: bytes) -> None:
    server.put("there", content)
    assert offers(client, server.url("there"), MODEL) is False
    with pytest.raises(MismatchError, match=f"model.bin: {len(content)} bytes, the lock names 7"):
        opened(client, server.url("there"), MODEL, WHOLE)


def test_a_size_that_is_not_told_may_be_right(server: FileServer, client: Client) -> None:
    server.faults = [Fault("there", "endless", times=ALWAYS)]
    answer = opened(client, server.url("there"), MODEL, WHOLE)
    assert answer.total is None
    answer.close()
