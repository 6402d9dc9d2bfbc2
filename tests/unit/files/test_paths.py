"""Places below a folder: contained, cleared without following links, walked without following links."""

from pathlib import Path

import pytest

from resolver.domain.errors import UnsafeContentError
from resolver.files.paths import (
    clear_way,
    inside,
    leads_along_link,
    leads_through_link,
    remove_empty_parents,
    walk_files,
)


def put(path: Path, content: bytes = b"") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_safe_path_is_a_place_inside(tmp_path: Path) -> None:
    assert inside(tmp_path, "a/b.bin") == tmp_path / "a" / "b.bin"


@pytest.mark.parametrize("path", ["", "..", "../x", "/etc/passwd", "a/../../x", "C:/x", "a\\b", "nul", "\x00"])
def test_a_path_that_could_leave_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(UnsafeContentError, match=r"^path "):
        inside(tmp_path, path)


def test_folders_are_made_on_the_way(tmp_path: Path) -> None:
    clear_way(tmp_path, tmp_path / "a" / "b" / "file")
    assert (tmp_path / "a" / "b").is_dir()
    assert not (tmp_path / "a" / "b" / "file").exists()


def test_folders_that_are_there_stay_as_they_are(tmp_path: Path) -> None:
    kept = put(tmp_path / "a" / "kept")
    clear_way(tmp_path, tmp_path / "a" / "b" / "file")
    assert kept.exists()


def test_a_file_in_the_way_becomes_a_folder(tmp_path: Path) -> None:
    put(tmp_path / "a")
    clear_way(tmp_path, tmp_path / "a" / "b" / "file")
    assert (tmp_path / "a" / "b").is_dir()


@pytest.mark.parametrize("target", ["outside", "nowhere", "a"])
def test_a_link_in_the_way_is_removed_and_what_it_leads_to_is_not(tmp_path: Path, target: str) -> None:
    precious = put(tmp_path / "outside" / "b" / "precious")
    view = tmp_path / "view"
    view.mkdir()
    (view / "a").symlink_to(tmp_path / target if target != "a" else "a")
    clear_way(view, view / "a" / "b" / "file")
    assert not (view / "a").is_symlink()
    assert list((view / "a" / "b").iterdir()) == []
    assert precious.exists()


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "view").symlink_to("real")
    clear_way(tmp_path / "view", tmp_path / "view" / "a" / "file")
    assert (tmp_path / "view").is_symlink()
    assert (tmp_path / "real" / "a").is_dir()


def test_a_link_on_the_way_leads_out_or_not(tmp_path: Path) -> None:
    view = tmp_path / "view"
    put(view / "inner" / "b" / "x")
    put(tmp_path / "outside" / "b" / "x")
    (view / "in").symlink_to("inner")
    (view / "out").symlink_to(tmp_path / "outside")
    (view / "inner" / "up").symlink_to(tmp_path / "outside")
    assert not leads_through_link(view, view / "inner" / "b" / "x")
    assert not leads_through_link(view, view / "in" / "b" / "x")
    assert leads_through_link(view, view / "out" / "b" / "x")
    assert leads_through_link(view, view / "inner" / "up" / "b" / "x")
    assert not leads_through_link(view, view / "out")


def test_a_link_to_a_folder_beside_leads_out(tmp_path: Path) -> None:
    put(tmp_path / "view-2" / "x")
    (tmp_path / "view").mkdir()
    (tmp_path / "view" / "a").symlink_to("../view-2")
    assert leads_through_link(tmp_path / "view", tmp_path / "view" / "a" / "x")


def test_a_link_that_leads_to_itself_leads_nowhere_good_and_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    assert leads_through_link(tmp_path, tmp_path / "loop" / "x")


def test_a_view_that_is_reached_by_a_link_is_no_way_out(tmp_path: Path) -> None:
    put(tmp_path / "real" / "a" / "x")
    (tmp_path / "real" / "b").symlink_to("a")
    (tmp_path / "view").symlink_to("real")
    assert not leads_through_link(tmp_path / "view", tmp_path / "view" / "b" / "x")


def test_every_file_is_walked_in_order(tmp_path: Path) -> None:
    for name in ("b/2", "b/1", "a/x/deep", "a/y", "c", "a.txt", "b.txt", "z/z"):
        put(tmp_path / name)
    (tmp_path / "empty").mkdir()
    found = list(walk_files(tmp_path))
    assert set(found) == {"a.txt", "a/x/deep", "a/y", "b.txt", "b/1", "b/2", "c", "z/z"}
    assert found == sorted(found)


def test_links_are_named_and_not_followed(tmp_path: Path) -> None:
    put(tmp_path / "outside" / "secret")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link").symlink_to("../outside")
    (folder / "broken").symlink_to("nowhere")
    (folder / "loop").symlink_to("loop")
    assert sorted(walk_files(folder)) == ["broken", "link", "loop"]


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert list(walk_files(tmp_path / "nowhere")) == []


def test_a_file_holds_nothing(tmp_path: Path) -> None:
    assert list(walk_files(put(tmp_path / "file"))) == []
    assert list(walk_files(tmp_path / "file" / "below")) == []


def test_empty_parents_go_up_to_the_folder(tmp_path: Path) -> None:
    place = tmp_path / "a" / "b" / "c" / "gone"
    place.parent.mkdir(parents=True)
    remove_empty_parents(tmp_path, place)
    assert tmp_path.exists()
    assert list(tmp_path.iterdir()) == []


def test_parents_that_hold_something_stay(tmp_path: Path) -> None:
    kept = put(tmp_path / "a" / "kept")
    place = tmp_path / "a" / "b" / "c" / "gone"
    place.parent.mkdir(parents=True)
    remove_empty_parents(tmp_path, place)
    assert kept.exists()
    assert not (tmp_path / "a" / "b").exists()


def test_nothing_outside_the_folder_is_removed(tmp_path: Path) -> None:
    (tmp_path / "view").mkdir()
    (tmp_path / "other" / "a").mkdir(parents=True)
    remove_empty_parents(tmp_path / "view", tmp_path / "other" / "a" / "gone")
    assert (tmp_path / "other" / "a").is_dir()


@pytest.mark.parametrize("target", ["elsewhere", "view/b", "nowhere"])
def test_a_link_on_the_way_is_seen_wherever_it_leads(tmp_path: Path, target: str) -> None:
    view = tmp_path / "view"
    put(view / "b" / "x")
    (view / "a").symlink_to(tmp_path / target)
    assert leads_along_link(view, view / "a" / "x")
    assert leads_along_link(view, view / "a" / "c" / "x")
    assert not leads_along_link(view, view / "a"), "the place itself is looked at by who asks"
    assert not leads_along_link(view, view / "b" / "x")


def test_a_view_that_is_a_link_itself_is_no_way_along_one(tmp_path: Path) -> None:
    put(tmp_path / "real" / "a" / "x")
    (tmp_path / "view").symlink_to("real")
    assert not leads_along_link(tmp_path / "view", tmp_path / "view" / "a" / "x")


def test_parents_that_are_gone_do_not_keep_those_above(tmp_path: Path) -> None:
    (tmp_path / "view" / "a").mkdir(parents=True)
    remove_empty_parents(tmp_path / "view", tmp_path / "view" / "a" / "b" / "c" / "x")
    assert list((tmp_path / "view").iterdir()) == []
