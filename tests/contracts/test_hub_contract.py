"""Holds the local hub and the real client together: what the client does against it is what it does against the hub."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import (
    HfApi,
    close_session,
    constants,
    get_hf_file_metadata,
    hf_hub_download,
    hf_hub_url,
    snapshot_download,
)
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.hf_api import RepoFile, RepoFolder
from huggingface_hub.utils.tqdm import disable_progress_bars

from tests.servers.hub import LocalHub
from tests.servers.hub_repository import lfs_pointer

REPO = "org/name"
CONFIG = b'{"model_type": "whisper"}\n'
WEIGHTS = bytes(range(256)) * 1000
FILES = {"config.json": CONFIG, "model.bin": WEIGHTS, "voices/one.json": b"1", "voices/two.json": b"2"}
SHA256 = hashlib.sha256(WEIGHTS).hexdigest()


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    """A hub with one repository, and the client without proxies, xet, telemetry and progress bars."""
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    disable_progress_bars()
    close_session()  # one made earlier in this process may know a proxy
    with LocalHub(tmp_path / "hub") as hub:
        hub.commit(REPO, FILES, license="mit", tags=["v1"])
        yield hub
        close_session()


@pytest.fixture
def api(hub: LocalHub) -> HfApi:
    return HfApi(endpoint=hub.endpoint, token=False)


def git_sha1(body: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()  # noqa: S324 - git's


def test_model_info_reads_commit_licence_and_hashes(hub: LocalHub, api: HfApi) -> None:
    found = api.model_info(REPO, files_metadata=True)
    assert found.id == REPO
    assert found.sha == hub.head(REPO).sha
    assert found.gated is False
    assert found.private is False
    assert found.card_data is not None
    assert found.card_data.license == "mit"
    assert "license:mit" in (found.tags or [])
    assert found.last_modified is not None
    siblings = {sibling.rfilename: sibling for sibling in found.siblings or []}
    assert list(siblings) == sorted(FILES)
    assert (siblings["config.json"].size, siblings["config.json"].blob_id) == (len(CONFIG), git_sha1(CONFIG))
    assert siblings["config.json"].lfs is None
    pointer = lfs_pointer(SHA256, len(WEIGHTS))
    assert siblings["model.bin"].lfs == {"size": len(WEIGHTS), "sha256": SHA256, "pointer_size": len(pointer)}
    assert siblings["model.bin"].blob_id == git_sha1(pointer)


def test_model_info_without_metadata_names_files_only(api: HfApi) -> None:
    siblings = api.model_info(REPO, revision="v1").siblings or []
    assert [(sibling.rfilename, sibling.size, sibling.blob_id) for sibling in siblings] == [
        (path, None, None) for path in sorted(FILES)
    ]


def test_model_info_can_be_asked_for_one_property(api: HfApi) -> None:
    found = api.model_info(REPO, expand=["gated"])
    assert found.gated is False
    assert found.siblings is None


def test_refs_list_branches_and_tags(hub: LocalHub, api: HfApi) -> None:
    first = hub.head(REPO).sha
    second = hub.commit(REPO, {"new.txt": b"new"}, branch="dev")
    assert list(hub.head(REPO, "dev").files) == sorted([*FILES, "new.txt"])
    refs = api.list_repo_refs(REPO, include_pull_requests=True)
    assert {branch.name: (branch.ref, branch.target_commit) for branch in refs.branches} == {
        "dev": ("refs/heads/dev", second),
        "main": ("refs/heads/main", first),
    }
    assert [(tag.name, tag.ref, tag.target_commit) for tag in refs.tags] == [("v1", "refs/tags/v1", first)]
    assert refs.pull_requests == []


def test_every_kind_of_revision_leads_to_its_commit(hub: LocalHub, api: HfApi) -> None:
    first = hub.head(REPO).sha
    second = hub.commit(REPO, delete=["voices/one.json"], branch="main")
    hub.move_branch(REPO, "refs/pr/1", first)
    revisions = {"main": second, "v1": first, "refs/pr/1": first, first: first, first[:7]: first}
    assert {name: api.model_info(REPO, revision=name).sha for name in revisions} == revisions


def test_tree_is_followed_over_all_pages(hub: LocalHub, api: HfApi) -> None:
    hub.page_size = 2
    entries = list(api.list_repo_tree(REPO, recursive=True))
    assert [entry.path for entry in entries] == ["config.json", "model.bin", "voices", *sorted(FILES)[2:]]
    assert len(hub.requested("/tree/")) == 3
    weights = entries[1]
    assert isinstance(weights, RepoFile)
    assert weights.lfs is not None
    assert (weights.lfs.sha256, weights.size, weights.xet_hash) == (SHA256, len(WEIGHTS), None)


def test_tree_of_a_folder_and_its_history_can_be_listed(hub: LocalHub, api: HfApi) -> None:
    first = hub.head(REPO).sha
    second = hub.commit(REPO, {"voices/two.json": b"22"})
    top = list(api.list_repo_tree(REPO))
    assert [type(entry) for entry in top] == [RepoFile, RepoFile, RepoFolder]
    inside = list(api.list_repo_tree(REPO, "voices", expand=True))
    assert [(entry.path, entry.last_commit and entry.last_commit.oid) for entry in inside] == [
        ("voices/one.json", first),
        ("voices/two.json", second),
    ]
    with pytest.raises(RemoteEntryNotFoundError):
        list(api.list_repo_tree(REPO, "nowhere"))


def test_paths_info_leaves_out_what_is_not_there(api: HfApi) -> None:
    entries = api.get_paths_info(REPO, ["model.bin", "voices", "absent"], revision="v1", expand=True)
    assert [entry.path for entry in entries] == ["model.bin", "voices"]
    assert isinstance(entries[0], RepoFile)
    assert entries[0].security is not None


@pytest.mark.parametrize(
    ("filename", "etag", "size"),
    [("config.json", git_sha1(CONFIG), len(CONFIG)), ("model.bin", SHA256, len(WEIGHTS))],
)
def test_metadata_comes_with_etag_size_and_commit(hub: LocalHub, filename: str, etag: str, size: int) -> None:
    found = get_hf_file_metadata(hf_hub_url(REPO, filename, endpoint=hub.endpoint), token=False)
    assert (found.etag, found.size, found.commit_hash) == (etag, size, hub.head(REPO).sha)
    assert found.xet_file_data is None


def test_one_file_lands_in_the_cache_and_no_token_reaches_the_cdn(hub: LocalHub, tmp_path: Path) -> None:
    hub.add_token("hf_valid")
    path = hf_hub_download(REPO, "model.bin", cache_dir=tmp_path, endpoint=hub.endpoint, token="hf_valid")
    assert Path(path).read_bytes() == WEIGHTS
    assert Path(path).resolve().name == SHA256
    assert hub.requested("model.bin", origin="cdn")
    assert [request for request in hub.requests if request.origin == "cdn" and request.header("Authorization")] == []
    assert hub.requested("model.bin", origin="hub")[0].bearer() == "hf_valid"
    assert hub.bytes_sent(origin="cdn") == len(WEIGHTS)


def test_a_snapshot_is_complete(hub: LocalHub, tmp_path: Path) -> None:
    hub.commit(REPO, {"a name/with spaces & ü.json": b"odd"})
    folder = Path(snapshot_download(REPO, cache_dir=tmp_path / "cache", endpoint=hub.endpoint, token=False))
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert found == {**FILES, "a name/with spaces & ü.json": b"odd"}
    assert folder.name == hub.head(REPO).sha
    assert (folder.parents[1] / "refs" / "main").read_text() == folder.name


def test_compressed_text_arrives_as_it_was(hub: LocalHub, tmp_path: Path) -> None:
    path = hf_hub_download(REPO, "config.json", cache_dir=tmp_path, endpoint=hub.endpoint, token=False)
    assert Path(path).read_bytes() == CONFIG
    fetched = hub.requested("/resolve-cache/", method="GET")
    assert "gzip" in (fetched[0].header("Accept-Encoding") or "")
    assert fetched[0].status == 200


def test_a_gated_repository_is_listed_but_not_served_without_access(hub: LocalHub, api: HfApi, tmp_path: Path) -> None:
    hub.commit(REPO, gated="auto")
    hub.add_token("hf_stranger")
    hub.grant(REPO, "hf_friend")
    assert api.model_info(REPO, files_metadata=True).gated == "auto"
    assert len(list(api.list_repo_tree(REPO))) == 3
    for token, status in ((False, 401), ("hf_unknown", 401), ("hf_stranger", 403)):
        with pytest.raises(GatedRepoError) as caught:
            hf_hub_download(REPO, "config.json", cache_dir=tmp_path, endpoint=hub.endpoint, token=token)
        assert caught.value.response.status_code == status
    for name in ("config.json", "model.bin"):
        path = hf_hub_download(REPO, name, cache_dir=tmp_path, endpoint=hub.endpoint, token="hf_friend")
        assert Path(path).read_bytes() == FILES[name]


def test_an_unknown_and_a_private_repository_look_the_same(hub: LocalHub) -> None:
    hub.commit("org/private", {"config.json": CONFIG}, private=True)
    hub.grant("org/private", "hf_owner")
    hub.add_token("hf_stranger")
    for token, status in ((False, 401), ("hf_stranger", 404)):
        for repo in ("org/private", "org/absent"):
            with pytest.raises(RepositoryNotFoundError) as caught:
                HfApi(endpoint=hub.endpoint, token=token).model_info(repo)
            assert caught.value.response.status_code == status
    assert HfApi(endpoint=hub.endpoint, token="hf_owner").model_info("org/private").private is True


def test_a_deleted_repository_is_gone_and_a_new_one_has_another_id(hub: LocalHub, api: HfApi) -> None:
    def identity() -> object:
        return api.model_info(REPO)._id  # type: ignore[attr-defined] # kept by the client among unknown fields

    first, commit = identity(), hub.head(REPO).sha
    reborn = hub.recreate(REPO)
    assert identity() == reborn != first
    assert api.model_info(REPO).sha == commit
    hub.delete_repository(REPO)
    with pytest.raises(RepositoryNotFoundError):
        api.model_info(REPO)
    assert hub.commit(REPO, FILES) == commit
    assert identity() not in {first, reborn}


def test_a_renamed_repository_is_followed(hub: LocalHub, api: HfApi, tmp_path: Path) -> None:
    hub.rename(REPO, "neworg/newname")
    assert api.model_info(REPO).id == "neworg/newname"
    path = hf_hub_download(REPO, "model.bin", cache_dir=tmp_path, endpoint=hub.endpoint, token=False)
    assert Path(path).read_bytes() == WEIGHTS


def test_a_repository_without_organisation_is_found(hub: LocalHub, api: HfApi) -> None:
    hub.commit("gpt2", {"config.json": CONFIG})
    assert api.model_info("gpt2", revision="main").id == "gpt2"
    assert [entry.path for entry in api.list_repo_tree("gpt2")] == ["config.json"]
    assert get_hf_file_metadata(hf_hub_url("gpt2", "config.json", endpoint=hub.endpoint), token=False).size == len(
        CONFIG
    )


def test_an_unknown_revision_is_told_from_an_unknown_file(hub: LocalHub, api: HfApi, tmp_path: Path) -> None:
    with pytest.raises(RevisionNotFoundError):
        api.model_info(REPO, revision="v2")
    with pytest.raises(RevisionNotFoundError):
        hf_hub_download(REPO, "config.json", revision="v2", cache_dir=tmp_path, endpoint=hub.endpoint, token=False)
    with pytest.raises(RemoteEntryNotFoundError) as caught:
        hf_hub_download(REPO, "absent.json", cache_dir=tmp_path, endpoint=hub.endpoint, token=False)
    assert caught.value.response.headers["X-Repo-Commit"] == hub.head(REPO).sha


def test_a_deleted_revision_is_not_found(hub: LocalHub, api: HfApi) -> None:
    old = hub.head(REPO).sha
    new = hub.commit(REPO, {"model.bin": b"retrained"})
    hub.delete_revision(REPO, old)
    with pytest.raises(RevisionNotFoundError):
        api.model_info(REPO, revision=old)
    assert api.list_repo_refs(REPO).tags == []
    assert api.model_info(REPO).sha == new


def test_tokens_are_known_or_refused(hub: LocalHub) -> None:
    hub.add_token("hf_valid", user="ada")
    assert HfApi(endpoint=hub.endpoint).whoami("hf_valid")["name"] == "ada"
    with pytest.raises(HfHubHTTPError, match="Invalid"):
        HfApi(endpoint=hub.endpoint).whoami("hf_wrong")
    with pytest.raises(HfHubHTTPError, match="Invalid credentials"):
        HfApi(endpoint=hub.endpoint, token="hf_wrong").model_info(REPO)


def test_commits_are_deterministic_and_hashed_as_git_does(hub: LocalHub, tmp_path: Path) -> None:
    weights = tmp_path / "weights.bin"
    weights.write_bytes(WEIGHTS)
    assert hub.commit("other/copy", {**FILES, "model.bin": weights}) == hub.head(REPO).sha
    weights.write_bytes(b"changed afterwards")
    assert (
        get_hf_file_metadata(hf_hub_url("other/copy", "model.bin", endpoint=hub.endpoint), token=False).etag == SHA256
    )
    assert hub.commit(REPO) != hub.head("other/copy").sha
