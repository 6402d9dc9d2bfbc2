"""The real huggingface_hub opens our view, offline: what runs in a pipeline finds what was locked under `main`."""

from pathlib import Path

import pytest
from huggingface_hub import constants, hf_hub_download, scan_cache_dir, snapshot_download, try_to_load_from_cache
from huggingface_hub.errors import LocalEntryNotFoundError
from huggingface_hub.utils.tqdm import disable_progress_bars

from tests.cli.offers import CONFIG, REPO, WEIGHTS, offer, weights
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.hub import LocalHub


@pytest.fixture
def cache(project: Project, run: Run, hub: LocalHub, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A view that was synced from a tag, and upstream has moved on since."""
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)
    disable_progress_bars()
    commit = offer(hub)
    hub.tag(REPO, "v1.0", commit)
    project.manifest('models: {asr: {source: "hf:org/name", version: ">=1,<2"}, gpt: {source: hf:gpt2}}\n')
    offer(hub, "gpt2", seed=1)
    assert run("sync").code == 0
    hub.commit(REPO, {"model.bin": weights(1000, 5)})
    hub.reset_requests()
    return project.view / "huggingface" / "hub"


@pytest.mark.usefixtures("cache", "no_network")
@pytest.mark.parametrize("revision", [None, "main", "v1.0", "COMMIT"])
def test_a_whole_snapshot_opens(cache: Path, project: Project, revision: str | None) -> None:
    commit = project.pin("hf:org/name@>=1,<2")
    asked = commit if revision == "COMMIT" else revision
    folder = Path(snapshot_download(REPO, revision=asked, cache_dir=cache, local_files_only=True))
    assert folder.name == commit
    assert folder.joinpath("config.json").read_bytes() == CONFIG
    assert folder.joinpath("model.bin").read_bytes() == WEIGHTS


@pytest.mark.usefixtures("cache", "no_network")
@pytest.mark.parametrize("revision", [None, "main", "v1.0"])
def test_each_file_opens(cache: Path, revision: str | None) -> None:
    for name, content in (("config.json", CONFIG), ("model.bin", WEIGHTS)):
        path = hf_hub_download(REPO, name, revision=revision, cache_dir=cache, local_files_only=True)
        assert Path(path).read_bytes() == content
        assert isinstance(try_to_load_from_cache(REPO, name, cache_dir=cache, revision=revision), str)


@pytest.mark.usefixtures("cache", "no_network")
def test_a_repository_without_organisation_opens(cache: Path) -> None:
    assert Path(hf_hub_download("gpt2", "config.json", cache_dir=cache, local_files_only=True)).read_bytes() == CONFIG


@pytest.mark.usefixtures("cache", "no_network")
def test_what_was_not_locked_does_not_open(cache: Path) -> None:
    for revision, name in (("main", "absent.json"), ("v2.0", "config.json")):
        with pytest.raises(LocalEntryNotFoundError):
            hf_hub_download(REPO, name, revision=revision, cache_dir=cache, local_files_only=True)


def test_a_filtered_snapshot_opens_whole(project: Project, run: Run, hub: LocalHub) -> None:
    hub.commit(REPO, {"config.json": CONFIG, "model.bin": WEIGHTS, "README.md": b"# x\n"})
    project.manifest('models: {asr: {source: hf:org/name, files: {exclude: ["*.md"]}}}\n')
    assert run("sync").code == 0
    cache = project.view / "huggingface" / "hub"
    folder = Path(snapshot_download(REPO, cache_dir=cache, local_files_only=True))
    assert {path.name for path in folder.iterdir()} == {"config.json", "model.bin"}


@pytest.mark.parametrize("revision", ["feature/long-name", "refs/pr/1"])
def test_a_branch_with_a_slash_opens(project: Project, run: Run, hub: LocalHub, revision: str) -> None:
    commit = offer(hub)
    hub.move_branch(REPO, revision, commit)
    project.manifest(f"models: {{asr: {{source: hf:org/name, revision: {revision}}}}}\n")
    assert run("sync").code == 0
    cache = project.view / "huggingface" / "hub"
    folder = snapshot_download(REPO, revision=revision, cache_dir=cache, local_files_only=True)
    assert Path(folder).name == commit


def test_the_library_counts_our_view_as_a_sound_cache(cache: Path) -> None:
    found = scan_cache_dir(cache)
    assert not found.warnings
    assert {repo.repo_id for repo in found.repos} == {REPO, "gpt2"}


def test_an_online_call_that_moves_main_is_found_and_set_right(
    cache: Path, project: Project, run: Run, hub: LocalHub
) -> None:
    path = hf_hub_download(REPO, "config.json", cache_dir=cache, endpoint=hub.endpoint, token=False)
    assert Path(path).parent.name == hub.head(REPO).sha
    result = run("verify", "--json")
    assert result.code == 1
    assert [one["kind"] for one in result.document["findings"]] == ["ref-moved"]
    assert run("sync", "--offline").code == 0
    again = hf_hub_download(REPO, "config.json", cache_dir=cache, local_files_only=True)
    assert Path(again).parent.name == project.pin("hf:org/name@>=1,<2")
