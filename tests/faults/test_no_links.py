"""Disks and systems without links, and what happens to bytes that two names share."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.project import Project, Result, finished
from tests.faults.figures import figure
from tests.faults.machine import can_mount_without_links, disk_without_links
from tests.faults.strikes import strace
from tests.faults.whole import ONE, is_whole
from tests.servers.hub import LocalHub

Run = Callable[[str], Result]
KINDS = ["refused calls", *(["exFAT"] if can_mount_without_links() else [])]
THREAT = "no links, FAT; a library that writes through a link"


def without_links(project: Project, verb: str) -> Result:
    """The real process; each of its links is refused by the system, as FAT does. Reflinks are not even tried."""
    refused = ["-e", "trace=link,linkat,symlink,symlinkat", "-e", "inject=link,linkat,symlink,symlinkat:error=EPERM"]
    command = [strace(), "-f", "--seccomp-bpf", "-o", "/dev/null", *refused]
    process = subprocess.Popen(
        [*command, sys.executable, "-m", "resolver", verb],
        cwd=project.folder,
        env={**project.environment, "PYTHONPATH": str(project.root), "MODELS_LINK_MODE": "hardlink"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    return finished(process)


@pytest.fixture(params=KINDS)
def bare(request: pytest.FixtureRequest, locked: Project, tmp_path: Path) -> Iterator[tuple[Project, Run]]:
    """A project where no links are possible, and how a command runs in it."""
    if request.param == "refused calls":
        yield locked, lambda verb: without_links(locked, verb)
        return
    place = tmp_path / "exfat"
    place.mkdir()
    with disk_without_links(tmp_path / "image", place, 64):
        store, folder = place / "store", place / "project"
        folder.mkdir()
        moved = Project(folder, locked.home, store, {**locked.environment, "MODELS_STORE": str(store)})
        for path in (locked.manifest_path, locked.lock_path):
            (folder / path.name).write_bytes(path.read_bytes())
        yield moved, moved.models


def test_without_links_everything_works_by_copies_and_says_so_once(
    bare: tuple[Project, Run], hub: LocalHub, request: pytest.FixtureRequest
) -> None:
    project, run = bare
    first = run("sync")
    assert first.code == 0, first.text
    assert first.text.count("links are not possible here: 8 MB were copied") == 1
    is_whole(project)
    hub.reset_requests()
    again = run("sync")
    assert again.code == 0, again.text
    assert "links are not possible" not in again.text
    assert run("verify").code == 0
    assert hub.requests == []
    figure(
        THREAT,
        "`link`, `symlink` and reflinks failing: works by copies, one warning",
        f"{request.node.callspec.id}: exit 0, 8 MB copied, one warning",
    )


def test_a_write_through_a_hard_link_is_found_and_healed_and_does_not_spread(locked: Project, hub: LocalHub) -> None:
    other = locked.beside("other")
    projects = [
        Project(one.folder, one.home, one.store, {**one.environment, "MODELS_LINK_MODE": "hardlink"})
        for one in (locked, other)
    ]
    for project in projects:
        assert project.run("sync").code == 0
    (place,) = (projects[0].repository("org/name") / "snapshots").glob("*/one.bin")
    assert place.stat().st_nlink == 3, "the blob and two views"
    place.chmod(0o644)
    with place.open("r+b") as stream:
        stream.write(b"spoiled")
    assert [project.run("verify").code for project in projects] == [1, 1]
    hub.reset_requests()
    for project in projects:
        assert project.run("verify", "--repair").code == 0
        is_whole(project)
    fetched = hub.bytes_sent("one.bin", origin="cdn")
    assert fetched == len(ONE), "fetched once, for both"
    third = locked.beside("third")
    assert third.run("sync").code == 0
    is_whole(third)
    figure(
        THREAT,
        "a write through a hard link is found by `verify` and healed by `--repair` without spreading",
        f"found in 2 of 2 views, healed with {fetched / 1e6:.0f} MB fetched once; a third project got right bytes",
    )


def test_a_blob_that_was_changed_is_hashed_before_it_is_linked_again(locked: Project, hub: LocalHub) -> None:
    assert locked.run("sync").code == 0
    locked.forget_view()
    for blob in locked.blobs():
        if blob.stat().st_size == len(ONE):
            blob.chmod(0o644)
            blob.write_bytes(bytes(len(ONE)))
    hub.reset_requests()
    assert locked.run("sync").code == 0
    is_whole(locked)
    assert hub.bytes_sent(origin="cdn") == 2 * len(ONE)
