"""Bytes on their way in: resumed where they broke off, published only when right, by one writer at a time."""

import os
import stat
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from resolver.domain.errors import DiskError
from resolver.domain.lock import File
from resolver.store import Store
from resolver.store.owners import Owner, owner
from tests.unit.domain.values import file, sha
from tests.unit.files.calls import noting
from tests.unit.store.processes import gone_process, owned_by

CONTENT = b"weights"
FILE = file("model.bin", CONTENT)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def staging(store: Store) -> list[str]:
    return sorted(path.name for path in (store.root / "staging").iterdir())


def test_a_part_begins_empty_and_knows_what_it_has(store: Store) -> None:
    with store.stage(FILE.sha256) as part:
        assert (part.size, part.sha256) == (0, sha(b""))
        part.write(0, b"wei")
        assert (part.size, part.sha256) == (3, sha(b"wei"))
        assert store.staged(FILE) == 3
        part.write(3, b"ghts")
        assert (part.size, part.sha256) == (7, FILE.sha256)


def test_a_part_goes_on_where_it_was_left(store: Store) -> None:
    with store.stage(FILE.sha256) as part:
        part.write(0, b"wei")
    assert store.staged(FILE) == 3
    with store.stage(FILE.sha256) as part:
        assert (part.size, part.sha256) == (3, sha(b"wei"))
        part.write(3, b"ghts")
        store.publish(part, FILE)
    assert store.has(FILE)
    assert store.blob(FILE.sha256).read_bytes() == CONTENT


def test_what_is_staged_of_several_files_is_counted_together_and_of_none_more_than_it_has(store: Store) -> None:
    other = file("x", b"other")
    for one, content in ((FILE, b"weights and more"), (other, b"oth")):
        with store.stage(one.sha256) as part:
            part.write(0, content)
    assert store.staged(FILE, other) == FILE.size + 3
    assert store.staged(other, file("y", b"absent")) == 3
    store.staging.folder.joinpath(f"{other.sha256}.somebody.part").write_bytes(b"othe")
    assert store.staged(other) == 4, "the largest part of it"


def test_the_folder_of_parts_is_read_once_for_all_files(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.stage(FILE.sha256) as part:
        part.write(0, b"wei")
    calls: list[str] = []
    monkeypatch.setattr(os, "listdir", noting(calls, "listdir", os.listdir))
    assert store.staged(FILE, *(file(f"{number}", b"%d" % number) for number in range(9))) == 3
    assert calls == ["listdir"]
    assert store.staged() == 0
    assert calls == ["listdir"], "nothing is asked for, and nothing is read"


def test_what_was_written_before_an_error_is_kept(store: Store) -> None:
    def broken() -> None:
        with store.stage(FILE.sha256) as part:
            part.write(0, b"wei")
            raise RuntimeError("the network is gone")

    with pytest.raises(RuntimeError):
        broken()
    assert store.staged(FILE) == 3


def test_a_part_can_be_begun_anew(store: Store) -> None:
    with store.stage(FILE.sha256) as part:
        part.write(0, b"wrong and longer")
        part.restart()
        assert (part.size, part.sha256) == (0, sha(b""))
        part.write(0, CONTENT)
        store.publish(part, FILE)
    assert store.blob(FILE.sha256).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"WEIGHTS", FILE),
        (b"weight", FILE),
        (b"weights!", FILE),
        (b"", FILE),
        (CONTENT, File("model.bin", len(CONTENT) + 1, FILE.sha256)),
    ],
)
def test_only_right_bytes_are_published(store: Store, content: bytes, wanted: File) -> None:
    with store.stage(FILE.sha256) as part:
        part.write(0, content)
        with pytest.raises(ValueError, match="only when it is right"):
            store.publish(part, wanted)
    assert not store.blob(FILE.sha256).exists()
    assert not store.has(FILE)


def test_nothing_but_the_blob_and_its_stamp_is_left(store: Store) -> None:
    with store.stage(FILE.sha256) as part:
        part.write(0, CONTENT)
        store.publish(part, FILE)
    assert staging(store) == []
    assert stat.S_IMODE(store.blob(FILE.sha256).stat().st_mode) == 0o444


