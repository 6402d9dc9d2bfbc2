"""One table and one place of releases, as spaCy has them; nothing else is asked, and what comes is checked."""

from collections.abc import Iterator
from urllib.parse import urlsplit

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
from resolver.sources import spacy, spacy_table
from resolver.sources.spacy import Places, Spacy, places_from
from resolver.stages.resolve import choose
from resolver.transport.client import Client
from tests.bodies import taken
from tests.servers.faults import ALWAYS, Fault
from tests.servers.releases import SpacyReleases, make_pipeline, meta_of
from tests.servers.wheels import make_broken_wheel, make_wheel, wheel_filename
from tests.unit.domain.values import sha
from tests.unit.sources.shelves import MemoryShelf, desk
from tests.unit.transport.clients import client_with

NAME = "en_core_web_md"
FILES = {f"{NAME}/{NAME}-3.8.0/vectors": b"weights" * 20_000}
WHEEL = make_pipeline(NAME, "3.8.0", FILES, requires=["spacy-pkuseg >=1.0", "pytest; extra == 'test'"])
FILENAME = wheel_filename(NAME, "3.8.0")
REQUEST = Request(f"spacy:{NAME}")
KEY = f"spacy:{NAME}@*"


@pytest.fixture
def server() -> Iterator[SpacyReleases]:
    with SpacyReleases() as server:
        yield server


@pytest.fixture
def client() -> Iterator[Client]:
    with client_with() as client:
        yield client


def connected(server: SpacyReleases, client: Client) -> Spacy:
    return Spacy(lambda: client, places_from(server.environment))


@pytest.fixture
def source(server: SpacyReleases, client: Client) -> Spacy:
    return connected(server, client)


def pinned(source: Spacy, version: str = "3.8.0", shelf: MemoryShelf | None = None) -> Artifact:
    return source.artifact(KEY, REQUEST, Candidate(version), desk(shelf=shelf))


def content_of(source: Spacy, artifact: Artifact, offset: int = 0) -> bytes:
    assert artifact.archive is not None
    body = source.open(artifact, artifact.archive, Portion(offset))
    found = b""
    while piece := taken(body, 1 << 16):
        found += piece
    body.close()
    return found


def test_every_release_is_offered_whatever_spacy_it_is_for(server: SpacyReleases, source: Spacy) -> None:
    server.add(NAME, "3.7.0a1", WHEEL, ["3.7.0.dev0"])
    server.add(NAME, "3.7.1", WHEEL, ["3.7"])
    server.add(NAME, "3.8.0", WHEEL, ["3.8", "3.9"])
    server.add("en_core_web_sm", "3.8.1", WHEEL)
    assert {one.version for one in source.candidates(REQUEST)} == {"3.7.0a1", "3.7.1", "3.8.0"}
    assert choose(REQUEST, source.candidates(REQUEST)) == Candidate("3.8.0")
    assert choose(Request(REQUEST.source, version="~=3.7.0"), source.candidates(REQUEST)) == Candidate("3.7.1")
    assert [one.target for one in server.requests] == [urlsplit(server.compatibility_url).path]


def test_a_release_is_pinned_with_its_members_its_licence_and_the_spacy_it_needs(
    server: SpacyReleases, source: Spacy
) -> None:
    server.add(NAME, "3.8.0", WHEEL)
    shelf = MemoryShelf()
    found = pinned(source, shelf=shelf)
    assert (found.key, found.commit, found.version, found.index) == (KEY, None, "3.8.0", None)
    assert found.archive == File(FILENAME, len(WHEEL), sha(WHEEL))
    assert shelf.kept == {sha(WHEEL): WHEEL}
    assert {one.path for one in found.files} >= {f"{NAME}/meta.json", f"{NAME}/__init__.py", *FILES}
    assert {one.path: one.sha256 for one in found.files}[next(iter(FILES))] == sha(next(iter(FILES.values())))
    assert (found.license, found.flags) == ("mit", ("code",))
    assert found.requires == ("spacy-pkuseg>=1.0", "spacy<3.9.0,>=3.8.0")


def test_what_the_checks_need_is_read_whether_it_is_wanted_or_not(server: SpacyReleases, source: Spacy) -> None:
    server.add(NAME, "3.8.0", WHEEL)
    found = source.artifact(KEY, REQUEST, Candidate("3.8.0"), desk(lambda path: path.endswith("vectors")))
    assert [one.path for one in found.files] == list(FILES)
    assert "spacy<3.9.0,>=3.8.0" in found.requires


def test_the_spacy_it_needs_is_kept_however_much_else_it_requires(server: SpacyReleases, source: Spacy) -> None:
    server.add(NAME, "3.8.0", make_pipeline(NAME, "3.8.0", requires=[f"a{number}" for number in range(300)]))
    found = pinned(source).requires
    assert len(found) == 200
    assert "spacy<3.9.0,>=3.8.0" in found
    assert list(found) == sorted(found)


