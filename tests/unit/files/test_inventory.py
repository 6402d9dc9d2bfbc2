"""What lies below a folder: every name once, and nothing behind a link."""

import os
from pathlib import Path

import pytest

from resolver.domain.pruning import Seen
from resolver.files.inventory import look, take_inventory


def put(path: Path, content: bytes = b"") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_every_file_is_there_with_what_the_system_says_of_it(tmp_path: Path) -> None:
    found = put(tmp_path / "a" / "b" / "one.bin", b"12").stat()
    put(tmp_path / "two.bin")
    there = take_inventory(tmp_path, ())
    assert list(there.files) == ["a/b/one.bin", "two.bin"]
    assert there.files["a/b/one.bin"] == Seen(2, found.st_mtime_ns, found.st_dev, found.st_ino, 1, is_file=True)
    assert (there.behind, there.closed) == (frozenset(), {})


def test_names_of_the_same_bytes_are_counted(tmp_path: Path) -> None:
    os.link(put(tmp_path / "one", b"1"), tmp_path / "two")
    there = take_inventory(tmp_path, ()).files
    assert {one.names for one in there.values()} == {2}
    assert there["one"].inode == there["two"].inode


def test_a_link_is_a_thing_of_its_own_and_no_way(tmp_path: Path) -> None:
    put(tmp_path / "outside" / "precious.bin")
    view = tmp_path / "view"
    view.mkdir()
    (view / "out").symlink_to("../outside")
    (view / "round").symlink_to(".")
    there = take_inventory(view, ["out/precious.bin", "out/nothing.bin", "gone/x"])
    assert list(there.files) == ["out", "round"]
    assert not any(one.is_file for one in there.files.values())
    assert there.behind == {"out/precious.bin"}


def test_a_folder_that_is_not_there_has_nothing(tmp_path: Path) -> None:
    assert take_inventory(tmp_path / "view", ["x"]).files == {}
    put(tmp_path / "file")
    assert take_inventory(tmp_path / "file", ["x"]).behind == frozenset(), "a file in its place holds nothing"


def test_what_cannot_be_read_is_said_and_nothing_there_counts_as_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "shut" / "one.bin")
    put(tmp_path / "two.bin")
    listed, looked = os.listdir, Path.lstat

    def refuse(path: Path) -> list[str]:
        if path.name == "shut":
            raise PermissionError(13, "Permission denied")
        return listed(path)

    def blind(path: Path) -> os.stat_result:
        if path.parent.name == "shut":
            raise PermissionError(13, "Permission denied")
        return looked(path)

    monkeypatch.setattr(os, "listdir", refuse)
    monkeypatch.setattr(Path, "lstat", blind)
    there = take_inventory(tmp_path, ["shut/one.bin"])
    assert there.closed == {"shut": "Permission denied"}
    assert there.behind == {"shut/one.bin"}
    assert list(there.files) == ["two.bin"]


def test_folders_and_nothing_look_alike(tmp_path: Path) -> None:
    assert look(tmp_path) is None
    assert look(tmp_path / "nothing") is None
    (tmp_path / "broken").symlink_to("nowhere")
    found = look(tmp_path / "broken")
    assert found is not None
    assert not found.is_file


def test_a_file_that_cannot_be_looked_at_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "a" / "one.bin")
    looked = Path.lstat
    failed: list[Path] = []

    def once(path: Path) -> os.stat_result:
        if path.name == "one.bin" and not failed:
            failed.append(path)
            raise OSError(5, "Input/output error")
        return looked(path)

    monkeypatch.setattr(Path, "lstat", once)
    there = take_inventory(tmp_path, ["a/one.bin"])
    assert (there.files, there.closed) == ({}, {"a/one.bin": "cannot be looked at"})
    assert there.behind == {"a/one.bin"}
