"""What lies in the store: by what locks name, by what locks named, each byte once in the total."""

import os
import shutil
from pathlib import Path

import pytest

from resolver.documents.lock_writer import lock_text
from resolver.domain.lock import Artifact, Lock
from resolver.store import Store
from resolver.workflows.collect import collect, decide
from resolver.workflows.stock import Holding, Stock, bytes_of, called, names, take_stock
from tests.unit.domain.values import COMMIT, artifact, file, lock, model, sha, variant, wheel

CONFIG, ONE, TWO = b"{}", b"one", b"twotwo"
OLD_COMMIT = "d" * 40
MINE = artifact("hf:org/mine@main", file("config.json", CONFIG), file("one.bin", ONE))
OLD = artifact("hf:org/mine@main", file("config.json", CONFIG), file("one.bin", TWO), commit=OLD_COMMIT)
THEIRS = artifact("hf:org/theirs@main", file("config.json", CONFIG), file("two.bin", TWO))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def locked(*artifacts: Artifact) -> Lock:
    return lock([model("asr", *(variant(f"v{n}", one.key) for n, one in enumerate(artifacts)))], *artifacts)


def synced(store: Store, project: Path, *artifacts: Artifact, contents: tuple[bytes, ...] = (CONFIG, ONE, TWO)) -> Path:
    """What a sync leaves of a project."""
    project.mkdir(exist_ok=True)
    (project / "models.lock").write_bytes(lock_text(locked(*artifacts)))
    store.register(project, locked(*artifacts).digests, artifacts)
    wanted = locked(*artifacts).digests
    for content in (one for one in contents if sha(one) in wanted):
        store.keep([content])
    return project


def told(holdings: tuple[Holding, ...]) -> list[tuple[str, str | None, int, int, int]]:
    return [(one.artifact.name, one.artifact.commit, one.files, one.size, one.shared) for one in holdings]


def sizes(stock: Stock) -> tuple[int, int, int]:
    return stock.size, bytes_of(stock.kept), bytes_of(stock.unwanted)


def test_an_empty_store_has_nothing(store: Store) -> None:
    assert take_stock(store) == Stock((), (), (), (), (), (), (), ())


def test_each_artifact_is_told_with_who_wants_it(store: Store, tmp_path: Path) -> None:
    mine = synced(store, tmp_path / "mine", MINE)
    theirs = synced(store, tmp_path / "theirs", THEIRS, MINE)
    stock = take_stock(store)
    assert told(stock.holdings) == [("org/mine", COMMIT, 2, 5, 2), ("org/theirs", COMMIT, 2, 8, 2)]
    assert [one.wanted for one in stock.holdings] == [{mine: ("asr",), theirs: ("asr",)}, {theirs: ("asr",)}]
    assert sizes(stock) == (11, 11, 0)
    assert [(one.need.project, one.own, one.shared) for one in stock.shares] == [(mine, 0, 5), (theirs, 6, 5)]


def test_what_a_model_needs_besides_is_for_that_model(store: Store, tmp_path: Path) -> None:
    needing = artifact(MINE.key, *MINE.files, needs=[THEIRS.key])
    project = tmp_path / "mine"
    project.mkdir()
    found = lock([model("asr", variant("v", MINE.key))], needing, THEIRS)
    (project / "models.lock").write_bytes(lock_text(found))
    store.register(project, found.digests, found.artifacts.values())
    store.keep([TWO])
    assert [one.wanted for one in take_stock(store).holdings] == [{project: ("asr",)}]


def test_what_is_pinned_and_not_there_is_not_listed_and_what_is_partly_there_says_so(
    store: Store, tmp_path: Path
) -> None:
    synced(store, tmp_path / "mine", MINE, THEIRS, contents=(ONE,))
    (one,) = take_stock(store).holdings
    assert (one.artifact.name, one.files, one.missing) == ("org/mine", 1, 1)


def test_an_archive_counts_with_its_members(store: Store, tmp_path: Path) -> None:
    synced(store, tmp_path / "mine", wheel(), contents=(b"zipped", b"weights"))
    assert told(take_stock(store).holdings) == [("voices", None, 2, 13, 0)]


def test_what_nobody_wants_any_more_is_told_by_the_name_that_it_had(store: Store, tmp_path: Path) -> None:
    synced(store, tmp_path / "mine", OLD)
    synced(store, tmp_path / "mine", MINE)
    stock = take_stock(store)
    assert told(stock.holdings) == [("org/mine", COMMIT, 2, 5, 0)]
    assert told(stock.leftovers) == [("org/mine", OLD_COMMIT, 1, 6, 0)]
    assert sizes(stock) == (11, 5, 6)


