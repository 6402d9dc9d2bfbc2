"""What failed in passing is tried again: as often as bounded, as late as the server asks, and not when told to stop."""

import threading
import time
from collections.abc import Mapping

import pytest
import tenacity
from hypothesis import example, given, settings
from hypothesis import strategies as st

from resolver.domain.errors import InterruptedByUserError, NetworkError, OfflineError, TransientError
from resolver.transport.client import Client, waiting_time
from resolver.transport.errors import StatusError, connection_error
from resolver.transport.waits import retry_after
from tests.servers.faults import ALWAYS, Fault, http_date
from tests.servers.files import FileServer
from tests.unit.transport.clients import Sleepless, client_with

BODY = b"weights"


@pytest.fixture
def url(server: FileServer) -> str:
    server.put("weights", BODY)
    return server.url("weights")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_passing_failure_is_tried_again(
    server: FileServer, client: Client, stop: Sleepless, url: str, status: int
) -> None:
    server.faults = [Fault("weights", "status", times=2, status=status)]
    assert client.get(url, limit=7).body == BODY
    assert len(server.requests) == 3
    assert len(stop.waits) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 416, 451, 501, 505])
def test_a_refusal_is_not_tried_again(server: FileServer, client: Client, url: str, status: int) -> None:
    server.faults = [Fault("weights", "status", status=status, headers={"X-Error-Code": "GatedRepo"})]
    with pytest.raises(StatusError, match=f"HTTP {status}") as caught:
        client.get(url, limit=7)
    assert (caught.value.status, caught.value.code) == (status, "GatedRepo")
    assert len(server.requests) == 1


def test_a_refusal_without_a_word_has_no_code(client: Client, server: FileServer) -> None:
    with pytest.raises(StatusError) as caught:
        client.get(server.url("nowhere"), limit=7)
    assert caught.value.code is None
    assert caught.value.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("kind", ["drop", "reset", "truncate"])
def test_a_broken_connection_is_tried_again(server: FileServer, client: Client, url: str, kind: str) -> None:
    server.faults = [Fault("weights", kind, times=2, after_bytes=3)]  # type: ignore[arg-type]  # one of its kinds
    assert client.get(url, limit=7).body == BODY
    assert len(server.requests) == 3


def test_tries_end(server: FileServer, client: Client, stop: Sleepless, url: str) -> None:
    server.faults = [Fault("weights", "status", times=ALWAYS)]
    with pytest.raises(TransientError, match="HTTP 503"):
        client.get(url, limit=7)
    assert len(server.requests) == 5
    assert len(stop.waits) == 4


def test_a_server_that_is_not_there_is_an_error_with_a_hint(client: Client) -> None:
    with FileServer() as server:
        url = server.url("x")
    with pytest.raises(TransientError, match="cannot be reached") as caught:
        client.get(url, limit=7)
    assert "is 127.0.0.1 reachable" in str(caught.value.hint)


def test_the_wait_is_the_one_that_the_server_asks_for(
    server: FileServer, client: Client, stop: Sleepless, url: str
) -> None:
    server.faults = [
        Fault("weights", "status", retry_after=7),
        Fault("weights", "status", retry_after=http_date(60)),
        Fault("weights", "status", status=429, headers={"RateLimit": '"resolvers";r=0;t=42'}),
        Fault("weights", "status", retry_after=100_000),
    ]
    client.get(url, limit=7)
    assert stop.waits[0] == 7
    assert 50 < stop.waits[1] <= 60
    assert stop.waits[2:] == [42, 300]


RETRY_AFTER: list[tuple[Mapping[str, str], float | None]] = [
    ({"retry-after": "0"}, 0),
    ({"retry-after": " 12 "}, 12),
    ({"retry-after": "3", "ratelimit": '"x";r=0;t=42'}, 3),
    ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
    ({"retry-after": "Wed, 21 Oct 2015 07:28:00 -0000"}, 0),
    ({"retry-after": "Wed, 21 Oct 2015 07:28:00"}, 0),
    ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT", "date": "Wed, 21 Oct 2015 07:27:18 GMT"}, 42),
    ({"retry-after": "Wed, 21 Oct 2095 07:28:00 GMT", "date": "Wed, 21 Oct 2095 07:27:18 GMT"}, 42),
    ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT", "date": "Wed, 21 Oct 2015 07:29:00 GMT"}, 0),
    ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT", "date": "some day"}, 0),
    ({"retry-after": "soon"}, None),
    ({"retry-after": ""}, None),
    ({"retry-after": "-5"}, None),
    ({"retry-after": "1.5"}, None),
    ({"retry-after": "\u00b2"}, None),
    ({"ratelimit": '"resolvers";r=0;t=42'}, 42),
    ({"ratelimit": '"resolvers";r=0; t=42;x=1'}, 42),
    ({"ratelimit": '"resolvers";t=42, "api";t=7'}, 42),
    ({"ratelimit": '"resolvers";r=0;t=99999'}, None),
    ({"ratelimit": '"resolvers";r=0;t=4s'}, None),
    ({"ratelimit": '"resolvers";r=0;at=42'}, None),
    ({"ratelimit": "limit=100, reset=5"}, None),
    ({}, None),
]


