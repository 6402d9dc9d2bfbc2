"""One index, asked in JSON, believed only as far as its digests go."""

import gzip
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from resolver.domain.errors import (
    AccessRefusedError,
    MismatchError,
    NetworkError,
    NotFoundUpstreamError,
    UnsafeContentError,
)
from resolver.domain.lock import Artifact, File
from resolver.domain.manifest import Request
from resolver.domain.ports import Candidate, Portion
from resolver.sources.index_settings import IndexSettings
from resolver.sources.package_index import PackageIndex
from resolver.transport.client import Client
from tests.bodies import taken
from tests.servers.base import LocalServer
from tests.servers.faults import ALWAYS, Fault
from tests.servers.index import PackageIndex as Server
from tests.servers.index import make_broken_wheel, make_wheel, wheel_filename
from tests.servers.wire import Answer, json_answer, text_answer
from tests.unit.domain.values import sha
from tests.unit.sources.shelves import MemoryShelf, desk
from tests.unit.transport.clients import client_with

FILES = {"voices/__init__.py": b"VERSION = 1\n", "voices/v.bin": b"weights" * 20_000}
WHEEL = make_wheel("voices", "1.0", FILES, compress=False)
REQUEST = Request("pypi:voices")
KEY = "pypi:voices@*"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def client() -> Iterator[Client]:
    with client_with() as client:
        yield client


@pytest.fixture
def index(server: Server, client: Client) -> PackageIndex:
    return PackageIndex(lambda: client, IndexSettings(server.url))


def pinned(index: PackageIndex, version: str = "1.0", shelf: MemoryShelf | None = None) -> Artifact:
    return index.artifact(KEY, REQUEST, Candidate(version), desk(shelf=shelf))


def versions(index: PackageIndex) -> dict[str | None, bool]:
    return {one.version: one.yanked for one in index.candidates(REQUEST)}


def test_every_release_with_a_wheel_for_every_machine_is_offered(server: Server, index: PackageIndex) -> None:
    server.add("voices", "1.0", WHEEL)
    server.add("voices", "1.1", WHEEL, yanked="broken")
    server.add("voices", "2.0rc1", WHEEL, filename="voices-2.0rc1-py2.py3-none-any.whl")
    for name in ("voices-3.0-cp311-cp311-linux_x86_64.whl", "voices-3.0.tar.gz", "voices-3.0-py3-none-win32.whl"):
        server.add("voices", "3.0", WHEEL, filename=name)
    server.add("voices", "4.0", WHEEL, filename="other-4.0-py3-none-any.whl")
    server.add("voices", "5.0", WHEEL, hashes=False)
    server.add("voices", "6.0", WHEEL, filename="voices-abc-py3-none-any.whl")
    assert versions(index) == {"1.0": False, "1.1": True, "2.0rc1": False}


def test_a_name_is_looked_up_in_its_normal_form_and_once(server: Server, index: PackageIndex) -> None:
    server.add("silero-vad", "1.0", WHEEL, filename="silero_vad-1.0-py3-none-any.whl")
    for name in ("Silero_VAD", "silero.vad", "silero-vad"):
        assert [one.version for one in index.candidates(Request(f"pypi:{name}"))] == ["1.0"]
    assert [one.path for one in server.requests] == ["/simple/silero-vad/"]
    assert server.requests[0].header("accept") == "application/vnd.pypi.simple.v1+json"


def test_a_wheel_is_pinned_by_reading_parts_of_it(server: Server, index: PackageIndex) -> None:
    server.add("voices", "1.0", WHEEL)
    found = pinned(index)
    assert (found.key, found.commit, found.version, found.license, found.index) == (KEY, None, "1.0", "mit", None)
    assert found.archive == File("voices-1.0-py3-none-any.whl", len(WHEEL), sha(WHEEL))
    assert {one.path for one in found.files} >= FILES.keys()
    assert found.flags == ("code",)
    assert all(one.header("range") for one in server.requested("/files/"))


def test_a_wheel_is_read_whole_where_the_server_has_no_ranges(server: Server, index: PackageIndex) -> None:
    server.add("voices", "1.0", WHEEL)
    server.faults = [Fault("/files/", "ignore_range", times=ALWAYS)]
    shelf = MemoryShelf()
    found = pinned(index, shelf=shelf)
    assert sha(WHEEL) in shelf.kept
    assert {one.path for one in found.files} >= FILES.keys()


def test_bytes_that_are_not_those_of_the_index_are_a_mismatch(server: Server, index: PackageIndex) -> None:
    server.add("voices", "1.0", WHEEL)
    server.faults = [
        Fault("/files/", "ignore_range", times=ALWAYS),
        Fault("/files/", "flip", times=ALWAYS, after_bytes=200),
    ]
    with pytest.raises(MismatchError):
        pinned(index)


