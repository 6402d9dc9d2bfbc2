"""Servers that mean harm: every answer has a bound, whatever its status, and none is a bug of ours."""

from itertools import repeat

import pytest

from tests.cli.offers import ASR, WEIGHTS, offer
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.base import LocalServer
from tests.servers.faults import ALWAYS, ZEROS, Fault
from tests.servers.files import FileServer
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel
from tests.servers.wire import Answer, Request

ENOUGH = 256
"""Pieces of 64 KiB that stand for a body without end; the test ends even if somebody reads them all."""
pytestmark = pytest.mark.usefixtures("nothing_left_open")


def answering(answer: Answer) -> LocalServer:
    """A server that answers everything alike, but serves `/right`."""

    def route(request: Request) -> Answer:
        if request.path.endswith("/right"):
            return Answer(200, {}, (WEIGHTS,), len(WEIGHTS))
        return answer

    return LocalServer(web=route)


def test_what_the_hub_says_of_a_repository_is_bounded(project: Project, run: Run, waits: list[float]) -> None:
    """The largest listing of the index that is read has 128 MiB; nothing of the hub should be longer."""
    answer = Answer(200, {"Content-Type": "application/json"}, repeat(b" " * (1 << 20), 160), framing="close")
    with LocalServer(web=lambda _: answer) as server:
        project.manifest(ASR)
        result = run("lock", HF_ENDPOINT=server.origin_of("web"))
        assert result.code == 3, result.text
        assert server.bytes_sent() < 140 << 20
    assert len(waits) < 6


@pytest.mark.parametrize("framing", ["close", "chunked"])
@pytest.mark.parametrize("status", [302, 404, 403, 500, 418])
def test_the_body_of_a_refusal_or_redirect_is_not_read_without_end(
    project: Project, run: Run, status: int, framing: str, waits: list[float]
) -> None:
    endless = Answer(status, {"Location": "/right"}, repeat(ZEROS, ENOUGH), framing=framing)  # type: ignore[arg-type] # one of the two
    with answering(endless) as server:
        project.manifest(f'models: {{voice: {{source: "url:{server.origin_of("web")}/model.bin"}}}}\n')
        result = run("lock")
        assert result.code == (0 if status == 302 else 5 if status == 403 else 3), result.text
        asked = server.requested("model.bin")
        assert sum(request.sent for request in asked) < len(asked) * (8 << 20), "the sockets hold some of it"
    assert len(waits) < 6


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Length": "many"},
        {"Content-Length": "-5"},
        {"Location": "http://[::1"},
        {"Location": "http://127.0.0.1:99999/"},
        {"Location": "//"},
        {"Location": "http://\u00e9xample:1/".encode().decode("latin-1")},
        {"Retry-After": "-1"},
        {"Retry-After": "Mon, 99 Foo 2026 00:00:00 GMT"},
        {"Retry-After": "9" * 400},
        {"Retry-After": "Thu, 01 Jan 1970 00:00:00"},
    ],
)
@pytest.mark.parametrize("status", [302, 404, 503])
def test_a_header_that_makes_no_sense_is_an_outside_failure(
    project: Project, run: Run, headers: dict[str, str], status: int, waits: list[float]
) -> None:
    with answering(Answer(status, headers, (), framing="close")) as server:
        project.manifest(f'models: {{voice: {{source: "url:{server.origin_of("web")}/model.bin"}}}}\n')
        result = run("lock")
    assert result.code == 3, result.text
    assert all(0 <= seconds <= 300 for seconds in waits)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Range": "bytes 0-9/10"},
        {"Content-Range": "nonsense"},
        {"Content-Range": "bytes */10"},
        {"Content-Range": "bytes 5-/x"},
        {},
    ],
)
def test_a_part_that_is_not_the_one_that_was_asked_for_is_refused(
    project: Project, run: Run, files: FileServer, headers: dict[str, str], waits: list[float]
) -> None:
    digest = files.put("model.bin", WEIGHTS)
    project.manifest(f'models: {{voice: {{source: "url:{files.url("model.bin")}", sha256: {digest}}}}}\n')
    assert run("lock").code == 0
    files.faults = [
        Fault("model.bin", "reset", after_bytes=100_000),
        Fault("model.bin", "headers", times=ALWAYS, headers={"Content-Range": None, **headers}),
    ]
    assert run("sync").code in (0, 3)
    assert project.placed() in ({}, {"files/voice/model.bin": WEIGHTS})
    assert waits


