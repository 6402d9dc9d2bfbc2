"""What leaves the store: nothing that a registered project needs, and of what nobody needs everything."""

import os
import threading
from pathlib import Path

import pytest

from resolver.documents.lock_writer import lock_text
from resolver.domain.errors import DiskError, UnknownNameError
from resolver.domain.lock import Lock
from resolver.store import Store
from resolver.store.owners import let_go, new_owner
from resolver.workflows.collect import DEAD_AFTER, Collection, collect, decide
from tests.unit.domain.values import artifact, file, lock, model, sha, wheel

NOW = 2_000_000_000.0
OLD = NOW - DEAD_AFTER - 1
ONE, TWO, ARCHIVE = b"one", b"two", b"zipped"
MINE = lock([model()], artifact("hf:org/name@main", file("one.bin", ONE)))
THEIRS = lock([model()], artifact("hf:org/name@main", file("two.bin", TWO)))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def keep(store: Store, *contents: bytes) -> None:
    for content in contents:
        store.keep([content])


def synced(store: Store, project: Path, locked: Lock) -> None:
    """What a sync leaves of a project."""
    (project / "models.lock").write_bytes(lock_text(locked))
    store.register(project, locked.digests)
    store.agree(project, "agreed")


def registered_by_an_old_release(store: Store, project: Path) -> None:
    store.register(project, [])
    store.registrations.path(project).write_bytes(os.fsencode(project) + b"\n")


def going(found: Collection) -> list[str]:
    return sorted(one.path.name for one in found.blobs)


def gone(store: Store, *forget: Path) -> Collection:
    return collect(store, decide(store, forget, NOW), NOW)


def there(store: Store) -> set[bytes]:
    return {path.read_bytes() for path in store.root.glob("blobs/sha256/*/*")}


def test_what_a_lock_names_stays_and_what_none_names_goes_with_its_stamp(store: Store, project: Path) -> None:
    keep(store, ONE, TWO)
    synced(store, project, MINE)
    gone(store)
    assert there(store) == {ONE}
    assert [path.name for path in store.root.glob("stamps/sha256/*/*")] == [sha(ONE)]
    assert store.has(file("one.bin", ONE))


def test_deciding_removes_nothing(store: Store) -> None:
    keep(store, ONE)
    assert going(decide(store, (), NOW)) == [sha(ONE)]
    assert there(store) == {ONE}


def test_archives_and_their_members_are_both_needed(store: Store, project: Path) -> None:
    keep(store, b"weights", ARCHIVE, TWO)
    synced(store, project, lock([model()], wheel("pypi:voices@*")))
    gone(store)
    assert there(store) == {b"weights", ARCHIVE}


def test_what_the_lock_names_now_counts_and_not_what_it_named_before(store: Store, project: Path) -> None:
    keep(store, ONE, TWO)
    synced(store, project, MINE)
    (project / "models.lock").write_bytes(lock_text(THEIRS))
    found = gone(store)
    assert there(store) == {TWO}
    assert found.needs[0].state == "read"