@pytest.mark.parametrize("flaw", ["record_missing", "duplicate", "symlink", "escape"])
def test_a_wheel_with_a_flaw_is_refused(server: Server, index: PackageIndex, flaw: str) -> None:
    server.add("voices", "1.0", make_broken_wheel(flaw, "voices"))  # type: ignore[arg-type]  # one of its kinds
    with pytest.raises(UnsafeContentError):
        pinned(index)


def test_of_several_builds_the_highest_is_pinned(server: Server, index: PackageIndex) -> None:
    for build in ("9", "10", "10a", "2"):
        body = make_wheel("voices", "1.0", {"voices/build": build.encode()})
        server.add("voices", "1.0", body, filename=f"voices-1.0-{build}-py3-none-any.whl")
    server.add("voices", "1.0", WHEEL)
    found = pinned(index)
    assert found.archive is not None
    assert found.archive.path == "voices-1.0-10a-py3-none-any.whl"


def test_of_several_builds_one_that_is_not_yanked_is_pinned(server: Server, index: PackageIndex) -> None:
    server.add("voices", "1.0", b"x", filename="voices-1.0-1-py3-none-any.whl", yanked="broken")
    server.add("voices", "1.0", WHEEL)
    server.add("voices", "1.0", b"x", filename="voices-1.0-2-py3-none-any.whl", yanked="broken")
    assert versions(index) == {"1.0": False}
    found = pinned(index)
    assert found.archive is not None
    assert found.archive.path == wheel_filename("voices", "1.0")


def test_a_project_that_is_not_there_is_not_found(index: PackageIndex) -> None:
    with pytest.raises(NotFoundUpstreamError, match="pypi:voices"):
        index.candidates(REQUEST)


def content_of(index: PackageIndex, artifact: Artifact, offset: int = 0) -> bytes:
    assert artifact.archive is not None
    body = index.open(artifact, artifact.archive, Portion(offset))
    found = b""
    while piece := taken(body, 1 << 16):
        found += piece
    body.close()
    return found


def test_a_locked_wheel_is_found_by_its_digest(server: Server, index: PackageIndex) -> None:
    server.add("voices", "1.0", WHEEL)
    locked = pinned(index)
    server.add("voices", "1.0", WHEEL, filename="voices-1.0-1-py3-none-any.whl")
    assert content_of(index, locked) == WHEEL
    assert content_of(index, locked, 1000) == WHEEL[1000:]


def test_a_wheel_that_is_gone_or_other_now_is_not_found(server: Server, client: Client, index: PackageIndex) -> None:
    server.add("voices", "1.0", WHEEL)
    locked = pinned(index)
    server.add("voices", "1.0", make_wheel("voices", "1.0", {"voices/v.bin": b"other"}))
    again = PackageIndex(lambda: client, IndexSettings(server.url))
    with pytest.raises(NotFoundUpstreamError, match=r"has no voices-1\.0-py3-none-any\.whl with sha256"):
        content_of(again, locked)


def test_a_password_goes_to_the_index_and_nowhere_else(client: Client) -> None:
    with Server(password="user:sec ret", absolute_urls=True) as server:
        server.add("voices", "1.0", WHEEL)
        address = server.url.replace("//", "//user:sec%20ret@")
        index = PackageIndex(lambda: client, IndexSettings(address))
        assert content_of(index, pinned(index)) == WHEEL
        assert all(one.header("authorization") for one in server.requested(origin="index"))
        assert not any(one.header("authorization") for one in server.requested(origin="files"))
        assert server.requested(origin="files")


def test_without_the_password_access_is_refused(client: Client) -> None:
    with Server(password="user:secret") as server:
        server.add("voices", "1.0", WHEEL)
        index = PackageIndex(lambda: client, IndexSettings(server.url))
        with pytest.raises(AccessRefusedError) as caught:
            index.candidates(REQUEST)
        wrong = PackageIndex(lambda: client, IndexSettings(server.url.replace("//", "//user:wr0ng@")))
        with pytest.raises(AccessRefusedError) as again:
            wrong.candidates(REQUEST)
    assert "secret" not in f"{caught.value}{again.value}"
    assert "wr0ng" not in f"{again.value}{again.value.hint}"


