"""A second name for bytes: by the best way that works, in one rename, with nothing left behind."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from resolver.files import links
from resolver.files.links import LEFTOVERS, LINK_MODES, place_link
from tests.unit.files.calls import noting


@pytest.fixture
def blob(tmp_path: Path) -> Path:
    path = tmp_path / "blob"
    path.write_bytes(b"weights")
    path.chmod(0o444)
    return path


def refuse(number: int) -> None:
    raise OSError(number, os.strerror(number))


def test_a_hard_link_shares_the_bytes(tmp_path: Path, blob: Path) -> None:
    assert place_link(blob, tmp_path / "place", ("hardlink",)) == "hardlink"
    assert (tmp_path / "place").samefile(blob)


def test_a_copy_shares_nothing_and_can_be_written(tmp_path: Path, blob: Path) -> None:
    assert place_link(blob, tmp_path / "place", ("copy",)) == "copy"
    assert (tmp_path / "place").read_bytes() == b"weights"
    assert not (tmp_path / "place").samefile(blob)
    assert (tmp_path / "place").stat().st_mode & 0o200


def test_a_reflink_is_another_file_with_the_same_bytes(
    tmp_path: Path, blob: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "_reflink", lambda source, target: target.write_bytes(source.read_bytes()))
    assert place_link(blob, tmp_path / "place", LINK_MODES) == "reflink"
    assert (tmp_path / "place").read_bytes() == b"weights"


@pytest.mark.parametrize("number", [errno.EOPNOTSUPP, errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EACCES])
def test_what_does_not_work_is_passed_over_down_to_a_copy(
    tmp_path: Path, blob: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(os, "link", lambda *_: refuse(number))
    monkeypatch.setattr(links, "_reflink", lambda *_: refuse(number))
    assert place_link(blob, tmp_path / "place", LINK_MODES) == "copy"
    assert (tmp_path / "place").read_bytes() == b"weights"


def test_a_reflink_that_fails_half_way_leaves_room_for_the_next_way(
    tmp_path: Path, blob: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(_: Path, target: Path) -> None:
        target.write_bytes(b"wei")
        refuse(errno.EOPNOTSUPP)

    monkeypatch.setattr(links, "_reflink", half)
    assert place_link(blob, tmp_path / "place", LINK_MODES) == "hardlink"
    assert (tmp_path / "place").read_bytes() == b"weights"


def test_the_ways_are_tried_in_the_order_given(tmp_path: Path, blob: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def failing(name: str) -> Callable[..., None]:
        def attempt(*_: object) -> None:
            tried.append(name)
            refuse(errno.EXDEV)

        return attempt

    monkeypatch.setattr(os, "link", failing("hardlink"))
    monkeypatch.setattr(links, "_reflink", failing("reflink"))
    place_link(blob, tmp_path / "place", ("hardlink", "reflink"))
    assert tried == ["hardlink", "reflink"]
    assert LINK_MODES == ("reflink", "hardlink", "copy")


@pytest.mark.parametrize("mode", ["hardlink", "copy"])
def test_what_lies_there_is_replaced_and_not_written_through(tmp_path: Path, blob: Path, mode: str) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(b"mine")
    (tmp_path / "place").symlink_to(precious)
    place_link(blob, tmp_path / "place", (mode,))
    assert not (tmp_path / "place").is_symlink()
    assert (tmp_path / "place").read_bytes() == b"weights"
    assert precious.read_bytes() == b"mine"


@pytest.mark.parametrize("mode", ["hardlink", "copy"])
def test_nothing_is_left_beside(tmp_path: Path, blob: Path, mode: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    place_link(blob, folder / "place", (mode,))
    place_link(blob, folder / "place", (mode,))
    assert [path.name for path in folder.iterdir()] == ["place"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "place").write_bytes(b"old")
    with pytest.raises(OSError, match="nowhere"):
        place_link(tmp_path / "nowhere", folder / "place", LINK_MODES)
    assert [path.name for path in folder.iterdir()] == ["place"]
    assert (folder / "place").read_bytes() == b"old"


def test_leftovers_are_recognized_by_their_name(tmp_path: Path, blob: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Path] = []

    def reflink(_: Path, target: Path) -> None:
        seen.append(target)
        target.write_bytes(b"")

    monkeypatch.setattr(links, "_reflink", reflink)
    place_link(blob, tmp_path / "place", ("reflink",))
    seen[0].write_bytes(b"killed here")
    assert list(tmp_path.glob(LEFTOVERS)) == seen


def test_a_link_to_a_free_place_needs_no_other_name(
    tmp_path: Path, blob: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[Path] = []
    link = os.link

    def noted(source: Path, target: Path) -> None:
        names.append(target)
        link(source, target)

    monkeypatch.setattr(os, "link", noted)
    place_link(blob, tmp_path / "place", ("hardlink",))
    assert names == [tmp_path / "place"]
    place_link(blob, tmp_path / "place", ("hardlink",))
    assert names[:2] == [tmp_path / "place"] * 2
    assert names[2].match(LEFTOVERS)


def test_a_copy_is_durable_before_it_has_its_name(tmp_path: Path, blob: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    for name in ("fsync", "replace"):
        monkeypatch.setattr(os, name, noting(calls, name, getattr(os, name)))
    place_link(blob, tmp_path / "place", ("copy",))
    assert calls == ["fsync", "replace"]


@pytest.mark.parametrize("copied", [0, 3])
def test_what_the_system_does_not_copy_is_copied_by_hand(
    tmp_path: Path, blob: Path, monkeypatch: pytest.MonkeyPatch, copied: int
) -> None:
    system = os.copy_file_range
    left = [copied]

    def limited(source: int, target: int, _: int) -> int:
        count = left.pop() if left else 0
        return system(source, target, count) if count else refuse_number(errno.EXDEV)

    monkeypatch.setattr(os, "copy_file_range", limited)
    place_link(blob, tmp_path / "place", ("copy",))
    assert (tmp_path / "place").read_bytes() == b"weights"


def refuse_number(number: int) -> int:
    raise OSError(number, os.strerror(number))


def test_a_system_that_copies_nothing_and_says_nothing_is_noticed(
    tmp_path: Path, blob: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "copy_file_range", lambda *_: 0)
    place_link(blob, tmp_path / "place", ("copy",))
    assert (tmp_path / "place").read_bytes() == b"weights"


@pytest.mark.parametrize("mode", ["hardlink", "copy"])
def test_another_process_that_sweeps_the_folder_does_no_harm(
    tmp_path: Path, blob: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    replace = Path.replace
    swept: list[Path] = []

    def late(self: Path, target: Path) -> Path:
        if not swept:
            swept.append(self)
            self.unlink()
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", late)
    assert place_link(blob, tmp_path / "place", (mode,)) == mode
    assert (tmp_path / "place").read_bytes() == b"weights"


def test_a_link_planted_as_a_blob_is_not_copied(tmp_path: Path, blob: Path) -> None:
    (tmp_path / "planted").symlink_to(blob)
    with pytest.raises(OSError, match="symbolic"):
        place_link(tmp_path / "planted", tmp_path / "place", ("copy",))
    assert not (tmp_path / "place").exists()
