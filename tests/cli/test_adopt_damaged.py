"""Caches that hold something else than they say, and what may be shared with one: neither is ever written to."""

import os
import stat
from pathlib import Path

import pytest

from tests.cli.hub_caches import blob, flip, looks, model
from tests.cli.offers import CONFIG, KEY, REPO, WEIGHTS, sha256, weights
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.hub import LocalHub

SIZE = len(CONFIG) + len(WEIGHTS)
LONG_AGO = 1_600_000_000


def test_a_wrong_byte_in_the_cache_is_fetched_instead_and_stays_there(
    project: Project, run: Run, fetched: Path, hub: LocalHub
) -> None:
    flip(blob(fetched), 1000)
    before = looks(fetched)
    result = run("sync", "--json")
    assert result.code == 0, result.text
    assert model(result) == ("fetched", len(WEIGHTS), f"{len(CONFIG)} B from the Hugging Face cache")
    assert "note: model.bin is not adopted from" in result.stderr
    assert "it has other bytes" in result.stderr
    assert hub.bytes_sent(origin="cdn") == len(WEIGHTS)
    assert project.snapshot(REPO)["model.bin"] == WEIGHTS
    assert looks(fetched) == before
    assert project.staged() == []


@pytest.mark.parametrize("damage", ["truncated", "incomplete", "gone", "folder", "fifo", "circle"])
def test_what_is_no_whole_file_is_not_looked_at(
    project: Project, run: Run, fetched: Path, hub: LocalHub, damage: str
) -> None:
    weights_there = blob(fetched)
    content = weights_there.read_bytes()
    weights_there.unlink()
    if damage == "truncated":
        weights_there.write_bytes(content[:-1])
    elif damage == "incomplete":
        weights_there.with_name(f"{weights_there.name}.incomplete").write_bytes(content)
    elif damage == "folder":
        weights_there.mkdir()
    elif damage == "fifo":
        os.mkfifo(weights_there)
    elif damage == "circle":
        weights_there.symlink_to(weights_there)
    result = run("sync")
    assert result.code == 0, result.text
    assert "not adopted" not in result.stderr
    assert hub.bytes_sent(origin="cdn") == len(content)
    assert project.snapshot(REPO)["model.bin"] == WEIGHTS


def test_a_stray_listing_of_a_snapshot_does_no_harm(run: Run, fetched: Path, hub: LocalHub) -> None:
    for stray in ("trees/main.json", "snapshots/main", "refs/other"):
        fetched.joinpath(stray).parent.mkdir(exist_ok=True)
        fetched.joinpath(stray).write_bytes(b"?")
    assert run("sync").code == 0
    assert hub.requests == []


def test_what_was_written_a_moment_ago_is_hashed_again_before_it_is_used(
    project: Project, run: Run, fetched: Path
) -> None:
    shared = blob(fetched)
    soon = project.folder.stat().st_mtime + 3600
    os.utime(shared, (soon, soon))
    assert run("sync", MODELS_LINK_MODE="hardlink").code == 0
    assert not list(project.store.joinpath("stamps").rglob(sha256(WEIGHTS)))
    flip(shared, 9)
    os.utime(shared, (soon, soon))
    for one in (project.beside("second"), project):
        assert one.run("sync").code == 0
        assert one.snapshot(REPO)["model.bin"] == WEIGHTS


def test_verify_finds_what_somebody_wrote_into_the_cache_and_repairs_it(
    project: Project, run: Run, fetched: Path, hub: LocalHub
) -> None:
    assert run("sync", MODELS_LINK_MODE="hardlink").code == 0
    flip(blob(fetched), 5)
    result = run("verify", "--json")
    assert result.code == 1
    (finding,) = result.document["findings"]
    assert finding["kind"] == "damaged"
    assert finding["path"].endswith("/model.bin")
    before = looks(fetched)
    assert run("verify", "--repair").code == 0
    assert hub.bytes_sent(origin="cdn") == len(WEIGHTS)
    assert project.snapshot(REPO)["model.bin"] == WEIGHTS
    assert looks(fetched) == before, "what is repaired is a file of our own"


def test_repair_takes_from_the_cache_what_it_has(project: Project, run: Run, fetched: Path, hub: LocalHub) -> None:
    assert fetched.exists()
    assert run("sync", MODELS_LINK_MODE="copy").code == 0
    project.forget_store()
    (placed,) = project.repository(REPO).glob("snapshots/*/model.bin")
    flip(placed, 3)
    hub.reset_requests()
    assert run("verify", "--repair").code == 0
    assert hub.requests == []
    assert project.snapshot(REPO)["model.bin"] == WEIGHTS


def test_the_modes_of_shared_files_stay_and_those_of_copies_forbid_writing(
    project: Project, run: Run, fetched: Path
) -> None:
    mode = stat.S_IMODE(blob(fetched).stat().st_mode)
    assert run("sync", MODELS_LINK_MODE="hardlink").code == 0
    assert {stat.S_IMODE(one.stat().st_mode) for one in project.blobs()} == {mode}
    project.forget_store()
    project.forget_view()
    assert run("sync", MODELS_LINK_MODE="copy").code == 0
    assert {stat.S_IMODE(one.stat().st_mode) for one in project.blobs()} == {0o444}
    assert {one.stat().st_nlink for one in (fetched / "blobs").iterdir()} == {1}


def test_what_we_place_later_is_never_written_into_the_cache(
    project: Project, run: Run, fetched: Path, hub: LocalHub
) -> None:
    assert run("sync", MODELS_LINK_MODE="hardlink").code == 0
    before = looks(fetched)
    hub.commit(REPO, {"config.json": b"{}\n", "model.bin": weights(1000, 5)})
    assert run("lock", "--upgrade").code == 0
    assert run("sync").code == 0
    assert project.pin(KEY) == hub.head(REPO).sha
    assert looks(fetched) == before
