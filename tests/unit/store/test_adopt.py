"""A file of another program becomes a blob: linked under its digest, stamped, with nothing left on the way."""

import os
from pathlib import Path

import pytest

from resolver.domain.errors import DiskError
from resolver.domain.lock import File
from resolver.domain.plan import Taking
from resolver.store import Store
from tests.faults.machine import read_only
from tests.unit.domain.values import file
from tests.unit.store.processes import gone_process, owned_by

CONTENT = b"weights"
FILE = file("model.bin", CONTENT)
LONG_AGO = 1_600_000_000


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    path = tmp_path / "blob"
    path.write_bytes(CONTENT)
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def adopted(store: Store, origin: Path, wanted: File = FILE) -> Taking:
    return store.adopt(wanted, str(origin), ("hardlink",), lambda _: None)


def staging(store: Store) -> list[str]:
    return sorted(path.name for path in (store.root / "staging").iterdir())


def reads(store: Store, origin: Path) -> list[int]:
    """The pieces that another adoption reads."""
    told: list[int] = []
    store.adopt(FILE, str(origin), ("hardlink",), told.append)
    return told


def test_a_right_file_is_a_blob_that_needs_no_further_look(store: Store, origin: Path) -> None:
    assert adopted(store, origin) == Taking("hardlink", mtime=LONG_AGO * 10**9)
    assert store.blob(FILE.sha256).samefile(origin)
    origin.unlink()
    os.utime(store.blob(FILE.sha256), (LONG_AGO, LONG_AGO))
    assert store.has(FILE)
    assert staging(store) == []


def test_a_wrong_file_is_no_blob(store: Store, origin: Path) -> None:
    other = file("model.bin", b"another")
    assert adopted(store, origin, other) == Taking(because="it has other bytes")
    assert not store.has(other)
    assert staging(store) == []


def test_what_is_stored_is_not_read(store: Store, origin: Path) -> None:
    assert reads(store, origin) == [len(CONTENT)]
    assert reads(store, origin) == []
    assert adopted(store, origin) == Taking("stored")


def test_a_part_of_a_download_goes_when_the_whole_is_there(store: Store, origin: Path) -> None:
    with store.stage(FILE.sha256) as part:
        part.write(0, b"wei")
    adopted(store, origin)
    assert staging(store) == []


def test_a_part_of_a_download_stays_where_the_file_is_another(store: Store, origin: Path) -> None:
    with store.stage(FILE.sha256) as part:
        part.write(0, b"wei")
    origin.write_bytes(b"WEIGHTS")
    assert adopted(store, origin).how is None
    assert store.staged(FILE) == 3


def test_a_change_through_the_shared_name_is_noticed(store: Store, origin: Path) -> None:
    adopted(store, origin)
    with origin.open("r+b") as stream:
        stream.write(b"W")
    assert not store.has(FILE)
    assert origin.read_bytes() == b"Weights", "only our own name is dropped"


def test_what_a_killed_adoption_left_is_swept(store: Store, origin: Path) -> None:
    staged = store.root / "staging"
    staged.mkdir(parents=True, mode=0o700)
    os.link(origin, staged / f"{owned_by(gone_process())}.keep")
    adopted(store, origin)
    assert staging(store) == []


def test_a_store_that_cannot_be_written_says_so(store: Store, origin: Path) -> None:
    store.root.mkdir(mode=0o700)
    with read_only(store.root), pytest.raises(DiskError):
        adopted(store, origin)
