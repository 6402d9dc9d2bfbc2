"""Whatever lies in the place of a file: no link is followed, nothing hangs, nothing is written through."""

import errno
import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from resolver.files import guarded
from resolver.files.atomic import read_if_there
from resolver.files.guarded import is_ours, open_regular, read_regular, write_new


def link(path: Path) -> None:
    path.with_name("precious").write_bytes(b"mine")
    path.symlink_to("precious")


def dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            server.bind(f"/proc/self/fd/{folder}/{path.name}")
        finally:
            os.close(folder)


PLANTED = [link, dangling, os.mkfifo, Path.mkdir, listening]
Plant = Callable[[Path], object]


@pytest.mark.parametrize("plant", PLANTED)
@pytest.mark.parametrize("flags", [os.O_RDONLY, os.O_RDWR | os.O_CREAT, os.O_WRONLY | os.O_CREAT])
def test_only_a_regular_file_is_opened(tmp_path: Path, plant: Plant, flags: int) -> None:
    path = tmp_path / "file"
    plant(path)
    with pytest.raises(OSError, match=r".") as caught:
        open_regular(path, flags)
    assert caught.value.errno in (errno.ELOOP, errno.EINVAL, errno.EISDIR, errno.ENXIO)
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("plant", PLANTED)
def test_what_is_no_file_of_its_own_has_no_content(tmp_path: Path, plant: Plant) -> None:
    plant(tmp_path / "file")
    assert read_regular(tmp_path / "file") is None


@pytest.mark.parametrize("plant", [link, dangling, os.mkfifo, listening])
def test_a_new_file_takes_the_place_of_what_was_planted(tmp_path: Path, plant: Plant) -> None:
    path = tmp_path / "file"
    plant(path)
    write_new(path, b"new")
    assert (path.read_bytes(), stat.S_IMODE(path.lstat().st_mode)) == (b"new", 0o600)
    assert stat.S_ISREG(path.lstat().st_mode)
    assert not (tmp_path / "nowhere").exists()


def test_a_new_file_is_not_written_through_a_second_name(tmp_path: Path) -> None:
    link(tmp_path / "unused")
    os.link(tmp_path / "precious", tmp_path / "file")
    write_new(tmp_path / "file", b"new")
    assert (tmp_path / "precious").read_bytes() == b"mine"


def test_a_folder_stays_where_a_file_was_wanted(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"director|permitted"):
        write_new(tmp_path, b"x")


def test_a_file_is_read_with_what_the_system_says_of_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    found = read_regular(tmp_path / "file")
    assert found is not None
    assert (found[0], found[1].st_size, is_ours(found[1])) == (b"12345", 5, True)
    assert read_regular(tmp_path / "nowhere") is None
    assert read_regular(tmp_path / "file" / "below") is None


def test_what_cannot_be_read_or_is_too_large_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"1234")
    monkeypatch.setattr(guarded, "LARGEST", 4)
    assert read_regular(tmp_path / "file") is not None
    monkeypatch.setattr(guarded, "LARGEST", 3)
    with pytest.raises(OSError, match="larger than 3"):
        read_regular(tmp_path / "file")

    def refuse(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(PermissionError):
        read_regular(tmp_path / "file")


def test_a_pipe_in_the_place_of_a_project_file_is_an_error_and_no_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "models.yaml")
    with pytest.raises(Exception, match="no regular file"):
        read_if_there(tmp_path / "models.yaml")


def test_whose_a_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = tmp_path.stat()
    monkeypatch.setattr(os, "getuid", lambda: found.st_uid + 1)
    assert not is_ours(found)
    monkeypatch.delattr(os, "getuid")
    assert is_ours(found)
