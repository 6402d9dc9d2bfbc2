"""Several connections for one file when one is slow, refused, or broken by a bug."""

import threading
from collections.abc import Iterator

import pytest

from resolver.concurrency import Limits
from resolver.domain.errors import ModelsError, TransientError
from resolver.domain.ports import Body, Portion
from resolver.stages.fetch.crew import fill
from tests.unit.domain.values import file
from tests.unit.stages.fetch.fakes import Counts, FakeBody, FakePart, Sleepless
from tests.unit.stages.fetch.test_crew import CONTENT, FILE, Server, exactly, filled, hasten


@pytest.fixture(autouse=True)
def eager(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every file is worth many connections, at once and in small segments."""
    hasten(monkeypatch)
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before, "nobody is left working"


def is_first() -> bool:
    return threading.current_thread() is threading.main_thread()


class Waiting(FakeBody):
    """A body that brings one piece, and the others once an event happened."""

    def __init__(self, portion: Portion, happened: threading.Event) -> None:
        super().__init__([CONTENT[portion.offset : portion.end]], portion.offset, total=len(CONTENT))
        self._happened = happened

    def readinto(self, buffer: memoryview) -> int:
        if self.asked:
            assert self._happened.wait(20), "it never happened"
        return super().readinto(buffer)


@pytest.mark.parametrize("error", [TypeError("a bug"), MemoryError(), RuntimeError("a library's"), OSError("whatever")])
def test_what_nobody_thought_of_in_another_thread_is_told_by_the_first(error: Exception) -> None:
    def fail(_: int, portion: Portion) -> Body | None:
        if not is_first():
            happened.set()
            raise error
        return Waiting(portion, happened)

    happened = threading.Event()
    with pytest.raises(type(error)) as found:
        filled(Server(fail))
    assert found.value is error


def test_where_no_other_thread_can_be_had_one_connection_brings_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if "_join_in" in thread.name:
            refused.append(thread)
            raise RuntimeError("can't start new thread")
        start(thread)

    refused: list[threading.Thread] = []
    monkeypatch.setattr(threading.Thread, "start", refuse)
    server = Server()
    part, counts = filled(server)
    assert part.content == CONTENT
    assert server.asked == [Portion()]
    assert sum(counts.received) == len(CONTENT)
    assert len(refused) == 1, "it is not tried again and again"


def test_half_of_what_a_slow_connection_has_is_taken_over() -> None:
    slow: list[Portion] = []
    taken_over = threading.Event()

    def change(_: int, portion: Portion) -> Body | None:
        if slow and slow[0].offset < portion.offset < (slow[0].end or 0):
            taken_over.set()
        if slow or is_first():
            return None
        slow.append(portion)
        return Waiting(portion, taken_over)

    part, counts = filled(Server(change))
    assert part.content == CONTENT
    assert sum(counts.received) == sum(counts.announced) == len(CONTENT), "nothing came twice"


def test_while_the_server_asks_for_quiet_nobody_asks_again() -> None:
    part, counts, stop = FakePart(CONTENT[:100]), Counts(), Sleepless()
    part.write(1000, memoryview(CONTENT[1000:1500]))
    refused, asked_after = threading.Event(), []

    def change(_: int, portion: Portion) -> Body | None:
        if not is_first():
            refused.set()
            raise TransientError("HTTP 429", retry_after=60)
        if refused.is_set():
            asked_after.append((portion.offset, round(sum(stop.waits))))
        return Waiting(portion, refused) if portion.offset == 100 else None

    server = Server(change)
    fill(part, FILE, server, counts.flow(Limits(1, stop=stop)))
    assert part.content == CONTENT
    assert asked_after[0] == (1500, 60), "what was begun goes on, the next question waits"
    assert len(server.asked) <= 9


def test_who_was_told_to_wait_waits_no_longer_than_others_need_for_all_that_is_left() -> None:
    class Stop(Sleepless):
        def wait(self, timeout: float | None = None) -> bool:
            rests.set()
            over.wait(0.01)
            return super().wait(timeout)

    class Refusing(Waiting):
        def readinto(self, buffer: memoryview) -> int:
            count = super().readinto(buffer)
            if len(self.asked) > 1:
                raise TransientError("come back later", retry_after=10_000)
            return count

    def change(_: int, portion: Portion) -> Body | None:
        if is_first():
            assert not joined.is_set(), "it never has to ask again"
            return Refusing(portion, joined)
        joined.set()
        return Waiting(portion, rests)

    rests, over, joined, stop = threading.Event(), threading.Event(), threading.Event(), Stop()
    one = file("model.bin", CONTENT[:400])
    part = FakePart()
    fill(
        part, one, lambda portion: _of(one.size, change(0, portion)), Counts().flow(Limits(1, stop=stop, connections=2))
    )
    assert part.content == CONTENT[:400]
    assert sum(stop.waits) < 200


def _of(size: int, body: Body | None) -> Body:
    assert isinstance(body, FakeBody)
    body.total = size
    body.pieces = [body.pieces[0][: size - body.offset]]
    return body


def test_any_other_refusal_only_makes_it_slower() -> None:
    def change(_: int, portion: Portion) -> Body | None:
        if not is_first():
            raise ModelsError("HTTP 403")
        return exactly(portion)

    part, _ = filled(Server(change))
    assert part.content == CONTENT
