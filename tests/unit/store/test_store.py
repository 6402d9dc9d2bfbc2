"""The store: a blob has its name because it has its bytes, whoever touched it since."""

import os
import stat
from pathlib import Path

import pytest

from resolver.domain.errors import DiskError
from resolver.domain.lock import File
from resolver.store import Store
from resolver.store.registrations import Registration
from tests.unit.domain.values import file, sha

CONTENT = b"weights"
FILE = file("model.bin", CONTENT)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def fill(store: Store, content: bytes = CONTENT) -> Path:
    sha256, _ = store.keep([content])
    return store.blob(sha256)


def edit_silently(path: Path, content: bytes) -> None:
    """Other bytes of the same size, with the time of the old ones."""
    before = path.stat()
    path.chmod(0o644)
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def edit(path: Path, content: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(content)
    os.utime(path, ns=(1, 1))


def everything(store: Store) -> list[str]:
    return sorted(path.relative_to(store.root).as_posix() for path in store.root.rglob("*") if not path.is_dir())


def test_a_blob_lies_under_its_digest(store: Store) -> None:
    sha256 = sha(CONTENT)
    assert store.blob(sha256) == store.root / "blobs" / "sha256" / sha256[:2] / sha256


def test_bytes_are_kept_under_their_own_digest(store: Store) -> None:
    assert store.keep([b"wei", b"", b"ghts"]) == (sha(CONTENT), len(CONTENT))
    assert store.has(FILE)
    with store.open(sha(CONTENT)) as stream:
        assert stream.read() == CONTENT
    assert everything(store) == [f"{kind}/sha256/{sha(CONTENT)[:2]}/{sha(CONTENT)}" for kind in ("blobs", "stamps")]


def test_bytes_that_are_there_are_kept_once(store: Store) -> None:
    blob = fill(store)
    before = blob.stat()
    assert store.keep([CONTENT]) == (sha(CONTENT), len(CONTENT))
    assert blob.stat().st_ino == before.st_ino
    assert len(everything(store)) == 2


def test_no_bytes_are_bytes_too(store: Store) -> None:
    assert store.keep([]) == (sha(b""), 0)
    assert store.has(file("empty", b""))


def test_bytes_that_break_off_leave_nothing(store: Store) -> None:
    def broken() -> "list[bytes]":
        raise RuntimeError("the source is gone")

    with pytest.raises(RuntimeError):
        store.keep(chunk for chunk in [b"x", *broken()])
    assert everything(store) == []


def test_blobs_are_read_only(store: Store) -> None:
    assert stat.S_IMODE(fill(store).stat().st_mode) == 0o444


def test_the_store_is_its_users_alone(store: Store) -> None:
    fill(store)
    assert stat.S_IMODE(store.root.stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o701, 0o777])
def test_a_store_that_others_may_enter_is_closed(store: Store, mode: int) -> None:
    store.root.mkdir()
    store.root.chmod(mode)
    fill(store)
    assert stat.S_IMODE(store.root.stat().st_mode) == 0o700


def test_a_store_of_another_user_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store)
    monkeypatch.setattr(os, "getuid", lambda: os.geteuid() + 1)
    with pytest.raises(DiskError, match="belongs to another user") as caught:
        Store(store.root).keep([b"x"])
    assert "MODELS_STORE" in str(caught.value.hint)
    with pytest.raises(DiskError, match="belongs to another user"), Store(store.root).stage(sha(b"x")):
        pass


def test_a_blob_of_another_user_is_hashed_before_it_is_believed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    edit_silently(fill(store), b"WEIGHTS")
    assert store.has(FILE), "the stamp is believed where nobody else can write"
    monkeypatch.setattr(os, "getuid", lambda: os.geteuid() + 1)
    assert not store.has(FILE)


def test_what_is_not_there_is_not_there(store: Store) -> None:
    assert not store.has(FILE)
    assert not store.check(FILE)
    assert store.staged(FILE) == 0


def test_a_store_where_a_file_lies_has_nothing_and_takes_nothing(store: Store) -> None:
    store.root.write_bytes(b"")
    assert not store.has(FILE)
    assert not store.check(FILE)
    assert store.staged(FILE) == 0
    with pytest.raises(DiskError):
        store.keep([CONTENT])
    with pytest.raises(DiskError), store.stage(FILE.sha256):
        pass


@pytest.mark.parametrize("name", ["", "..", "../" * 20 + "etc/passwd", FILE.sha256.upper(), FILE.sha256[1:], "a" * 65])
def test_only_a_digest_is_ever_a_name_in_the_store(store: Store, name: str) -> None:
    for ask in (
        store.blob,
        store.open,
        lambda one: store.has(File("x", 1, one)),
        lambda one: store.staged(File("x", 1, one)),
    ):
        with pytest.raises(ValueError, match="is no sha256"):
            ask(name)
    with pytest.raises(ValueError, match="is no sha256"), store.stage(name):
        pass


