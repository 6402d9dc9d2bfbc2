"""Bodies that are longer than locked, or that grow on the way: the disk is watched while they come."""

import time
from pathlib import Path

import pytest

from tests.cli.offers import CONFIG, REPO, weights
from tests.cli.project import Project, finished
from tests.faults.figures import figure
from tests.faults.whole import nothing_wrong
from tests.servers.faults import ALWAYS, Fault
from tests.servers.hub import LocalHub

LARGE = weights(3_000_000, 1)
MORE = 200_000_000
SLACK = 1 << 20
KINDS = ["endless", "endless_chunks", "inflated", "longer", "longer_chunks"]


@pytest.fixture
def locked(project: Project, hub: LocalHub) -> Project:
    hub.commit(REPO, {"config.json": CONFIG, "model.bin": LARGE}, license="mit")
    project.manifest("models: {asr: {source: hf:org/name}}\n")
    assert project.run("lock").code == 0
    return project


def used(*folders: Path) -> int:
    """Bytes of disk that lie below the folders, counted once for each file."""
    found: dict[int, int] = {}
    for folder in folders:
        for path in folder.rglob("*"):
            try:
                status = path.lstat()
            except FileNotFoundError:
                continue
            if path.is_file():
                found[status.st_ino] = max(status.st_size, status.st_blocks * 512)
    return sum(found.values())


def most_used_by_a_sync(project: Project) -> tuple[int, int]:
    """The exit code, and the most bytes that were on disk meanwhile besides those before."""
    before = used(project.store, project.folder)
    process = project.start("sync")
    most = 0
    while process.poll() is None:
        most = max(most, used(project.store, project.folder))
        time.sleep(0.002)
    return finished(process).code, max(most, used(project.store, project.folder)) - before


@pytest.mark.parametrize("resumed", [False, True], ids=["from nought", "resumed"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_more_than_the_locked_size_comes_to_disk(
    locked: Project, hub: LocalHub, kind: str, waits: list[float], *, resumed: bool
) -> None:
    if resumed:
        hub.faults = [
            Fault("model.bin", "status", times=ALWAYS, origin="cdn", skip=1),
            Fault("model.bin", "reset", after_bytes=200_000, origin="cdn"),
        ]
        assert locked.run("sync").code == 3
        assert waits
        assert locked.staged()
    hub.reset_requests()
    hub.faults = [Fault("model.bin", kind, times=ALWAYS, after_bytes=MORE, origin="cdn")]  # type: ignore[arg-type]  # one of its kinds
    code, most = most_used_by_a_sync(locked)
    assert code in (3, 4)
    assert most <= len(CONFIG) + len(LARGE) + SLACK
    nothing_wrong(locked)
    assert not [path for path in locked.placed() if path.endswith("model.bin")]
    assert hub.bytes_sent("model.bin", origin="cdn") < MORE / 2, "nobody reads on"
    hub.faults = []
    assert locked.run("sync").code == 0
    assert locked.snapshot(REPO) == {"config.json": CONFIG, "model.bin": LARGE}
    over = max(0, most - len(CONFIG) - len(LARGE)) / SLACK
    where = "resumed" if resumed else "from nought"
    figure("endless or inflated body", "disk use <= size + 1 MiB", f"{kind}, {where}: size + {over:.2f} MiB")


def test_what_is_locked_from_an_endless_address_is_bounded(project: Project, hub: LocalHub) -> None:
    """A small file of a repository is read whole while locking: its size is known before."""
    hub.commit(REPO, {"config.json": CONFIG}, license="mit")
    project.manifest("models: {asr: {source: hf:org/name}}\n")
    hub.faults = [Fault("config.json", "endless", times=ALWAYS, method="GET")]
    result = project.run("lock")
    assert result.code in (3, 4), result.text
    assert used(project.store, project.folder) < SLACK
