"""A folder of blobs: opened with care, whoever filled it."""

import errno
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from resolver.domain.errors import MismatchError, NetworkError, NotFoundUpstreamError
from resolver.domain.lock import File
from resolver.domain.ports import WHOLE, Portion
from resolver.mirrors.blobs import blob_path
from resolver.mirrors.folder import FolderMirror
from tests.bodies import taken
from tests.unit.domain.values import artifact, file

MODEL = file("model.bin", b"weights")
ASKING = artifact("hf:org/name@main", MODEL)


def place(root: Path, one: File = MODEL) -> Path:
    found = root / blob_path(one)
    found.parent.mkdir(parents=True)
    return found


def test_a_blob_lies_where_a_store_keeps_it() -> None:
    digest = "ab" + "0" * 62
    assert blob_path(File("x", 1, digest)) == f"blobs/sha256/ab/{digest}"


def a_link(found: Path) -> None:
    found.with_name("other").write_bytes(b"weights")
    found.symlink_to("other")


def a_socket(found: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        before = Path.cwd()
        os.chdir(found.parent)
        try:
            listener.bind(found.name[:40])
        finally:
            os.chdir(before)
    found.with_name(found.name[:40]).rename(found)


@pytest.mark.parametrize("make", [a_link, a_socket, os.mkfifo, Path.mkdir])
def test_what_is_no_regular_file_is_not_had_and_not_waited_for(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(place(tmp_path))
    mirror = FolderMirror(tmp_path)
    assert not mirror.has(ASKING, MODEL)
    with pytest.raises(NotFoundUpstreamError, match=r"model\.bin"):
        mirror.open(ASKING, MODEL, WHOLE)


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    place(tmp_path / "real").write_bytes(b"weights")
    (tmp_path / "link").symlink_to("real")
    mirror = FolderMirror(tmp_path / "link")
    assert mirror.has(ASKING, MODEL)
    body = mirror.open(ASKING, MODEL, Portion(3))
    assert taken(body, 100) == b"ghts"
    body.close()


@pytest.mark.parametrize("content", [b"", b"weight", b"weights!"])
def test_a_blob_of_another_size_is_wrong_before_it_is_read(tmp_path: Path, content: bytes) -> None:
    place(tmp_path).write_bytes(content)
    mirror = FolderMirror(tmp_path)
    assert not mirror.has(ASKING, MODEL)
    with pytest.raises(MismatchError, match=f"{len(content)} bytes, the lock names 7"):
        mirror.open(ASKING, MODEL, WHOLE)


def test_what_is_refused_is_not_left_open(tmp_path: Path) -> None:
    found = place(tmp_path)
    free = os.dup(0)
    os.close(free)
    found.write_bytes(b"other")
    with pytest.raises(MismatchError):
        FolderMirror(tmp_path).open(ASKING, MODEL, WHOLE)
    found.unlink()
    found.mkdir()
    with pytest.raises(NotFoundUpstreamError):
        FolderMirror(tmp_path).open(ASKING, MODEL, WHOLE)
    next_one = os.open(os.devnull, os.O_RDONLY)
    os.close(next_one)
    assert next_one == free


def test_a_blob_that_grows_while_it_is_read_is_read_on(tmp_path: Path) -> None:
    """Who reads stops behind the size that the lock names, and then knows that it was too much."""
    found = place(tmp_path)
    found.write_bytes(b"weights")
    body = FolderMirror(tmp_path).open(ASKING, MODEL, WHOLE)
    found.write_bytes(b"weights and more")
    assert taken(body, 8) == b"weights "
    body.close()


def test_a_disk_that_fails_is_the_mirrors_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place(tmp_path).write_bytes(b"weights")
    body = FolderMirror(tmp_path).open(ASKING, MODEL, WHOLE)

    class Failing:
        def readinto(self, buffer: memoryview) -> int:
            raise OSError(errno.EIO, "Input/output error", str(len(buffer)))

    stream = body._stream  # type: ignore[attr-defined] # no disk fails on demand
    monkeypatch.setattr(body, "_stream", Failing())
    with pytest.raises(NotFoundUpstreamError, match=r"model\.bin: cannot be read: Input/output error"):
        body.readinto(memoryview(bytearray(8)))
    stream.close()


@pytest.mark.parametrize("make", [lambda _: None, Path.touch])
def test_without_the_folder_it_is_the_mirror_that_fails(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "share")
    mirror = FolderMirror(tmp_path / "share")
    for question in (lambda: mirror.has(ASKING, MODEL), lambda: mirror.open(ASKING, MODEL, WHOLE)):
        with pytest.raises(NetworkError, match="no such folder"):
            question()
