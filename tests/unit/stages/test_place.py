"""Blobs to where the runtimes look: nothing is written through a link, nothing is left beside."""

import errno
import os
from pathlib import Path

import pytest

from resolver.domain.errors import DiskError, UnsafeContentError
from resolver.domain.plan import Trace
from resolver.domain.view import Reference
from resolver.files import links
from resolver.stages.place import place, refer, remove
from tests.unit.domain.values import KEY, file, placement, sha

CONTENT = b"weights"
ONE = placement("hub/one.bin", file("one.bin", CONTENT))
TWO = placement("hub/two.bin", file("two.bin", b"22"))
HARD = ("hardlink",)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    blobs = tmp_path / "blobs"
    blobs.mkdir()
    for content in (CONTENT, b"22"):
        (blobs / sha(content)).write_bytes(content)
    return tmp_path / "view"


def blob(root: Path, sha256: str) -> Path:
    return root.parent / "blobs" / sha256


def put(path: Path, content: bytes = b"mine") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_every_blob_gets_its_name_and_a_trace(root: Path) -> None:
    found = place([ONE, TWO], root, lambda one: blob(root, one.sha256), HARD)
    assert (root / "hub" / "one.bin").read_bytes() == CONTENT
    assert (root / "hub" / "one.bin").samefile(blob(root, sha(CONTENT)))
    stat = (root / "hub" / "one.bin").stat()
    assert found.traces[ONE.path] == Trace(7, stat.st_mtime_ns, stat.st_ino, sha(CONTENT))
    assert list(found.traces) == [ONE.path, TWO.path]
    assert found.copied == 0
    assert found.errors == {}


def test_copies_are_copies_and_counted(root: Path) -> None:
    found = place([ONE, TWO], root, lambda one: blob(root, one.sha256), ("copy",))
    assert found.copied == 9
    assert not (root / "hub" / "one.bin").samefile(blob(root, sha(CONTENT)))
    stat = (root / "hub" / "one.bin").stat()
    assert found.traces[ONE.path].inode == stat.st_ino