def test_a_model_may_name_another_index(server: Server, client: Client) -> None:
    with Server() as other:
        other.add("voices", "2.0", WHEEL)
        server.add("voices", "1.0", WHEEL)
        index = PackageIndex(lambda: client, IndexSettings(server.url))
        request = Request("pypi:voices", index=other.url)
        assert [one.version for one in index.candidates(request)] == ["2.0"]
        assert index.artifact(KEY, request, Candidate("2.0"), desk()).index == other.url
        assert [one.version for one in index.candidates(REQUEST)] == ["1.0"]
        assert len(server.requests) == 1


def test_other_indexes_are_never_asked(server: Server, client: Client) -> None:
    with Server() as other:
        other.add("voices", "999.9.9", WHEEL)
        index = PackageIndex(lambda: client, IndexSettings(server.url, (other.url,)))
        with pytest.raises(NotFoundUpstreamError):
            index.candidates(REQUEST)
        assert other.requests == []


def test_an_index_that_speaks_no_json_is_an_error_with_a_way_out(server: Server, index: PackageIndex) -> None:
    server.add("voices", "1.0", WHEEL)
    server.serves_json = False
    with pytest.raises(NetworkError):
        index.candidates(REQUEST)


JSON = "application/vnd.pypi.simple.v1+json"
ENTRY = {"filename": "voices-1.0-py3-none-any.whl", "url": "x.whl", "hashes": {"sha256": "a" * 64}}


def as_page(body: bytes, content_type: str = JSON) -> Callable[[object], Answer]:
    return lambda _: Answer(200, {"Content-Type": content_type}, (body,), len(body))


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", JSON),
        (b"{", JSON),
        (b"[]", JSON),
        (b"null", JSON),
        (b'"x"', JSON),
        (b"[" * 200_000, JSON),
        (b"\xff\xfe", JSON),
        (b"<html>", "text/html"),
        (b"<html>", "application/vnd.pypi.simple.v1+html"),
        (b"{}", ""),
        (gzip.compress(b"{}", mtime=0), JSON),
    ],
)
def test_a_page_that_is_none_is_an_error_of_the_network(client: Client, body: bytes, content_type: str) -> None:
    with LocalServer(index=as_page(body, content_type)) as server:
        index = PackageIndex(lambda: client, IndexSettings(server.origin_of("index")))
        with pytest.raises(NetworkError):
            index.candidates(REQUEST)


NO_RELEASE: list[Any] = [
    {},
    {"files": None},
    {"files": {}},
    {"files": "x"},
    {"files": [None, 1, "x", []]},
    {"files": [{}]},
    {"files": [{**ENTRY, "hashes": None}]},
    {"files": [{**ENTRY, "hashes": {"md5": "x"}}]},
    {"files": [{**ENTRY, "hashes": {"sha256": "A" * 64}}]},
    {"files": [{**ENTRY, "hashes": {"sha256": 5}}]},
    {"files": [{**ENTRY, "filename": None}]},
    {"files": [{**ENTRY, "filename": "../voices-1.0-py3-none-any.whl"}]},
    {"files": [{**ENTRY, "filename": "voices-1.0-py3-none-any.whl/"}]},
    {"files": [{**ENTRY, "filename": "voices-1.0\u202e-py3-none-any.whl"}]},
]


@pytest.mark.parametrize("page", NO_RELEASE)
def test_an_entry_that_is_none_is_passed_over(client: Client, page: Any) -> None:
    with LocalServer(index=lambda _: json_answer(page, headers={"Content-Type": JSON})) as server:
        index = PackageIndex(lambda: client, IndexSettings(server.origin_of("index")))
        assert index.candidates(REQUEST) == []


@pytest.mark.parametrize("url", ["http://[", "http://host:99999/", "ftp://host/x", "file:///etc/passwd", 5, None])
def test_an_entry_with_an_address_that_is_none_is_an_error_when_it_is_needed(client: Client, url: Any) -> None:
    page = {"files": [{**ENTRY, "url": url}]}

    def answer(request: Any) -> Answer:
        if request.path == "/voices/":
            return json_answer(page, headers={"Content-Type": JSON})
        return text_answer(404, "no")

    with LocalServer(index=answer) as server:
        index = PackageIndex(lambda: client, IndexSettings(server.origin_of("index")))
        assert versions(index) == {"1.0": False}
        with pytest.raises((NetworkError, NotFoundUpstreamError)):
            pinned(index)


@pytest.mark.parametrize("address", ["", "x", "file:///x", "ftp://h/", "http://[", "http://h:99999/", "https://"])
def test_an_index_that_is_no_address_is_an_error_with_a_hint(client: Client, address: str) -> None:
    with pytest.raises(NetworkError) as caught:
        PackageIndex(lambda: client, IndexSettings(address)).candidates(REQUEST)
    assert "PIP_INDEX_URL" in str(caught.value.hint)
