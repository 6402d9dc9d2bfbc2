"""A repository of GitHub: its commit is pinned, its names are judged, and its token goes nowhere else."""

import pytest

from resolver.domain.errors import (
    AccessRefusedError,
    MismatchError,
    NotFoundUpstreamError,
    UnsafeContentError,
)
from resolver.domain.lock import Artifact, File
from resolver.domain.manifest import Request
from resolver.domain.ports import WHOLE, Candidate, Portion, Refusal
from resolver.sources.github import GitHub
from resolver.transport.client import Client
from tests.bodies import taken
from tests.servers.faults import ALWAYS, Fault
from tests.servers.github import LocalGitHub, make_archive
from tests.unit.domain.values import sha
from tests.unit.sources.github_repository import (
    FILES,
    KEY,
    NAME,
    REQUEST,
    SOURCE,
    WEIGHTS,
    connected,
    content_of,
    pinned,
)
from tests.unit.sources.shelves import MemoryShelf, desk

TOKEN = "github_pat_canary"


def test_a_version_is_one_of_the_tags_on_all_pages(hosted: LocalGitHub, github: GitHub) -> None:
    first = hosted.commit(NAME, FILES, tags=["v1.0", "v1.1", "nightly"])
    second = hosted.commit(NAME, FILES, tags=["v2.0", "v2.1"])
    hosted.page_size = 2
    found = github.candidates(Request(SOURCE, version=">=1"))
    tags = {"v1.0": first, "v1.1": first, "nightly": first, "v2.0": second, "v2.1": second}
    assert {one.version: one.commit for one in found} == tags
    assert len(found) == 5
    assert [one.parameter("per_page") for one in hosted.requested("/tags")] == ["100", "2", "2"]


def test_a_revision_is_the_commit_that_it_means(hosted: LocalGitHub, github: GitHub) -> None:
    first = hosted.commit(NAME, FILES, tags=["v1.0"])
    second = hosted.commit(NAME, {"a": b"b"}, branch="feature/long one")
    for revision, commit in {
        "main": first,
        "v1.0": first,
        first[:8]: first,
        "feature/long one": second,
        second: second,
    }.items():
        assert github.candidates(Request(SOURCE, revision=revision)) == [Candidate(commit=commit)]
    assert hosted.requested("/commits/feature/long one?per_page=1")[0].path.endswith("/commits/feature%2Flong%20one")


def test_nothing_asked_for_means_main_and_else_master_as_torch_hub_has_it(hosted: LocalGitHub, github: GitHub) -> None:
    old = hosted.commit(NAME, FILES, branch="master")
    assert github.candidates(REQUEST) == [Candidate(commit=old)]
    new = hosted.commit(NAME, FILES, branch="main")
    assert github.candidates(REQUEST) == [Candidate(commit=new)]


def test_without_main_and_master_the_default_branch_is_named(hosted: LocalGitHub, github: GitHub) -> None:
    hosted.commit(NAME, FILES, branch="dev")
    hosted.repository(NAME).default_branch = "dev"
    with pytest.raises(NotFoundUpstreamError, match=r"snakers4/silero-vad: it has neither .*'main' nor 'master'") as it:
        github.candidates(REQUEST)
    assert it.value.hint == "write `revision: dev`"


def test_what_is_not_there_is_told_apart(hosted: LocalGitHub, github: GitHub) -> None:
    hosted.commit(NAME, FILES)
    with pytest.raises(NotFoundUpstreamError, match="github:no/thing: no such repository, or it is private"):
        github.candidates(Request("github:no/thing", version=">=1"))
    with pytest.raises(NotFoundUpstreamError, match="silero-vad: no such revision 'v9'"):
        github.candidates(Request(SOURCE, revision="v9"))
    hosted.repository(NAME).commits.clear()
    with pytest.raises(NotFoundUpstreamError, match="no such revision 'v9'"):
        github.candidates(Request(SOURCE, revision="v9"))


def test_an_artifact_is_the_commit_with_every_file(hosted: LocalGitHub, github: GitHub) -> None:
    commit = hosted.commit(NAME, FILES, license="MIT", tags=["v6.0"])
    shelf = MemoryShelf()
    found = github.artifact(KEY, Request(SOURCE, version=">=6"), Candidate("v6.0", commit), desk(shelf=shelf))
    assert found == Artifact(
        key=KEY,
        commit=commit,
        version="v6.0",
        files=tuple(File(path, len(FILES[path]), sha(FILES[path])) for path in sorted(FILES)),
        license="mit",
        upstream_id="1001",
        flags=("code",),
    )
    assert set(shelf.kept) == {sha(content) for content in FILES.values()}


@pytest.mark.parametrize("license_", [None, "NOASSERTION", ""])
def test_a_licence_that_github_does_not_know_is_none(hosted: LocalGitHub, github: GitHub, license_: str | None) -> None:
    hosted.commit(NAME, FILES, license=license_)
    assert pinned(github).license is None


def test_only_what_is_wanted_is_kept(hosted: LocalGitHub, github: GitHub) -> None:
    hosted.commit(NAME, FILES)
    shelf = MemoryShelf()
    found = pinned(github, desk(lambda path: path == "README.md", shelf))
    assert [one.path for one in found.files] == ["README.md"]
    assert list(shelf.kept.values()) == [FILES["README.md"]]
    assert found.flags == ()


def test_links_are_refused_only_where_they_are_wanted(hosted: LocalGitHub, github: GitHub) -> None:
    hosted.commit(NAME, FILES, links={"latest.jit": "files/silero.jit", "out": "/etc/passwd"})
    with pytest.raises(UnsafeContentError, match="2 of its files cannot be placed") as caught:
        pinned(github)
    assert [one.partition(" ")[0] for one in caught.value.details] == ["'latest.jit'", "'out'"]
    assert "exclude" in str(caught.value.hint)
    assert len(pinned(github, desk(lambda path: path in FILES)).files) == len(FILES)