def test_a_spacy_that_metadata_requires_as_well_is_required_once(server: SpacyReleases, source: Spacy) -> None:
    server.add(NAME, "3.8.0", make_pipeline(NAME, "3.8.0", requires=["spacy (>=3.8.0,<3.9.0)"]))
    assert pinned(source).requires == ("spacy<3.9.0,>=3.8.0",)


def test_the_table_is_asked_once(server: SpacyReleases, source: Spacy) -> None:
    server.add(NAME, "3.8.0", WHEEL)
    source.candidates(REQUEST)
    source.candidates(REQUEST)
    content_of(source, pinned(source))
    assert len(server.requested(origin="table")) == 1


def test_nothing_but_one_get_tells_who_asks(server: SpacyReleases, source: Spacy) -> None:
    server.add(NAME, "3.8.0", WHEEL)
    content_of(source, pinned(source))
    assert {one.origin for one in server.requests} == {"table", "downloads", "objects"}
    for request in server.requests:
        assert request.method == "GET"
        assert request.header("authorization") is None
        assert request.header("cookie") is None


@pytest.mark.parametrize(
    ("name", "hint"), [("en_core_web_mb", "did you mean 'en_core_web_md'?"), ("qqq", "hf:, pypi:")]
)
def test_a_name_that_the_table_lacks_is_not_found(server: SpacyReleases, source: Spacy, name: str, hint: str) -> None:
    server.add(NAME, "3.8.0", WHEEL)
    with pytest.raises(NotFoundUpstreamError, match=f"^spacy:{name}: ") as caught:
        source.candidates(Request(f"spacy:{name}"))
    assert hint in str(caught.value.hint)


def test_a_release_that_the_table_lists_no_more_is_not_found(server: SpacyReleases, source: Spacy) -> None:
    server.add(NAME, "3.8.0", WHEEL)
    server.add(NAME, "3.7.0", WHEEL, ["3.7"])
    del server.listed["3.7"]
    with pytest.raises(NotFoundUpstreamError, match=r"has no 3\.7\.0 any more") as caught:
        pinned(source, "3.7.0")
    assert "--upgrade-model" in str(caught.value.hint)
    assert not server.requested(origin="downloads")


def test_a_release_without_a_wheel_is_not_found(server: SpacyReleases, source: Spacy) -> None:
    server.add(NAME, "2.0.0", None)
    with pytest.raises(NotFoundUpstreamError, match=r"en_core_web_md-2\.0\.0-py3-none-any\.whl") as caught:
        pinned(source, "2.0.0")
    assert "before spaCy 3" in str(caught.value.hint)
    assert "MODELS_SPACY_DOWNLOADS" in str(caught.value.hint)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"<html>log in</html>", b"\xff", b'{"spacy": {"3.8": {"x": 1}}}', b"[" * 200_000],
)
def test_an_untrue_table_is_an_error_of_the_network(server: SpacyReleases, source: Spacy, body: bytes) -> None:
    server.table_body = body
    with pytest.raises(NetworkError, match=f"spacy:{NAME}.* is not spaCy's table") as caught:
        source.candidates(REQUEST)
    assert "MODELS_SPACY_COMPATIBILITY" in str(caught.value.hint)