def test_a_part_is_its_users_alone_and_has_no_bare_digest_as_its_name(store: Store) -> None:
    with store.stage(FILE.sha256) as part:
        assert stat.S_IMODE(part.path.stat().st_mode) == 0o600
        assert part.path.name.startswith(f"{FILE.sha256}.")
        part.write(0, b"wei")
    assert staging(store) == [f"{FILE.sha256}.part"]


def test_a_full_disk_is_an_error_with_a_way_out_and_keeps_what_came(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.stage(FILE.sha256) as part:
        part.write(0, b"wei")
        monkeypatch.setattr(os, "pwrite", full)
        with pytest.raises(DiskError, match="No space left") as caught:
            part.write(3, b"ghts")
        assert "free some space" in str(caught.value.hint)
        assert (part.size, part.sha256) == (3, sha(b"wei"))
    assert store.staged(FILE) == 3


def full(*_: object) -> int:
    raise OSError(28, "No space left on device")


def test_bytes_that_the_system_takes_in_small_steps_all_arrive(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.stage(FILE.sha256) as part:
        write = os.pwrite
        monkeypatch.setattr(os, "pwrite", lambda handle, view, offset: write(handle, view[:2], offset))
        part.write(0, CONTENT)
        store.publish(part, FILE)
    assert store.blob(FILE.sha256).read_bytes() == CONTENT


def test_bytes_are_durable_before_they_have_their_name(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    store.rooms.prepare()
    with store.stage(FILE.sha256) as part:
        store.rooms.folder(store.blob(FILE.sha256).parent)
        part.write(0, CONTENT)
        for name in ("fsync", "replace"):
            monkeypatch.setattr(os, name, noting(calls, name, getattr(os, name)))
        store.publish(part, FILE)
    assert calls == ["fsync", "replace", "fsync"]


def test_a_second_writer_waits_for_the_first(store: Store) -> None:
    second_is_in = threading.Event()

    def second() -> None:
        with store.stage(FILE.sha256):
            second_is_in.set()

    thread = threading.Thread(target=second)
    with store.stage(FILE.sha256) as part:
        thread.start()
        assert not second_is_in.wait(0.2)
        part.write(0, CONTENT)
    assert second_is_in.wait(5)
    thread.join()


def test_another_blob_need_not_wait(store: Store) -> None:
    with store.stage(FILE.sha256), store.stage(sha(b"other")) as other:
        other.write(0, b"other")
    assert store.staged(file("x", b"other")) == 5


def test_who_waited_for_another_to_fetch_the_same_leaves_nothing_in_staging(store: Store) -> None:
    with store.stage(FILE.sha256) as part:
        part.write(0, CONTENT)
        store.publish(part, FILE)
    with store.stage(FILE.sha256):
        assert store.has(FILE), "so nothing is written to the part"
    assert staging(store) == []


def test_what_a_killed_process_left_of_keep_is_swept_and_what_a_living_one_writes_is_not(store: Store) -> None:
    store.keep([b"first"])
    alive = subprocess.Popen(["sleep", "60"])  # noqa: S607 - the system's
    living, elsewhere = owned_by(alive.pid), f"{'0' * 8}-{owned_by(alive.pid)[9:]}"
    for name in (owned_by(gone_process()), owned_by(os.getpid()), living, elsewhere, "something else"):
        (store.root / "staging" / f"{name}.keep").write_bytes(b"killed here")
    Store(store.root).keep([CONTENT])
    alive.kill()
    alive.wait()
    assert staging(store) == sorted(f"{name}.keep" for name in (living, elsewhere, "something else"))


def test_what_is_kept_bears_the_name_of_its_process(store: Store) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"x"
        (name,) = staging(store)
        assert owner(name.removesuffix(".keep")) is Owner.LIVES

    store.keep(chunks())


def test_a_failing_rename_is_a_disk_error(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    with store.stage(FILE.sha256) as part:
        part.write(0, CONTENT)
        monkeypatch.setattr(os, "replace", fail)
        with pytest.raises(DiskError, match="Input/output error"):
            store.publish(part, FILE)
    assert not store.blob(FILE.sha256).exists()
