"""A manifest and a lock that were found to agree are not judged again, and anything else is."""

import pytest

from resolver.domain.lock import Lock
from resolver.domain.lock_report import Difference, LockReport
from resolver.domain.manifest import Manifest
from resolver.workflows import lock as judging
from resolver.workflows.lock import LockOptions
from resolver.workflows.workspace import Workspace
from tests.cli.offers import ASR, KEY, offer
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.hub import LocalHub


@pytest.fixture
def synced(project: Project, run: Run, hub: LocalHub) -> Project:
    offer(hub)
    project.manifest(ASR)
    assert run("sync").code == 0
    return project


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Who judged since: `lock` or `stale`."""
    seen: list[str] = []
    lock, stale = judging.lock, judging.stale

    def watched_lock(workspace: Workspace, options: LockOptions) -> LockReport:
        seen.append("lock")
        return lock(workspace, options)

    def watched_stale(manifest: Manifest, locked: Lock) -> tuple[Difference, ...]:
        seen.append("stale")
        return stale(manifest, locked)

    monkeypatch.setattr(judging, "lock", watched_lock)
    monkeypatch.setattr(judging, "stale", watched_stale)
    return seen


@pytest.mark.usefixtures("synced")
@pytest.mark.parametrize("arguments", [("sync",), ("sync", "--locked"), ("sync", "--dry-run"), ("status",)])
def test_what_agreed_is_not_judged_again(run: Run, watched: list[str], arguments: tuple[str, ...]) -> None:
    assert run(*arguments).code == 0
    assert watched == []


@pytest.mark.parametrize(("arguments", "judge"), [(("sync",), "lock"), (("sync", "--locked"), "stale")])
def test_a_manifest_that_changed_is_judged_once(
    synced: Project, run: Run, watched: list[str], arguments: tuple[str, ...], judge: str
) -> None:
    synced.manifest(f"# a remark\n{ASR}")
    assert run(*arguments).code == 0
    assert run(*arguments).code == 0
    assert watched == [judge]


@pytest.mark.parametrize(("old", "new"), [("\n", "\r\n"), ("  ", "   ")])
def test_a_lock_that_a_checkout_laid_out_differently_is_judged_once(
    synced: Project, run: Run, watched: list[str], old: str, new: str
) -> None:
    text = synced.lock_path.read_bytes().decode()
    synced.lock_path.write_bytes(text.replace(old, new).encode())
    for _ in range(3):
        assert run("sync", "--locked").code == 0
    assert watched == ["stale"]


def test_a_lock_that_says_something_else_is_judged(synced: Project, run: Run, watched: list[str]) -> None:
    synced.edit_lock('"runtime": "huggingface"', '"runtime": "faster-whisper"')
    assert run("sync", "--locked").code == 1
    assert watched == ["stale"]


def test_a_dry_run_remembers_nothing(synced: Project, run: Run, watched: list[str]) -> None:
    synced.manifest(f"# a remark\n{ASR}")
    assert run("sync", "--dry-run").code == 0
    assert run("sync", "--dry-run").code == 0
    assert watched == ["lock", "lock"]


def test_a_lock_that_is_edited_while_the_manifest_is_judged_is_not_remembered(
    synced: Project, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = judging.stale

    def meanwhile(manifest: Manifest, locked: Lock) -> tuple[Difference, ...]:
        found = stale(manifest, locked)
        synced.edit_lock('"runtime": "huggingface"', '"runtime": "faster-whisper"')
        return found

    synced.manifest(f"# a remark\n{ASR}")
    with monkeypatch.context() as patch:
        patch.setattr(judging, "stale", meanwhile)
        run("sync", "--locked")
    assert KEY in synced.lock["artifacts"]
    assert run("sync", "--locked").code == 1


def test_a_lock_with_conflict_markers_is_never_known(synced: Project, run: Run) -> None:
    text = synced.lock_path.read_text()
    synced.lock_path.write_text(f"<<<<<<< ours\n{text}=======\n{text}>>>>>>> theirs\n")
    assert run("sync", "--locked").code == 2
