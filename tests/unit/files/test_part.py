"""A part written out of order: what its journal says is there, and nothing else, whatever moment it was left at."""

import errno
import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.domain.errors import DiskError
from resolver.files import part as part_module
from resolver.files.part import NOTED_AFTER, WRITE_BACK_EVERY, Part, journal_of, there

CONTENT = bytes(range(256)) * 4096
SIZE = len(CONTENT)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.part"


def put(part: Part, start: int, end: int) -> bool:
    return part.write(start, CONTENT[start:end])


def left_by_a_kill(path: Path) -> Part:
    """Another process finds what lies there now, without anything that the first one held in memory."""
    return Part(path)


def test_in_order_there_is_no_journal_and_the_size_says_what_is_there(path: Path) -> None:
    part = Part(path)
    assert put(part, 0, 1000)
    assert put(part, 1000, 3000)
    assert not journal_of(path).exists()
    assert there(path).all == ((0, 3000),)
    assert left_by_a_kill(path).gaps(SIZE) == ((3000, SIZE),)


def test_behind_a_gap_only_what_is_noted_counts_and_a_kill_costs_little(path: Path) -> None:
    part = Part(path)
    put(part, 0, 1000)
    assert not put(part, 500_000, 500_000 + NOTED_AFTER)
    assert not put(part, 800_000, 800_100)
    found = left_by_a_kill(path)
    assert found.gaps(SIZE) == ((1000, 500_000), (500_000 + NOTED_AFTER, SIZE)), "100 bytes were not noted"
    assert path.stat().st_size == 800_100


def test_a_part_that_was_closed_has_noted_everything(path: Path) -> None:
    part = Part(path)
    put(part, 10, 20)
    put(part, 40, 50)
    part.close()
    assert there(path).all == ((10, 20), (40, 50))


def test_the_journal_denies_nothing_that_came_in_order_before_it(path: Path) -> None:
    part = Part(path)
    put(part, 0, 1000)
    put(part, 5000, 5001)
    assert there(path).prefix == 1000


def test_a_journal_is_begun_before_the_first_byte_behind_a_gap(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    part = Part(path)
    put(part, 0, 1000)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):  # noqa: PT012 - the moment of the kill
        patch.setattr(part_module, "_write_at", killed)
        put(part, 5000, 6000)
    assert journal_of(path).read_bytes() == b"0-3e8\n"


@pytest.mark.parametrize("torn", [b"0-3e8\n1f4", b"0-3e8\n1f40-", b"0-3e8\n1f40-2000", b"0-3e8\nrubbish\n"])
def test_a_torn_line_of_the_journal_counts_for_nothing(path: Path, torn: bytes) -> None:
    path.write_bytes(CONTENT)
    journal_of(path).write_bytes(torn)
    assert there(path).all == ((0, 1000),)


def test_a_journal_that_knows_more_than_the_file_has_is_not_believed(path: Path) -> None:
    path.write_bytes(CONTENT[:100])
    journal_of(path).write_bytes(b"0-10\n40-1000\n2000-3000\n")
    assert there(path).all == ((0, 16), (64, 100))


def test_a_part_that_is_not_there_has_nothing(path: Path) -> None:
    assert there(path).size == 0


def test_a_journal_that_is_a_link_is_never_read_or_written_through(path: Path) -> None:
    precious = path.with_name("precious")
    precious.write_bytes(b"0-10\n")
    path.write_bytes(CONTENT)
    journal_of(path).symlink_to(precious)
    part = Part(path)
    part.write(SIZE + 1, b"behind a gap")
    part.close()
    assert precious.read_bytes() == b"0-10\n"
    assert not journal_of(path).is_symlink()


@pytest.mark.parametrize("begun", [b"", b"0", b"0-3e8"])
def test_a_journal_that_was_just_begun_denies_nothing(path: Path, begun: bytes) -> None:
    path.write_bytes(CONTENT)
    journal_of(path).write_bytes(begun)
    assert there(path).all == ((0, SIZE),)
    part = Part(path)
    assert part.size == SIZE
    assert not journal_of(path).exists()


