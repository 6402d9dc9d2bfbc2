"""Adoption where links are impossible, where the cache cannot be written, and while somebody writes into it."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.offers import REPO
from tests.cli.project import Project, finished
from tests.faults.machine import can_mount, read_only, small_disk
from tests.faults.whole import ONE, TWO, is_whole, nothing_wrong
from tests.servers.hub import LocalHub

STRANGER = 12345
FILES = 3
LEAST_KILLS = 10
DYING = """
import os, runpy, sys

count, told = int(sys.argv.pop(1)), []

def dying(real):
    def call(*arguments, **named):
        told.append(real)
        if len(told) == count:
            os.kill(os.getpid(), 9)
        return real(*arguments, **named)
    return call

for name in ("chmod", "fstat", "fsync", "link", "lstat", "mkdir", "open", "rename", "replace", "unlink"):
    setattr(os, name, dying(getattr(os, name)))
runpy.run_module("resolver", run_name="__main__")
"""
"""The command, killed at the given call to the disk."""
ROOT_ONLY = [pytest.param(True, id="root")] if can_mount() else []


@pytest.fixture
def cache(locked: Project) -> Path:
    """The client's cache with both weights; the store is empty."""
    shutil.rmtree(locked.store)
    commit = locked.pin(f"hf:{REPO}@main")
    folder = locked.home / ".cache" / "huggingface" / "hub" / f"models--{REPO.replace('/', '--')}"
    snapshot = folder / "snapshots" / commit
    snapshot.mkdir(parents=True)
    (folder / "blobs").mkdir()
    for name, content in (("one.bin", ONE), ("two.bin", TWO)):
        (folder / "blobs" / name).write_bytes(content)
        os.utime(folder / "blobs" / name, (1_600_000_000, 1_600_000_000))
        (snapshot / name).symlink_to(Path("../../blobs") / name)
    return folder


@pytest.fixture
def other_disk(locked: Project, cache: Path) -> Iterator[Path]:
    """The client's blobs lie on a disk of their own."""
    moved = locked.home / "moved"
    (cache / "blobs").rename(moved)
    (cache / "blobs").mkdir()
    with small_disk(cache / "blobs", 64):
        for path in moved.iterdir():
            shutil.copy2(path, cache / "blobs")
        yield cache


def contents(cache: Path) -> dict[str, tuple[bytes, int, int]]:
    found = {one.name: (one, one.stat()) for one in (cache / "blobs").iterdir()}
    return {name: (path.read_bytes(), seen.st_mtime_ns, seen.st_mode) for name, (path, seen) in found.items()}


@pytest.mark.parametrize("_", ROOT_ONLY)
def test_from_another_disk_it_is_copied(
    locked: Project,
    other_disk: Path,
    hub: LocalHub,
    _: bool,  # noqa: FBT001 - there only where one may mount
) -> None:
    before = contents(other_disk)
    assert locked.run("sync").code == 0
    assert hub.bytes_sent(origin="cdn") == 0
    is_whole(locked)
    assert contents(other_disk) == before


@pytest.mark.parametrize("_", ROOT_ONLY)
def test_a_copy_that_does_not_fit_is_refused_before_it_is_begun(
    locked: Project,
    cache: Path,
    hub: LocalHub,
    _: bool,  # noqa: FBT001 - there only where one may mount
) -> None:
    before = contents(cache)
    locked.store.mkdir()
    with small_disk(locked.store, 20):
        result = locked.run("sync")
        assert result.code == 3, result.text
        assert "are needed on the disk of" in result.stderr
        assert not list(locked.store.rglob("*.keep"))
    assert hub.bytes_sent() == 0
    assert contents(cache) == before


@pytest.mark.parametrize("_", ROOT_ONLY)
def test_another_user_s_files_are_copied_because_they_could_be_changed_and_dated_back(
    locked: Project,
    cache: Path,
    hub: LocalHub,
    _: bool,  # noqa: FBT001 - there only where one may give files away
) -> None:
    for path in (cache / "blobs").iterdir():
        os.chown(path, STRANGER, STRANGER)
    assert locked.run("sync").code == 0
    assert hub.bytes_sent(origin="cdn") == 0
    assert {one.stat().st_nlink for one in (cache / "blobs").iterdir()} == {1}
    assert {one.stat().st_uid for one in locked.blobs()} == {os.getuid()}
    is_whole(locked)


def test_a_cache_that_cannot_be_written_is_enough(locked: Project, cache: Path, hub: LocalHub) -> None:
    with read_only(cache):
        assert locked.run("sync").code == 0
        assert hub.bytes_sent(origin="cdn") == 0
        is_whole(locked)


def test_where_links_are_refused_it_is_copied(
    locked: Project, cache: Path, hub: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    before = contents(cache)
    monkeypatch.setattr(os, "link", refuse)
    assert locked.run("sync").code == 0
    assert hub.bytes_sent(origin="cdn") == 0
    is_whole(locked)
    assert contents(cache) == before


def test_what_somebody_writes_meanwhile_never_becomes_a_blob(locked: Project, cache: Path) -> None:
    done = threading.Event()

    def write() -> None:
        with (cache / "blobs" / "one.bin").open("r+b", buffering=0) as stream:
            while not done.is_set():
                for byte in (b"?", ONE[:1]):
                    stream.seek(0)
                    stream.write(byte)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(5):
            assert locked.run("sync").code == 0
            locked.forget_view()
    finally:
        done.set()
        writer.join()
    assert locked.run("sync").code == 0
    is_whole(locked)
    nothing_wrong(locked)


def dying(project: Project, count: int) -> bool:
    """Whether the command was killed before it came to its end."""
    process = subprocess.Popen(
        [sys.executable, "-c", DYING, str(count), "sync", "--frozen"],
        cwd=project.folder,
        env={**project.environment, "PYTHONPATH": str(project.root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    finished(process)
    return process.returncode < 0


def test_killed_at_any_moment_it_leaves_nothing_wrong(locked: Project, cache: Path, hub: LocalHub) -> None:
    before = contents(cache)
    kills = 0
    for count in range(60, 240, 8):
        if len(locked.blobs()) == FILES:
            locked.forget_store()
            shutil.rmtree(locked.view, ignore_errors=True)
        kills += dying(locked, count)
        nothing_wrong(locked)
    assert kills > LEAST_KILLS
    assert locked.run("sync").code == 0
    is_whole(locked)
    assert locked.staged() == []
    assert hub.bytes_sent(origin="cdn") == 0
    assert contents(cache) == before


def test_sixteen_processes_adopt_and_nobody_fetches(locked: Project, cache: Path, hub: LocalHub) -> None:
    before = contents(cache)
    projects = [locked.beside(f"project-{number}") for number in range(16)]
    running = [one.start("sync", "--frozen") for one in projects]
    for project, process in zip(projects, running, strict=True):
        result = finished(process)
        assert result.code == 0, result.text
        is_whole(project)
    assert hub.bytes_sent(origin="cdn") == 0
    assert locked.staged() == []
    assert contents(cache) == before
