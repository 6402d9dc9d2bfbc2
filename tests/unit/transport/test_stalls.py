"""No patience for a trickle, and connections that are given back or closed."""

import threading
import time

import pytest

from resolver.domain.errors import InterruptedByUserError, NetworkError, StalledError, TransientError
from resolver.transport import answer as answer_module
from resolver.transport import client as client_module
from resolver.transport.client import Client
from tests.servers.faults import ALWAYS, Fault
from tests.servers.files import FileServer
from tests.unit.transport.answers import FakeResponse, answer_of

BODY = bytes(range(256)) * 400


@pytest.fixture
def url(server: FileServer) -> str:
    server.put("weights", BODY)
    return server.url("weights")


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes 20 seconds elsewhere takes 0.3."""
    for module in (answer_module, client_module):
        monkeypatch.setattr(module, "STALL_SECONDS", 0.3)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("kind", ["silent", "stall"])
def test_a_server_that_falls_silent_is_given_up_and_tried_again(
    server: FileServer, client: Client, url: str, kind: str
) -> None:
    server.faults = [Fault("weights", kind, after_bytes=1000)]  # type: ignore[arg-type]  # one of its kinds
    assert client.get(url, limit=len(BODY)).body == BODY
    assert len(server.requests) == 2


@pytest.mark.usefixtures("hasty")
def test_a_trickle_is_a_stall(server: FileServer, client: Client, url: str) -> None:
    server.faults = [Fault("weights", "slow", times=ALWAYS, bytes_per_second=100)]
    started = time.monotonic()
    with pytest.raises(TransientError, match="under 1000 bytes a second"):
        client.open(url).read_all(len(BODY))
    assert time.monotonic() - started < 5


@pytest.mark.usefixtures("hasty")
def test_slow_is_not_a_stall(server: FileServer, client: Client) -> None:
    server.put("small", BODY[:12_000])
    server.faults = [Fault("small", "slow", bytes_per_second=12_000)]
    assert client.get(server.url("small"), limit=12_000).body == BODY[:12_000]


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(time, "monotonic", lambda: self.now)


@pytest.mark.parametrize(
    ("after", "count", "stalls"),
    [(9.9, 0, False), (10, 1000, False), (19.9, 1991, False), (20, 19_999, True), (20, 20_000, False)],
)
def test_a_stall_is_less_than_a_thousand_bytes_a_second_for_twenty_seconds(
    monkeypatch: pytest.MonkeyPatch,
    after: float,
    count: int,
    stalls: bool,  # noqa: FBT001
) -> None:
    clock = Clock(monkeypatch)
    answer = answer_of(FakeResponse(200, {}, b"x" * count))
    clock.now += after
    if stalls:
        with pytest.raises(TransientError, match="under 1000 bytes a second for 20 s"):
            answer.read(1 << 20)
    else:
        assert len(answer.read(1 << 20)) == count


@pytest.mark.parametrize(("after", "count"), [(10, 999), (15, 1499)])
def test_a_drip_is_told_sooner(monkeypatch: pytest.MonkeyPatch, after: float, count: int) -> None:
    clock = Clock(monkeypatch)
    answer = answer_of(FakeResponse(200, {}, b"x" * count))
    clock.now += after
    with pytest.raises(StalledError, match=f"under 100 bytes a second for {after} s"):
        answer.read(1 << 20)


def test_a_second_drip_is_the_last(client: Client) -> None:
    tries: list[int] = []

    def attempt() -> None:
        tries.append(1)
        raise StalledError("it drips") if len(tries) != 2 else TransientError("it broke")

    with pytest.raises(StalledError):
        client.patiently(attempt, attempts=9)
    assert len(tries) == 4, "a drip, a break, and two drips one after the other"


def test_every_twenty_seconds_count_for_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    answer = answer_of(FakeResponse(200, {}, b"x" * 1_000_000, b"x" * 19_999))
    clock.now += 20
    answer.read(1 << 20)
    clock.now += 20
    with pytest.raises(TransientError):
        answer.read(1 << 20)


@pytest.mark.parametrize("remaining", [5, None])
def test_a_body_that_was_not_read_to_its_end_closes_its_connection(remaining: int | None) -> None:
    response = FakeResponse(200, {}, b"abc", b"def")
    response.length_remaining = remaining
    answer = answer_of(response)
    assert answer.read(10) == b"abc"
    answer.close()
    assert response.closed


@pytest.mark.parametrize("remaining", [0, None])
def test_a_body_that_was_read_to_its_end_gives_its_connection_back(remaining: int | None) -> None:
    response = FakeResponse(200, {}, b"abc")
    response.length_remaining = remaining
    assert answer_of(response).read_all(3) == b"abc"
    assert (response.closed, response.released) == (False, True)


def test_once_stopped_a_body_is_not_read_on() -> None:
    response, stop = FakeResponse(200, {}, b"abc", b"def"), threading.Event()
    answer = answer_of(response, stop=stop)
    assert answer.read(10) == b"abc"
    stop.set()
    with pytest.raises(InterruptedByUserError):
        answer.read(10)
    assert response.closed


def test_pieces_let_go_of_the_connection_whatever_happens() -> None:
    response = FakeResponse(200, {}, b"abc", b"def")
    pieces = answer_of(response).pieces(3)
    assert next(pieces) == b"abc"
    assert not response.released
    with pytest.raises(NetworkError, match="longer than 3 bytes"):
        next(pieces)
    assert response.released
