"""Mirrors that lie, break, drip, or are not there: never a wrong byte, never a token, never minutes for each file."""

import hashlib
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.mirrored import FILES, LARGE, MODEL, blob, fill, fill_folder, is_right
from tests.cli.offers import ASR, CONFIG, REPO, flipped, weights
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.faults import ALWAYS, Fault
from tests.servers.files import FileServer
from tests.servers.hub import LocalHub

pytestmark = pytest.mark.usefixtures("nothing_left_open")
CANARY = "hf_canary0123456789abcdef"
LIMIT = 1 << 20


@pytest.fixture
def second() -> Iterator[FileServer]:
    with FileServer() as second:
        yield second


@pytest.fixture
def locked(project: Project, run: Run, hub: LocalHub) -> Project:
    """A project whose lock is written and of which nothing is fetched."""
    hub.commit(REPO, FILES, license="mit")
    project.manifest(ASR)
    assert run("lock").code == 0
    project.forget_store()
    hub.reset_requests()
    return project


def nothing_wrong(project: Project) -> None:
    for one in project.blobs():
        assert hashlib.sha256(one.read_bytes()).hexdigest() == one.name
    assert "model.bin" not in {path.rpartition("/")[2] for path in project.placed()}


def failing(server: FileServer, **fault: object) -> None:
    server.faults = [Fault(MODEL, **{"times": ALWAYS, "method": "GET", **fault})]  # type: ignore[arg-type] # its fields


@pytest.mark.parametrize("at", [0, 1_234_567, 2_999_999])
def test_a_flipped_byte_is_asked_for_twice_and_then_elsewhere(
    locked: Project, run: Run, hub: LocalHub, files: FileServer, second: FileServer, at: int
) -> None:
    places = fill(files), fill(second)
    failing(files, kind="flip", after_bytes=at)
    result = run("sync", "--mirror", places[0], "--mirror", places[1], "--json")
    is_right(locked, result)
    assert hub.requests == []
    assert len(files.requested(MODEL, method="GET")) == 2
    (warning,) = result.document["warnings"]
    assert warning == f"mirror {places[0]}: wrong bytes for model.bin; none of them was kept"


def test_a_byte_flipped_in_passing_is_right_the_second_time(
    locked: Project, run: Run, hub: LocalHub, files: FileServer
) -> None:
    location = fill(files)
    failing(files, kind="flip", after_bytes=5, times=1)
    result = run("sync", "--mirror", location)
    is_right(locked, result)
    assert "wrong bytes for model.bin" in result.stderr
    assert hub.requests == []


def test_wrong_bytes_everywhere_are_exit_4_and_every_place_is_named(
    locked: Project, run: Run, hub: LocalHub, files: FileServer, second: FileServer
) -> None:
    places = fill(files), fill(second)
    failing(files, kind="flip", after_bytes=5)
    failing(second, kind="status", status=403)
    hub.faults = [Fault("model.bin", "flip", times=ALWAYS, after_bytes=9, origin="cdn")]
    result = run("sync", "--mirror", places[0], "--mirror", places[1])
    assert result.code == 4
    assert f"mirror {places[0]}: model.bin: not the bytes of sha256 {MODEL}, twice" in result.stderr
    assert f"mirror {places[1]}: model.bin: access refused (HTTP 403)" in result.stderr
    assert f"hf:org/name: model.bin: not the bytes of sha256 {MODEL}, twice" in result.stderr
    nothing_wrong(locked)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "endless"},
        {"kind": "inflated", "after_bytes": 50_000_000},
        {"kind": "status", "status": 404},
        {"kind": "status", "status": 410},
        {"kind": "status", "status": 403},
        {"kind": "status", "status": 418},
        {"kind": "status", "status": 503},
        {"kind": "status", "status": 429, "retry_after": 3000},
        {"kind": "drop"},
        {"kind": "redirect_to", "url": "file:///etc/passwd"},
        {"kind": "redirect_to", "url": "http://127.0.0.1:9/x"},
        {"kind": "redirect_to", "url": f"/{blob(CONFIG)}"},
    ],
    ids=lambda fault: "-".join(str(value) for value in fault.values()),
)
def test_whatever_a_mirror_does_the_next_place_is_asked(
    locked: Project, run: Run, files: FileServer, *, fault: dict[str, object], waits: list[float]
) -> None:
    location = fill(files)
    failing(files, **fault)
    is_right(locked, run("sync", "--mirror", location))
    assert len(waits) <= 6, "and not after minutes"
    assert max(waits, default=0) <= 10
    on_disk = sum(path.stat().st_size for path in locked.store.rglob("*") if path.is_file())
    assert on_disk <= sum(map(len, FILES.values())) + LIMIT


