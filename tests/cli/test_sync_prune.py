"""`sync --prune`: after everything went well, what is not wanted any more goes too."""

import pytest

from tests.cli.offers import REPO, flipped, offer, weights
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.faults import ALWAYS, Fault
from tests.servers.hub import LocalHub

BOTH = "models:\n  asr: {source: hf:org/name}\n  ner: {source: hf:org/other, optional: true}\n"
ONE = "models:\n  asr: {source: hf:org/name}\n"
OTHER = "org/other"


@pytest.fixture
def moved(project: Project, run: Run, hub: LocalHub) -> Project:
    """Synced; then one model was dropped and the other one moved on at its source."""
    offer(hub)
    offer(hub, OTHER, seed=1)
    project.manifest(BOTH)
    assert run("sync").code == 0
    hub.commit(REPO, {"model.bin": weights(300_000, 9)})
    project.manifest(ONE)
    assert run("lock", "--upgrade").code == 0
    return project


def snapshots(project: Project) -> int:
    return len(list((project.repository(REPO) / "snapshots").iterdir()))


def test_a_sync_leaves_what_was_and_with_prune_it_goes(moved: Project, run: Run) -> None:
    assert run("sync").code == 0
    assert (snapshots(moved), moved.repository(OTHER).exists()) == (2, True)
    result = run("sync", "--prune")
    assert result.code == 0, result.text
    assert (snapshots(moved), moved.repository(OTHER).exists()) == (1, False)
    assert "To remove: 5 files, 600 kB" in result.stderr
    assert "Removed 5 files, 600 kB; `models cache gc` frees 600 kB" in result.stderr
    assert run("verify").stdout.endswith("all as locked\n")
    assert "warning" not in run("verify").stderr


def test_fetching_and_pruning_at_once(moved: Project, run: Run) -> None:
    assert run("sync", "--prune", "--locked").code == 0
    assert (snapshots(moved), moved.repository(OTHER).exists()) == (1, False)
    assert run("verify").code == 0


def test_nothing_to_prune_is_not_mentioned(moved: Project, run: Run) -> None:
    assert run("sync", "--prune").code == 0
    result = run("sync", "--prune")
    assert result.code == 0
    assert "emove" not in result.stderr
    assert run("sync", "--prune", "--json").document["pruned"]["removed"] == []
    assert moved.view.exists()


def test_dry_run_shows_it_and_removes_nothing(moved: Project, run: Run) -> None:
    before = moved.placed()
    result = run("sync", "--prune", "--dry-run")
    assert result.code == 0
    assert "hf:org/other@" in result.stderr
    assert "To remove: 5 files, 600 kB" in result.stderr
    document = run("sync", "--prune", "--dry-run", "--json").document
    assert (document["pruned"]["files"], document["pruned"]["bytes"]) == (4, 600_026)
    assert moved.placed() == before


def test_where_something_fails_nothing_is_pruned(moved: Project, run: Run, hub: LocalHub, waits: list[float]) -> None:
    hub.faults = [Fault("model.bin", "flip", times=ALWAYS, after_bytes=7, origin="cdn")]
    result = run("sync", "--prune", "--json")
    assert (result.code, result.document["pruned"]) == (4, None)
    assert "nothing was pruned, because something failed" in result.document["warnings"]
    assert moved.repository(OTHER).exists()
    assert snapshots(moved) >= 1
    hub.faults = []
    assert run("sync", "--prune").code == 0
    assert not moved.repository(OTHER).exists()
    assert waits == []


def test_a_failed_optional_model_is_a_failure_too(
    project: Project, run: Run, hub: LocalHub, waits: list[float]
) -> None:
    offer(hub)
    offer(hub, "org/dropped", seed=3)
    project.manifest(f"{BOTH}  old: {{source: hf:org/dropped}}\n")
    hub.commit(OTHER, {"model.bin": weights(1000, 1)}, license="mit")
    assert run("sync", "--only", "asr", "--only", "old").code == 0
    project.manifest(BOTH)
    assert run("lock").code == 0
    project.forget_store()
    hub.faults = [Fault("model.bin", "flip", times=ALWAYS, after_bytes=7, origin="cdn")]
    assert run("sync", "--prune").code == 4, "wrong bytes always count"
    assert project.repository("org/dropped").exists()
    assert waits == []


def test_only_says_what_is_fetched_and_not_what_is_kept(moved: Project, run: Run) -> None:
    moved.manifest(BOTH)
    assert run("lock").code == 0
    assert run("sync", "--only", "asr", "--prune").code == 0
    assert moved.repository(OTHER).exists(), "the lock wants it"
    assert snapshots(moved) == 1


def test_without_prune_the_document_says_null(moved: Project, run: Run) -> None:
    assert run("sync", "--json").document["pruned"] is None
    assert moved.repository(OTHER).exists()


def test_a_damaged_file_is_repaired_and_the_old_one_pruned(moved: Project, run: Run) -> None:
    assert run("sync").code == 0
    place = max(moved.repository(REPO).rglob("model.bin"), key=lambda one: one.stat().st_mtime_ns)
    content = place.read_bytes()
    place.unlink()
    place.write_bytes(flipped(content, 5))
    assert run("sync", "--prune").code == 0
    assert place.read_bytes() == content
    assert snapshots(moved) == 1
    assert run("verify").code == 0
