"""What lies at the places of a view: by the record where it can be trusted, else by reading every byte."""

import os
from pathlib import Path
from typing import BinaryIO

import pytest

from resolver.domain.errors import InterruptedByUserError
from resolver.domain.plan import Observation, State, Survey, Trace
from resolver.domain.view import Placement, Reference, View
from resolver.files import paths
from resolver.stages import survey as module
from resolver.stages.survey import Reading, glance, read_everything
from tests.unit.domain.values import KEY, file, placement, sha, view

CONTENT = b"weights"
ONE = placement("hub/one.bin", file("one.bin", CONTENT))
VIEW = view(ONE)


def put(path: Path, content: bytes = CONTENT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def trace_of(path: Path, content: bytes = CONTENT) -> Trace:
    found = path.stat()
    return Trace(found.st_size, found.st_mtime_ns, found.st_ino, sha(content))


def edit_silently(path: Path, content: bytes = b"WEIGHTS") -> None:
    before = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def at(root: Path, traces: dict[str, Trace] | None = None, seen: View = VIEW) -> Observation:
    """What a glance sees of the first place; reading everything must see the same unless a record is believed."""
    found = glance(seen, root, traces or {})
    if not traces:
        assert read_everything(seen, root, Reading(2)) == found
    return next(iter(found.files.values()))


def test_a_right_file_is_present_with_its_trace(tmp_path: Path) -> None:
    path = put(tmp_path / "hub" / "one.bin")
    assert at(tmp_path) == Observation(State.PRESENT, trace_of(path))


def test_a_missing_file_is_missing(tmp_path: Path) -> None:
    assert at(tmp_path) == Observation(State.MISSING)
    assert at(tmp_path / "nowhere") == Observation(State.MISSING)


@pytest.mark.parametrize(
    ("content", "found"),
    [(b"WEIGHTS", sha(b"WEIGHTS")), (b"weight", "6 bytes"), (b"weights!", "8 bytes"), (b"", "0 bytes")],
)
def test_a_wrong_file_is_damaged_and_what_was_found_is_said(tmp_path: Path, content: bytes, found: str) -> None:
    put(tmp_path / "hub" / "one.bin", content)
    assert at(tmp_path) == Observation(State.DAMAGED, found=found)


def test_a_file_that_is_as_recorded_is_not_read(tmp_path: Path) -> None:
    path = put(tmp_path / "hub" / "one.bin")
    trace = trace_of(path)
    edit_silently(path)
    assert at(tmp_path, {ONE.path: trace}) == Observation(State.PRESENT, trace)


@pytest.mark.parametrize("field", ["size", "mtime", "inode", "sha256", "path"])
def test_a_file_that_differs_from_its_record_is_read(tmp_path: Path, field: str) -> None:
    path = put(tmp_path / "hub" / "one.bin")
    right = trace_of(path)
    edit_silently(path)
    wrong = {
        "size": Trace(right.size + 1, right.mtime, right.inode, right.sha256),
        "mtime": Trace(right.size, right.mtime + 1, right.inode, right.sha256),
        "inode": Trace(right.size, right.mtime, right.inode + 1, right.sha256),
        "sha256": Trace(right.size, right.mtime, right.inode, sha(b"another pin")),
        "path": right,
    }[field]
    traces = {"elsewhere" if field == "path" else ONE.path: wrong}
    assert at(tmp_path, traces).state is State.DAMAGED


def test_the_record_of_another_pin_does_not_vouch_for_this_one(tmp_path: Path) -> None:
    path = put(tmp_path / "hub" / "one.bin", b"WEIGHTS")
    assert at(tmp_path, {ONE.path: trace_of(path, b"WEIGHTS")}).state is State.DAMAGED


def test_reading_everything_believes_no_record(tmp_path: Path) -> None:
    path = put(tmp_path / "hub" / "one.bin")
    trace = trace_of(path)
    edit_silently(path)
    assert glance(VIEW, tmp_path, {ONE.path: trace}).files[ONE.path].state is State.PRESENT
    assert read_everything(VIEW, tmp_path, Reading(1)).files[ONE.path].state is State.DAMAGED


def test_a_link_inside_the_view_is_followed(tmp_path: Path) -> None:
    put(tmp_path / "blobs" / "x")
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub" / "one.bin").symlink_to("../blobs/x")
    assert at(tmp_path).state is State.PRESENT


def test_a_link_that_leads_out_is_damage_even_to_the_right_bytes(tmp_path: Path) -> None:
    put(tmp_path / "outside" / "one.bin")
    root = tmp_path / "view"
    (root / "hub").mkdir(parents=True)
    (root / "hub" / "one.bin").symlink_to(tmp_path / "outside" / "one.bin")
    assert at(root) == Observation(State.DAMAGED, found="a link that leads out of the view")


def test_a_folder_that_leads_out_is_damage_too(tmp_path: Path) -> None:
    put(tmp_path / "outside" / "one.bin")
    root = tmp_path / "view"
    root.mkdir()
    (root / "hub").symlink_to(tmp_path / "outside")
    assert at(root) == Observation(State.DAMAGED, found="a link that leads out of the view")


def test_a_view_that_is_reached_by_a_link_is_the_view(tmp_path: Path) -> None:
    put(tmp_path / "real" / "hub" / "one.bin")
    (tmp_path / "view").symlink_to("real")
    assert at(tmp_path / "view").state is State.PRESENT


@pytest.mark.parametrize("target", ["nowhere", "/nowhere", "one.bin"])
def test_a_link_that_leads_nowhere_or_to_itself_is_damage(tmp_path: Path, target: str) -> None:
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub" / "one.bin").symlink_to(target)
    found = at(tmp_path)
    assert found.state is State.DAMAGED
    assert "link" in str(found.found)


def test_a_folder_that_leads_to_itself_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / "hub").symlink_to("hub")
    assert at(tmp_path).state is not State.PRESENT