@pytest.mark.parametrize("kind", ["reset", "truncate"])
def test_what_a_mirror_sent_before_it_broke_is_not_asked_for_again(
    locked: Project, run: Run, hub: LocalHub, files: FileServer, second: FileServer, *, kind: str, waits: list[float]
) -> None:
    places = fill(files), fill(second)
    failing(files, kind=kind, after_bytes=2_000_000, times=1)
    files.faults.append(Fault(MODEL, "status", times=ALWAYS, method="GET", skip=1))
    is_right(locked, run("sync", "--mirror", places[0], "--mirror", places[1]))
    assert hub.requests == []
    (asked,) = second.requested(MODEL, method="GET")
    assert asked.header("Range") is not None
    assert asked.header("If-Range") is None, "a validator is of one place only"
    assert asked.sent <= 1_000_000 + 300_000
    assert waits


def test_bytes_of_two_places_that_do_not_fit_are_fetched_anew_from_the_right_one(
    locked: Project, run: Run, hub: LocalHub, files: FileServer, second: FileServer, waits: list[float]
) -> None:
    places = fill(files), fill(second)
    files.put(blob(LARGE), flipped(LARGE, 100))
    failing(files, kind="reset", after_bytes=2_000_000, times=1)
    files.faults.append(Fault(MODEL, "status", times=ALWAYS, method="GET", skip=1))
    result = run("sync", "--mirror", places[0], "--mirror", places[1], "--json")
    is_right(locked, result)
    assert hub.requests == []
    assert not [one for one in result.document["warnings"] if "wrong bytes" in one], "nobody knows whose they were"
    assert waits


def test_a_mirror_with_another_length_does_not_spoil_what_came_before(
    locked: Project, run: Run, hub: LocalHub, files: FileServer, waits: list[float]
) -> None:
    hub.faults = [
        Fault("model.bin", "reset", after_bytes=2_000_000, origin="cdn"),
        Fault("model.bin", "status", times=ALWAYS, origin="cdn", skip=1),
    ]
    assert run("sync").code == 3
    hub.faults = []
    location = fill(files)
    for other in (LARGE[:1_000_000], LARGE + b"x"):
        files.put(blob(LARGE), other)
        result = run("sync", "--no-origin", "--mirror", location, "--json")
        assert result.code == 4, result.text
        assert [text for text in result.document["warnings"] if "wrong bytes for model.bin" in text]
    before = hub.bytes_sent("model.bin", origin="cdn")
    is_right(locked, run("sync", "--mirror", location))
    assert hub.bytes_sent("model.bin", origin="cdn") - before <= 1_000_000 + 300_000
    assert waits


@pytest.mark.parametrize("status", [404, 403, 405, 500, 503])
def test_a_mirror_that_answers_a_question_wrongly_is_asked_it_once_and_nothing_breaks(
    locked: Project, run: Run, files: FileServer, status: int
) -> None:
    location = fill(files)
    files.faults = [Fault("blobs", "status", times=ALWAYS, status=status, method="HEAD")]
    is_right(locked, run("sync", "--mirror", location))
    assert len(files.requested(method="HEAD")) == 1


