"""Another hand in the store: what it put there is refused or replaced, never followed, never written through."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from resolver.domain.errors import DiskError
from resolver.store import Store
from resolver.store.rooms import AGREEMENTS, BLOBS, PROJECTS, STAGING, STAMPS
from tests.unit.domain.values import file

CONTENT = b"weights"
FILE = file("model.bin", CONTENT)
PRECIOUS = b"mine, and as long as it is"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def precious(tmp_path: Path) -> Path:
    path = tmp_path / "precious"
    path.write_bytes(PRECIOUS)
    return path


def staged(store: Store) -> Path:
    return store.rooms.staging / f"{FILE.sha256}.part"


def journal(store: Store) -> Path:
    return store.rooms.staging / f"{FILE.sha256}.part.map"


def lock(store: Store) -> Path:
    return store.rooms.staging / f"{FILE.sha256}.lock"


def stamp(store: Store) -> Path:
    return store.stamps.path(FILE.sha256)


def blob(store: Store) -> Path:
    return store.blob(FILE.sha256)


def link(path: Path, precious: Path) -> None:
    path.symlink_to(precious)


def second_name(path: Path, precious: Path) -> None:
    os.link(precious, path)


def pipe(path: Path, _: Path) -> None:
    os.mkfifo(path)


Where = Callable[[Store], Path]
Plant = Callable[[Path, Path], None]


@pytest.mark.parametrize("plant", [link, second_name, pipe])
@pytest.mark.parametrize("where", [staged, journal, lock, stamp, blob])
def test_a_fetch_gets_its_blob_and_touches_nothing_else(
    store: Store, precious: Path, where: Where, plant: Plant
) -> None:
    store.rooms.prepare()
    path = where(store)
    path.parent.mkdir(exist_ok=True)
    plant(path, precious)
    assert not store.has(FILE)
    with store.stage(FILE.sha256) as part:
        part.restart()
        part.write(3, CONTENT[3:])
        part.write(0, CONTENT[:3])
        store.publish(part, FILE)
    assert blob(store).read_bytes() == CONTENT
    assert store.has(FILE)
    assert precious.read_bytes() == PRECIOUS
    assert stat.S_IMODE(precious.stat().st_mode) != 0o444
    assert stat.S_ISREG(stamp(store).lstat().st_mode)
    assert list(store.rooms.staging.iterdir()) == []


@pytest.mark.parametrize("plant", [link, second_name, pipe])
def test_what_is_planted_as_a_part_counts_for_nothing(store: Store, precious: Path, plant: Plant) -> None:
    store.rooms.prepare()
    plant(staged(store), precious)
    with store.stage(FILE.sha256) as part:
        assert part.size == 0


def test_a_folder_in_the_place_of_a_part_is_an_error_that_names_it(store: Store) -> None:
    staged(store).mkdir(parents=True)
    for _ in range(2):
        with pytest.raises(DiskError, match=f"{FILE.sha256}.part is a folder"), store.stage(FILE.sha256):
            pass


@pytest.mark.parametrize("plant", [link, pipe])
def test_a_blob_is_opened_only_if_it_is_a_file(store: Store, precious: Path, plant: Plant) -> None:
    blob(store).parent.mkdir(parents=True)
    plant(blob(store), precious)
    with pytest.raises(DiskError, match=FILE.sha256):
        store.open(FILE.sha256)


@pytest.mark.parametrize("plant", [link, pipe])
@pytest.mark.parametrize("room", [PROJECTS, AGREEMENTS])
def test_what_is_planted_about_a_project_is_replaced(store: Store, precious: Path, room: str, plant: Plant) -> None:
    project = Path("/project")
    store.rooms.prepare()
    name = store.registrations.path(project).name
    plant(store.root / room / name, precious)
    assert store.agreed(project) is None
    store.register(project, [FILE.sha256])
    store.agree(project, "agreed")
    assert store.agreed(project) == "agreed"
    assert store.registrations.is_current(project, [FILE.sha256])
    assert precious.read_bytes() == PRECIOUS


@pytest.mark.parametrize("room", ["blobs", BLOBS, STAMPS, STAGING, PROJECTS, AGREEMENTS])
def test_a_folder_of_the_store_that_is_a_link_is_refused(store: Store, tmp_path: Path, room: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (store.root / room).parent.mkdir(parents=True)
    (store.root / room).symlink_to(elsewhere)
    with pytest.raises(DiskError, match="or a link to one") as caught:
        store.keep([CONTENT])
    assert "MODELS_STORE" in str(caught.value.hint)
    assert list(elsewhere.iterdir()) == []


def test_a_folder_of_blobs_that_is_a_link_is_refused(store: Store, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    store.rooms.prepare()
    blob(store).parent.symlink_to(elsewhere)
    with pytest.raises(DiskError, match="or a link to one"):
        store.keep([CONTENT])
    assert list(elsewhere.iterdir()) == []


def test_the_store_itself_may_be_reached_through_a_link(store: Store, tmp_path: Path) -> None:
    (tmp_path / "large disk").mkdir()
    store.root.symlink_to(tmp_path / "large disk")
    store.keep([CONTENT])
    assert store.has(FILE)


@pytest.mark.parametrize("room", ["", "blobs", BLOBS, "stamps", STAMPS])
def test_what_others_could_write_to_is_hashed_and_not_believed(store: Store, room: str) -> None:
    store.keep([CONTENT])
    (store.root / room).chmod(0o777)
    falsify(store)
    assert not Store(store.root).has(FILE)


def falsify(store: Store) -> None:
    before = blob(store).stat()
    blob(store).chmod(0o644)
    blob(store).write_bytes(b"WEIGHTS")
    os.utime(blob(store), ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("room", ["", "stamps", BLOBS])
def test_once_it_is_closed_nothing_that_others_could_leave_is_believed(store: Store, room: str) -> None:
    store.keep([CONTENT])
    store.agree(Path("/project"), "agreed")
    (store.root / room).chmod(0o777)
    falsify(store)
    fresh = Store(store.root)
    fresh.prepare()
    assert stat.S_IMODE((store.root / room).stat().st_mode) == 0o700
    assert fresh.agreed(Path("/project")) is None
    assert not fresh.has(FILE)


def test_others_who_could_only_read_have_falsified_nothing(store: Store) -> None:
    store.keep([CONTENT])
    store.root.chmod(0o755)
    Store(store.root).prepare()
    assert stamp(store).exists()
    assert stat.S_IMODE(store.root.stat().st_mode) == 0o700


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o177])
def test_every_folder_is_its_users_alone_whatever_the_umask(store: Store, umask: int) -> None:
    before = os.umask(umask)
    try:
        store.keep([CONTENT])
        store.register(Path("/project"), [])
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in store.root.rglob("*") if path.is_dir()}
    assert set(modes.values()) == {0o700}


def test_a_file_system_without_modes_works_and_nothing_is_believed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    store.keep([CONTENT])
    store.root.chmod(0o777)
    monkeypatch.setattr(Path, "chmod", refuse)
    fresh = Store(store.root)
    fresh.prepare()
    assert stamp(store).exists()
    assert fresh.has(FILE)
    monkeypatch.undo()
    falsify(store)
    assert not fresh.has(FILE)


def owned_by_another(monkeypatch: pytest.MonkeyPatch, *paths: Path) -> None:
    """In the eyes of the store."""
    strange = {path.stat().st_ino for path in paths}

    def is_ours(found: os.stat_result) -> bool:
        return found.st_ino not in strange

    for module in ("store.store", "store.stamps", "store.rooms", "store.staging", "store.registrations"):
        monkeypatch.setattr(f"resolver.{module}.is_ours", is_ours)


def test_a_right_blob_of_another_user_is_replaced_by_a_copy(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.keep([CONTENT])
    before = blob(store).stat().st_ino
    owned_by_another(monkeypatch, blob(store))
    assert store.has(FILE)
    assert blob(store).stat().st_ino != before
    assert blob(store).read_bytes() == CONTENT
    assert stat.S_IMODE(blob(store).stat().st_mode) == 0o444


def test_a_wrong_blob_of_another_user_is_dropped(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.keep([CONTENT])
    falsify(store)
    owned_by_another(monkeypatch, blob(store))
    assert not store.has(FILE)
    assert not blob(store).exists()


def test_a_stamp_of_another_user_is_not_believed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.keep([CONTENT])
    falsify(store)
    owned_by_another(monkeypatch, stamp(store))
    assert not Store(store.root).has(FILE)


@pytest.mark.parametrize("room", ["", "blobs", STAGING, PROJECTS])
def test_a_folder_of_another_user_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch, room: str) -> None:
    store.keep([CONTENT])
    owned_by_another(monkeypatch, store.root / room)
    with pytest.raises(DiskError, match="belongs to another user") as caught:
        Store(store.root).keep([b"x"])
    assert "MODELS_STORE" in str(caught.value.hint)


def test_a_part_of_another_user_counts_for_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.rooms.prepare()
    staged(store).write_bytes(CONTENT[:3])
    owned_by_another(monkeypatch, staged(store))
    with store.stage(FILE.sha256) as part:
        assert part.size == 0


def test_what_another_user_says_of_a_project_is_not_believed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.agree(Path("/project"), "agreed")
    (agreement,) = (store.root / AGREEMENTS).iterdir()
    owned_by_another(monkeypatch, agreement)
    assert store.agreed(Path("/project")) is None


@pytest.mark.parametrize("mode", [0o755, 0o777])
def test_a_folder_with_other_files_does_not_become_a_store_and_stays_as_it_is(store: Store, mode: int) -> None:
    mine = store.root / "agreements" / "contract.pdf"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(PRECIOUS)
    (store.root / "letters").mkdir()
    store.root.chmod(mode)
    with pytest.raises(DiskError, match=r"is no store, and holds other files \(letters\)") as caught:
        store.keep([CONTENT])
    assert "MODELS_STORE" in str(caught.value.hint)
    assert stat.S_IMODE(store.root.stat().st_mode) == mode
    assert mine.read_bytes() == PRECIOUS
    assert sorted(one.name for one in store.root.iterdir()) == ["agreements", "letters"]


@pytest.mark.parametrize("there", [[], ["lost+found"], ["blobs"], ["stamps", "staging", "projects", "agreements"]])
def test_an_empty_folder_a_disk_and_what_was_begun_become_a_store(store: Store, there: list[str]) -> None:
    for name in there:
        (store.root / name).mkdir(parents=True)
    store.root.mkdir(exist_ok=True)
    assert store.keep([CONTENT]) == (FILE.sha256, FILE.size)


def test_other_files_beside_the_blobs_of_a_store_are_no_hindrance(store: Store) -> None:
    store.keep([CONTENT])
    (store.root / "README").write_bytes(PRECIOUS)
    assert Store(store.root).has(FILE)
    assert Store(store.root).keep([b"more"])
