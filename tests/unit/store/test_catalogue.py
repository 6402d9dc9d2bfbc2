"""What blobs were called is a memory for people: whatever lies there, nothing is decided by it."""

import json
from pathlib import Path

import pytest

from resolver.domain.lock import Artifact
from resolver.store import Store
from resolver.store.catalogue import Named, named, note
from tests.unit.domain.values import COMMIT, KEY, artifact, file, sha, wheel

PROJECT = Path("/project")
ONE = artifact(KEY, file("one.bin", b"1"), file("two.bin", b"2"))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "store")
    store.prepare()
    return store


def known(store: Store) -> list[Named]:
    return list(named(store.rooms).values())


def test_an_artifact_is_known_by_its_pin_and_its_digests(store: Store) -> None:
    note(store.rooms, [ONE, wheel()])
    assert sorted(known(store), key=lambda one: one.key) == [
        Named(KEY, COMMIT, None, frozenset({sha(b"1"), sha(b"2")})),
        Named("pypi:voices@*", None, "1.0", frozenset({sha(b"weights"), sha(b"zipped")})),
    ]


def test_a_project_that_is_registered_with_another_lock_has_its_names_noted(store: Store) -> None:
    store.register(PROJECT, ONE.digests, [ONE])
    assert [one.key for one in known(store)] == [KEY]
    (path,) = named(store.rooms)
    path.unlink()
    store.register(PROJECT, ONE.digests, [ONE])
    assert known(store) == [], "with the same lock nothing is written"


def test_what_was_noted_stays_when_the_lock_is_another(store: Store) -> None:
    other = artifact(KEY, file("one.bin", b"3"), commit="d" * 40)
    store.register(PROJECT, ONE.digests, [ONE])
    store.register(PROJECT, other.digests, [other])
    assert {one.commit for one in known(store)} == {COMMIT, "d" * 40}


def test_a_store_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    note(Store(tmp_path / "nowhere").rooms, [ONE])
    assert named(Store(tmp_path / "nowhere").rooms) == {}


def test_a_note_that_was_torn_is_written_again(store: Store) -> None:
    note(store.rooms, [ONE])
    (path,) = named(store.rooms)
    whole = path.read_bytes()
    path.write_bytes(whole[:9])
    note(store.rooms, [ONE])
    assert path.read_bytes() == whole
    assert list(path.parent.iterdir()) == [path]


GOOD = {"artifact": KEY, "commit": None, "version": "1", "blobs": [sha(b"1")]}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"[" * 100_000,
        b"\xff",
        *(
            json.dumps(one).encode()
            for one in (
                {},
                {**GOOD, "artifact": 1},
                {**GOOD, "commit": 0},
                {**GOOD, "version": []},
                {**GOOD, "blobs": "1"},
                {**GOOD, "blobs": None},
                {**GOOD, "blobs": [1]},
                {**GOOD, "blobs": [["a"]]},
                {**GOOD, "blobs": ["../../x"]},
            )
        ),
    ],
    ids=str,
)
def test_what_is_no_name_is_passed_over(store: Store, content: bytes) -> None:
    note(store.rooms, [ONE])
    (path,) = named(store.rooms)
    path.with_name("other").write_bytes(content)
    path.with_name("good").write_text(json.dumps(GOOD))
    assert sorted(one.version or "" for one in known(store)) == ["", "1"]


def test_a_link_is_not_followed_to_a_name(store: Store, tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text(json.dumps(GOOD))
    (store.root / "names" / "link").symlink_to(tmp_path / "theirs")
    assert known(store) == []


def test_an_artifact_without_files_is_no_trouble(store: Store) -> None:
    note(store.rooms, [Artifact(KEY, COMMIT, None, ())])
    assert known(store) == [Named(KEY, COMMIT, None, frozenset())]
