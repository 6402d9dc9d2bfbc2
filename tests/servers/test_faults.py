"""Each fault does what it says, the next request is untouched, and nothing is left behind."""

import gzip
import hashlib
import http.client
import threading
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from tests.servers.base import LocalServer
from tests.servers.client import fetch
from tests.servers.faults import ALWAYS, Fault, http_date
from tests.servers.files import FileServer
from tests.servers.hub import LocalHub
from tests.servers.wire import Request

BODY = bytes(range(256)) * 2000


@pytest.fixture
def server() -> Iterator[FileServer]:
    with FileServer() as server:
        server.put("weights.bin", BODY)
        yield server


def broken(server: FileServer, fault: Fault, **headers: str) -> bytes:
    """The bytes that arrived before the connection broke."""
    server.faults = [fault]
    connection = http.client.HTTPConnection(server.url("weights.bin").split("/")[2], timeout=1)
    received = b""
    try:
        connection.request("GET", "/weights.bin", headers=headers)
        response = connection.getresponse()
        while chunk := response.read1(65536):
            received += chunk
    except OSError:
        pass
    finally:
        connection.close()
    return received


def test_a_status_comes_as_often_as_asked_with_either_form_of_retry_after(server: FileServer) -> None:
    server.faults = [Fault("weights", "status", times=2, retry_after=3), Fault("", "status", status=429)]
    server.faults[1].retry_after = http_date(60)
    answers = [fetch(server.url("weights.bin"))[0] for _ in range(4)]
    assert [answer.status for answer in answers] == [503, 503, 429, 200]
    assert answers[0].headers["Retry-After"] == "3"
    assert parsedate_to_datetime(answers[2].headers["Retry-After"]).tzinfo is not None


def test_a_rule_waits_for_its_origin_method_and_turn(server: FileServer) -> None:
    server.faults = [Fault("weights", "status", origin="other", method="HEAD", skip=1)]
    assert fetch(server.url("weights.bin"), "HEAD")[0].status == 200
    assert fetch(server.url("weights.bin", "other"))[0].status == 200
    heads = [fetch(server.url("weights.bin", "other"), "HEAD")[0].status for _ in range(3)]
    assert heads == [200, 503, 200]


@pytest.mark.parametrize("after", [0, 1000, len(BODY) - 1])
def test_a_reset_delivers_what_was_sent_before(server: FileServer, after: int) -> None:
    assert broken(server, Fault("weights", "reset", after_bytes=after)) == BODY[:after]
    assert fetch(server.url("weights.bin"))[1] == BODY


def test_a_truncated_body_is_shorter_than_declared(server: FileServer) -> None:
    server.faults = [Fault("weights", "truncate", after_bytes=1000)]
    with pytest.raises(http.client.IncompleteRead) as caught:
        fetch(server.url("weights.bin"))
    assert caught.value.partial == BODY[:1000]


def test_a_dropped_request_is_recorded_with_status_0(server: FileServer) -> None:
    server.faults = [Fault("weights", "drop")]
    with pytest.raises(http.client.RemoteDisconnected):
        fetch(server.url("weights.bin"))
    assert [request.status for request in server.requests] == [0]


def test_one_byte_is_flipped_at_its_place_in_the_whole_file(server: FileServer) -> None:
    server.faults = [Fault("weights", "flip", after_bytes=300_000)]
    assert fetch(server.url("weights.bin"), Range="bytes=0-9")[1] == BODY[:10]
    _, tail = fetch(server.url("weights.bin"), Range="bytes=299999-")
    assert tail[0] == BODY[299_999]
    assert tail[1] == BODY[300_000] ^ 0xFF
    assert tail[2:] == BODY[300_001:]
    assert server.faults[0].used == 1


@pytest.mark.parametrize("kind", ["endless", "endless_chunks"])
def test_an_endless_body_ends_with_the_client(server: FileServer, kind: str) -> None:
    server.faults = [Fault("weights", kind)]  # type: ignore[arg-type]  # one of its kinds
    connection = http.client.HTTPConnection(server.url("").split("/")[2], timeout=1)
    connection.request("GET", "/weights.bin")
    response = connection.getresponse()
    assert response.headers["Content-Length"] is None
    assert response.read(len(BODY) * 4) == BODY + bytes(3 * len(BODY))
    response.close()
    connection.close()


def test_a_body_may_be_longer_with_and_without_saying_so(server: FileServer) -> None:
    server.faults = [Fault("weights", kind, after_bytes=70_000) for kind in ("longer", "longer_chunks")]
    told, longer = fetch(server.url("weights.bin"))
    untold, chunked = fetch(server.url("weights.bin"))
    assert (told.headers["Content-Length"], untold.headers["Content-Length"]) == (str(len(BODY) + 70_000), None)
    assert longer == chunked == BODY + bytes(70_000)


def test_a_slow_body_keeps_its_pace(server: FileServer) -> None:
    server.put("small", b"x" * 20)
    server.faults = [Fault("small", "slow", bytes_per_second=100)]
    start = time.monotonic()
    assert fetch(server.url("small"))[1] == b"x" * 20
    assert 0.1 < time.monotonic() - start < 1