def test_a_folder_in_place_of_a_file_is_damage(tmp_path: Path) -> None:
    (tmp_path / "hub" / "one.bin").mkdir(parents=True)
    assert at(tmp_path) == Observation(State.DAMAGED, found="no regular file")


def test_a_file_in_place_of_a_folder_hides_what_is_below(tmp_path: Path) -> None:
    put(tmp_path / "hub")
    assert at(tmp_path).state is State.MISSING


def test_a_file_that_cannot_be_read_is_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> str:
        raise OSError(5, "Input/output error")

    put(tmp_path / "hub" / "one.bin")
    monkeypatch.setattr(module, "digest_of_stream", fail)
    assert at(tmp_path) == Observation(State.DAMAGED, found="Input/output error")


def test_many_files_come_back_in_the_order_of_the_view(tmp_path: Path) -> None:
    places = [placement(f"hub/{n}.bin", file(f"{n}.bin", b"x" * n)) for n in (3, 1, 9, 2, 5)]
    for one in places[1:]:
        put(tmp_path / one.path, b"x" * one.file.size)
    told: list[int] = []
    seen = view(*places)
    found = read_everything(seen, tmp_path, Reading(3, told.append))
    assert list(found.files) == [one.path for one in places]
    assert [one.state for one in found.files.values()] == [State.MISSING, *[State.PRESENT] * 4]
    assert sorted(told) == [1, 2, 5, 9]
    assert found == glance(seen, tmp_path, {})
    assert read_everything(view(), tmp_path, Reading(0)) == Survey({}, {})


def test_the_largest_files_are_read_first_and_each_once(tmp_path: Path) -> None:
    places = [placement(f"hub/{n}.bin", file(f"{n}.bin", b"x" * n)) for n in (3, 9, 1, 5)]
    for one in places:
        put(tmp_path / one.path, b"x" * one.file.size)
    told: list[int] = []
    read_everything(view(*places), tmp_path, Reading(1, told.append))
    assert told == [9, 5, 3, 1]


def test_what_a_right_file_carries_is_asked_of_the_file_that_was_hashed(tmp_path: Path) -> None:
    right, wrong = placement("hub/right.bin"), placement("hub/wrong.bin")
    put(tmp_path / right.path)
    put(tmp_path / wrong.path, b"WEIGHTS")
    asked: list[tuple[Placement, bytes]] = []

    def inspect(one: Placement, stream: BinaryIO) -> frozenset[str]:
        stream.seek(0)
        asked.append((one, stream.read()))
        return frozenset({"pickle"})

    found = read_everything(view(right, wrong), tmp_path, Reading(2, inspect=inspect)).files
    assert asked == [(right, CONTENT)]
    assert {path: one.undeclared for path, one in found.items()} == {right.path: {"pickle"}, wrong.path: frozenset()}


def test_a_file_that_fails_while_it_is_inspected_is_damaged(tmp_path: Path) -> None:
    def inspect(*_: object) -> frozenset[str]:
        raise OSError(5, "Input/output error")

    put(tmp_path / ONE.path)
    found = read_everything(VIEW, tmp_path, Reading(1, inspect=inspect)).files[ONE.path]
    assert found == Observation(State.DAMAGED, found="Input/output error")


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_who_is_told_may_end_the_reading(tmp_path: Path, workers: int) -> None:
    places = [placement(f"hub/{n}.bin") for n in range(20)]
    for one in places:
        put(tmp_path / one.path)
    told: list[int] = []

    def interrupt(count: int) -> None:
        told.append(count)
        raise InterruptedByUserError("interrupted")

    with pytest.raises(InterruptedByUserError):
        read_everything(view(*places), tmp_path, Reading(workers, interrupt))
    assert len(told) <= workers


def test_a_folder_is_asked_once_whether_it_leads_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = [placement(f"a/b/{n}.bin") for n in range(50)]
    for one in places:
        put(tmp_path / one.path)
    asked: list[Path] = []

    def leads_out(folder: Path, place: Path) -> bool:
        asked.append(place.relative_to(folder))
        return False

    monkeypatch.setattr(paths, "leads_out", leads_out)
    glance(view(*places), tmp_path, {})
    assert [one.as_posix() for one in asked] == ["a", "a/b"]


def reference(root: Path) -> str | None:
    seen = view(references=[Reference("refs/main", "c" * 40, KEY, ("asr",))])
    return glance(seen, root, {}).references["refs/main"]


def test_a_reference_is_read_as_it_is(tmp_path: Path) -> None:
    assert reference(tmp_path) is None
    put(tmp_path / "refs" / "main", b"c" * 40)
    assert reference(tmp_path) == "c" * 40
    put(tmp_path / "refs" / "main", b"c" * 40 + b"\n")
    assert reference(tmp_path) == "c" * 40 + "\n"
    put(tmp_path / "refs" / "main", b"\xff")
    assert reference(tmp_path) == "\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize("target", ["outside", "main", "nowhere"])
def test_a_reference_that_is_a_link_is_never_right(tmp_path: Path, target: str) -> None:
    put(tmp_path / "refs" / "outside", b"c" * 40)
    (tmp_path / "refs" / "main").symlink_to(target)
    assert reference(tmp_path) != "c" * 40


def test_a_reference_that_is_a_folder_is_never_right(tmp_path: Path) -> None:
    (tmp_path / "refs" / "main").mkdir(parents=True)
    assert reference(tmp_path) != "c" * 40
