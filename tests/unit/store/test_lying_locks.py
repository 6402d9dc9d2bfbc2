"""Where every lock is granted to everybody: nothing wrong is published, and nobody fails because of another."""

import multiprocessing
import os
import random
import subprocess
from pathlib import Path

import pytest

from resolver.files import turns
from resolver.files.part import Part, journal_of
from resolver.store import Store
from tests.unit.domain.values import sha
from tests.unit.store.processes import elsewhere, gone_process, owned_by, rebooted
from tests.unit.store.writers import CONTENTS, FILES, PIECE, PROCESSES, many, put

ONE, CONTENT = FILES[0], CONTENTS[0]


@pytest.fixture
def lying(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_lock", lambda _: True)
    monkeypatch.setattr(turns, "_still_there", lambda *_: True)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def staging(store: Store) -> list[str]:
    return sorted(path.name for path in store.rooms.staging.iterdir())


def test_many_writers_of_the_same_blobs_publish_nothing_wrong_and_none_fails(store: Store) -> None:
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        wrong = pool.starmap(many, [(store.root, seed) for seed in range(PROCESSES)])
    assert wrong == [[]] * PROCESSES
    for wanted, content in zip(FILES, CONTENTS, strict=True):
        while not store.has(wanted):
            put(store, wanted, content, random.Random())  # noqa: S311 - no secret
    fresh = Store(store.root)
    fresh.prepare()
    assert staging(store) == []


@pytest.mark.usefixtures("lying")
def test_two_writers_at_once_never_have_the_same_file_open(store: Store) -> None:
    with store.stage(ONE.sha256) as first:
        first.write(0, CONTENT)
        with store.stage(ONE.sha256) as second:
            second.write(0, b"\xff" * len(CONTENT))
            store.publish(first, ONE)
            second.write(0, b"\xfe" * len(CONTENT))
            second.restart()
    assert store.blob(ONE.sha256).read_bytes() == CONTENT


@pytest.mark.usefixtures("lying")
def test_who_was_taken_for_gone_does_not_fail_if_the_other_has_published(store: Store) -> None:
    with store.stage(ONE.sha256) as first:
        first.write(0, CONTENT)
        first.path.rename(store.rooms.staging / f"{ONE.sha256}.part")
        with store.stage(ONE.sha256) as second:
            store.publish(second, ONE)
        store.publish(first, ONE)
    assert store.has(ONE)


def left(store: Store, name: str, content: bytes = CONTENT[:PIECE]) -> Path:
    """What a process left in staging when it was killed."""
    store.rooms.prepare()
    path = store.rooms.staging / name
    path.write_bytes(content)
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("how", ["killed", "machine restarted", "killed, and its number is ours now"])
def test_what_a_process_that_is_gone_left_is_gone_on_with(store: Store, how: str) -> None:
    owner = owned_by(gone_process())
    if how == "machine restarted":
        owner = rebooted(owner)
    if how == "killed, and its number is ours now":
        owner = owned_by(os.getpid())
    inode = left(store, f"{ONE.sha256}.{owner}.part").stat().st_ino
    assert store.staged(ONE) == PIECE
    with Store(store.root).stage(ONE.sha256) as part:
        assert part.size == PIECE
        assert part.path.stat().st_ino == inode
        part.write(PIECE, CONTENT[PIECE:])
        store.publish(part, ONE)
    assert staging(store) == []


def test_what_a_living_process_writes_is_not_touched(store: Store) -> None:
    alive = subprocess.Popen(["sleep", "60"])  # noqa: S607 - the system's
    theirs = left(store, f"{ONE.sha256}.{owned_by(alive.pid)}.part")
    try:
        with Store(store.root).stage(ONE.sha256) as part:
            assert part.size == 0
            part.write(0, CONTENT)
            store.publish(part, ONE)
    finally:
        alive.kill()
        alive.wait()
    assert staging(store) == [theirs.name]


def test_what_somebody_elsewhere_left_is_copied_because_he_may_still_write_it(store: Store) -> None:
    owner = elsewhere(owned_by(gone_process()))
    theirs = left(store, f"{ONE.sha256}.{owner}.part", CONTENT[:PIECE] + bytes(PIECE))
    left(store, f"{ONE.sha256}.{owner}.part.map", f"0-{PIECE:x}\n".encode())
    smaller = left(store, f"{ONE.sha256}.{elsewhere(owned_by(1))}.part", b"x")
    mine = Store(store.root)
    with mine.stage(ONE.sha256) as part:
        assert part.size == PIECE
        part.write(PIECE, CONTENT[PIECE:])
        theirs.write_bytes(b"written by him")
        mine.publish(part, ONE)
    assert mine.blob(ONE.sha256).read_bytes() == CONTENT
    assert staging(store) == [], "the blob is there, so nobody needs it"
    assert not smaller.exists()


def test_a_part_keeps_its_journal_from_hand_to_hand(store: Store) -> None:
    with store.stage(ONE.sha256) as part:
        part.write(PIECE, CONTENT[PIECE : 2 * PIECE])
    assert staging(store) == [f"{ONE.sha256}.part", f"{ONE.sha256}.part.map"]
    with store.stage(ONE.sha256) as part:
        assert part.gaps(3 * PIECE) == ((0, PIECE), (2 * PIECE, 3 * PIECE))
        assert not journal_of(store.rooms.staging / f"{ONE.sha256}.part").exists()
        part.write(0, CONTENT[:PIECE])
        part.write(2 * PIECE, CONTENT[2 * PIECE :])
        store.publish(part, ONE)
    assert staging(store) == []


@pytest.mark.parametrize("name", ["", "."])
def test_a_journal_without_its_part_is_swept(store: Store, name: str) -> None:
    owner = f".{owned_by(gone_process())}" if name else ""
    left(store, f"{ONE.sha256}{owner}.part.map")
    Store(store.root).prepare()
    assert staging(store) == []


def test_a_journal_that_is_put_back_just_now_is_not_swept(store: Store) -> None:
    alive = subprocess.Popen(["sleep", "60"])  # noqa: S607 - the system's
    names = [f"{ONE.sha256}.part.map", f"{ONE.sha256}.{owned_by(alive.pid)}.part"]
    for name in names:
        left(store, name)
    Store(store.root).prepare()
    alive.kill()
    alive.wait()
    assert staging(store) == sorted(names)


def test_of_two_that_were_left_the_larger_one_stays(store: Store) -> None:
    for size in (PIECE, 3 * PIECE, 2 * PIECE):
        left(store, f"{ONE.sha256}.{owned_by(gone_process())}.part", CONTENT[:size])
    with Store(store.root).stage(ONE.sha256) as part:
        assert part.size == 3 * PIECE
    assert staging(store) == [f"{ONE.sha256}.part"]


def test_lock_files_that_nobody_holds_are_swept_and_held_ones_stay(store: Store) -> None:
    left(store, f"{sha(b'x')}.lock")
    with store.stage(ONE.sha256):
        Store(store.root).prepare()
        held = [name for name in staging(store) if name.endswith(".lock")]
    assert held == [f"{ONE.sha256}.lock"]
    assert staging(store) == []


def test_a_part_that_was_about_to_be_published_can_be_written_again(store: Store) -> None:
    left(store, f"{ONE.sha256}.part").chmod(0o444)
    with store.stage(ONE.sha256) as part:
        assert part.path.stat().st_mode & 0o777 == 0o600
        assert isinstance(part, Part)
        assert part.size == PIECE


@pytest.mark.parametrize("owned", [True, False])
def test_what_is_left_of_a_blob_that_is_there_is_swept(store: Store, owned: bool) -> None:  # noqa: FBT001 - a parameter
    store.keep([CONTENT])
    owner = f".{owned_by(gone_process())}" if owned else ""
    left(store, f"{ONE.sha256}{owner}.part")
    left(store, f"{ONE.sha256}{owner}.part.map", b"0-10\n")
    other = left(store, f"{FILES[1].sha256}.part")
    Store(store.root).prepare()
    assert staging(store) == [other.name]


def test_a_lock_that_was_held_while_projects_were_registered_is_swept(store: Store) -> None:
    left(store, store.staging.lock_of("collection").name)
    Store(store.root).prepare()
    assert staging(store) == []