def test_redirects_that_go_round_in_a_circle_end(project: Project, run: Run, files: FileServer) -> None:
    files.redirect("a", files.url("b"))
    files.redirect("b", files.url("a"))
    project.manifest(f'models: {{voice: {{source: "url:{files.url("a")}"}}}}\n')
    result = run("lock")
    assert result.code == 3
    assert "redirects" in result.stderr
    assert len(files.requests) <= 11


@pytest.mark.parametrize("etag", ['"../../evil"', "W/x", '"' + "0" * 64 + '"', "", "\u00ff"])
def test_a_name_on_disk_never_comes_from_a_header(project: Project, run: Run, hub: LocalHub, etag: str) -> None:
    offer(hub)
    project.manifest(ASR)
    hub.faults = [
        Fault(
            "", "headers", times=ALWAYS, headers={"ETag": etag, "Content-Disposition": 'attachment; filename="../evil"'}
        )
    ]
    assert run("sync").code == 0
    assert run("verify").code == 0
    assert not list(project.folder.parent.rglob("*evil*"))


@pytest.mark.parametrize("kind", ["endless", "inflated", "truncate"])
def test_a_listing_that_is_no_listing_is_an_outside_failure(
    project: Project, run: Run, index: PackageIndex, kind: str, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolver.sources.package_index.LARGEST_PAGE", 1 << 20)
    index.add("pack", "1.0", make_wheel("pack", "1.0", {"pack/w.bin": b"1"}))
    index.faults = [Fault("/simple/pack/", kind, times=ALWAYS, after_bytes=100)]  # type: ignore[arg-type] # one of the three
    project.manifest("models: {vad: {source: pypi:pack}}\n")
    assert run("lock").code == 3
    assert len(waits) < 6


@pytest.mark.parametrize(
    "content",
    [b"[]", b"null", b"{}", b'{"files": {}}', b'{"files": [1, null]}', b'{"files": [{"filename": 5}]}', b"[" * 100_000],
    ids=["a list", "null", "nothing in it", "files as a mapping", "no files", "a number as name", "a deep nest"],
)
def test_a_listing_of_another_form_is_an_outside_failure(
    project: Project, run: Run, content: bytes, waits: list[float]
) -> None:
    answer = Answer(200, {"Content-Type": "application/vnd.pypi.simple.v1+json"}, (content,), len(content))
    with LocalServer(web=lambda _: answer) as server:
        project.manifest("models: {vad: {source: pypi:pack}}\n")
        result = run("lock", PIP_INDEX_URL=f"{server.origin_of('web')}/simple/")
    assert result.code == 3, result.text
    assert len(waits) < 6


SHA = b"a" * 40
REPOSITORIES = {
    "a list": b"[]",
    "null": b"null",
    "nothing in it": b"{}",
    "no commit": b'{"id": "org/name"}',
    "a number as commit": b'{"id": "org/name", "sha": 5, "siblings": []}',
    "a word as commit": b'{"id": "org/name", "sha": "x", "siblings": []}',
    "a number as name": b'{"id": "org/name", "sha": "%b", "siblings": [{"rfilename": 5}]}' % SHA,
    "a file without a name": b'{"id": "org/name", "sha": "%b", "siblings": [{}]}' % SHA,
    "a path as digest": b'{"id": "org/name", "sha": "%b", "siblings": [{"rfilename": "a", "size": 1, "blobId": "b",'
    b' "lfs": {"sha256": "../../x", "size": 1, "pointerSize": 1}}]}' % SHA,
    "a negative size": b'{"id": "org/name", "sha": "%b", "siblings": [{"rfilename": "a", "size": -1, "blobId": "b",'
    b' "lfs": {"sha256": "%b", "size": -1, "pointerSize": 1}}]}' % (SHA, b"c" * 64),
    "a page for people": b"<html>please log in</html>",
    "a deep nest": b"[" * 100_000,
}


@pytest.mark.parametrize("form", REPOSITORIES)
def test_a_repository_of_another_form_is_an_outside_failure(
    project: Project, run: Run, form: str, waits: list[float]
) -> None:
    content = REPOSITORIES[form]
    answer = Answer(200, {"Content-Type": "application/json"}, (content,), len(content))
    with LocalServer(web=lambda _: answer) as server:
        project.manifest(ASR)
        result = run("lock", HF_ENDPOINT=server.origin_of("web"))
    assert result.code in (2, 3, 4), result.text
    assert not project.lock_path.exists()
    assert len(waits) < 20
