"""`models sync`: the machine as the lock says."""

import os
import stat
from pathlib import Path

import pytest

from tests.cli.offers import ASR, CONFIG, KEY, REPO, WEIGHTS, offer, sha256, weights
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.faults import ALWAYS, Fault
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel

DEAD = {"HF_ENDPOINT": "http://127.0.0.1:1", "PIP_INDEX_URL": "http://127.0.0.1:1/simple"}


@pytest.fixture
def synced(project: Project, run: Run, hub: LocalHub) -> Project:
    """A project that is locked and synced, and servers that have forgotten the requests for it."""
    offer(hub)
    project.manifest(ASR)
    assert run("sync").code == 0
    hub.reset_requests()
    return project


def test_a_missing_lock_is_written_first(project: Project, run: Run, hub: LocalHub) -> None:
    commit = offer(hub)
    project.manifest(ASR)
    result = run("sync")
    assert result.code == 0
    assert "locked first" in result.stderr
    assert project.pin(KEY) == commit
    assert project.snapshot(REPO) == {"config.json": CONFIG, "model.bin": WEIGHTS}


def test_a_stale_lock_is_locked_first_and_old_pins_do_not_move(synced: Project, run: Run, hub: LocalHub) -> None:
    pinned = synced.pin(KEY)
    hub.commit(REPO, {"model.bin": weights(1000, 4)})
    vad = offer(hub, "org/vad", seed=1)
    synced.manifest("models: {asr: {source: hf:org/name}, vad: {source: hf:org/vad}}\n")
    assert run("sync").code == 0
    assert (synced.pin(KEY), synced.pin("hf:org/vad@main")) == (pinned, vad)
    assert run("lock", "--check").code == 0


@pytest.mark.usefixtures("synced", "no_network")
def test_a_second_sync_does_nothing_without_a_request(synced: Project, run: Run) -> None:
    before = {path: path.stat() for path in synced.view.rglob("*")}
    result = run("sync", "--json", **DEAD)
    assert result.code == 0
    assert [model["state"] for model in result.document["models"]] == ["present"]
    assert (result.document["bytes_fetched"], result.document["bytes_to_fetch"]) == (0, 0)
    after = {path: path.stat() for path in synced.view.rglob("*")}
    assert {path: (one.st_ino, one.st_mtime_ns) for path, one in before.items()} == {
        path: (one.st_ino, one.st_mtime_ns) for path, one in after.items()
    }


