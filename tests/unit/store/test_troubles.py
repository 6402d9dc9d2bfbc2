"""A disk that fails, a process that waits, a blob that vanishes: what the store says and what it leaves."""

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from resolver.domain.errors import DiskError, InterruptedByUserError
from resolver.store import Store
from resolver.store.patience import POLL_SECONDS, SAID_AFTER
from tests.unit.domain.values import file, sha

CONTENT = b"weights"
FILE = file("model.bin", CONTENT)


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def store(tmp_path: Path, notes: list[str]) -> Store:
    return Store(tmp_path / "store", note=notes.append)


def failing(number: int) -> Callable[..., int]:
    def fail(*_: object, **__: object) -> int:
        raise OSError(number, os.strerror(number))

    return fail


def test_a_blob_that_the_disk_cannot_read_counts_as_damaged_and_is_named(
    store: Store, notes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store.keep([CONTENT])
    monkeypatch.setattr("resolver.store.store.digest_of_stream", failing(errno.EIO))
    assert not store.check(FILE)
    assert notes == [f"{store.blob(FILE.sha256)} cannot be read (Input/output error); it counts as damaged"]
    assert not store.blob(FILE.sha256).exists()


def test_another_failure_to_read_is_an_error_and_drops_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.keep([CONTENT])
    monkeypatch.setattr("resolver.store.store.digest_of_stream", failing(errno.EACCES))
    with pytest.raises(DiskError, match="Permission denied"):
        store.check(FILE)
    assert store.blob(FILE.sha256).exists()


def test_a_wrong_blob_that_another_process_has_replaced_meanwhile_is_not_dropped(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.keep([CONTENT])
    blob = store.blob(FILE.sha256)

    def replaced(*_: object) -> str:
        (tmp_path / "right").write_bytes(CONTENT)
        (tmp_path / "right").replace(blob)
        return sha(b"what lay there before")

    monkeypatch.setattr("resolver.store.store.digest_of_stream", replaced)
    assert not store.check(FILE)
    assert blob.read_bytes() == CONTENT


def test_a_blob_that_is_gone_or_changed_when_it_is_placed_is_an_error_with_a_way_out(store: Store) -> None:
    store.keep([CONTENT])
    assert store.sound(FILE) == store.blob(FILE.sha256)
    store.blob(FILE.sha256).chmod(0o644)
    store.blob(FILE.sha256).write_bytes(b"WEIGHTS")
    for _ in range(2):
        with pytest.raises(DiskError, match="gone or was changed") as caught:
            store.sound(FILE)
        assert caught.value.hint == "run the same command again"


def test_who_waits_long_says_so_once(store: Store, notes: list[str]) -> None:
    with store.stage(FILE.sha256):
        other = Store(store.root, note=notes.append)
        entered = threading.Event()

        def second() -> None:
            with other.stage(FILE.sha256):
                entered.set()

        thread = threading.Thread(target=second)
        thread.start()
        assert not entered.wait(SAID_AFTER + 20 * POLL_SECONDS)
    assert entered.wait(5)
    thread.join()
    assert notes == ["waiting for another process that works on a file"]


def test_a_wait_ends_when_somebody_interrupts(store: Store) -> None:
    stop = threading.Event()
    with store.stage(FILE.sha256):
        stop.set()
        with pytest.raises(InterruptedByUserError), Store(store.root, stop).stage(FILE.sha256):
            pass
    with Store(store.root, stop).stage(FILE.sha256) as part:
        assert part.size == 0, "who need not wait is not interrupted here"


def test_what_the_one_before_left_when_it_was_killed_is_gone_on_with_after_the_wait(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second has looked for what others left before the first began."""
    from resolver.store import owners

    second = Store(store.root)
    second.prepare()
    first = store.stage(FILE.sha256)
    part = first.__enter__()
    part.write(0, CONTENT[:3])
    entered = threading.Event()
    sizes: list[int] = []

    def work() -> None:
        with second.stage(FILE.sha256) as mine:
            sizes.append(mine.size)
        entered.set()

    thread = threading.Thread(target=work)
    thread.start()
    assert not entered.wait(5 * POLL_SECONDS)
    part.close()
    owners.let_go(part.path.name.split(".")[1])
    monkeypatch.setattr(store.staging, "_put_back", lambda *_: None)
    first.__exit__(None, None, None)
    thread.join()
    assert sizes == [3]


def bring(store: Store, rest: bytes) -> None:
    with store.stage(FILE.sha256) as part:
        part.write(part.size, rest)
        store.publish(part, FILE)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS])
def test_a_disk_that_takes_nothing_more_leaves_what_can_be_resumed_and_no_junk(
    store: Store, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    with store.stage(FILE.sha256) as part:
        part.write(0, CONTENT[:3])
    before = sorted(path.name for path in store.rooms.staging.iterdir())
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", failing(number))
        with pytest.raises(DiskError, match=os.strerror(number)):
            bring(store, CONTENT[3:])
        with pytest.raises(DiskError, match=os.strerror(number)):
            store.keep([b"x"])
        store.register(Path("/project"), [FILE.sha256])
        store.agree(Path("/project"), "agreed")
    assert sorted(path.name for path in store.rooms.staging.iterdir()) == before
    assert not list(store.root.glob("blobs/sha256/*/*"))
    assert store.registrations.all() == ()
    with store.stage(FILE.sha256) as part:
        assert part.size == 7
        store.publish(part, FILE)
    assert store.has(FILE)


def test_where_no_new_file_can_be_made_it_is_a_disk_error(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.prepare()
    opened = os.open

    def full(path: Path, flags: int, *rest: int) -> int:
        if flags & os.O_CREAT:
            raise OSError(errno.ENOSPC, "No space left on device")
        return opened(path, flags, *rest)

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(DiskError, match="No space left"), store.stage(FILE.sha256):
        pass
    with pytest.raises(DiskError, match="No space left"):
        store.keep([CONTENT])


def test_registering_the_same_again_writes_nothing(store: Store) -> None:
    store.register(Path("/project"), [FILE.sha256])
    path = store.registrations.path(Path("/project"))
    before = path.stat()
    store.register(Path("/project"), [FILE.sha256])
    assert path.stat().st_ino == before.st_ino
    store.register(Path("/project"), [sha(b"x")])
    assert path.stat().st_ino != before.st_ino
