"""One suite that every source must pass, each against its own local server: what `domain.ports.Source` says."""

import gc
import hashlib
import io
from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO

import pytest

from resolver.domain.errors import ModelsError, NotFoundUpstreamError
from resolver.domain.lock import Artifact, File, key_for
from resolver.domain.manifest import Request
from resolver.domain.ports import WHOLE, Body, Candidate, Desk, Portion, Silence, Source
from resolver.sources import SOURCES
from resolver.stages.resolve import choose
from resolver.surroundings import Surroundings, WorkspaceRequest
from tests.bodies import taken
from tests.cli.project import Project
from tests.contracts.source_cases import CASES, Around, Case, MemoryShelf
from tests.servers.base import LocalServer
from tests.servers.faults import ALWAYS, Fault, Kind
from tests.servers.files import FileServer
from tests.servers.github import LocalGitHub
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex
from tests.servers.releases import SpacyReleases


@pytest.fixture(params=sorted(CASES))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def releases() -> Iterator[SpacyReleases]:
    with SpacyReleases() as releases:
        yield releases


@pytest.fixture
def github() -> Iterator[LocalGitHub]:
    with LocalGitHub() as github:
        yield github


@pytest.fixture
def around(
    project: Project,
    hub: LocalHub,
    index: PackageIndex,
    files: FileServer,
    releases: SpacyReleases,
    github: LocalGitHub,
) -> Around:
    return Around(project, hub, index, files, releases, github)


@pytest.fixture
def case(kind: str, around: Around) -> Case:
    return CASES[kind](around)


@pytest.fixture
def connect(kind: str, case: Case, project: Project) -> Iterator[Callable[[], Source]]:
    """A new connection with nothing remembered."""
    around = Surroundings({**project.environment, **case.environment}, project.home, project.folder)
    opened = []

    def connected() -> Source:
        workspace = around.workspace(WorkspaceRequest(), Silence())
        opened.append(workspace.settings.client)
        return workspace.sources()[kind]

    yield connected
    for client in opened:
        client().close()
    gc.collect()


def desk(shelf: MemoryShelf | None = None, wanted: Callable[[str], bool] = lambda _: True) -> Desk:
    return Desk(wanted, shelf or MemoryShelf(), lambda _path, _stream: frozenset())


def pin(source: Source, request: Request, at: Desk) -> Artifact:
    candidate = choose(request, source.candidates(request))
    return source.artifact(key_for(request), request, candidate, at)


def content_of(body: Body, piece: int = 1 << 16) -> bytes:
    """All of a body, which is then closed."""
    found = b""
    try:
        while part := taken(body, piece):
            assert len(part) <= piece
            found += part
    finally:
        body.close()
    return found


def wholes(artifact: Artifact) -> list[File]:
    """What is downloaded of an artifact."""
    return [artifact.archive] if artifact.archive else list(artifact.files)


def test_every_source_has_a_case() -> None:
    assert set(CASES) == set(SOURCES)


def test_candidates_are_what_the_request_can_be_pinned_to(case: Case, connect: Callable[[], Source]) -> None:
    found = list(connect().candidates(case.request))
    assert len(found) == 1
    assert isinstance(found[0], Candidate)
    assert list(connect().candidates(case.request)) == found


def test_what_is_open_is_not_refused(case: Case, connect: Callable[[], Source]) -> None:
    source = connect()
    candidate = choose(case.request, source.candidates(case.request))
    for path in (None, *case.opened):
        assert source.probe(case.request.source, candidate, path) is None


def test_an_artifact_has_the_size_and_digest_of_every_file(case: Case, connect: Callable[[], Source]) -> None:
    artifact = pin(connect(), case.request, desk())
    assert artifact.key == key_for(case.request)
    found = {file.path: file for file in artifact.files}
    for path, content in case.members.items():
        assert found[path] == File(path, len(content), hashlib.sha256(content).hexdigest())
    assert {file.path: file.sha256 for file in wholes(artifact)} == {
        path: hashlib.sha256(content).hexdigest() for path, content in case.opened.items()
    }


def test_pinning_again_gives_the_same_artifact(case: Case, connect: Callable[[], Source]) -> None:
    assert pin(connect(), case.request, desk()) == pin(connect(), case.request, desk())


def test_only_what_is_wanted_is_listed(case: Case, connect: Callable[[], Source]) -> None:
    artifact = pin(connect(), case.request, desk(wanted=lambda path: path.endswith("model.bin")))
    assert [file.path for file in artifact.files] == [path for path in case.members if path.endswith("model.bin")]