def test_locked_refuses_a_missing_and_a_stale_lock(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    project.manifest(ASR)
    assert run("sync", "--locked").code == 2
    assert not project.lock_path.exists()
    assert run("lock").code == 0
    before = project.lock_path.read_bytes()
    project.manifest(ASR.replace("hf:org/name", "hf:org/name, optional: true"))
    result = run("sync", "--locked")
    assert result.code == 1
    assert "models.lock is stale" in result.stderr
    assert "optional: True in the manifest" in result.stderr
    assert project.lock_path.read_bytes() == before
    assert not project.view.exists()
    project.manifest(ASR)
    assert run("sync", "--locked").code == 0


def test_frozen_never_reads_the_manifest(synced: Project, run: Run) -> None:
    synced.forget_view()
    for text in (None, "models: [nonsense"):
        if text is None:
            synced.manifest_path.unlink()
        else:
            synced.manifest_path.write_text(text)
        assert run("sync", "--frozen").code == 0
        assert run("verify").code == 0
        assert run("status").code == 0
    assert run("sync").code == 2


def test_frozen_without_a_lock_is_wrong_input(project: Project, run: Run) -> None:
    project.manifest(ASR)
    for arguments in (("sync", "--frozen"), ("verify",), ("status",), ("path", "asr")):
        result = run(*arguments)
        assert result.code == 2
        assert "there is no models.lock" in result.stderr


def test_locked_and_frozen_exclude_each_other(synced: Project, run: Run) -> None:
    assert run("sync", "--locked", "--frozen").code == 2
    assert synced.view.exists()


@pytest.mark.usefixtures("synced", "no_network")
@pytest.mark.parametrize("how", ["flag", "MODELS_OFFLINE", "HF_HUB_OFFLINE"])
def test_offline_lists_everything_that_is_missing(synced: Project, run: Run, how: str) -> None:
    synced.forget_view()
    synced.forget_store()
    arguments = ["--offline"] if how == "flag" else []
    environment = {} if how == "flag" else {how: "1"}
    result = run("sync", *arguments, **environment)
    assert result.code == 3
    assert "2 files are missing (300 kB)" in result.stderr
    for name in ("config.json", "model.bin"):
        assert f"asr  hf:org/name  {name}" in result.stderr
    assert not synced.view.exists()


@pytest.mark.usefixtures("synced", "no_network")
def test_offline_one_file_is_named_in_the_singular(synced: Project, run: Run) -> None:
    synced.forget_view()
    next(synced.store.joinpath("blobs").rglob(sha256(WEIGHTS))).unlink()
    assert "1 file is missing (300 kB) and the network may not be used" in run("sync", "--offline").stderr


def test_what_a_failed_model_had_is_not_called_reused(synced: Project, run: Run, hub: LocalHub) -> None:
    synced.forget_view()
    next(synced.store.joinpath("blobs").rglob(sha256(WEIGHTS))).unlink()
    hub.faults = [Fault("model.bin", "flip", times=ALWAYS, after_bytes=7, origin="cdn")]
    result = run("sync", "--json")
    assert (result.code, result.document["bytes_reused"]) == (4, 0)


@pytest.mark.usefixtures("synced", "no_network")
def test_offline_with_everything_in_the_store_is_enough(synced: Project, run: Run) -> None:
    synced.forget_view()
    assert run("sync", "--offline").code == 0
    assert synced.snapshot(REPO)["model.bin"] == WEIGHTS


def test_offline_with_only_an_optional_model_missing_goes_on(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    offer(hub, "org/vad", seed=1)
    project.manifest("models: {asr: {source: hf:org/name}, vad: {source: hf:org/vad, optional: true}}\n")
    assert run("sync", "--only", "asr").code == 0
    assert run("sync", "--offline", "--only", "asr").code == 0


def test_a_lock_that_needs_the_network_fails_offline_without_a_request(
    project: Project, run: Run, hub: LocalHub, index: PackageIndex, waits: list[float]
) -> None:
    offer(hub)
    index.add("pack", "1.0", make_wheel("pack", "1.0", {"pack/w.bin": b"1"}))
    for source in ("hf:org/name", "pypi:pack", "url:http://127.0.0.1:1/model.bin"):
        project.manifest(f'models: {{asr: {{source: "{source}"}}}}\n')
        for verb in ("lock", "sync"):
            result = run(verb, "--offline")
            assert result.code == 3, result.text
            assert "the network may not be used" in result.stderr
    assert hub.requests == index.requests == []
    assert waits == []


@pytest.mark.parametrize("mode", [(), ("--locked",), ("--frozen",)])
def test_a_dry_run_shows_and_writes_nothing(project: Project, run: Run, hub: LocalHub, mode: tuple[str, ...]) -> None:
    offer(hub)
    project.manifest(ASR)
    assert run("lock").code == 0
    before = sorted(path for path in project.folder.parent.rglob("*") if "hub" not in path.parts)
    hub.reset_requests()
    result = run("sync", "--dry-run", "--json", *mode)
    assert result.code == 0
    assert [model["state"] for model in result.document["models"]] == ["fetched"]
    assert result.document["dry_run"] is True
    assert "Would sync 1 of 1 models: 300 kB to fetch. Nothing was written." in result.stderr
    assert sorted(path for path in project.folder.parent.rglob("*") if "hub" not in path.parts) == before
    assert hub.requests == []


def test_a_dry_run_of_a_sync_that_would_lock_first_writes_no_lock(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    project.manifest(ASR)
    result = run("sync", "--dry-run")
    assert result.code == 0
    assert "Nothing was written" in result.stderr
    assert not project.lock_path.exists()


def test_only_some_models_are_synced(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    offer(hub, "org/vad", seed=1)
    project.manifest("models: {asr: {source: hf:org/name}, vad: {source: hf:org/vad}}\n")
    result = run("sync", "--only", "vad", "--json")
    assert [model["name"] for model in result.document["models"]] == ["vad"]
    assert not project.repository(REPO).exists()
    assert run("status", "--exit-code").code == 1
    assert run("verify", "--only", "vad").code == 0
    assert run("verify").code == 1
    assert run("sync", "--only", "vad", "--only", "asr").code == 0
    assert run("verify").code == 0


@pytest.mark.usefixtures("synced", "no_network")
def test_a_second_project_gets_links_without_a_request(synced: Project, run: Run) -> None:
    other = synced.beside("other")
    result = other.run("sync", "--json", **DEAD)
    assert result.code == 0
    assert [model["state"] for model in result.document["models"]] == ["linked"]
    assert (result.document["bytes_fetched"], result.document["bytes_reused"]) == (0, len(CONFIG) + len(WEIGHTS))
    assert other.placed() == synced.placed()
    assert other.run("verify").code == run("verify").code == 0


def test_hard_links_share_the_bytes_and_are_read_only(synced: Project, run: Run) -> None:
    synced.forget_view()
    assert run("sync", MODELS_LINK_MODE="hardlink").code == 0
    place = next(synced.view.rglob("model.bin"))
    assert place.stat().st_nlink == 2
    assert stat.S_IMODE(place.stat().st_mode) & 0o222 == 0
    assert place.stat().st_ino in {blob.stat().st_ino for blob in synced.blobs()}


def test_copies_are_files_of_their_own(synced: Project, run: Run) -> None:
    synced.forget_view()
    result = run("sync", MODELS_LINK_MODE="copy")
    assert result.code == 0
    assert "links are not possible" not in result.stderr, "it was asked for"
    place = next(synced.view.rglob("model.bin"))
    assert place.stat().st_nlink == 1
    assert place.read_bytes() == WEIGHTS
    place.chmod(0o600)
    place.write_bytes(b"spoiled")
    assert run("sync").code == 0
    assert place.read_bytes() == WEIGHTS


def test_where_links_are_impossible_bytes_are_copied_with_one_warning(
    synced: Project, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    synced.forget_view()
    monkeypatch.setattr(os, "link", refuse)
    result = run("sync", MODELS_LINK_MODE="hardlink")
    assert result.code == 0
    assert result.stderr.count("links are not possible here: 300 kB were copied") == 1
    assert run("verify").code == 0


def test_a_link_mode_that_does_not_exist_is_wrong_input(synced: Project, run: Run) -> None:
    result = run("sync", MODELS_LINK_MODE="symlink")
    assert result.code == 2
    assert "reflink, hardlink, copy" in result.stderr
    assert synced.view.exists()


def test_a_right_file_is_kept_though_the_store_is_gone(synced: Project, run: Run) -> None:
    synced.forget_store()
    synced.view.joinpath("models-record.json").unlink()
    assert run("sync", "--offline").code == 0
    assert run("verify").code == 0


def test_a_view_that_moved_with_its_project_is_kept(synced: Project, run: Run, tmp_path: Path) -> None:
    assert run("sync").code == 0
    synced.forget_store()
    moved = Project(tmp_path / "moved", synced.home, synced.store, synced.environment)
    synced.folder.rename(moved.folder)
    assert moved.run("sync", "--offline").code == 0


def test_the_store_belongs_to_its_user_alone(synced: Project) -> None:
    assert stat.S_IMODE(synced.store.stat().st_mode) == 0o700


def test_a_store_that_others_may_read_is_closed(synced: Project, run: Run) -> None:
    synced.store.chmod(0o755)
    synced.forget_view()
    assert run("sync").code == 0
    assert stat.S_IMODE(synced.store.stat().st_mode) == 0o700


def test_the_cache_folder_of_the_manifest_is_used(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    project.manifest("cache: weights/cache\n" + ASR)
    assert run("sync").code == 0
    assert not project.view.exists()
    assert list((project.folder / "weights/cache").rglob("model.bin"))


def test_references_name_the_pin_without_a_newline(project: Project, run: Run, hub: LocalHub) -> None:
    commit = offer(hub)
    hub.tag(REPO, "v1.0", commit)
    project.manifest('models: {asr: {source: "hf:org/name", version: ">=1"}}\n')
    assert run("sync").code == 0
    references = {
        path.relative_to(project.repository(REPO)).as_posix(): path.read_bytes()
        for path in project.repository(REPO).joinpath("refs").rglob("*")
    }
    assert references == {"refs/main": commit.encode(), "refs/v1.0": commit.encode()}
    assert not list(project.view.rglob("trees"))


def test_models_are_synced_from_below_the_project(synced: Project) -> None:
    below = synced.folder / "src" / "deep"
    below.mkdir(parents=True)
    inner = Project(below, synced.home, synced.store, synced.environment)
    assert inner.run("sync").code == 0
    assert not (below / ".cache").exists()
    assert inner.run("sync", "--project", str(synced.folder)).code == 0
    assert inner.run("sync", "--project", "absent").code == 2
