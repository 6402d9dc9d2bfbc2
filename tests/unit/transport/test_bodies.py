"""Bodies on their way in: checked ranges, no coding, and no more than asked for."""

import gc

import pytest

from resolver.domain.errors import NetworkError, TransientError
from resolver.domain.ports import Portion
from resolver.transport.client import Client
from resolver.transport.errors import StatusError
from tests.servers.base import LocalServer
from tests.servers.faults import Fault
from tests.servers.files import FileServer
from tests.servers.wire import Answer as ServerAnswer
from tests.unit.transport.answers import FakeResponse, answer_of

BODY = bytes(range(256)) * 400


@pytest.fixture
def url(server: FileServer) -> str:
    server.put("weights", BODY, etag='"one"')
    return server.url("weights")


def test_a_body_is_read_whole_and_the_limit_is_its_last_byte(client: Client, url: str) -> None:
    assert client.get(url, limit=len(BODY)).body == BODY
    with pytest.raises(NetworkError, match=f"longer than {len(BODY) - 1} bytes"):
        client.get(url, limit=len(BODY) - 1)
    assert client.get(url, limit=len(BODY)).body == BODY, "the connection is as good as before"


def test_an_endless_body_ends_at_the_limit(server: FileServer, client: Client, url: str) -> None:
    server.faults = [Fault("weights", "endless")]
    with pytest.raises(NetworkError, match="longer than"):
        client.get(url, limit=1 << 20)
    assert server.bytes_sent() < 64 << 20
    assert client.get(url, limit=len(BODY)).body == BODY
    gc.collect()  # a connection that was not closed says so now, and not in another test


def test_identity_is_asked_for_and_nothing_else_taken(server: FileServer, client: Client, url: str) -> None:
    server.faults = [Fault("weights", "inflated", after_bytes=50 << 20)]
    with pytest.raises(NetworkError, match="encoded as 'gzip' although identity was asked for"):
        client.get(url, limit=len(BODY))
    assert server.requests[0].header("accept-encoding") == "identity"
    assert server.requests[0].header("user-agent") == "tests/1"
    assert client.get(url, limit=len(BODY)).body == BODY
    gc.collect()  # as above


def test_what_is_asked_besides_goes_along(server: FileServer, client: Client, url: str) -> None:
    client.get(url, limit=len(BODY), headers={"Accept": "application/json"})
    assert server.requests[0].header("accept") == "application/json"
    assert server.requests[0].header("range") is None
    assert server.requests[0].header("authorization") is None


RANGES = [
    (0, None, None, BODY),
    (5, None, "bytes=5-", BODY[5:]),
    (0, 4, "bytes=0-3", BODY[:4]),
    (5, 1, "bytes=5-5", BODY[5:6]),
    (len(BODY) - 1, None, f"bytes={len(BODY) - 1}-", BODY[-1:]),
]


@pytest.mark.parametrize("case", RANGES, ids=[str(one[2]) for one in RANGES])
def test_a_range_is_asked_for_and_checked(
    server: FileServer, client: Client, url: str, case: tuple[int, int | None, str | None, bytes]
) -> None:
    offset, length, asked, found = case
    answer = client.open(url, portion=Portion(offset, None if length is None else offset + length))
    assert (answer.offset, answer.total, answer.read_all(len(BODY))) == (offset, len(BODY), found)
    assert server.requests[0].header("range") == asked


def test_a_range_is_asked_for_on_a_condition(server: FileServer, client: Client, url: str) -> None:
    client.open(url, portion=Portion(5, validator='"one"')).close()
    changed = client.open(url, portion=Portion(5, validator='"two"'))
    assert (changed.offset, changed.read_all(len(BODY))) == (0, BODY)
    client.open(url, portion=Portion(validator='"one"')).close()
    client.open(url, portion=Portion(5)).close()
    assert [one.header("if-range") for one in server.requests] == ['"one"', '"two"', None, None]


def test_a_server_that_cannot_resume_begins_at_nought(server: FileServer, client: Client, url: str) -> None:
    server.ranges = False
    answer = client.open(url, portion=Portion(5))
    assert (answer.offset, answer.read_all(len(BODY))) == (0, BODY)


def test_a_range_that_nobody_asked_for_is_no_answer(server: FileServer, client: Client, url: str) -> None:
    server.faults = [Fault("weights", "wrong_range")]
    with pytest.raises(TransientError, match="asked for bytes from 5, the answer is for 6-"):
        client.open(url, portion=Portion(5))
    gc.collect()  # as above


def test_a_server_that_has_nothing_there_is_asked_for_the_whole(server: FileServer, client: Client, url: str) -> None:
    answer = client.open(url, portion=Portion(len(BODY), validator='"one"'), headers={"Accept": "x/y"})
    assert (answer.offset, answer.total, answer.read_all(len(BODY))) == (0, len(BODY), BODY)
    assert [(one.status, one.header("range")) for one in server.requests] == [(416, f"bytes={len(BODY)}-"), (200, None)]
    assert [one.header("accept") for one in server.requests] == ["x/y", "x/y"]
    server.faults = [Fault("weights", "status", status=416)]
    with pytest.raises(StatusError):
        client.open(url)


@pytest.mark.parametrize(
    "content_range",
    [
        None,
        "",
        "bytes",
        "bytes 5-9",
        "bytes */100",
        "bytes 6-9/100",
        "bytes 4-9/100",
        "bytes -5/100",
        "bytes 05x-9/100",
        "items 5-9/100",
        "5-9/100",
        "bytes \u00b2-9/100",
        "bytes=5-9/100",
    ],
)
def test_a_part_must_say_which(content_range: str | None) -> None:
    headers = {} if content_range is None else {"Content-Range": content_range}
    if content_range == "bytes 5-9":
        assert answer_of(FakeResponse(206, headers), 5).total is None
        return
    with pytest.raises(TransientError, match="asked for bytes from 5"):
        answer_of(FakeResponse(206, headers), 5)


@pytest.mark.parametrize(
    ("status", "headers", "total"),
    [
        (206, {"Content-Range": "bytes 5-9/100"}, 100),
        (206, {"Content-Range": "bytes 5-9/*"}, None),
        (206, {"Content-Range": "bytes 5-9/\u00b2"}, None),
        (200, {"Content-Length": "100"}, 100),
        (200, {"Content-Length": "\u00b2"}, None),
        (200, {"Content-Length": "-1"}, None),
        (200, {}, None),
    ],
)
def test_the_size_of_the_whole_is_known_if_it_is_told(status: int, headers: dict[str, str], total: int | None) -> None:
    answer = answer_of(FakeResponse(status, headers), 5)
    assert answer.total == total
    assert answer.offset == (5 if status == 206 else 0)


@pytest.mark.parametrize(
    ("tag", "validator"), [('"one"', '"one"'), ('W/"one"', None), ("one", None), ("", None), (None, None)]
)
def test_only_a_strong_tag_is_a_validator(tag: str | None, validator: str | None) -> None:
    assert answer_of(FakeResponse(headers={} if tag is None else {"ETag": tag})).validator == validator


@pytest.mark.parametrize("value", ["abc", "9, 9", "\u00b2"])
def test_a_refusal_of_senseless_length_is_a_refusal(client: Client, value: str) -> None:
    def refuse(_: object) -> ServerAnswer:
        return ServerAnswer(404, {"Content-Length": value}, framing="close")

    with LocalServer(files=refuse) as server, pytest.raises(NetworkError):
        client.open(server.origin_of("files"))