def test_a_larger_table_than_any_is_not_read(
    server: SpacyReleases, source: Spacy, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.table_body = b'{"spacy": {"3.8": {"en_core_web_md": ["3.8.0"]}}}'
    monkeypatch.setattr(spacy, "LARGEST_TABLE", len(server.table_body) - 1)
    with pytest.raises(NetworkError, match="longer than"):
        source.candidates(REQUEST)
    monkeypatch.setattr(spacy, "LARGEST_TABLE", len(server.table_body))
    assert source.candidates(REQUEST) == [Candidate("3.8.0")]
    assert spacy_table.LARGEST_TABLE > 10 * 105_000


def test_a_place_without_a_table_says_which_variable_names_it(server: SpacyReleases, client: Client) -> None:
    wrong = Places(server.compatibility_url + "x", server.downloads_url)
    with pytest.raises(NotFoundUpstreamError) as caught:
        Spacy(lambda: client, wrong).candidates(REQUEST)
    assert caught.value.message.startswith(f"spacy:{NAME}: spaCy's table")
    assert "MODELS_SPACY_COMPATIBILITY" in str(caught.value.hint)


def test_a_table_that_failed_is_asked_again(server: SpacyReleases, source: Spacy) -> None:
    server.add(NAME, "3.8.0", WHEEL)
    server.faults = [Fault("/", "status", status=418)]
    with pytest.raises(NetworkError):
        source.candidates(REQUEST)
    assert source.candidates(REQUEST) == [Candidate("3.8.0")]


def test_what_fails_in_passing_is_tried_again(server: SpacyReleases, source: Spacy) -> None:
    server.add(NAME, "3.8.0", WHEEL)
    server.faults = [
        Fault("compatibility.json", "status", status=503),
        Fault("", "reset", origin="objects", after_bytes=1000),
        Fault("", "truncate", origin="objects", after_bytes=1000),
    ]
    shelf = MemoryShelf()
    assert pinned(source, shelf=shelf).archive == File(FILENAME, len(WHEEL), sha(WHEEL))
    assert list(shelf.kept) == [sha(WHEEL)]


def test_a_wheel_larger_than_any_is_not_kept(
    server: SpacyReleases, source: Spacy, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.add(NAME, "3.8.0", WHEEL)
    monkeypatch.setattr(spacy, "LARGEST_WHEEL", len(WHEEL) - 1)
    shelf = MemoryShelf()
    with pytest.raises(NetworkError, match="longer than"):
        pinned(source, shelf=shelf)
    assert shelf.kept == {}
    monkeypatch.setattr(spacy, "LARGEST_WHEEL", len(WHEEL))
    assert pinned(source).version == "3.8.0"


def test_an_endless_wheel_ends(server: SpacyReleases, source: Spacy, monkeypatch: pytest.MonkeyPatch) -> None:
    server.add(NAME, "3.8.0", WHEEL)
    server.faults = [Fault("", "endless", origin="objects", times=ALWAYS)]
    monkeypatch.setattr(spacy, "LARGEST_WHEEL", 1 << 20)
    with pytest.raises(NetworkError, match="longer than"):
        pinned(source)


@pytest.mark.parametrize("flaw", ["record_missing", "duplicate", "symlink", "escape"])
def test_a_wheel_with_a_flaw_is_refused(server: SpacyReleases, source: Spacy, flaw: str) -> None:
    files = {f"{NAME}/meta.json": b"{}", f"{NAME}/x": b"x"}
    server.add(NAME, "3.8.0", make_broken_wheel(flaw, NAME, "3.8.0", files))  # type: ignore[arg-type]  # one of its kinds
    with pytest.raises(UnsafeContentError):
        pinned(source)


@pytest.mark.parametrize("body", [b"", b"<html>log in</html>", WHEEL[:-100]])
def test_what_is_no_wheel_is_refused(server: SpacyReleases, source: Spacy, body: bytes) -> None:
    server.add(NAME, "3.8.0", body)
    with pytest.raises(UnsafeContentError, match=FILENAME):
        pinned(source)


def test_a_stub_under_the_name_of_a_release_is_refused(server: SpacyReleases, source: Spacy) -> None:
    server.add(NAME, "3.8.0", make_wheel(NAME, "999.9.9", {f"{NAME}/__init__.py": b""}))
    with pytest.raises(MismatchError, match=r"found 'en_core_web_md 999\.9\.9'"):
        pinned(source)


def test_a_pipeline_that_the_table_lists_under_another_spacy_is_refused(server: SpacyReleases, source: Spacy) -> None:
    meta = meta_of(NAME, "3.8.0", spacy_version=">=4.0.0,<5")
    server.add(NAME, "3.8.0", make_pipeline(NAME, "3.8.0", meta=meta), ["3.8", "3.7"])
    with pytest.raises(MismatchError, match=r"expected a pipeline for spaCy 3\.8, 3\.7"):
        pinned(source)


def test_a_locked_wheel_comes_from_its_release_without_the_table(server: SpacyReleases, client: Client) -> None:
    server.add(NAME, "3.8.0", WHEEL)
    locked = pinned(connected(server, client))
    server.reset_requests()
    again = connected(server, client)
    assert content_of(again, locked) == WHEEL
    assert content_of(again, locked, 1000) == WHEEL[1000:]
    assert not server.requested(origin="table")


def test_a_locked_wheel_that_was_withdrawn_is_not_found(server: SpacyReleases, source: Spacy) -> None:
    server.add(NAME, "3.8.0", WHEEL)
    locked = pinned(source)
    server.remove(NAME, "3.8.0")
    with pytest.raises(NotFoundUpstreamError, match=FILENAME) as caught:
        content_of(source, locked)
    assert "withdrawn" in str(caught.value.hint)


def test_a_place_that_refuses_is_access_refused(server: SpacyReleases, source: Spacy) -> None:
    server.add(NAME, "3.8.0", WHEEL)
    locked = pinned(source)
    server.faults = [Fault("", "status", status=403, times=ALWAYS, origin="downloads")]
    with pytest.raises(AccessRefusedError):
        content_of(source, locked)
    with pytest.raises(AccessRefusedError):
        pinned(source)


def test_a_local_version_is_escaped_in_the_address(server: SpacyReleases, source: Spacy) -> None:
    server.add(NAME, "3.8.0+own.1", make_pipeline(NAME, "3.8.0+own.1"))
    assert pinned(source, "3.8.0+own.1").version == "3.8.0+own.1"
    assert server.requested(origin="downloads")[0].path.endswith("3.8.0%2Bown.1-py3-none-any.whl")
