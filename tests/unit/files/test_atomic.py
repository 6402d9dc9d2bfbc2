"""Whole files: all or nothing, not again if equal, and refusals in words."""

import errno
import os
import re
import stat
from pathlib import Path

import pytest

from resolver.domain.errors import DiskError
from resolver.files import atomic
from resolver.files.atomic import disk_error, read_if_there, write_atomically, write_renewable
from tests.unit.files.calls import noting


def test_a_file_is_written_with_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file"
    assert write_atomically(path, b"content")
    assert path.read_bytes() == b"content"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [one.name for one in path.parent.iterdir()] == ["file"]


def test_what_only_its_owner_may_read_can_stay_so(tmp_path: Path) -> None:
    path = tmp_path / "models.yaml"
    assert write_atomically(path, b"new", mode=0o600)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_same_content_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"content")
    os.utime(path, ns=(1, 1))
    assert not write_atomically(path, b"content")
    assert path.stat().st_mtime_ns == 1


def test_other_content_replaces_the_file_and_is_not_written_into_it(tmp_path: Path) -> None:
    path, other = tmp_path / "file", tmp_path / "other"
    path.write_bytes(b"old")
    os.link(path, other)
    assert write_atomically(path, b"new")
    assert (path.read_bytes(), other.read_bytes()) == (b"new", b"old")


def test_a_link_is_replaced_and_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"mine")
    (tmp_path / "file").symlink_to("target")
    assert write_atomically(tmp_path / "file", b"new")
    assert (tmp_path / "target").read_bytes() == b"mine"
    assert not (tmp_path / "file").is_symlink()


@pytest.mark.parametrize(
    ("number", "hint"),
    [(errno.ENOSPC, "free some space and run the same command again"), (errno.EROFS, "the file system is read-only")],
)
@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_failing_disk_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, hint: str, call: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    path = tmp_path / "file"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, call, fail)
    with pytest.raises(DiskError, match=r"file: (No space|Read-only)") as caught:
        write_atomically(path, b"new")
    assert caught.value.hint == hint
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
    assert path.read_bytes() == b"old"


def test_an_interruption_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "file", b"new")
    assert list(tmp_path.iterdir()) == []


def test_content_is_durable_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    for name in ("fsync", "replace"):
        monkeypatch.setattr(os, name, noting(calls, name, getattr(os, name)))
    write_atomically(tmp_path / "file", b"new")
    assert calls == ["fsync", "replace", "fsync"]


def test_a_file_where_a_folder_belongs_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DiskError):
        write_atomically(tmp_path / "file" / "below", b"x")


def test_a_folder_where_the_file_belongs_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(DiskError):
        write_atomically(tmp_path / "file", b"x")
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_what_is_no_file_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    assert read_if_there(tmp_path / "file") == b"x"
    assert read_if_there(tmp_path) is None
    assert read_if_there(tmp_path / "nowhere") is None
    assert read_if_there(tmp_path / "file" / "below") is None


def test_a_link_that_leads_to_itself_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    assert read_if_there(tmp_path / "loop") is None


def test_a_file_that_cannot_be_read_is_a_disk_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(DiskError, match="Permission denied"):
        read_if_there(tmp_path / "file")
    with pytest.raises(DiskError, match="Permission denied"):
        write_atomically(tmp_path / "file", b"x")


def test_a_file_that_is_too_large_or_none_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atomic, "LARGEST", 3)
    (tmp_path / "file").write_bytes(b"123")
    assert read_if_there(tmp_path / "file") == b"123"
    (tmp_path / "file").write_bytes(b"1234")
    with pytest.raises(DiskError, match="larger than 3 bytes"):
        read_if_there(tmp_path / "file")
    with pytest.raises(DiskError, match="no regular file"):
        read_if_there(Path(os.devnull))


def test_an_error_without_words_is_shown_as_it_is() -> None:
    assert disk_error(OSError("odd"), Path("x")).message == "x: odd"
    assert disk_error(OSError("odd"), Path("x")).hint is None


def test_what_is_renewable_is_whole_or_not_at_all_and_waits_for_no_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    path, other = tmp_path / "refs" / "main", tmp_path / "other"
    monkeypatch.setattr(os, "fsync", fail)
    write_renewable(path, b"old")
    os.link(path, other)
    write_renewable(path, b"new")
    assert (path.read_bytes(), other.read_bytes()) == (b"new", b"old")
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(DiskError, match=re.escape(os.strerror(errno.EIO))):
        write_renewable(path, b"newer")
    assert [one.name for one in path.parent.iterdir()] == ["main"]
    assert path.read_bytes() == b"new"
