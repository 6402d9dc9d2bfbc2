"""One suite that every mirror must pass, each against a place of its own: what `domain.ports.Mirror` says."""

import gc
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from resolver.domain.errors import MismatchError, NetworkError, NotFoundUpstreamError
from resolver.domain.lock import Artifact, File
from resolver.domain.ports import WHOLE, Body, Mirror, Portion, Silence
from resolver.mirrors import MIRRORS, MirrorSettings, kind_of
from resolver.mirrors.http import HttpMirror
from resolver.surroundings import Surroundings, WorkspaceRequest
from tests.bodies import taken
from tests.cli.mirrored import blob
from tests.cli.offers import sha256, weights
from tests.cli.project import Project
from tests.servers.files import FileServer
from tests.servers.hub import LocalHub

CONTENT = weights(300_000)
WEIGHTS = File("model.bin", len(CONTENT), sha256(CONTENT))
EMPTY = File("empty.json", 0, sha256(b""))
ABSENT = File("absent.bin", 7, "7" * 64)
OFFERED = {WEIGHTS.path: CONTENT, EMPTY.path: b""}


@dataclass(frozen=True, slots=True)
class Case:
    """A mirror that has what is offered: where it is, the commit it is asked for, and how it goes away."""

    location: str
    commit: str
    vanish: Callable[[], None]


def folder_case(project: Project, hub: LocalHub, files: FileServer) -> Case:
    del hub, files
    for content in OFFERED.values():
        place = project.folder / "share" / blob(content)
        place.parent.mkdir(parents=True)
        place.write_bytes(content)
    return Case("file:./share", "0" * 40, lambda: shutil.rmtree(project.folder / "share"))


def web_case(project: Project, hub: LocalHub, files: FileServer) -> Case:
    del project, hub
    for content in OFFERED.values():
        files.put(f"some/where/{blob(content)}", content)
    return Case(files.url("some/where"), "0" * 40, lambda: files.__exit__(None, None, None))


def hub_case(project: Project, hub: LocalHub, files: FileServer) -> Case:
    del project, files
    commit = hub.commit("org/name", OFFERED)
    return Case(f"hf:{hub.endpoint}", commit, lambda: hub.__exit__(None, None, None))


CASES = {"file": folder_case, "hf": hub_case, "http": web_case}


@pytest.fixture(params=sorted(CASES))
def case(request: pytest.FixtureRequest, project: Project, hub: LocalHub, files: FileServer) -> Case:
    return CASES[request.param](project, hub, files)


@pytest.fixture
def settings(project: Project) -> Iterator[MirrorSettings]:
    around = Surroundings(project.environment, project.home, project.folder)
    client = around.workspace(WorkspaceRequest(), Silence()).settings.client
    yield MirrorSettings(project.folder, client, "http://127.0.0.1:9", "hf_secret")
    client().close()
    gc.collect()


@pytest.fixture
def mirror(case: Case, settings: MirrorSettings) -> Mirror:
    return MIRRORS[kind_of(case.location)].connect(settings, case.location)


@pytest.fixture
def artifact(case: Case) -> Artifact:
    return Artifact("hf:org/name@main", case.commit, None, (WEIGHTS, EMPTY))


def content_of(body: Body) -> bytes:
    found = b""
    try:
        while piece := taken(body, 1 << 16):
            found += piece
    finally:
        body.close()
    return found


def test_every_kind_of_mirror_has_a_case(settings: MirrorSettings) -> None:
    assert set(CASES) == set(MIRRORS) - {"https"}
    assert isinstance(MIRRORS["https"].connect(settings, "https://host/x"), HttpMirror), "it is http, encrypted"


def test_it_says_what_it_has(mirror: Mirror, artifact: Artifact) -> None:
    assert mirror.has(artifact, WEIGHTS)
    assert mirror.has(artifact, EMPTY)
    assert not mirror.has(artifact, ABSENT)


@pytest.mark.parametrize("file", [WEIGHTS, EMPTY])
def test_what_it_has_can_be_opened_whole(mirror: Mirror, artifact: Artifact, file: File) -> None:
    body = mirror.open(artifact, file, WHOLE)
    assert (body.offset, body.total) == (0, file.size)
    assert content_of(body) == OFFERED[file.path]


@pytest.mark.parametrize("offset", [1, 299_999])
def test_what_it_has_can_be_opened_from_an_offset(mirror: Mirror, artifact: Artifact, offset: int) -> None:
    body = mirror.open(artifact, WEIGHTS, Portion(offset))
    assert (body.offset, body.total) == (offset, WEIGHTS.size)
    assert content_of(body) == CONTENT[offset:]


def test_its_own_validator_lets_it_go_on(mirror: Mirror, artifact: Artifact) -> None:
    body = mirror.open(artifact, WEIGHTS, WHOLE)
    validator = body.validator
    body.close()
    body = mirror.open(artifact, WEIGHTS, Portion(1000, 2000, validator))
    assert body.offset == 1000
    assert content_of(body)[:1000] == CONTENT[1000:2000]


def test_several_may_open_it_at_once(mirror: Mirror, artifact: Artifact) -> None:
    def portion(start: int) -> bytes:
        return content_of(mirror.open(artifact, WEIGHTS, Portion(start, start + 50_000)))[:50_000]

    with ThreadPoolExecutor(6) as pool:
        assert b"".join(pool.map(portion, range(0, len(CONTENT), 50_000))) == CONTENT


def test_what_it_lacks_is_not_found(mirror: Mirror, artifact: Artifact) -> None:
    with pytest.raises(NotFoundUpstreamError, match=r"absent\.bin"):
        mirror.open(artifact, ABSENT, WHOLE)


@pytest.mark.parametrize("size", [0, 299_999, 300_001])
@pytest.mark.parametrize("offset", [0, 200_000])
def test_what_has_another_size_is_not_begun(mirror: Mirror, artifact: Artifact, size: int, offset: int) -> None:
    other = File(WEIGHTS.path, size, WEIGHTS.sha256)
    with pytest.raises(MismatchError, match=f"300000 bytes, the lock names {size}"):
        mirror.open(artifact, other, Portion(offset))


def test_one_that_is_gone_is_another_matter_than_a_file_that_it_lacks(
    case: Case, mirror: Mirror, artifact: Artifact
) -> None:
    case.vanish()
    with pytest.raises(NetworkError):
        mirror.has(artifact, WEIGHTS)
    with pytest.raises(NetworkError):
        mirror.open(artifact, WEIGHTS, WHOLE)


def test_settings_do_not_show_the_token(settings: MirrorSettings) -> None:
    assert "hf_secret" not in repr(settings)


def test_what_has_another_size_does_not_count_as_having(mirror: Mirror, artifact: Artifact) -> None:
    assert not mirror.has(artifact, File(EMPTY.path, 5, EMPTY.sha256))


def test_paths_are_shown_and_not_places(mirror: Mirror, artifact: Artifact, tmp_path: Path) -> None:
    with pytest.raises(NotFoundUpstreamError) as caught:
        mirror.open(artifact, ABSENT, WHOLE)
    assert str(tmp_path) not in caught.value.message, "who asks knows the mirror's name and says it"
