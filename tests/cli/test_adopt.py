"""What the Hub's own client has fetched already is adopted: hashed, linked, not fetched, and never changed."""

import os
import shutil
from pathlib import Path

import pytest

from tests.cli.hub_caches import blob, download, flip, locked, looks, model
from tests.cli.offers import CONFIG, REPO, WEIGHTS, offer, sha256
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.hub import LocalHub

SIZE = len(CONFIG) + len(WEIGHTS)
LONG_AGO = 1_600_000_000


def test_nothing_is_fetched_that_the_client_has(project: Project, run: Run, fetched: Path, hub: LocalHub) -> None:
    before = looks(fetched)
    result = run("sync", "--json")
    assert result.code == 0, result.text
    assert hub.requests == []
    assert model(result) == ("linked", 0, "300 kB from the Hugging Face cache")
    assert (result.document["bytes_fetched"], result.document["bytes_reused"]) == (0, SIZE)
    assert project.snapshot(REPO) == {"config.json": CONFIG, "model.bin": WEIGHTS}
    assert looks(fetched) == before
    assert run("verify").code == 0
    assert project.staged() == []


def test_bytes_are_linked_not_copied(project: Project, run: Run, fetched: Path) -> None:
    assert run("sync", MODELS_LINK_MODE="hardlink").code == 0
    inodes = {path.stat().st_ino for path in project.blobs()}
    assert inodes == {path.stat().st_ino for path in (fetched / "blobs").iterdir()}
    (placed,) = project.repository(REPO).glob("snapshots/*/model.bin")
    assert placed.stat().st_ino == blob(fetched).stat().st_ino


def test_the_screen_says_where_it_comes_from(run: Run, fetched: Path) -> None:  # noqa: ARG001 - it is there
    plan = run("sync", "--dry-run")
    assert "Cache     300 kB lie in the Hugging Face cache" in plan.stderr
    assert "to link" in plan.stderr
    assert "0 B to fetch" in plan.stderr
    done = run("sync")
    assert "asr: 300 kB to adopt\nasr: 300 kB adopted from the Hugging Face cache\n" in done.stderr
    assert "0 B fetched, 300 kB reused" in done.stderr
    assert "from the Hugging Face cache" not in run("sync").stderr


def test_a_dry_run_hashes_and_writes_nothing(project: Project, run: Run, fetched: Path) -> None:
    flip(blob(fetched), 7)
    result = run("sync", "--dry-run", "--json")
    assert model(result) == ("linked", 0, "300 kB from the Hugging Face cache")
    assert result.document["bytes_to_fetch"] == 0
    assert not project.store.exists()


def test_without_a_network_it_is_enough(project: Project, run: Run, fetched: Path) -> None:
    del fetched
    assert run("sync", "--offline").code == 0
    assert project.snapshot(REPO)["model.bin"] == WEIGHTS


def test_a_closed_gate_matters_only_for_what_has_to_be_fetched(
    project: Project, run: Run, fetched: Path, hub: LocalHub
) -> None:
    hub.commit(REPO, gated="manual")
    assert run("sync").code == 0
    assert hub.requests == []
    project.forget_store()
    project.forget_view()
    flip(blob(fetched), 7)
    assert run("sync").code == 5


@pytest.mark.parametrize("where", ["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"])
def test_the_client_s_own_variables_name_the_cache(
    project: Project, run: Run, hub: LocalHub, tmp_path: Path, where: str
) -> None:
    below = {"HF_HOME": "hub", "XDG_CACHE_HOME": "huggingface/hub"}.get(where, "")
    offer(hub)
    download(hub, tmp_path / "other" / below)
    locked(project, hub)
    assert run("sync", **{where: str(tmp_path / "other")}).code == 0
    assert hub.requests == []


def test_a_cache_that_points_nowhere_forbids_it(run: Run, fetched: Path, hub: LocalHub, tmp_path: Path) -> None:
    assert fetched.exists()
    assert run("sync", HF_HUB_CACHE=str(tmp_path / "nowhere")).code == 0
    assert hub.bytes_sent(origin="cdn") == len(WEIGHTS)


def test_a_blob_that_lies_in_another_folder_is_found_through_two_links(
    project: Project, run: Run, fetched: Path, hub: LocalHub, tmp_path: Path
) -> None:
    shutil.move(fetched / "blobs", tmp_path / "big-disk")
    elsewhere = tmp_path / "big-disk"
    (fetched / "blobs").mkdir()
    for path in elsewhere.iterdir():
        (fetched / "blobs" / path.name).symlink_to(path)
    before = looks(elsewhere)
    assert run("sync").code == 0
    assert hub.requests == []
    assert looks(elsewhere) == before
    assert not any(path.is_symlink() for path in project.store.rglob("*"))


def test_a_cache_with_copies_in_place_of_links_is_adopted(run: Run, fetched: Path, hub: LocalHub) -> None:
    for link in fetched.glob("snapshots/*/*"):
        target = link.resolve()
        link.unlink()
        target.rename(link)
    (fetched / "blobs").rmdir()
    assert run("sync").code == 0
    assert hub.requests == []


def test_weights_are_found_by_their_digest_where_the_snapshot_is_gone(run: Run, fetched: Path, hub: LocalHub) -> None:
    shutil.rmtree(fetched / "snapshots")
    assert run("sync").code == 0
    assert hub.bytes_sent(origin="cdn") == 0
    assert hub.bytes_sent() > 0, "the configuration has no name that tells its digest"


def test_what_an_earlier_snapshot_has_is_adopted_from_it(
    project: Project, run: Run, hub_cache: Path, hub: LocalHub
) -> None:
    offer(hub)
    download(hub, hub_cache)
    hub.commit(REPO, {"README.md": b"# changed\n"})
    locked(project, hub)
    assert model(run("sync", "--json")) == ("fetched", 10, "300 kB from the Hugging Face cache")
    assert project.snapshot(REPO) == {"config.json": CONFIG, "model.bin": WEIGHTS, "README.md": b"# changed\n"}


def test_a_view_is_never_adopted_from(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    locked(project, hub)
    view = project.view / "huggingface" / "hub"
    assert run("sync", HF_HUB_CACHE=str(view)).code == 0
    project.forget_store()
    for path in view.glob("models--org--name/snapshots/*/model.bin"):
        path.rename(path.with_name("stray.bin"))
    (view / "models--org--name" / "blobs").mkdir()
    stray = view / "models--org--name" / "blobs" / sha256(WEIGHTS)
    next(view.rglob("stray.bin")).rename(stray)
    hub.reset_requests()
    assert run("sync", HF_HUB_CACHE=str(view)).code == 0
    assert hub.bytes_sent(origin="cdn") == len(WEIGHTS)


def test_a_second_project_reads_nothing_again(project: Project, run: Run, fetched: Path) -> None:
    for path in (fetched / "blobs").iterdir():
        os.utime(path, (LONG_AGO, LONG_AGO))
    assert run("sync").code == 0
    assert len([one for one in project.store.joinpath("stamps").rglob("*") if one.is_file()]) == 2
    second = project.beside("second")
    result = second.run("sync", "--json")
    assert model(result) == ("linked", 0, None)


def test_a_part_of_a_download_is_given_up_for_a_whole_file(project: Project, run: Run, fetched: Path) -> None:
    assert fetched.exists()
    staging = project.store / "staging"
    staging.mkdir(parents=True, mode=0o700)
    staging.joinpath(f"{sha256(WEIGHTS)}.part").write_bytes(WEIGHTS[:1000])
    assert run("sync").code == 0
    assert project.staged() == []