def test_where_links_are_impossible_only_what_was_copied_is_counted(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_small(source: Path, target: Path) -> None:
        if source.stat().st_size > 2:
            raise OSError(errno.EMLINK, "Too many links")
        target.write_bytes(source.read_bytes())

    monkeypatch.setattr(os, "link", only_small)
    assert place([ONE, TWO], root, lambda one: blob(root, one.sha256), HARD).copied == 7


@pytest.mark.parametrize("mode", ["hardlink", "copy"])
def test_a_link_at_the_place_is_replaced_and_not_written_through(root: Path, mode: str) -> None:
    precious = put(root.parent / "precious")
    (root / "hub").mkdir(parents=True)
    (root / "hub" / "one.bin").symlink_to(precious)
    place([ONE], root, lambda one: blob(root, one.sha256), (mode,))
    assert precious.read_bytes() == b"mine"
    assert not (root / "hub" / "one.bin").is_symlink()


@pytest.mark.parametrize("mode", ["hardlink", "copy"])
def test_a_link_on_the_way_is_replaced_and_not_written_through(root: Path, mode: str) -> None:
    precious = put(root.parent / "outside" / "one.bin")
    root.mkdir()
    (root / "hub").symlink_to(root.parent / "outside")
    place([ONE], root, lambda one: blob(root, one.sha256), (mode,))
    assert precious.read_bytes() == b"mine"
    assert [path.name for path in precious.parent.iterdir()] == ["one.bin"]
    assert not (root / "hub").is_symlink()
    assert (root / "hub" / "one.bin").read_bytes() == CONTENT


@pytest.mark.parametrize("mode", ["hardlink", "copy"])
def test_another_name_of_the_old_file_keeps_its_bytes(root: Path, mode: str) -> None:
    old = put(root / "hub" / "one.bin")
    os.link(old, root / "another name")
    place([ONE], root, lambda one: blob(root, one.sha256), (mode,))
    assert (root / "another name").read_bytes() == b"mine"


def test_a_file_where_a_folder_belongs_is_replaced(root: Path) -> None:
    put(root / "hub")
    place([ONE], root, lambda one: blob(root, one.sha256), HARD)
    assert (root / "hub" / "one.bin").read_bytes() == CONTENT


def test_a_folder_where_the_file_belongs_is_an_error_that_stops_no_other(root: Path) -> None:
    kept = put(root / "hub" / "one.bin" / "inside")
    found = place([ONE, TWO], root, lambda one: blob(root, one.sha256), HARD)
    assert list(found.traces) == [TWO.path]
    assert isinstance(found.errors[ONE.path], DiskError)
    assert "is a folder where a file belongs" in found.errors[ONE.path].message
    assert kept.exists()


@pytest.mark.parametrize("modes", [HARD, ("copy",)])
def test_an_empty_folder_where_the_file_belongs_makes_room(root: Path, modes: tuple[str, ...]) -> None:
    (root / "hub" / "one.bin").mkdir(parents=True)
    found = place([ONE], root, lambda one: blob(root, one.sha256), modes)
    assert (found.errors, list(found.traces)) == ({}, [ONE.path])
    assert [one.name for one in (root / "hub").iterdir()] == ["one.bin"]
    assert (root / "hub" / "one.bin").read_bytes() == CONTENT


def test_a_blob_that_is_gone_is_an_error_that_stops_no_other(root: Path) -> None:
    gone = placement("hub/gone.bin", file("gone.bin", b"gone"))
    found = place([gone, TWO], root, lambda one: blob(root, one.sha256), HARD)
    assert list(found.traces) == [TWO.path]
    assert list(found.errors) == [gone.path]
    assert [path.name for path in (root / "hub").iterdir()] == ["two.bin"]


def test_what_a_kill_left_is_swept(root: Path) -> None:
    left = put(root / "hub" / links.LEFTOVERS.replace("*", "0123"))
    kept = put(root / "hub" / "other")
    place([ONE], root, lambda one: blob(root, one.sha256), HARD)
    assert not left.exists()
    assert kept.exists()


@pytest.mark.parametrize("path", ["../out", "/out", "a/../../out"])
def test_a_place_outside_is_refused(root: Path, path: str) -> None:
    with pytest.raises(UnsafeContentError):
        place([placement(path, ONE.file)], root, lambda one: blob(root, one.sha256), HARD)
    assert not (root.parent / "out").exists()


MAIN = Reference("refs/main", "c" * 40, KEY, ("asr",))


def test_a_reference_is_written_without_a_newline(root: Path) -> None:
    refer([MAIN, Reference("refs/a/b", "d", KEY, ("asr",))], root)
    assert (root / "refs" / "main").read_bytes() == b"c" * 40
    assert (root / "refs" / "a" / "b").read_bytes() == b"d"


@pytest.mark.parametrize("content", [b"c" * 40, b"other"])
def test_a_reference_that_is_a_link_is_replaced_and_not_written_through(root: Path, content: bytes) -> None:
    precious = put(root.parent / "precious", content)
    (root / "refs").mkdir(parents=True)
    (root / "refs" / "main").symlink_to(precious)
    refer([MAIN], root)
    assert not (root / "refs" / "main").is_symlink()
    assert (root / "refs" / "main").read_bytes() == b"c" * 40
    assert precious.read_bytes() == content


def test_a_reference_behind_a_link_is_not_written_there(root: Path) -> None:
    precious = put(root.parent / "outside" / "main")
    root.mkdir()
    (root / "refs").symlink_to(root.parent / "outside")
    refer([MAIN], root)
    assert precious.read_bytes() == b"mine"
    assert (root / "refs" / "main").read_bytes() == b"c" * 40


def test_a_folder_where_a_reference_belongs_is_an_error(root: Path) -> None:
    (root / "refs" / "main").mkdir(parents=True)
    with pytest.raises(DiskError):
        refer([MAIN], root)


def test_what_is_removed_leaves_no_empty_folders(root: Path) -> None:
    put(root / "a" / "b" / "gone")
    kept = put(root / "a" / "kept")
    remove(["a/b/gone", "a/b/never was"], root)
    assert kept.exists()
    assert not (root / "a" / "b").exists()
    remove(["a/kept"], root)
    assert root.exists()
    assert list(root.iterdir()) == []


def test_a_link_is_removed_and_what_it_leads_to_is_not(root: Path) -> None:
    precious = put(root.parent / "outside" / "precious")
    root.mkdir()
    (root / "link").symlink_to(precious)
    remove(["link"], root)
    assert precious.exists()
    assert not (root / "link").is_symlink()


def test_nothing_is_removed_behind_a_link(root: Path) -> None:
    precious = put(root.parent / "outside" / "precious")
    root.mkdir()
    (root / "hub").symlink_to(root.parent / "outside")
    remove(["hub/precious"], root)
    assert precious.exists()
    assert (root / "hub").is_symlink()


def test_a_better_way_that_is_impossible_is_tried_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Path] = []

    def refuse(_: Path, target: Path) -> None:
        tried.append(target)
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))

    monkeypatch.setattr(links, "_reflink", refuse)
    found = place([ONE, TWO], root, lambda one: blob(root, one.sha256), links.LINK_MODES)
    assert list(found.traces) == [ONE.path, TWO.path]
    assert len(tried) == 1


def test_a_blob_with_too_many_names_does_not_make_the_others_copies(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def refuse(source: Path, target: Path) -> None:
        if source.name == sha(CONTENT):
            raise OSError(errno.EMLINK, os.strerror(errno.EMLINK))
        link(source, target)

    monkeypatch.setattr(os, "link", refuse)
    found = place([ONE, TWO], root, lambda one: blob(root, one.sha256), ("hardlink",))
    assert found.copied == len(CONTENT)
    assert (root / TWO.path).samefile(blob(root, sha(b"22")))
