"""One file into its part: resumed where it broke off, begun anew where it cannot be, never longer than locked."""

import pytest

from resolver.concurrency import Limits
from resolver.domain.errors import InterruptedByUserError, MismatchError, NetworkError, TransientError
from resolver.domain.lock import File
from resolver.domain.ports import Body, Portion
from resolver.stages.fetch.crew import fill
from resolver.stages.fetch.follow import BUFFER
from resolver.stages.fetch.limits import FRUITLESS_ATTEMPTS, MEANINGFUL
from tests.unit.domain.values import file
from tests.unit.stages.fetch.fakes import Counts, FakeBody, FakePart, Sleepless, broken

CONTENT = b"0123456789"
FILE = file("model.bin", CONTENT)


class Opener:
    """Hands out bodies one after the other, and remembers what was asked."""

    def __init__(self, *bodies: Body | Exception) -> None:
        self.bodies = list(bodies)
        self.asked: list[tuple[int, str | None]] = []

    def __call__(self, portion: Portion) -> Body:
        self.asked.append((portion.offset, portion.validator))
        assert len(self.asked) < 300, "it goes on for ever"
        body = self.bodies.pop(0) if len(self.bodies) > 1 else self.bodies[0]
        if isinstance(body, Exception):
            raise body
        return body


def filled(part: FakePart, opener: Opener, one: File = FILE, limits: Limits | None = None) -> Counts:
    counts = Counts()
    fill(part, one, opener, counts.flow(limits or Limits(stop=Sleepless())))
    return counts


def test_a_file_comes_in_pieces() -> None:
    part, body = FakePart(), FakeBody([b"0123", b"456", b"789"])
    counts = filled(part, Opener(body))
    assert part.content == CONTENT
    assert counts.received == counts.announced == [4, 3, 3]
    assert body.closed


def test_a_part_is_resumed_at_its_end() -> None:
    part, opener = FakePart(b"0123"), Opener(FakeBody([b"456789"], 4))
    counts = filled(part, opener)
    assert part.content == CONTENT
    assert opener.asked == [(4, None)]
    assert counts.received == [6]


def test_what_broke_off_is_resumed_with_the_validator_of_the_answer_before() -> None:
    bodies = broken(b"0123", validator='"a"'), broken(b"45", offset=4, validator='"b"'), FakeBody([b"6789"], 6)
    part, opener = FakePart(), Opener(*bodies)
    assert sum(filled(part, opener).received) == 10
    assert part.content == CONTENT
    assert opener.asked == [(0, None), (4, '"a"'), (6, '"b"')]
    assert all(body.closed for body in bodies)


def test_a_source_that_cannot_resume_begins_anew() -> None:
    part, opener = FakePart(b"0123"), Opener(FakeBody([CONTENT], 0))
    counts = filled(part, opener)
    assert part.content == CONTENT
    assert part.restarts == 1
    assert counts.received == [10]
    assert counts.announced == [-4, 10]


def test_a_connection_that_ends_early_is_made_again() -> None:
    part, opener = FakePart(), Opener(FakeBody([b"0123"]), FakeBody([b"456789"], 4))
    filled(part, opener)
    assert part.content == CONTENT
    assert [offset for offset, _ in opener.asked] == [0, 4]


@pytest.mark.parametrize("pieces", [[b"0123456789a"], [b"0123456789", b"a"], [b"01234", b"56789abcdef"]])
def test_more_bytes_than_the_lock_says_are_a_mismatch(pieces: list[bytes]) -> None:
    part, body = FakePart(), FakeBody(pieces)
    with pytest.raises(MismatchError, match="longer than the 10 bytes"):
        filled(part, Opener(body))
    assert part.size <= 10
    assert max(body.asked) == 11
    assert body.closed


@pytest.mark.parametrize("total", [0, 9, 11, 10**12])
def test_a_source_that_tells_another_size_is_not_read(total: int) -> None:
    body = FakeBody([CONTENT], total=total)
    with pytest.raises(MismatchError, match=f"{total} bytes, the lock names 10"):
        filled(FakePart(), Opener(body))
    assert body.asked == []
    assert body.closed


@pytest.mark.parametrize("total", [None, 10])
def test_a_source_that_tells_the_right_size_or_none_is_read(total: int | None) -> None:
    part = FakePart()
    filled(part, Opener(FakeBody([CONTENT], total=total)))
    assert part.content == CONTENT