def test_a_journal_without_its_part_is_not_taken_for_that_of_the_next_one(path: Path) -> None:
    journal_of(path).write_bytes(b"0-%x\n" % SIZE)
    part = Part(path)
    put(part, 0, 100)
    put(part, 50_000, 60_000)
    assert there(path).prefix == 100
    part.close()
    assert left_by_a_kill(path).gaps(SIZE) == ((100, 50_000), (60_000, SIZE))


def test_the_journal_is_gone_before_the_part_has_its_final_name(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(one: Path, _: Path) -> None:
        assert not journal_of(one).exists()
        raise KeyboardInterrupt

    part = Part(path)
    put(part, 10, SIZE)
    put(part, 0, 10)
    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        part.publish(path.with_name("blob"))
    assert there(path).all == ((0, SIZE),)


def test_a_disk_that_is_full_when_the_journal_begins_loses_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "full")

    part = Part(path)
    put(part, 0, 1000)
    handles = len(list(Path("/dev/fd").iterdir()))
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(DiskError):
            put(part, 5000, 6000)
    assert len(list(Path("/dev/fd").iterdir())) == handles
    part.close()
    assert there(path).all == ((0, 1000),)


def test_begun_anew_nothing_of_it_is_left(path: Path) -> None:
    part = Part(path)
    put(part, 0, 100)
    part.hash_on(0, CONTENT[:100])
    put(part, 500, 600)
    part.restart()
    assert (part.size, part.sha256) == (0, hashlib.sha256().hexdigest())
    assert not journal_of(path).exists()
    assert put(part, 0, SIZE)
    assert part.sha256 == hashlib.sha256(CONTENT).hexdigest()


def test_published_it_leaves_no_journal(path: Path) -> None:
    part = Part(path)
    put(part, SIZE - 10, SIZE)
    put(part, 0, SIZE - 10)
    place = path.with_name("blob")
    part.publish(place)
    part.close()
    assert place.read_bytes() == CONTENT
    assert sorted(one.name for one in path.parent.iterdir()) == ["blob"]


def test_what_was_just_written_is_not_read_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = Part(path)
    monkeypatch.setattr(part_module, "_read_at", None)
    for start in range(0, SIZE, 4096):
        put(part, start, start + 4096)
        part.hash_on(start, CONTENT[start : start + 4096])
    assert part.sha256 == hashlib.sha256(CONTENT).hexdigest()


def test_a_part_that_is_longer_than_its_file_says_so(path: Path) -> None:
    part = Part(path)
    put(part, 0, 11)
    assert part.longer_than(10)
    assert not part.longer_than(11)


def test_the_disk_begins_to_write_before_the_end(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[tuple[int, int]] = []
    monkeypatch.setattr(part_module, "_begin_write_back", lambda _, start, count: begun.append((start, count)))
    part = Part(path)
    half = bytes(WRITE_BACK_EVERY // 2 + 1)
    for number in range(5):
        part.write(number * len(half), half)
    assert begun == [(0, WRITE_BACK_EVERY), (WRITE_BACK_EVERY, WRITE_BACK_EVERY)]


def test_without_the_calls_of_posix_everything_is_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "pwrite")
    monkeypatch.delattr(os, "preadv")
    part = Part(path)
    put(part, 500, SIZE)
    put(part, 0, 500)
    assert part.sha256 == hashlib.sha256(CONTENT).hexdigest()


@given(st.lists(st.integers(0, 63), unique=True, min_size=1, max_size=64), st.data())
def test_in_whatever_order_pieces_come_and_processes_end_the_digest_is_that_of_the_beginning(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("part") / "x.part"
    step = SIZE // 64
    part = Part(path)
    for number in order:
        start = number * step
        if put(part, start, start + step) and data.draw(st.booleans()):
            part.hash_on(start, CONTENT[start : start + step])
        if data.draw(st.integers(0, 9)) == 0:
            part.close()
            part = Part(path)
    prefix = next(number for number in range(65) if number not in set(order)) * step
    assert part.sha256 == hashlib.sha256(CONTENT[:prefix]).hexdigest()
    assert part.size == len(order) * step
    part.close()
