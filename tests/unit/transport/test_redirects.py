"""Redirects under our own rules: the token stays at its origin, and nothing is followed where it may not go."""

import itertools
from collections.abc import Iterator

import pytest

from resolver.domain.errors import NetworkError
from resolver.domain.ports import Portion
from resolver.transport.client import MOST_REDIRECTS, Client, _redirected
from resolver.transport.errors import StatusError
from resolver.transport.origins import Credential
from tests.servers.base import LocalServer
from tests.servers.files import FileServer
from tests.servers.wire import Answer, Request, text_answer

CANARY = "hf_canary"
BODY = b"weights" * 100


@pytest.fixture
def gated() -> Iterator[FileServer]:
    """A server whose first origin demands the canary; the second sees it only if it leaks."""
    with FileServer(token=CANARY) as server:
        server.put("weights", BODY)
        yield server


def credential(server: FileServer) -> Credential:
    return Credential(server.origin_of("files"), f"Bearer {CANARY}")


def addresses(server: FileServer) -> dict[str, str]:
    files, other = server.origin_of("files"), server.origin_of("other")
    port = files.rpartition(":")[2]
    return {
        "relative": "weights",
        "absolute path": "/weights",
        "same origin": f"{files}/weights",
        "same origin in capitals": f"HTTP{files.removeprefix('http')}/weights",
        "same origin with user": f"http://someone:{CANARY}x@127.0.0.1:{port}/weights",
        "through its own": "/second",
        "other port": f"{other}/weights",
        "other port with user": f"{other.replace('//', '//someone@')}/weights",
        "other port without scheme": f"{other.removeprefix('http:')}/weights",
        "other port and back": f"{other}/back",
        "through its own to the other": "/away",
        "other host": f"http://localhost:{port}/weights",
    }


STAYING = ["relative", "absolute path", "same origin", "same origin in capitals", "same origin with user"]
CASES = [*STAYING, "through its own"]
LEAVING = ["other port", "other port with user", "other port without scheme", "through its own to the other"]
BACK = "other port and back"


def prepare(server: FileServer, case: str, status: int = 302) -> str:
    server.redirect("first", addresses(server)[case], status)
    server.redirect("second", "/weights")
    server.redirect("away", addresses(server)["other port"])
    server.redirect("back", server.url("weights"))
    return server.url("first")


def leaks(server: FileServer) -> list[Request]:
    """Requests that bear the canary anywhere, and are not for the endpoint."""
    endpoint = server.origin_of("files").removeprefix("http://")
    bearing = [one for one in server.requests if CANARY in repr((one.headers, one.path, one.query))]
    return [one for one in bearing if (one.origin, one.header("host")) != ("files", endpoint)]


@pytest.mark.parametrize("case", [*CASES, *LEAVING, BACK])
def test_a_redirect_is_followed_and_the_token_stays_at_its_origin(gated: FileServer, client: Client, case: str) -> None:
    answer = client.get(prepare(gated, case), limit=len(BODY), credential=credential(gated))
    assert answer.body == BODY
    assert leaks(gated) == []
    assert {one.origin for one in gated.requests} == ({"files"} if case in CASES else {"files", "other"})
    assert all(one.bearer() == CANARY for one in gated.requests if one.origin == "files")


def test_another_name_of_the_same_machine_is_another_origin(gated: FileServer, client: Client) -> None:
    with pytest.raises(StatusError) as caught:
        client.get(prepare(gated, "other host"), limit=len(BODY), credential=credential(gated))
    assert caught.value.status == 401
    assert leaks(gated) == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_kind_of_redirect_takes_the_token_along(gated: FileServer, client: Client, status: int) -> None:
    answer = client.get(prepare(gated, "other port", status), limit=len(BODY), credential=credential(gated))
    assert answer.body == BODY
    assert leaks(gated) == []


@pytest.mark.parametrize("way", ["{other}\\@{files}", "{files}\\@{other}", "{other}\\.{files}"])
def test_an_address_that_two_parsers_read_differently_is_not_asked(gated: FileServer, client: Client, way: str) -> None:
    r"""`http://one:1\@two:2/` is host two by RFC 3986; urllib3 connects to host one."""
    files, other = (gated.origin_of(name).removeprefix("http://") for name in ("files", "other"))
    gated.redirect("first", f"http://{way.format(files=files, other=other)}/weights")
    with pytest.raises(NetworkError):
        client.get(gated.url("first"), limit=len(BODY), credential=credential(gated))
    assert leaks(gated) == []
    assert len(gated.requests) == 1


@pytest.mark.parametrize("status", [300, 304, 305])
def test_what_is_no_redirect_is_not_followed(gated: FileServer, client: Client, status: int) -> None:
    with pytest.raises(StatusError) as caught:
        client.get(prepare(gated, "other port", status), limit=len(BODY), credential=credential(gated))
    assert caught.value.status == status
    assert len(gated.requests) == 1


def test_a_range_goes_along(server: FileServer, client: Client) -> None:
    server.put("weights", BODY, etag='"x"')
    server.redirect("first", server.url("weights", "other"))
    answer = client.open(server.url("first"), portion=Portion(7, 12, '"x"'))
    assert (answer.offset, answer.read_all(5)) == (7, BODY[7:12])
    assert [one.header("if-range") for one in server.requests] == ['"x"', '"x"']