def test_ranges_can_be_ignored_or_wrong(server: FileServer) -> None:
    server.faults = [Fault("weights", "ignore_range"), Fault("weights", "wrong_range")]
    ignored, whole = fetch(server.url("weights.bin"), Range="bytes=5-9")
    wrong, part = fetch(server.url("weights.bin"), Range="bytes=5-9")
    assert (ignored.status, whole) == (200, BODY)
    assert (wrong.status, part, wrong.headers["Content-Range"]) == (206, BODY[5:10], f"bytes 6-10/{len(BODY)}")
    assert server.requests[0].header("Range") == "bytes=5-9"


def test_an_inflated_body_is_gzip_that_nobody_asked_for(server: FileServer) -> None:
    server.faults = [Fault("weights", "inflated", after_bytes=1_000_000)]
    response, body = fetch(server.url("weights.bin"), Accept_Encoding="identity")
    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(body) == BODY + bytes(1_000_000)


def test_headers_can_be_changed_and_taken_away(server: FileServer) -> None:
    server.faults = [Fault("weights", "headers", headers={"etag": '"../../evil"', "Accept-Ranges": None})]
    response, _ = fetch(server.url("weights.bin"), "HEAD")
    assert (response.headers["ETag"], response.headers["Accept-Ranges"]) == ('"../../evil"', None)


def test_a_request_is_redirected_elsewhere(server: FileServer) -> None:
    server.faults = [Fault("weights", "redirect_to", url=server.url("x", "other"), status=307)]
    response, _ = fetch(server.url("weights.bin"))
    assert (response.status, response.headers["Location"]) == (307, server.url("x", "other"))


@pytest.mark.parametrize("kind", ["stall", "silent"])
def test_a_silent_server_ends_with_the_context_and_leaves_no_thread(kind: str) -> None:
    before = threading.active_count()
    with FileServer() as server:
        server.put("weights.bin", BODY)
        server.faults = [Fault("weights", "stall" if kind == "stall" else "silent", after_bytes=1000)]
        connection = http.client.HTTPConnection(server.url("").split("/")[2], timeout=0.1)
        connection.request("GET", "/weights.bin")
        with pytest.raises(TimeoutError):
            connection.getresponse().read()
        assert server.requests[0].sent == (1000 if kind == "stall" else 0)
    connection.close()
    assert threading.active_count() == before


def test_a_chance_is_repeatable(server: FileServer) -> None:
    server.faults = [Fault("weights", "status", times=ALWAYS, chance=0.3)]
    seen = [fetch(server.url("weights.bin"), "HEAD")[0].status for _ in range(100)]
    assert 15 < seen.count(503) < 45
    assert server.faults[0].used == seen.count(503)


def test_a_body_fault_waits_for_the_redirect_to_pass(tmp_path: Path) -> None:
    with LocalHub(tmp_path) as hub:
        hub.commit("org/name", {"sub/model.bin": BODY})
        hub.faults = [Fault("sub/model.bin", "truncate", after_bytes=10)]
        response, _ = fetch(f"{hub.endpoint}/org/name/resolve/main/sub/model.bin")
        assert response.status == 302
        with pytest.raises(http.client.IncompleteRead):
            fetch(response.headers["Location"])


def test_connections_are_kept_and_bytes_are_counted(server: FileServer) -> None:
    connection = http.client.HTTPConnection(server.url("").split("/")[2], timeout=1)
    ports = set()
    for _ in range(3):
        connection.request("GET", "/weights.bin", headers={"Range": "bytes=0-999"})
        ports.add(connection.sock.getsockname())
        assert connection.getresponse().read() == BODY[:1000]
    connection.close()
    assert len(ports) == 1
    assert server.bytes_sent("weights") == 3000
    server.reset_requests()
    assert server.requests == []


def test_many_clients_at_once_are_all_served_and_recorded(server: FileServer) -> None:
    threads = [threading.Thread(target=fetch, args=(server.url("weights.bin"),)) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [request.status for request in server.requests] == [200] * 50


def test_if_range_sees_that_the_file_has_changed(server: FileServer) -> None:
    etag = fetch(server.url("weights.bin"), "HEAD")[0].headers["ETag"]
    assert fetch(server.url("weights.bin"), Range="bytes=5-", If_Range=etag)[0].status == 206
    digest = server.put("weights.bin", b"other")
    assert digest == hashlib.sha256(b"other").hexdigest()
    changed, body = fetch(server.url("weights.bin"), Range="bytes=5-", If_Range=etag)
    assert (changed.status, body) == (200, b"other")


def test_a_bearer_is_wanted_at_the_first_origin_only(server: FileServer, tmp_path: Path) -> None:
    server.token = "canary"
    (tmp_path / "file").write_bytes(b"from disk")
    server.put("file", tmp_path / "file")
    server.redirect("moved", server.url("file", "other"), 308)
    assert fetch(server.url("file"))[0].status == 401
    moved, _ = fetch(server.url("moved"), Authorization="Bearer canary")
    assert (moved.status, moved.headers["Location"]) == (308, server.url("file", "other"))
    assert fetch(server.url("file", "other"))[1] == b"from disk"


def test_a_mistake_in_a_route_fails_the_test_that_met_it() -> None:
    def route(_: Request) -> object:
        raise KeyError("mistake")

    with pytest.raises(KeyError, match="mistake"), LocalServer(broken=route) as server:  # type: ignore[arg-type] # on purpose
        assert fetch(server.origin_of("broken"))[0].status == 500