@pytest.mark.parametrize(("headers", "seconds"), RETRY_AFTER, ids=[ascii(one[0]) for one in RETRY_AFTER])
def test_a_server_says_when_in_several_ways(headers: Mapping[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


@settings(deadline=None, max_examples=300)
@given(
    st.text(st.characters(max_codepoint=255), max_size=40) | st.from_regex(r"\w{3}, \d\d? \w{3} \d{4} \d\d:\d\d.{0,9}")
)
@example("Wed, 21 Oct 99999 07:28:00 GMT")
@example("Wed, 21 Oct 2015 07:28:00 +9999")
@example("9" * 5000)
def test_whatever_a_server_says_is_a_wait_or_nothing(value: str) -> None:
    for header in ("retry-after", "ratelimit"):
        for date in ({}, {"date": value}, {"date": "Wed, 21 Oct 2015 07:28:00 GMT"}):
            found = retry_after({header: value, **date})
            assert found is None or found >= 0


def state(attempt: int, error: Exception | None = None) -> tenacity.RetryCallState:
    found = tenacity.RetryCallState(tenacity.Retrying(), None, (), {})
    found.attempt_number = attempt
    if error is not None:
        found.set_exception((type(error), error, None))
    return found


def test_waits_grow_with_jitter_up_to_half_a_minute() -> None:
    for attempt, longest in [(1, 0.5), (2, 1), (3, 2), (4, 4), (5, 8), (20, 30)]:
        waits = [waiting_time(state(attempt, TransientError("x"))) for _ in range(200)]
        assert max(waits) <= longest
        assert max(waits) > longest / 2
        assert min(waits) < longest / 2


def test_the_server_waits_longest() -> None:
    assert waiting_time(state(1, TransientError("x", retry_after=299))) == 299
    assert waiting_time(state(1, TransientError("x", retry_after=301))) == 300
    assert waiting_time(state(9, TransientError("x", retry_after=0))) == 0


def test_offline_nothing_is_asked(server: FileServer, url: str) -> None:
    with client_with(offline=True) as client:
        with pytest.raises(OfflineError, match="the network may not be used"):
            client.get(url, limit=7)
        with pytest.raises(OfflineError):
            client.head(url)
        with pytest.raises(OfflineError):
            client.open(url)
        with pytest.raises(OfflineError):
            client.admit(url)
    assert server.requests == []


def test_once_stopped_nothing_is_asked(server: FileServer, client: Client, stop: Sleepless, url: str) -> None:
    stop.set()
    with pytest.raises(InterruptedByUserError):
        client.get(url, limit=7)
    assert server.requests == []
    assert stop.waits == []


def test_stopping_ends_a_long_wait(server: FileServer, url: str) -> None:
    server.faults = [Fault("weights", "status", times=ALWAYS, retry_after=60)]
    stop = threading.Event()
    timer = threading.Timer(0.2, stop.set)
    started = time.monotonic()
    with client_with(stop) as client:
        timer.start()
        with pytest.raises((InterruptedByUserError, TransientError)):
            client.get(url, limit=7)
    timer.join()
    assert time.monotonic() - started < 10
    assert len(server.requests) == 1


def test_anything_may_be_tried_patiently(client: Client, stop: Sleepless) -> None:
    tries = iter([TransientError("a"), TransientError("b"), None])

    def attempt() -> str:
        error = next(tries)
        if error is not None:
            raise error
        return "done"

    assert client.patiently(attempt) == "done"
    assert len(stop.waits) == 2


def test_other_errors_pass_at_once(client: Client, stop: Sleepless) -> None:
    def attempt() -> None:
        raise NetworkError("for good")

    with pytest.raises(NetworkError, match="for good"):
        client.patiently(attempt)
    assert stop.waits == []


def test_a_certificate_that_nobody_knows_is_not_tried_again() -> None:
    import ssl

    from urllib3.exceptions import MaxRetryError, SSLError

    for error in (SSLError("bad"), ssl.SSLError("bad"), OSError("x")):
        wrapped = MaxRetryError(None, "/", error)  # type: ignore[arg-type]  # no pool is needed
        wrapped.__cause__ = error
        found = connection_error("https://user:word@h/x", error if isinstance(error, SSLError) else wrapped)
        assert isinstance(found, TransientError) is (type(error) is OSError)
        assert "word" not in found.message


def failing(error: Exception) -> NetworkError:
    """What is made of an error that the network library wrapped."""
    import urllib3

    wrapped = urllib3.exceptions.SSLError(error)
    wrapped.__cause__ = error
    return connection_error("https://h/x", wrapped)


@pytest.mark.parametrize("number", [9, 10, 18])
def test_a_certificate_of_another_time_asks_for_the_clock(number: int) -> None:
    import ssl

    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code = number
    found = failing(error)
    assert "certificate is not trusted" in found.message
    assert ("clock" if number < 18 else "SSL_CERT_FILE") in str(found.hint)
    assert not isinstance(found, TransientError)


def test_an_encrypted_connection_that_is_cut_is_tried_again() -> None:
    import ssl

    altered = ssl.SSLError(1, "[SSL: DECRYPTION_FAILED_OR_BAD_RECORD_MAC]")
    altered.reason = "DECRYPTION_FAILED_OR_BAD_RECORD_MAC"
    for error in (ssl.SSLEOFError(8, "EOF"), ssl.SSLZeroReturnError(6, "closed"), ssl.SSLSyscallError(5, "x"), altered):
        assert isinstance(failing(error), TransientError)
    other = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]")
    other.reason = "WRONG_VERSION_NUMBER"
    assert not isinstance(failing(other), TransientError)
    assert "no encrypted connection" in failing(other).message