def test_the_address_of_an_answer_is_the_one_it_came_from(server: FileServer, client: Client) -> None:
    server.put("weights", BODY)
    server.redirect("first", f"{server.origin_of('other').replace('//', '//someone:word@')}/weights")
    assert client.get(server.url("first"), limit=len(BODY)).url == server.url("weights", "other")


def chain(server: FileServer, length: int) -> str:
    server.put(f"step{length}", BODY)
    for number in range(length):
        server.redirect(f"step{number}", f"step{number + 1}")
    return server.url("step0")


def test_ten_redirects_are_followed_and_no_more(server: FileServer, client: Client) -> None:
    assert client.get(chain(server, MOST_REDIRECTS), limit=len(BODY)).body == BODY
    with pytest.raises(NetworkError, match="more than 10 redirects"):
        client.get(chain(server, MOST_REDIRECTS + 1), limit=len(BODY))


def test_a_circle_ends(server: FileServer, client: Client) -> None:
    server.redirect("a", "b")
    server.redirect("b", "a")
    with pytest.raises(NetworkError, match="more than 10 redirects"):
        client.get(server.url("a"), limit=1)
    assert len(server.requests) <= MOST_REDIRECTS + 1


def test_a_redirect_to_nowhere_is_a_refusal(client: Client) -> None:
    with LocalServer(files=lambda _: text_answer(302, "no address")) as server, pytest.raises(StatusError):
        client.get(server.origin_of("files"), limit=1)


@pytest.mark.parametrize(
    "location", ["http://[", "http://[::1", "http://host:abc/", "http://host:99999/", "http://h:-1"]
)
def test_an_address_that_is_none_is_an_error_of_the_network(server: FileServer, client: Client, location: str) -> None:
    server.redirect("first", location)
    with pytest.raises(NetworkError):
        client.get(server.url("first"), limit=1)


@pytest.mark.parametrize("location", ["ftp://h/x", "file:///etc/passwd", "javascript:x", "data:,x", "gopher://h"])
def test_only_http_is_followed(server: FileServer, client: Client, location: str) -> None:
    server.redirect("first", location)
    with pytest.raises(NetworkError, match="redirected to a"):
        client.get(server.url("first"), limit=1)


@pytest.mark.parametrize("location", ["http://models.example/x", "HTTP://models.example/x", "http://other.example"])
def test_encryption_is_never_given_up(location: str) -> None:
    with pytest.raises(NetworkError, match="from https to http"):
        _redirected("https://models.example/a", location)


@pytest.mark.parametrize(
    ("url", "location", "target"),
    [
        ("https://h/a/b", "c", "https://h/a/c"),
        ("https://h/a/b", "/c", "https://h/c"),
        ("https://h/a/b", "//o/c", "https://o/c"),
        ("https://h/a/b", "https://o/c", "https://o/c"),
        ("http://h/a", "https://h/a", "https://h/a"),
        ("http://h/a", "http://o/a", "http://o/a"),
        ("https://h/a/b?q", "?r", "https://h/a/b?r"),
    ],
)
def test_an_address_is_resolved_against_the_one_before(url: str, location: str, target: str) -> None:
    assert _redirected(url, location) == target


def test_a_head_that_leads_away_is_a_yes_and_not_followed(gated: FileServer, client: Client) -> None:
    answer = client.head(prepare(gated, "other port"), credential=credential(gated))
    assert answer.status == 302
    assert [(one.method, one.origin) for one in gated.requests] == [("HEAD", "files")]


def test_a_head_follows_within_its_origin(gated: FileServer, client: Client) -> None:
    assert client.head(prepare(gated, "through its own"), credential=credential(gated)).status == 200
    assert [one.method for one in gated.requests] == ["HEAD"] * 3


def test_a_head_that_is_refused_is_an_error(gated: FileServer, client: Client) -> None:
    with pytest.raises(StatusError) as caught:
        client.head(prepare(gated, "relative"))
    assert caught.value.status == 401


LARGE = 32 << 20


def large(request: Request) -> Answer:
    """A body of 32 MiB under a redirect or an error, without a word about its length."""
    body = itertools.repeat(bytes(1 << 16), LARGE >> 16)
    if request.path == "/redirect":
        return Answer(302, {"Location": "/end"}, body, framing="chunked")
    return text_answer(200, "end") if request.path == "/end" else Answer(503, {}, body, framing="chunked")


def test_the_body_of_a_redirect_is_not_read_to_its_end(client: Client) -> None:
    with LocalServer(files=large) as server:
        assert client.get(f"{server.origin_of('files')}/redirect", limit=10).body == b"end"
    assert server.bytes_sent("redirect") < LARGE / 4


def test_the_body_of_an_error_is_not_read_to_its_end(client: Client) -> None:
    with LocalServer(files=large) as server, pytest.raises(NetworkError, match="HTTP 503"):
        client.open(f"{server.origin_of('files')}/error")
    assert server.bytes_sent("error") < LARGE / 4
