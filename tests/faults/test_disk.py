"""A disk that is full, or that cannot be written."""

import contextlib
import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.project import Project, Result, finished
from tests.faults.figures import figure
from tests.faults.machine import can_mount, read_only, small_disk
from tests.faults.whole import ONE, SIZE, TWO, is_whole, nothing_wrong, until
from tests.servers.faults import ALWAYS, Fault
from tests.servers.hub import LocalHub

KINDS = ["limit", *(["disk"] if can_mount() else [])]
REFUSED_BY = {"limit": "a limit on the size of files", "disk": "a tmpfs that somebody else fills meanwhile"}
MEGABYTE = 1_000_000


@pytest.fixture
def small_store(locked: Project) -> Iterator[Project]:
    """The store lies on a disk that holds the plan and little besides."""
    shutil.rmtree(locked.store)
    locked.store.mkdir()
    with small_disk(locked.store, 32):
        yield locked


def with_limit(project: Project) -> Result:
    """No file may grow beyond 2 MB (POSIX counts blocks of 512 bytes)."""
    command = f'ulimit -f 4096; exec "{sys.executable}" -m resolver sync'
    process = subprocess.Popen(
        ["sh", "-c", command],  # noqa: S607 - the shell of the system
        cwd=project.folder,
        env={**project.environment, "PYTHONPATH": str(project.root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    return finished(process)


def arrived(project: Project) -> int:
    """Bytes that lie in staging."""
    return sum(path.stat().st_size for path in project.store.rglob("*.part"))


def fill(path: Path) -> None:
    """Take the rest of the disk that a file lies on."""
    with path.open("wb", buffering=0) as stream, contextlib.suppress(OSError):
        while stream.write(bytes(MEGABYTE)):
            pass
    assert shutil.disk_usage(path.parent).free < MEGABYTE


def nothing_left_in(view: Path) -> bool:
    """Whether nothing lies there that was to become a file."""
    return not [*view.rglob("*.placing"), *view.rglob("*.tmp")]


def on_a_disk_that_fills_up(project: Project, hub: LocalHub) -> Result:
    """Somebody else takes the rest of the disk while we fetch."""
    hub.faults = [Fault(".bin", "slow", times=ALWAYS, bytes_per_second=2 * MEGABYTE, origin="cdn")]
    process = project.start("sync")
    until(lambda: arrived(project) > MEGABYTE)
    filler = project.store / "filler"
    fill(filler)
    result = finished(process)
    filler.unlink()
    hub.faults = []
    return result


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_disk_is_exit_3_and_the_same_command_goes_on(
    request: pytest.FixtureRequest, locked: Project, hub: LocalHub, kind: str
) -> None:
    if kind == "disk":
        request.getfixturevalue("small_store")
        result = on_a_disk_that_fills_up(locked, hub)
    else:
        result = with_limit(locked)
    assert result.code == 3, result.text
    assert "Traceback" not in result.stderr
    nothing_wrong(locked)
    kept = arrived(locked)
    assert kept > MEGABYTE, "what came is kept"
    before = hub.bytes_sent(origin="cdn")
    assert locked.models("sync").code == 0
    again = hub.bytes_sent(origin="cdn") - before - (2 * SIZE - kept)
    assert again <= 1 << 20
    is_whole(locked)
    figure(
        "full disk",
        "exit 3 with a clear error; the part stays, and the same command goes on with at most 1 MiB again",
        f"{REFUSED_BY[kind]}: exit 3, {kept / 1e6:.1f} MB kept, {max(0, again) / 1e3:.0f} kB again",
    )


if can_mount():

    def test_a_small_disk_for_the_view_alone_is_said_before_and_in_the_middle(locked: Project, hub: LocalHub) -> None:
        locked.view.mkdir()
        with small_disk(locked.view, 20):
            refused = locked.models("sync")
            assert refused.code == 3, refused.text
            assert str(locked.view) in refused.stderr
            assert hub.requests == []
        with small_disk(locked.view, 32):
            hub.faults = [Fault(".bin", "slow", times=ALWAYS, bytes_per_second=2 * MEGABYTE, origin="cdn")]
            process = locked.start("sync")
            until(lambda: arrived(locked) > MEGABYTE)
            fill(locked.view / "filler")
            result = finished(process)
            assert result.code == 3, result.text
            assert "No space left" in result.stderr
            assert nothing_left_in(locked.view)
            (locked.view / "filler").unlink()
            hub.reset_requests()
            assert locked.models("sync").code == 0
            assert hub.bytes_sent(origin="cdn") == 0, "the store has it all"
            is_whole(locked)
        figure(
            "full disk",
            "a small disk for the view alone",
            "refused before a byte; filled in the middle: exit 3, 0 B again",
        )


def test_a_plan_that_does_not_fit_is_refused_before_a_byte_is_fetched(
    locked: Project, hub: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(locked.folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=20 * MEGABYTE))
    result = locked.run("sync")
    assert result.code == 3
    assert "8 MB are needed" in result.stderr
    assert "20 MB are free" in result.stderr
    assert "MODELS_STORE" in result.stderr
    assert hub.requests == []
    assert not locked.view.exists()


def test_what_an_earlier_sync_left_counts_in_the_check_of_the_disk(
    locked: Project, hub: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in locked.lock["artifacts"]["hf:org/name@main"]["files"][1:]:
        part = locked.store / "staging" / f"{file['sha256']}.part"
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes((ONE if file["path"] == "one.bin" else TWO)[: 3 * MEGABYTE])
    usage = shutil.disk_usage(locked.folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=20 * MEGABYTE))
    assert locked.run("sync").code == 0, "2 MB are missing, and 16 MiB are to stay free"
    assert hub.bytes_sent(origin="cdn") < 3 * MEGABYTE
    is_whole(locked)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT])
@pytest.mark.parametrize("verb", ["lock", "sync"])
def test_a_disk_that_fails_at_the_sync_of_a_file_is_exit_3(
    locked: Project, monkeypatch: pytest.MonkeyPatch, number: int, verb: str
) -> None:
    before = locked.lock_path.read_bytes()
    locked.manifest("models: {asr: {source: hf:org/name, optional: true}}\n")

    def fail(_: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        result = locked.run(verb)
    assert result.code == 3, result.text
    assert os.strerror(number) in result.stderr
    assert locked.lock_path.read_bytes() == before
    assert not [*locked.folder.rglob("*.tmp")]
    assert locked.run("sync").code == 0
    is_whole(locked)


@pytest.mark.parametrize("what", ["view", "project", "store"])
def test_with_everything_in_place_nothing_needs_to_be_written(locked: Project, what: str) -> None:
    assert locked.run("sync").code == 0
    folder = {"view": locked.view, "project": locked.folder, "store": locked.store}[what]
    before = times(folder)
    with read_only(folder):
        for arguments in (("sync",), ("sync", "--frozen", "--offline"), ("verify",), ("status",), ("path", "asr")):
            result = locked.models(*arguments)
            assert result.code == 0, result.text
        assert locked.run("lock").code == 0
    assert times(folder) == before
    figure(
        "read-only cache",
        "no writes on a hit: exit 0; what has to be written and cannot be: exit 3",
        f"{what} read-only by {'mount' if can_mount() else 'modes'}: six commands exit 0, nothing touched",
    )


def times(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in (folder, *folder.rglob("*"))}


@pytest.mark.parametrize("what", ["view", "store"])
def test_what_has_to_be_written_and_cannot_is_exit_3(locked: Project, what: str) -> None:
    folder = locked.view if what == "view" else locked.store
    folder.mkdir(exist_ok=True)
    with read_only(folder):
        result = locked.models("sync")
    assert result.code == 3, result.text
    assert str(folder) in result.stderr
    assert "Traceback" not in result.stderr
    assert locked.run("sync").code == 0
    is_whole(locked)