@pytest.mark.parametrize("how", ["no folder", "no lock", "not readable"])
def test_a_project_that_cannot_be_reached_keeps_what_it_named_last(
    store: Store, project: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(store, ONE, TWO)
    synced(store, project, MINE)
    if how == "not readable":

        def refuse(path: Path) -> bytes:
            raise DiskError(f"{path}: Permission denied")

        monkeypatch.setattr("resolver.workflows.needs.read_if_there", refuse)
    else:
        (project / "models.lock").unlink()
    if how == "no folder":
        project.rmdir()
    found = gone(store)
    assert there(store) == {ONE}
    assert found.needs[0].state == "remembered"
    words = {"no folder": "cannot be reached", "no lock": "has no models.lock", "not readable": "Permission denied"}
    assert words[how] in str(found.needs[0].because)


@pytest.mark.parametrize("content", [b"", b"{", b'{"lock_version": 99}', b"\xff"])
def test_of_a_lock_that_cannot_be_read_what_can_be_read_counts_besides(
    store: Store, project: Path, content: bytes
) -> None:
    keep(store, ONE, TWO, b"three")
    synced(store, project, MINE)
    (project / "models.lock").write_bytes(content + f'"sha256": "{sha(TWO)}"'.encode())
    found = gone(store)
    assert there(store) == {ONE, TWO}
    assert (found.needs[0].state, "cannot be read" in str(found.needs[0].because)) == ("remembered", True)


def test_of_a_lock_with_conflict_markers_both_sides_count(store: Store, project: Path) -> None:
    keep(store, ONE, TWO, b"three")
    registered_by_an_old_release(store, project)
    both = b"<<<<<<< ours\n" + lock_text(MINE) + b"=======\n" + lock_text(THEIRS) + b">>>>>>> theirs\n"
    (project / "models.lock").write_bytes(both)
    gone(store)
    assert there(store) == {ONE, TWO}


@pytest.mark.parametrize("content", [None, b"torn", b"<<<<<<< ours\ntorn\n=======\n>>>>>>> theirs\n"])
def test_where_nobody_knows_what_is_needed_every_blob_stays(store: Store, project: Path, content: bytes | None) -> None:
    keep(store, ONE)
    registered_by_an_old_release(store, project)
    if content is not None:
        (project / "models.lock").write_bytes(content)
    found = decide(store, (), NOW)
    assert (found.blobs, len(found.kept), found.needs[0].state) == ((), 1, "unknown")


def test_an_old_registration_counts_by_the_lock_that_lies_there(store: Store, project: Path) -> None:
    keep(store, ONE, TWO)
    synced(store, project, MINE)
    registered_by_an_old_release(store, project)
    gone(store)
    assert there(store) == {ONE}


def test_a_project_that_is_forgotten_needs_nothing_any_more(store: Store, project: Path, tmp_path: Path) -> None:
    keep(store, ONE, TWO)
    synced(store, project, MINE)
    other = tmp_path / "other"
    other.mkdir()
    synced(store, other, THEIRS)
    found = gone(store, project)
    assert found.forgotten == (project,)
    assert there(store) == {TWO}
    assert [one.project for one in store.registrations.all()] == [other]
    assert (store.agreed(project), store.agreed(other)) == (None, "agreed")


def test_who_is_not_registered_cannot_be_forgotten(store: Store, project: Path) -> None:
    synced(store, project, MINE)
    with pytest.raises(UnknownNameError, match="is registered") as caught:
        decide(store, [project.with_name("projekt")], NOW)
    assert str(project) not in str(caught.value.hint), "what is forgotten may be removed"
    assert store.registrations.all()


def test_a_registration_that_cannot_be_read_stops_everything(store: Store, project: Path) -> None:
    keep(store, ONE)
    synced(store, project, MINE)
    path = store.registrations.path(project)
    path.unlink()
    path.symlink_to(project / "models.lock")
    with pytest.raises(DiskError, match="no registration of ours"):
        decide(store, (), NOW)


@pytest.mark.parametrize("damage", [b"\0" + b"a" * 64 + b"\n" + b"b" * 63 + b"\n", b"\0rubbish\n"])
def test_a_registration_whose_digests_are_none_remembers_nothing(store: Store, project: Path, damage: bytes) -> None:
    keep(store, ONE)
    synced(store, project, MINE)
    (project / "models.lock").unlink()
    store.registrations.path(project).write_bytes(os.fsencode(project) + b"\n" + damage)
    assert decide(store, (), NOW).needs[0].state == "unknown"


def test_an_agreement_without_its_project_goes(store: Store, project: Path) -> None:
    synced(store, project, MINE)
    store.agree(project / "gone", "agreed")
    gone(store)
    assert (store.agreed(project), store.agreed(project / "gone")) == ("agreed", None)


def left(store: Store, name: str, changed: float) -> Path:
    store.rooms.prepare()
    path = store.rooms.staging / name
    path.write_bytes(b"12345")
    os.utime(path, (changed, changed))
    return path


def test_what_was_left_in_staging_goes_after_a_week(store: Store) -> None:
    owner = new_owner()
    let_go(owner)
    names = [f"{sha(ONE)}.part", f"{sha(ONE)}.part.map", f"{owner}.keep", f"{sha(ONE)}.{owner}.part"]
    old = [left(store, name, OLD) for name in names]
    young = left(store, f"{sha(TWO)}.part", OLD + 2)
    found = decide(store, (), NOW)
    assert sorted(one.path for one in found.parts) == sorted(old)
    assert found.size == found.freed == 20
    collect(store, found, NOW)
    assert [path.name for path in store.rooms.staging.iterdir()] == [young.name]


@pytest.mark.parametrize("form", ["{}.keep", "a.{}.part", "a.{}.part.map"])
def test_what_a_living_process_works_on_stays_however_old(store: Store, form: str) -> None:
    owner = new_owner()
    left(store, form.format(owner), OLD)
    assert decide(store, (), NOW).parts == ()
    let_go(owner)
    assert len(decide(store, (), NOW).parts) == 1


def test_bytes_that_a_view_still_shares_are_not_freed(store: Store, tmp_path: Path) -> None:
    keep(store, ONE, b"four")
    os.link(store.blob(sha(ONE)), tmp_path / "placed")
    found = decide(store, (), NOW)
    assert (found.size, found.freed) == (7, 4)


def test_what_is_needed_since_it_was_shown_stays(store: Store, project: Path) -> None:
    keep(store, ONE, TWO)
    shown = decide(store, (), NOW)
    synced(store, project, MINE)
    done = collect(store, shown, NOW)
    assert there(store) == {ONE}
    assert going(done) == [sha(TWO)]


def test_what_was_not_shown_stays(store: Store) -> None:
    keep(store, ONE)
    shown = decide(store, (), NOW)
    keep(store, TWO)
    collect(store, shown, NOW)
    assert there(store) == {TWO}


def test_who_registers_waits_until_the_collection_is_over(store: Store, project: Path) -> None:
    registered = threading.Event()

    def register() -> None:
        Store(store.root).register(project, [sha(ONE)])
        registered.set()

    store.prepare()
    thread = threading.Thread(target=register)
    with store.collecting():
        thread.start()
        assert not registered.wait(0.2)
    assert registered.wait(5)
    thread.join()


def test_names_that_are_no_digests_are_not_ours_to_remove(store: Store) -> None:
    keep(store, ONE)
    stranger = store.blob(sha(ONE)).with_name("README")
    stranger.write_bytes(b"x")
    gone(store)
    assert stranger.exists()


def test_a_store_that_is_not_there_has_nothing_to_remove(store: Store) -> None:
    assert decide(store, (), NOW).is_empty
    assert not store.root.exists()


def test_bytes_that_a_view_shares_by_a_reflink_are_not_freed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(store, ONE, b"four")
    monkeypatch.setattr("resolver.workflows.collect.is_shared", lambda place: place.name == sha(ONE))
    found = decide(store, (), NOW)
    assert (found.size, found.freed) == (7, 4)