def test_what_has_no_name_is_counted(store: Store, tmp_path: Path) -> None:
    synced(store, tmp_path / "mine", MINE)
    store.keep([b"nobody's"])
    stock = take_stock(store)
    assert (bytes_of(stock.strays), stock.nameless) == (8, ())


def test_a_file_that_a_narrower_lock_leaves_out_is_unwanted(store: Store, tmp_path: Path) -> None:
    synced(store, tmp_path / "mine", artifact(MINE.key, *MINE.files, file("extra.bin", TWO)))
    synced(store, tmp_path / "mine", MINE)
    assert told(take_stock(store).leftovers) == [("org/mine", COMMIT, 1, 6, 0)]


def test_a_project_that_cannot_be_reached_wants_what_it_named_last_under_its_old_names(
    store: Store, tmp_path: Path
) -> None:
    synced(store, tmp_path / "mine", OLD)
    mine = synced(store, tmp_path / "mine", MINE)
    shutil.rmtree(mine)
    stock = take_stock(store)
    assert told(stock.holdings) == [("org/mine", COMMIT, 2, 5, 0)]
    assert stock.holdings[0].wanted == {mine: ()}
    assert told(stock.leftovers) == [("org/mine", OLD_COMMIT, 1, 6, 0)]
    assert [(one.need.state, one.own, one.shared) for one in stock.shares] == [("remembered", 5, 0)]


def test_where_nobody_knows_what_is_needed_everything_is_kept_and_has_no_name(store: Store, tmp_path: Path) -> None:
    project = tmp_path / "mine"
    store.register(project, [])
    store.registrations.path(project).write_bytes(os.fsencode(project) + b"\n")
    store.keep([ONE])
    stock = take_stock(store)
    assert (bytes_of(stock.nameless), stock.strays, sizes(stock)) == (3, (), (3, 3, 0))
    assert [one.need.state for one in stock.shares] == ["unknown"]


def test_two_locks_with_the_same_pin_are_one_artifact(store: Store, tmp_path: Path) -> None:
    one, other = synced(store, tmp_path / "one", MINE), synced(store, tmp_path / "other", MINE)
    stock = take_stock(store)
    assert [set(it.wanted) for it in stock.holdings] == [{one, other}]
    assert [(it.own, it.shared) for it in stock.shares] == [(0, 5), (0, 5)]


def test_parts_are_counted_without_locks(store: Store) -> None:
    store.prepare()
    for name in (f"{sha(ONE)}.part", f"{sha(ONE)}.part.map", "collection.lock"):
        (store.rooms.staging / name).write_bytes(b"12345")
    assert bytes_of(take_stock(store).parts) == 10


def test_what_gc_removes_has_its_name_and_then_the_name_goes_too(store: Store, tmp_path: Path) -> None:
    synced(store, tmp_path / "mine", OLD)
    synced(store, tmp_path / "mine", MINE)
    shown = decide(store, (), 0)
    leftovers, nameless = called(names(store), shown.blobs)
    assert (told(leftovers), nameless) == ([("org/mine", OLD_COMMIT, 1, 6, 0)], ())
    collect(store, shown, 0)
    assert {one.artifact.commit for one in names(store)} == {COMMIT}
    assert decide(store, (), 0).is_empty


def test_names_of_what_a_lock_still_names_stay_though_nothing_is_there(store: Store, tmp_path: Path) -> None:
    synced(store, tmp_path / "mine", MINE, contents=())
    collect(store, decide(store, (), 0), 0)
    assert [one.artifact.name for one in names(store)] == ["org/mine"]


def test_names_alone_are_nothing_to_ask_about(store: Store, tmp_path: Path) -> None:
    synced(store, tmp_path / "mine", OLD, contents=())
    synced(store, tmp_path / "mine", MINE, contents=())
    found = decide(store, (), 0)
    assert not found.is_empty
    assert not found.matters


def test_a_name_stays_as_long_as_the_registration_that_brought_it(store: Store, tmp_path: Path) -> None:
    """Who syncs with the same lock again registers nothing anew, and so brings no names."""
    project = synced(store, tmp_path / "mine", MINE, THEIRS)
    (project / "models.lock").write_bytes(lock_text(locked(MINE)))
    collect(store, decide(store, (), 0), 0)
    synced(store, project, MINE, THEIRS)
    (project / "models.lock").write_bytes(lock_text(locked(MINE)))
    assert told(take_stock(store).leftovers) == [("org/theirs", COMMIT, 1, 6, 0)]
    collect(store, decide(store, [project], 0), 0)
    assert names(store) == []
