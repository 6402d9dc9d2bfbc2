"""Adopting: every origin in its turn, and who watches sees what is read."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, field

import pytest

from resolver.domain.errors import DiskError
from resolver.domain.lock import File
from resolver.domain.plan import Adoption, Download, Taking
from resolver.stages.adopt import Ways, adopt
from tests.unit.domain.values import KEY, file

ONE, TWO = file("one.bin", b"1"), file("two.bin", b"22")
RIGHT, WRONG = Taking("hardlink"), Taking(because="it has other bytes")


@dataclass
class Blobs:
    """A store that knows what becomes of each origin."""

    takings: dict[str, Taking | DiskError]
    asked: list[str] = field(default_factory=list)
    modes: Sequence[str] = ()

    def adopt(self, file: File, origin: str, modes: Sequence[str], told: Callable[[int], None]) -> Taking:
        self.asked.append(origin)
        self.modes = modes
        taking = self.takings[origin]
        if isinstance(taking, DiskError):
            raise taking
        if taking.how != "stored":
            told(file.size)
        return taking


@dataclass
class Counts:
    """A reporter that adds up."""

    totals: dict[str, int] = field(default_factory=dict)

    def begin(self, name: str, total: int, work: str = "fetch") -> None:
        raise AssertionError(f"the workflow begins: {name}, {total}, {work}")

    def advance(self, name: str, count: int) -> None:
        self.totals[name] = self.totals.get(name, 0) + count

    def end(self, name: str, outcome: str) -> None:
        raise AssertionError(f"the workflow ends: {name}, {outcome}")

    def note(self, text: str) -> None:
        raise AssertionError(text)


def adoption(one: File, *origins: str, models: tuple[str, ...] = ("asr",)) -> Adoption:
    return Adoption(KEY, one, models, origins)


ALONE = Ways(("hardlink",), readers=1)


def test_the_first_origin_that_has_the_bytes_is_taken() -> None:
    blobs, counts = Blobs({"a": WRONG, "b": RIGHT, "c": RIGHT}), Counts()
    (found,) = adopt([adoption(TWO, "a", "b", "c")], blobs, ALONE, counts)
    assert found.taking == RIGHT
    assert blobs.asked == ["a", "b"]
    assert blobs.modes == ("hardlink",)
    assert counts.totals == {"asr": TWO.size}


def test_where_no_origin_has_them_the_last_reason_is_told_and_nothing_counts() -> None:
    blobs, counts = Blobs({"a": WRONG, "b": DiskError("the store is read-only")}), Counts()
    (found,) = adopt([adoption(TWO, "a", "b")], blobs, ALONE, counts)
    assert found.taking == Taking(because="the store is read-only")
    assert found.adoption.download == Download(KEY, TWO, ("asr",))
    assert counts.totals == {"asr": 0}


def test_what_another_process_stored_meanwhile_counts_though_nobody_read_it() -> None:
    counts = Counts()
    (found,) = adopt([adoption(TWO, "a")], Blobs({"a": Taking("stored")}), ALONE, counts)
    assert found.taking.how == "stored"
    assert counts.totals == {"asr": TWO.size}


def test_the_largest_file_is_begun_first() -> None:
    blobs = Blobs({"a": RIGHT, "b": RIGHT})
    adopt([adoption(ONE, "a"), adoption(TWO, "b")], blobs, ALONE, Counts())
    assert blobs.asked == ["b", "a"]


def test_one_that_fails_does_not_stop_the_others() -> None:
    blobs = Blobs({"a": RIGHT, "b": DiskError("no")})
    found = adopt([adoption(ONE, "a"), adoption(TWO, "b")], blobs, ALONE, Counts())
    assert {one.adoption.file: one.taking.how for one in found} == {ONE: "hardlink", TWO: None}


def test_reading_ends_when_somebody_interrupts() -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(CancelledError):
        adopt([adoption(ONE, "a")], Blobs({"a": RIGHT}), Ways(("hardlink",), 1, stop), Counts())


def test_several_files_are_read_at_a_time() -> None:
    meeting = threading.Barrier(2, timeout=10)

    class Waiting(Blobs):
        def adopt(self, file: File, origin: str, modes: Sequence[str], told: Callable[[int], None]) -> Taking:
            meeting.wait()
            return super().adopt(file, origin, modes, told)

    found = adopt([adoption(ONE, "a"), adoption(TWO, "b")], Waiting({"a": RIGHT, "b": RIGHT}), Ways((), 2), Counts())
    assert [one.taking.how for one in found] == ["hardlink", "hardlink"]