def test_a_mirror_that_says_that_it_has_everything_and_has_nothing(
    locked: Project, run: Run, hub: LocalHub, files: FileServer
) -> None:
    location = fill(files)
    files.faults = [Fault("blobs", "status", times=ALWAYS, status=404, method="GET")]
    is_right(locked, run("sync", "--mirror", location))
    assert hub.requested("model.bin", method="GET")


def many(project: Project, run: Run, hub: LocalHub) -> dict[str, bytes]:
    """A lock with 60 files."""
    contents = {f"{number}.json": weights(1000, number) for number in range(60)}
    hub.commit("org/many", contents)
    project.manifest("models: {many: {source: hf:org/many}}\n")
    assert run("lock").code == 0
    project.forget_store()
    return contents


def test_a_mirror_that_is_not_there_is_asked_once_and_named(project: Project, run: Run, hub: LocalHub) -> None:
    many(project, run, hub)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{free.getsockname()[1]}"
    result = run("sync", "--mirror", dead, "--json")
    assert result.code == 0, result.text
    (warning,) = result.document["warnings"]
    assert warning.startswith(f"mirror {dead}: not asked again: ")
    assert len(project.snapshot("org/many")) == 60


def test_a_mirror_that_never_answers_costs_its_patience_once(
    project: Project, run: Run, hub: LocalHub, files: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("answer", "client"):
        monkeypatch.setattr(f"resolver.transport.{module}.STALL_SECONDS", 0.3)
    location = fill(files, *many(project, run, hub).values())
    files.faults = [Fault("blobs", "silent", times=ALWAYS)]
    result = run("sync", "--mirror", location, "--json")
    assert result.code == 0, result.text
    assert len(result.document["warnings"]) == 1
    assert len(files.requests) == 1, "once, not once for each of 60 files"


def test_a_mirror_that_dies_on_the_way_is_left_alone_from_then_on(
    project: Project, run: Run, hub: LocalHub, files: FileServer, waits: list[float]
) -> None:
    contents = many(project, run, hub)
    location = fill(files, *contents.values())
    files.faults = [Fault("blobs", "status", times=ALWAYS, method="GET", skip=10)]
    result = run("sync", "--mirror", location, "--json")
    assert result.code == 0, result.text
    assert project.snapshot("org/many") == contents
    assert len(files.requested(method="GET")) <= 10 + 8 * 6, "six tries for each of the eight that come at a time"
    (warning,) = result.document["warnings"]
    assert "HTTP 503" in warning
    assert waits


def test_a_mirror_that_refuses_everything_is_named_once(
    project: Project, run: Run, hub: LocalHub, files: FileServer
) -> None:
    contents = many(project, run, hub)
    location = fill(files, *contents.values())
    files.faults = [Fault("blobs", "status", times=ALWAYS, status=403)]
    result = run("sync", "--mirror", location, "--json")
    assert result.code == 0
    (warning,) = result.document["warnings"]
    assert f"mirror {location}" in warning
    assert "access refused (HTTP 403)" in warning


def test_without_another_place_a_mirror_gets_the_whole_patience(
    locked: Project, run: Run, files: FileServer, waits: list[float]
) -> None:
    location = fill(files)
    failing(files, kind="status", times=2, retry_after=20)
    is_right(locked, run("sync", "--no-origin", "--mirror", location))
    assert [one for one in waits if one] == [20, 20]


@pytest.mark.parametrize("to", ["files", "other", "hub"])
@pytest.mark.parametrize("kind", ["blobs", "endpoint"])
def test_no_mirror_ever_sees_the_token(
    locked: Project, run: Run, hub: LocalHub, files: FileServer, second: FileServer, *, to: str, kind: str
) -> None:
    hub.commit(REPO, gated="auto")
    hub.grant(REPO, CANARY)
    second.put("stolen", LARGE)
    targets = {"files": files.url("stolen"), "other": second.url("stolen", "other"), "hub": f"{hub.endpoint}/x"}
    files.put("stolen", LARGE)
    location = fill(files)
    if kind == "endpoint":
        location = f"hf:{location}"
        for path, content in FILES.items():
            files.put(f"{REPO}/resolve/{locked.pin('hf:org/name@main')}/{path}", content)
    files.faults = [Fault(MODEL if kind == "blobs" else "model.bin", "redirect_to", times=ALWAYS, url=targets[to])]
    result = run("sync", "-v", "--mirror", location, HF_TOKEN=CANARY)
    is_right(locked, result)
    assert CANARY not in result.text
    assert files.requests
    assert [one for one in (*files.requests, *second.requests) if CANARY in str(one.headers)] == []
    assert [one for one in hub.requested("/x") if one.bearer()] == [], "not even where it belongs: a mirror asked"


def test_the_configured_endpoint_as_a_mirror_sees_its_own_token(locked: Project, run: Run, hub: LocalHub) -> None:
    hub.commit(REPO, gated="auto")
    hub.grant(REPO, CANARY)
    is_right(locked, run("sync", "--no-origin", "--mirror", f"hf:{hub.endpoint}", HF_TOKEN=CANARY))
    assert {one.bearer() for one in hub.requested(origin="hub")} == {CANARY}


def link_to_itself(place: Path) -> None:
    place.with_name("real").write_bytes(place.read_bytes())
    place.unlink()
    place.symlink_to(place.with_name("real"))


def pipe(place: Path) -> None:
    place.unlink()
    os.mkfifo(place)


def folder(place: Path) -> None:
    place.unlink()
    place.mkdir()


def other_bytes(place: Path) -> None:
    place.write_bytes(flipped(LARGE, 42))


def shorter(place: Path) -> None:
    place.write_bytes(LARGE[:-1])


def longer(place: Path) -> None:
    place.write_bytes(LARGE + b"x")


def absent(place: Path) -> None:
    place.unlink()


SPOILED: dict[str, Callable[[Path], None]] = {
    one.__name__: one for one in (link_to_itself, pipe, folder, other_bytes, shorter, longer, absent)
}


@pytest.mark.parametrize("how", SPOILED)
def test_what_lies_in_a_folder_instead_of_a_blob_is_not_taken(
    locked: Project, run: Run, hub: LocalHub, tmp_path: Path, how: str
) -> None:
    location = fill_folder(tmp_path / "share")
    SPOILED[how](tmp_path / "share" / blob(LARGE))
    result = run("sync", "--mirror", location, "--json")
    is_right(locked, result)
    assert hub.requested("model.bin", method="GET")
    warned = [one for one in result.document["warnings"] if "wrong bytes for model.bin" in one]
    assert bool(warned) == (how in ("other_bytes", "shorter", "longer"))
    locked.forget_store()
    locked.forget_view()
    alone = run("sync", "--no-origin", "--mirror", location)
    assert alone.code == (4 if warned else 3), alone.text
    nothing_wrong(locked)


def test_a_folder_that_is_not_there_is_named_once(project: Project, run: Run, hub: LocalHub) -> None:
    many(project, run, hub)
    result = run("sync", "--mirror", "/no/such/folder", "--json")
    assert result.code == 0, result.text
    assert result.document["warnings"] == ["mirror /no/such/folder: not asked again: there is no such folder"]


def test_a_login_page_in_the_place_of_every_blob_is_one_warning(
    project: Project, run: Run, hub: LocalHub, files: FileServer
) -> None:
    contents = many(project, run, hub)
    for content in contents.values():
        files.put(blob(content), b"<html>log in</html>")
    result = run("sync", "--mirror", files.origin_of("files"), "--json")
    assert result.code == 0
    assert project.snapshot("org/many") == contents
    (warning,) = result.document["warnings"]
    assert "wrong bytes for" in warning
    assert "and 59 more" in warning
    assert "<html>" not in warning