@pytest.mark.parametrize(
    "path", ["a\\b", "CON", "x ", "README.MD", "readme.md/x", "\u202e.py", "a:b", "../x", "/x", "a//b"]
)
def test_an_unsafe_name_is_refused_though_nobody_wants_it(hosted: LocalGitHub, github: GitHub, path: str) -> None:
    hosted.commit(NAME, {**FILES, path: b""})
    with pytest.raises(UnsafeContentError):
        pinned(github, desk(lambda one: one == "hubconf.py"))


def test_two_files_of_one_name_are_refused(hosted: LocalGitHub, github: GitHub) -> None:
    commit = hosted.commit(NAME, {"a1": b"one", "a2": b"two"})
    hosted.archives[commit] = make_archive(hosted.repository(NAME), commit).replace(b"a2", b"a1")
    with pytest.raises(UnsafeContentError, match="cannot be placed"):
        pinned(github)


def test_a_renamed_repository_is_followed_and_is_still_the_same(hosted: LocalGitHub, sleepless: Client) -> None:
    hosted.commit(NAME, FILES, tags=["v1.0"])
    first = pinned(connected(hosted, sleepless))
    hosted.rename(NAME, "new/place")
    github = connected(hosted, sleepless)
    assert pinned(github) == first
    assert len(github.candidates(Request(SOURCE, version=">=1"))) == 1
    assert content_of(connected(hosted, sleepless), first, "README.md") == FILES["README.md"]
    hosted.recreate("new/place")
    assert pinned(connected(hosted, sleepless)).upstream_id != first.upstream_id


def test_a_private_repository_is_there_for_those_with_a_token(hosted: LocalGitHub, sleepless: Client) -> None:
    hosted.commit(NAME, FILES)
    hosted.repository(NAME).private = True
    hosted.tokens.add(TOKEN)
    with pytest.raises(NotFoundUpstreamError, match="private"):
        connected(hosted, sleepless).candidates(REQUEST)
    github = connected(hosted, sleepless, TOKEN)
    artifact = pinned(github)
    assert content_of(github, artifact, "README.md") == FILES["README.md"]
    assert all(one.bearer() == TOKEN for one in hosted.requested(origin="api")[1:])
    assert [one.header("authorization") for one in hosted.requested(origin="codeload")] == [None]


def test_what_may_be_read_is_not_refused_and_asked_for_once(hosted: LocalGitHub, github: GitHub) -> None:
    hosted.commit(NAME, FILES)
    for _ in range(2):
        assert github.probe(SOURCE, Candidate(commit="a" * 40), "README.md") is None
    assert [one.path for one in hosted.requests] == [f"/repos/{NAME}"]


def test_a_wrong_token_is_a_refusal(hosted: LocalGitHub, sleepless: Client) -> None:
    hosted.commit(NAME, FILES)
    github = connected(hosted, sleepless, "wrong")
    refusal = github.probe(SOURCE, Candidate(commit="a" * 40), None)
    assert refusal == Refusal(SOURCE, "the token is not accepted")
    with pytest.raises(AccessRefusedError) as caught:
        github.candidates(REQUEST)
    assert caught.value.hint == "check GITHUB_TOKEN"
    hosted.faults = [Fault("", "status", times=ALWAYS, status=403)]
    refusal = github.probe(SOURCE, Candidate(commit="a" * 40), None)
    assert refusal == Refusal(SOURCE, "access refused (HTTP 403)")
    hosted.faults.clear()
    with pytest.raises(NotFoundUpstreamError):
        connected(hosted, sleepless).probe("github:no/thing", Candidate(), None)


@pytest.mark.parametrize("offset", [0, 1, 65_537, 262_144, 300_001, len(WEIGHTS) - 1, len(WEIGHTS)])
@pytest.mark.parametrize("piece", [1 << 16, 777, 1 << 20])
def test_a_file_is_read_from_an_offset(hosted: LocalGitHub, github: GitHub, offset: int, piece: int) -> None:
    hosted.commit(NAME, FILES)
    artifact = pinned(github)
    assert content_of(github, artifact, "files/silero.jit", offset, piece) == WEIGHTS[offset:]
    body = github.open(artifact, artifact.files[1], Portion(offset))
    assert (body.offset, body.total, body.validator) == (offset, len(WEIGHTS), None)
    body.close()
    assert taken(body, 1) == b""


def test_an_offset_behind_the_end_is_the_end(hosted: LocalGitHub, github: GitHub) -> None:
    hosted.commit(NAME, FILES)
    artifact = pinned(github)
    body = github.open(artifact, File("README.md", 9999, "0" * 64), Portion(9999))
    assert (body.offset, body.total, taken(body, 5)) == (6, 6, b"")


def test_a_file_that_the_commit_has_not_is_a_mismatch(hosted: LocalGitHub, github: GitHub) -> None:
    hosted.commit(NAME, FILES)
    with pytest.raises(MismatchError, match=r"there is no other\.bin"):
        content_of(github, pinned(github), "other.bin")


def test_a_closed_body_gives_nothing_of_what_it_had(hosted: LocalGitHub, github: GitHub) -> None:
    hosted.commit(NAME, FILES)
    artifact = pinned(github)
    body = github.open(artifact, artifact.files[1], WHOLE)
    assert taken(body, 10) == WEIGHTS[:10]
    body.close()
    assert taken(body, 10) == b""