@pytest.mark.parametrize("content", [b"WEIGHTS", b"longer weights", b""])
def test_a_blob_that_was_changed_is_dropped(store: Store, content: bytes) -> None:
    blob = fill(store)
    edit(blob, content)
    assert not store.has(FILE)
    assert not blob.exists()


def test_a_blob_that_was_only_touched_is_hashed_and_stamped_again(store: Store) -> None:
    blob = fill(store)
    edit(blob, CONTENT)
    assert store.has(FILE)
    edit_silently(blob, b"WEIGHTS")
    assert store.has(FILE), "stamped again, so it is not read"


@pytest.mark.parametrize("stamp", [None, b"", b"7\n", b"7 1\n", b"\xff\xfe", b"x" * 1000])
def test_without_a_right_stamp_a_blob_is_hashed(store: Store, stamp: bytes | None) -> None:
    blob = fill(store)
    path = store.root / "stamps" / "sha256" / FILE.sha256[:2] / FILE.sha256
    path.unlink() if stamp is None else path.write_bytes(stamp)
    edit_silently(blob, b"WEIGHTS")
    assert not Store(store.root).has(FILE)


def test_what_this_process_stamped_it_need_not_read(store: Store) -> None:
    blob = fill(store)
    store.root.joinpath("stamps", "sha256", FILE.sha256[:2], FILE.sha256).unlink()
    edit_silently(blob, b"WEIGHTS")
    assert store.has(FILE), "neither the stamp nor the bytes are read"
    edit(blob, b"WEIGHTS")
    assert not store.has(FILE)


def test_a_stamp_that_is_a_folder_costs_a_hash(store: Store) -> None:
    fill(store)
    path = store.root / "stamps" / "sha256" / FILE.sha256[:2] / FILE.sha256
    path.unlink()
    path.mkdir()
    assert store.has(FILE)


def test_a_silent_edit_is_found_by_check_and_only_by_it(store: Store) -> None:
    blob = fill(store)
    edit_silently(blob, b"WEIGHTS")
    assert store.has(FILE)
    assert not store.check(FILE)
    assert not blob.exists()
    assert not store.has(FILE)


def test_check_says_yes_to_right_bytes_and_stamps_them(store: Store) -> None:
    blob = fill(store)
    edit(blob, CONTENT)
    assert store.check(FILE)
    edit_silently(blob, b"WEIGHTS")
    assert store.has(FILE)


def test_a_blob_of_another_size_than_the_lock_says_is_no_match(store: Store) -> None:
    fill(store)
    assert not store.has(File("model.bin", len(CONTENT) + 1, FILE.sha256))


def test_a_link_planted_as_a_blob_is_refused_and_what_it_leads_to_is_left_alone(store: Store, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(CONTENT)
    blob = store.blob(FILE.sha256)
    blob.parent.mkdir(parents=True)
    blob.symlink_to(precious)
    assert not store.has(FILE)
    assert not blob.is_symlink()
    assert precious.read_bytes() == CONTENT


def test_a_folder_planted_as_a_blob_is_an_error(store: Store) -> None:
    store.blob(FILE.sha256).mkdir(parents=True)
    with pytest.raises(DiskError):
        store.has(FILE)


def test_a_project_is_remembered_by_its_path(store: Store, tmp_path: Path) -> None:
    store.register(tmp_path / "one", [])
    store.register(tmp_path / "two", [sha(b"2"), sha(b"1"), sha(b"1")])
    store.register(tmp_path / "one", [FILE.sha256])
    assert store.registrations.all() == (
        Registration(tmp_path / "one", frozenset({FILE.sha256})),
        Registration(tmp_path / "two", frozenset({sha(b"1"), sha(b"2")})),
    )


def test_what_was_agreed_is_remembered_for_each_project(store: Store, tmp_path: Path) -> None:
    assert store.agreed(tmp_path) is None
    store.agree(tmp_path, "m l")
    store.agree(tmp_path / "other", "x")
    assert (store.agreed(tmp_path), store.agreed(tmp_path / "other")) == ("m l", "x")
    store.agree(tmp_path, "m2 l2")
    assert store.agreed(tmp_path) == "m2 l2"


def test_a_read_only_store_serves_what_it_has(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    blob = fill(store)
    for name in ("write_text", "write_bytes", "mkdir", "unlink", "chmod"):
        monkeypatch.setattr(Path, name, refuse)
    assert store.has(FILE)
    assert store.check(FILE)
    assert blob.exists()
    store.register(store.root, [])
    store.agree(store.root, "x")