def test_the_inspector_sees_the_bytes_of_every_file_and_its_flags_are_kept(
    case: Case, connect: Callable[[], Source]
) -> None:
    seen: dict[str, bytes] = {}

    def inspect(path: str, stream: BinaryIO) -> frozenset[str]:
        size = stream.seek(0, io.SEEK_END)
        stream.seek(size // 2)
        tail = stream.read()
        stream.seek(0)
        seen[path] = stream.read()
        assert seen[path][size // 2 :] == tail
        return frozenset({"pickle"} if path.endswith(".bin") else ())

    shelf = MemoryShelf()
    artifact = pin(connect(), case.request, Desk(lambda _: True, shelf, inspect))
    assert {path: seen[path] for path in case.members} == dict(case.members)
    assert artifact.flags == ("pickle",)


@pytest.mark.parametrize("offset", [0, 1, 1000, -1])
@pytest.mark.parametrize("piece", [1 << 16, 777])
def test_a_file_opens_at_an_offset(case: Case, connect: Callable[[], Source], offset: int, piece: int) -> None:
    source = connect()
    artifact = pin(source, case.request, desk())
    for file in wholes(artifact):
        start = offset % file.size if file.size > 1000 else 0
        body = source.open(artifact, file, Portion(start))
        assert body.offset == start
        assert content_of(body, piece) == case.opened[file.path][start:]


def test_a_validator_that_holds_resumes_and_one_that_does_not_begins_again(
    case: Case, connect: Callable[[], Source]
) -> None:
    source = connect()
    artifact = pin(source, case.request, desk())
    file = max(wholes(artifact), key=lambda one: one.size)
    first = source.open(artifact, file, WHOLE)
    validator = first.validator
    first.close()
    again = source.open(artifact, file, Portion(500, validator=validator))
    assert again.offset == 500
    assert content_of(again) == case.opened[file.path][500:]
    other = source.open(artifact, file, Portion(500, validator='"of another version"'))
    assert content_of(other) == case.opened[file.path][other.offset :]
    assert validator is None or other.offset == 0


def test_a_body_may_be_closed_in_the_middle_and_the_next_is_whole(case: Case, connect: Callable[[], Source]) -> None:
    source = connect()
    artifact = pin(source, case.request, desk())
    file = max(wholes(artifact), key=lambda one: one.size)
    for _ in range(3):
        body = source.open(artifact, file, WHOLE)
        assert taken(body, 10)
        body.close()
    assert content_of(source.open(artifact, file, WHOLE)) == case.opened[file.path]


def test_what_is_missing_is_not_found(case: Case, connect: Callable[[], Source]) -> None:
    for request in case.missing:
        with pytest.raises(NotFoundUpstreamError) as caught:
            pin(connect(), request, desk())
        assert request.name.rpartition("/")[2] in caught.value.message


def test_what_vanished_since_is_not_found(case: Case, connect: Callable[[], Source]) -> None:
    artifact = pin(connect(), case.request, desk())
    case.vanish()
    for file in wholes(artifact):
        with pytest.raises(NotFoundUpstreamError):
            connect().open(artifact, file, WHOLE)


def test_what_was_just_pinned_stands(case: Case, connect: Callable[[], Source]) -> None:
    artifact = pin(connect(), case.request, desk())
    standing = connect().standing(artifact, lambda _: True)
    assert (standing.gone, standing.altered, standing.upstream_id) == (None, (), artifact.upstream_id)
    assert not standing.replaced(artifact)
    assert not standing.tag_moved(artifact)
    assert standing.nameless(artifact) is None
    if artifact.commit is not None:
        assert standing.leads_to(artifact) == artifact.commit
    if artifact.version is not None:
        assert standing.pinned(artifact) is not None


def test_that_it_vanished_is_an_answer(case: Case, connect: Callable[[], Source]) -> None:
    artifact = pin(connect(), case.request, desk())
    case.vanish()
    standing = connect().standing(artifact, lambda _: True)
    assert standing.gone
    assert standing.gone.isprintable()


def test_where_it_stands_is_asked_with_few_requests_and_no_weights(case: Case, connect: Callable[[], Source]) -> None:
    artifact = pin(connect(), case.request, desk())
    server = case.server or LocalServer()
    server.reset_requests()
    connect().standing(artifact, lambda _: True)
    assert len(server.requests) <= 3, "one of three is a redirect"
    assert server.bytes_sent() < 10_000


FAULTS: tuple[tuple[Kind, int], ...] = (
    ("status", 403),
    ("status", 404),
    ("status", 418),
    ("status", 500),
    ("drop", 0),
    ("reset", 0),
    ("truncate", 0),
    ("flip", 0),
    ("inflated", 0),
    ("wrong_range", 0),
    ("ignore_range", 0),
    ("redirect_to", 0),
)


@pytest.mark.parametrize(("fault", "status"), FAULTS)
def test_no_foreign_exception_leaves_a_source(
    case: Case, connect: Callable[[], Source], fault: Kind, status: int, waits: list[float]
) -> None:
    source = connect()
    artifact = pin(source, case.request, desk())
    candidate = Candidate(artifact.version, artifact.commit)
    if case.server is not None:
        rule = Fault("", fault, times=ALWAYS, after_bytes=3, status=status or None, url="ftp://127.0.0.1/x")
        case.server.faults = [rule]
    for file in wholes(artifact):
        trial(partial(opened, source, artifact, file))
    trial(lambda: connect().candidates(case.request))
    trial(lambda: source.probe(case.request.source, candidate, None))
    trial(lambda: source.artifact("key", case.request, candidate, desk()))
    trial(lambda: connect().standing(artifact, lambda _: True))
    assert len(waits) < 60


def trial(operation: Callable[[], object]) -> None:
    """It works, or fails in our words."""
    code = 0
    try:
        operation()
    except ModelsError as error:
        code = error.exit_code
    assert code != 70, "not even ours may be called a bug"


def opened(source: Source, artifact: Artifact, file: File) -> None:
    """Some of a file, however long its body is."""
    body = source.open(artifact, file, Portion(10))
    try:
        for _ in range(20):
            taken(body, 1 << 16)
    finally:
        body.close()