def test_never_more_than_one_byte_too_many_is_asked_for() -> None:
    body = FakeBody([b"01", b"2345", b"6789"])
    filled(FakePart(), Opener(body))
    assert body.asked == [11, 9, 5, 1]


def test_pieces_are_of_bounded_size() -> None:
    large = file("large", bytes(BUFFER * 2 + 5))
    body = FakeBody([bytes(BUFFER * 2 + 5)])
    filled(FakePart(), Opener(body), large)
    assert body.asked == [BUFFER, BUFFER, 6, 1]


def test_an_empty_file_is_asked_for_and_stays_empty() -> None:
    part = FakePart()
    filled(part, Opener(FakeBody([])), file("empty", b""))
    assert part.content == b""
    with pytest.raises(MismatchError):
        filled(part, Opener(FakeBody([b"x"])), file("empty", b""))


def test_a_connection_that_breaks_after_the_last_byte_costs_nothing() -> None:
    part, opener = FakePart(), Opener(broken(CONTENT), NetworkError("HTTP 416: there is nothing from 10 on"))
    filled(part, opener)
    assert part.content == CONTENT


def test_a_failure_for_good_passes_at_once() -> None:
    opener = Opener(NetworkError("HTTP 404"))
    with pytest.raises(NetworkError, match="404"):
        filled(FakePart(), opener)
    assert len(opener.asked) == 1


def test_without_progress_it_is_given_up_after_some_tries() -> None:
    opener, stop = Opener(TransientError("busy")), Sleepless()
    with pytest.raises(TransientError, match="busy"):
        filled(FakePart(), opener, limits=Limits(stop=stop))
    assert len(opener.asked) == FRUITLESS_ATTEMPTS == 6
    assert len(stop.waits) == 5


SIZE = MEANINGFUL * 20
LARGE = file("large", bytes(SIZE))


class Dripping(Opener):
    """Each connection gives so many bytes and breaks."""

    def __init__(self, *counts: int, resumes: bool = True) -> None:
        super().__init__()
        self.counts = counts
        self.resumes = resumes

    def __call__(self, portion: Portion) -> Body:
        assert len(self.asked) < 300, "it goes on for ever"
        count = self.counts[len(self.asked) % len(self.counts)]
        self.asked.append((portion.offset, portion.validator))
        start = portion.offset if self.resumes else 0
        piece = bytes(min(count, SIZE - start))
        return broken(piece, offset=start) if start + len(piece) < SIZE else FakeBody([piece], start)


def test_with_progress_it_goes_on_however_often_it_breaks() -> None:
    part, opener = FakePart(), Dripping(MEANINGFUL)
    filled(part, opener, LARGE)
    assert part.size == SIZE
    assert len(opener.asked) == 20


def test_a_drip_is_no_progress() -> None:
    opener = Dripping(MEANINGFUL // 8)
    with pytest.raises(TransientError):
        filled(FakePart(), opener, LARGE)
    assert len(opener.asked) == 6


def test_a_source_that_begins_anew_and_breaks_each_time_is_given_up() -> None:
    opener = Dripping(MEANINGFUL * 3, MEANINGFUL, resumes=False)
    with pytest.raises(TransientError):
        filled(FakePart(), opener, LARGE)
    assert len(opener.asked) < 20


def test_stopping_ends_it_before_the_next_piece_and_keeps_what_came() -> None:
    stop = Sleepless()
    part = FakePart()

    class Stopping(FakeBody):
        def readinto(self, buffer: memoryview) -> int:
            stop.set()
            return super().readinto(buffer)

    with pytest.raises(InterruptedByUserError):
        filled(part, Opener(Stopping([b"01", b"23"])), limits=Limits(stop=stop))
    assert part.content == b"01"


def test_stopping_ends_the_tries() -> None:
    stop = Sleepless()
    stop.set()
    opener = Opener(TransientError("busy"))
    with pytest.raises(TransientError):
        filled(FakePart(), opener, limits=Limits(stop=stop))
    assert len(opener.asked) == 1


def test_the_source_says_how_long_to_wait() -> None:
    stop = Sleepless()
    opener = Opener(
        TransientError("busy", retry_after=7), TransientError("busy", retry_after=9_999), FakeBody([CONTENT])
    )
    filled(FakePart(), opener, limits=Limits(stop=stop, patience=100.0))
    assert stop.waits == [7, 100]
