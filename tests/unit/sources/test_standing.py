"""Where a pin stands, by what each source says: what was asked for, what it leads to now, and what is gone."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from resolver.domain.errors import AccessRefusedError, NetworkError
from resolver.domain.lock import Artifact, File, key_for
from resolver.domain.manifest import Request
from resolver.domain.upstream import NO_WHEEL, Altered, Offer, Standing
from resolver.sources.folder import Folder
from resolver.sources.github import GitHub
from resolver.sources.huggingface import HuggingFace
from resolver.sources.index_page import read_page
from resolver.sources.spacy import Spacy, places_from
from resolver.sources.web import Web
from resolver.transport.client import Client
from tests.servers.faults import ALWAYS, Fault
from tests.servers.files import FileServer
from tests.servers.github import LocalGitHub
from tests.servers.hub import LocalHub
from tests.servers.index import make_wheel
from tests.servers.releases import SpacyReleases, make_pipeline
from tests.unit.domain.values import COMMIT, file, sha
from tests.unit.sources.github_repository import FILES, NAME, SOURCE
from tests.unit.sources.shelves import desk
from tests.unit.transport.clients import client_with

NER = "en_core_web_md"


def everything(_: str) -> bool:
    return True


@pytest.fixture
def client() -> Iterator[Client]:
    with client_with() as client:
        yield client


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LocalHub]:
    with LocalHub(tmp_path / "hub") as hub:
        yield hub


def at(key: str, commit: str | None = None, version: str | None = None) -> Artifact:
    return Artifact(key, commit, version, (file(),))


class TestHub:
    @pytest.fixture
    def source(self, hub: LocalHub, client: Client) -> HuggingFace:
        return HuggingFace(lambda: client, hub.endpoint, None)

    def test_what_a_revision_names_is_told_by_the_names_that_there_are(
        self, hub: LocalHub, source: HuggingFace
    ) -> None:
        first = hub.commit("org/name", {"a.bin": b"1"}, tags=["v1", "both"])
        second = hub.commit("org/name", {"a.bin": b"2"}, branch="dev")
        hub.move_branch("org/name", "both", second)
        asked = {
            "main": Standing("branch", points_to=first),
            "dev": Standing("branch", points_to=second),
            "both": Standing("branch", points_to=second),
            "v1": Standing("tag", points_to=first),
            "gone": Standing("branch"),
            first: Standing("commit", head=Offer("main", first)),
            first[:9]: Standing("commit", head=Offer("main", first)),
        }
        for revision, wanted in asked.items():
            found = source.standing(at(f"hf:org/name@{revision}", first), everything)
            assert replace(found, upstream_id=None, offers=()) == wanted, revision

    def test_a_listing_that_the_endpoint_does_not_have_is_no_absence(self, hub: LocalHub, source: HuggingFace) -> None:
        """Some endpoints speak a part of the API: what they do not list is not gone."""
        commit = hub.commit("org/name", {"a.bin": b"1"}, tags=["v1"])
        hub.faults = [Fault("/refs", "status", status=404, times=ALWAYS)]
        with pytest.raises(NetworkError, match="does not tell its branches and tags"):
            source.standing(at("hf:org/name@v1", commit), everything)
        assert source.standing(at("hf:org/name@main", commit), everything).points_to == commit

    def test_a_gate_in_front_of_the_api_is_a_refusal_and_no_absence(self, hub: LocalHub, source: HuggingFace) -> None:
        commit = hub.commit("org/name", {"a.bin": b"1"}, tags=["v1"])
        for match in ("/revision", "/refs"):
            hub.faults = [Fault(match, "status", status=403, times=ALWAYS)]
            with pytest.raises(AccessRefusedError):
                source.standing(at("hf:org/name@v1", commit), everything)

    @pytest.mark.parametrize(
        "body", [b"[]", b"{}", b'{"sha": "short"}', b'{"sha": 7}', b"<html>", b'{"_id": 7}', b"null"]
    )
    def test_an_answer_that_is_none_is_told_as_such(self, client: Client, body: bytes) -> None:
        with FileServer() as server:
            server.put(f"/api/models/org/name/revision/{COMMIT}", body)
            server.put("/api/models/org/name/revision/main", body)
            source = HuggingFace(lambda: client, server.origin_of("files"), None)
            with pytest.raises(NetworkError):
                source.standing(at("hf:org/name@main", COMMIT), everything)

    def test_a_list_of_names_that_is_none_is_told_as_such(self, client: Client) -> None:
        with FileServer() as server:
            head = b'{"sha": "%s"}' % COMMIT.encode()
            server.put(f"/api/models/org/name/revision/{COMMIT}", head)
            source = HuggingFace(lambda: client, server.origin_of("files"), None)
            for body in (b"[]", b"{}", b'{"tags": [7]}', b'{"tags": [{"name": "v1"}]}', b'{"tags": [], "branches": 7}'):
                server.put("/api/models/org/name/refs", body)
                with pytest.raises(NetworkError):
                    source.standing(at("hf:org/name@v1", COMMIT), everything)


class TestGitHub:
    def standing(self, github: GitHub, request: Request, commit: str, version: str | None = None) -> Standing:
        return github.standing(at(key_for(request), commit, version), everything)

    def test_a_branch_that_did_not_move_takes_two_requests(self, hosted: LocalGitHub, github: GitHub) -> None:
        commit = hosted.commit(NAME, FILES)
        found = self.standing(github, Request(SOURCE), commit)
        assert (found.asked, found.points_to, found.gone, found.upstream_id) == ("branch", commit, None, "1001")
        assert len(hosted.requests) == 2

    def test_a_branch_that_moved_takes_one_more(self, hosted: LocalGitHub, github: GitHub) -> None:
        before = hosted.commit(NAME, FILES)
        after = hosted.commit(NAME, {})
        found = self.standing(github, Request(SOURCE), before)
        assert (found.points_to, found.gone) == (after, None)
        assert len(hosted.requests) == 3

    def test_without_a_main_it_is_master(self, hosted: LocalGitHub, github: GitHub) -> None:
        commit = hosted.commit(NAME, FILES, branch="master")
        assert self.standing(github, Request(SOURCE), commit).points_to == commit

    def test_a_tag_is_told_from_a_branch(self, hosted: LocalGitHub, github: GitHub) -> None:
        before = hosted.commit(NAME, FILES, tags=["v1.0"])
        request = Request(SOURCE, revision="v1.0")
        assert self.standing(github, request, before).asked == "tag"
        assert len(hosted.requests) == 2
        after = hosted.commit(NAME, {}, tags=["v1.0"])
        found = self.standing(github, request, before)
        assert (found.asked, found.points_to) == ("tag", after)
        branch = hosted.commit(NAME, {"a": b"1"}, branch="v1.0")
        found = self.standing(github, request, before)
        assert (found.asked, found.points_to) == ("branch", branch), "GitHub prefers the branch of two names"

    def test_a_name_that_is_gone_leads_nowhere(self, hosted: LocalGitHub, github: GitHub) -> None:
        commit = hosted.commit(NAME, FILES)
        found = self.standing(github, Request(SOURCE, revision="v9"), commit)
        assert (found.points_to, found.gone) == (None, None)

    @pytest.mark.parametrize("digits", [40, 7])
    def test_a_commit_is_asked_for_once_if_it_is_where_the_repository_is(
        self, hosted: LocalGitHub, github: GitHub, digits: int
    ) -> None:
        commit = hosted.commit(NAME, FILES, branch="trunk")
        hosted.repository(NAME).default_branch = "trunk"
        found = self.standing(github, Request(SOURCE, revision=commit[:digits]), commit)
        assert (found.asked, found.head) == ("commit", Offer("trunk", commit))
        assert len(hosted.requests) == 2

    def test_tags_are_offered_and_prove_that_a_commit_is_there(self, hosted: LocalGitHub, github: GitHub) -> None:
        first = hosted.commit(NAME, FILES, tags=["v1.0"])
        second = hosted.commit(NAME, {}, tags=["v2.0"])
        found = self.standing(github, Request(SOURCE, version="~=1.0"), first, "v1.0")
        assert set(found.offers) == {Offer("v1.0", first), Offer("v2.0", second)}
        assert (found.asked, found.gone) == ("range", None)
        assert len(hosted.requests) == 2

    def test_a_commit_that_is_gone_is_said(self, hosted: LocalGitHub, github: GitHub) -> None:
        before = hosted.commit(NAME, FILES, tags=["v1.0"])
        hosted.commit(NAME, {}, tags=["v1.0"])
        del hosted.repository(NAME).commits[before]
        for request in (Request(SOURCE), Request(SOURCE, version=">=1"), Request(SOURCE, revision=before)):
            assert self.standing(github, request, before).gone == f"it has no commit {before[:8]} any more"

    def test_a_repository_in_other_hands_has_another_id(self, hosted: LocalGitHub, github: GitHub) -> None:
        commit = hosted.commit(NAME, FILES)
        hosted.recreate(NAME)
        found = self.standing(github, Request(SOURCE), commit)
        assert found.replaced(replace(at(f"{SOURCE}@main", commit), upstream_id="1001"))


class TestSpacy:
    @pytest.fixture
    def releases(self) -> Iterator[SpacyReleases]:
        with SpacyReleases() as releases:
            releases.add(NER, "3.8.0", make_pipeline(NER, "3.8.0"))
            yield releases

    @pytest.fixture
    def source(self, releases: SpacyReleases, client: Client) -> Spacy:
        return Spacy(lambda: client, places_from(releases.environment))

    @pytest.fixture
    def pinned(self, source: Spacy) -> Artifact:
        request = Request(f"spacy:{NER}")
        return source.artifact(key_for(request), request, source.candidates(request)[0], desk())

    def test_releases_for_another_spacy_say_so(self, releases: SpacyReleases, client: Client, pinned: Artifact) -> None:
        releases.add(NER, "3.8.1", None, ["3.8", "3.9"])
        releases.add(NER, "3.9.0", None, ["3.12", "3.11", "3.10", "3.7"])
        found = Spacy(lambda: client, places_from(releases.environment)).standing(pinned, everything)
        assert {one.name: one.note for one in found.offers} == {
            "3.8.0": None,
            "3.8.1": None,
            "3.9.0": "for spaCy 3.12, 3.11, 3.10",
        }

    def test_a_release_that_left_the_table_is_gone(
        self, releases: SpacyReleases, client: Client, pinned: Artifact
    ) -> None:
        releases.listed["3.8"][NER] = ["3.7.9"]
        found = Spacy(lambda: client, places_from(releases.environment)).standing(pinned, everything)
        assert found.gone == "spaCy's table has no 3.8.0 any more"
        del releases.listed["3.8"][NER]
        found = Spacy(lambda: client, places_from(releases.environment)).standing(pinned, everything)
        assert found.gone == "spaCy's table has no such pipeline any more"

    def test_a_wheel_that_is_gone_or_has_another_size_is_said(
        self, releases: SpacyReleases, source: Spacy, pinned: Artifact
    ) -> None:
        assert pinned.archive is not None
        size = pinned.archive.size
        releases.add(NER, "3.8.0", b"short")
        altered = Altered(f"{NER}-3.8.0-py3-none-any.whl", f"{size} bytes", "5 bytes")
        assert source.standing(pinned, everything).altered == (altered,)
        releases.remove(NER, "3.8.0")
        assert source.standing(pinned, everything).gone == "nothing is at its address any more"


class TestWeb:
    @pytest.fixture
    def source(self, client: Client) -> Web:
        return Web(lambda: client)

    @pytest.mark.parametrize(("size", "found"), [(5, None), (6, "6 bytes"), (4, "4 bytes"), (0, "0 bytes")])
    def test_another_size_is_a_change(self, source: Web, files: FileServer, size: int, found: str | None) -> None:
        files.put("w.bin", b"x" * size)
        artifact = Artifact(f"url:{files.url('w.bin')}", None, None, (file("w.bin", b"12345"),))
        said = source.standing(artifact, everything)
        assert said.altered == (() if found is None else (Altered("w.bin", "5 bytes", found),))
        assert said.doubt == "only its size was compared"

    def test_an_empty_file_is_still_empty(self, source: Web, files: FileServer) -> None:
        files.put("w.bin", b"")
        artifact = Artifact(f"url:{files.url('w.bin')}", None, None, (file("w.bin", b""),))
        assert source.standing(artifact, everything).altered == ()

    @pytest.mark.parametrize("most", [1, 49_999_999])
    def test_no_more_than_the_beginning_is_read(self, source: Web, files: FileServer, most: int) -> None:
        """Also of a server that does not serve parts."""
        content = b"x" * 50_000_000
        files.put("w.bin", content)
        files.ranges = most == 1
        artifact = Artifact(f"url:{files.url('w.bin')}", None, None, (File("w.bin", len(content), sha(content)),))
        assert source.standing(artifact, everything).altered == ()
        assert len(files.requests) == 1
        assert files.bytes_sent() <= most

    def test_what_the_server_refuses_to_say_is_no_absence(self, source: Web, files: FileServer) -> None:
        artifact = Artifact(f"url:{files.url('w.bin')}", None, None, (file("w.bin"),))
        files.faults = [Fault("", "status", status=403, times=ALWAYS)]
        with pytest.raises(AccessRefusedError):
            source.standing(artifact, everything)
        files.faults = [Fault("", "status", status=418, times=ALWAYS)]
        with pytest.raises(NetworkError):
            source.standing(artifact, everything)


class TestFolder:
    @pytest.fixture
    def own(self, tmp_path: Path) -> Path:
        folder = tmp_path / "own"
        (folder / "sub").mkdir(parents=True)
        (folder / "a.bin").write_bytes(b"weights")
        (folder / "sub" / "b.bin").write_bytes(b"weights")
        return folder

    @pytest.fixture
    def pinned(self) -> Artifact:
        return Artifact("file:./own", None, None, (file("a.bin"), file("sub/b.bin")))

    def test_every_file_that_differs_is_told(self, tmp_path: Path, own: Path, pinned: Artifact) -> None:
        assert Folder(tmp_path).standing(pinned, everything) == Standing("content")
        (own / "a.bin").write_bytes(b"WEIGHTS")
        (own / "sub" / "b.bin").unlink()
        (own / "c.bin").write_bytes(b"1")
        (own / "unwanted.txt").write_bytes(b"1")
        found = Folder(tmp_path).standing(pinned, lambda path: path.endswith(".bin")).altered
        assert found == (
            Altered("a.bin", sha(b"weights"), sha(b"WEIGHTS")),
            Altered("c.bin", "nothing", "a file"),
            Altered("sub/b.bin", sha(b"weights"), "nothing"),
        )

    def test_what_has_another_size_is_not_read(self, tmp_path: Path, own: Path, pinned: Artifact) -> None:
        (own / "a.bin").write_bytes(b"longer weights")
        assert Folder(tmp_path).standing(pinned, everything).altered == (Altered("a.bin", sha(b"weights"), "14 bytes"),)

    def test_a_link_to_nothing_is_no_file(self, tmp_path: Path, own: Path, pinned: Artifact) -> None:
        (own / "a.bin").unlink()
        (own / "a.bin").symlink_to("nowhere")
        (found,) = Folder(tmp_path).standing(pinned, everything).altered
        assert found.found == "no regular file"

    def test_one_file_may_be_all(self, tmp_path: Path, own: Path) -> None:
        pinned = Artifact("file:./own/a.bin", None, None, (file("a.bin"),))
        assert Folder(tmp_path).standing(pinned, everything).altered == ()
        (own / "a.bin").write_bytes(b"WEIGHTS")
        assert Folder(tmp_path).standing(pinned, everything).altered != ()


def test_a_page_names_versions_that_have_no_usable_wheel() -> None:
    wheel: dict[str, object] = {"hashes": {"sha256": sha(make_wheel("pack", "1.0", {}))}, "url": "x"}
    names: dict[str, dict[str, object]] = {
        "pack-1.0-py3-none-any.whl": {},
        "pack-1.1-py3-none-any.whl": {"yanked": "broken"},
        "pack-1.2-cp312-cp312-win_amd64.whl": {},
        "pack-1.3.tar.gz": {},
        "pack-1.4-py3-none-any.whl": {"hashes": {}},
        "pack-nonsense-py3-none-any.whl": {},
        "pack-nonsense.tar.gz": {},
        "other-9.9-py3-none-any.whl": {},
        "pack-1.5.exe": {},
    }
    files = [7, "text", {"filename": None}, *({"filename": name, **wheel, **more} for name, more in names.items())]
    page = read_page("https://index.invalid/pack/", {"files": files}, "pack")
    assert page.offers == (
        Offer("1.0"),
        Offer("1.1", yanked=True),
        Offer("1.2", unusable=NO_WHEEL),
        Offer("1.3", unusable=NO_WHEEL),
        Offer("1.4", unusable=NO_WHEEL),
    )
    assert read_page("https://index.invalid/", {"files": "none"}, "pack").offers == ()
