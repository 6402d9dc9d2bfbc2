"""Several connections for one file: what they bring together is right, whatever the server does to each."""

import hashlib
import random
import threading
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.concurrency import Limits
from resolver.domain.errors import DiskError, MismatchError, ModelsError, TransientError
from resolver.domain.lock import File
from resolver.domain.ports import Body, Portion
from resolver.stages.fetch import board, crew, follow, growth, limits
from resolver.stages.fetch.crew import fill
from tests.unit.domain.values import file
from tests.unit.stages.fetch.fakes import Counts, FakeBody, FakePart, Sleepless, broken

CONTENT = random.Random(1).randbytes(3000)  # noqa: S311 - repeatable, not secret
FILE = file("model.bin", CONTENT)
OTHER = bytes(byte ^ 1 for byte in CONTENT)


@pytest.fixture(autouse=True)
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is worth many connections, at once and in small segments."""
    hasten(monkeypatch)


def hasten(patch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "LOOK_SECONDS": 0,
        "PROOF_SECONDS": 0,
        "WORTH_SECONDS": 0,
        "WORTH_BYTES": 0,
        "FAST": 1e18,
        "GROWN": 0,
    }.items():
        patch.setattr(growth, name, value)
    for name, value in {"SEGMENT": 200, "LEAST_SEGMENT": 50}.items():
        patch.setattr(crew, name, value)
    patch.setattr(board, "LEAST_SHARE", 20)
    patch.setattr(limits, "MEANINGFUL", 1)
    patch.setattr(follow, "WITHOUT_THREAD", 0)
    patch.setattr(follow, "BUFFER", 16)


class Server:
    """Serves portions; `change` may put something else in place of an answer."""

    def __init__(self, change: Callable[[int, Portion], Body | None] = lambda _number, _portion: None) -> None:
        self.asked: list[Portion] = []
        self.change = change
        self.everybody = threading.Event()
        self._lock = threading.Lock()

    def __call__(self, portion: Portion) -> Body:
        with self._lock:
            number = len(self.asked)
            self.asked.append(portion)
        assert number < 3000, "it goes on for ever"
        return self.change(number, portion) or exactly(portion)


def exactly(portion: Portion, content: bytes = CONTENT) -> FakeBody:
    return FakeBody([content[portion.offset : portion.end]], portion.offset, '"tag"', total=len(content))


def filled(server: Server, part: FakePart | None = None, connections: int = 8) -> tuple[FakePart, Counts]:
    part, counts = part or FakePart(), Counts()
    fill(part, FILE, server, counts.flow(Limits(1, stop=Sleepless(), connections=connections)))
    return part, counts


def test_segments_make_the_file_and_the_digest_follows() -> None:
    server = Server()
    part, counts = filled(server)
    assert part.content == CONTENT
    assert part.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert sum(counts.received) == sum(counts.announced) == len(CONTENT)
    assert server.asked[0] == Portion(0, None, None)
    assert len(server.asked) > 3
    assert {one.validator for one in server.asked[1:]} == {'"tag"'}
    assert all(one.end is not None for one in server.asked[1:] if one.offset + 200 < len(CONTENT))


def test_one_connection_is_all_there_is_if_no_more_are_allowed() -> None:
    server = Server()
    part, _ = filled(server, connections=1)
    assert part.content == CONTENT
    assert server.asked == [Portion()]


def test_a_limited_rate_is_reached_by_one_connection_and_comes_in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LEAST_PIECE", 10)
    monkeypatch.setattr(growth, "GROWN", 1.25)
    server, counts = Server(), Counts()
    fill(FakePart(), FILE, server, counts.flow(Limits(1, rate=1, stop=Sleepless())))
    assert server.asked == [Portion()]
    assert set(counts.received) == {10}


def test_only_gaps_are_asked_for() -> None:
    part = FakePart(CONTENT[:1000])
    part.write(1500, memoryview(CONTENT[1500:2000]))
    server = Server()
    _, counts = filled(server, part)
    assert part.content == CONTENT
    assert sum(counts.received) == 1500
    assert all(1000 <= one.offset < 1500 or one.offset >= 2000 for one in server.asked)


def test_a_server_without_ranges_serves_one_connection() -> None:
    server = Server(lambda _, __: FakeBody([CONTENT], 0, total=len(CONTENT)))
    part, _ = filled(server)
    assert part.content == CONTENT
    assert part.restarts <= 1


@pytest.mark.parametrize("error", [TransientError("busy", retry_after=60), ModelsError("HTTP 403")])
def test_a_server_that_refuses_the_others_is_left_to_the_first(error: ModelsError) -> None:
    def refuse(number: int, portion: Portion) -> Body | None:
        if number and portion.end is not None and threading.current_thread() is not first:
            raise error
        return None

    first = threading.current_thread()
    part, _ = filled(Server(refuse))
    assert part.content == CONTENT


def test_connections_that_break_give_their_segments_back() -> None:
    def breaking(number: int, portion: Portion) -> Body | None:
        return broken(CONTENT[portion.offset : portion.offset + 70], offset=portion.offset) if number % 2 else None

    part, counts = filled(Server(breaking))
    assert part.content == CONTENT
    assert sum(counts.received) == len(CONTENT)


def test_a_disk_that_fails_under_any_connection_is_the_end() -> None:
    class Full(FakePart):
        def write(self, offset: int, piece: memoryview) -> bool:
            if offset >= 600:
                raise DiskError("full")
            return super().write(offset, piece)

    with pytest.raises(DiskError):
        filled(Server(), Full())


def test_a_file_that_is_longer_is_a_mismatch() -> None:
    with pytest.raises(MismatchError):
        filled(Server(lambda _, portion: FakeBody([(CONTENT + b"x")[portion.offset :]], portion.offset)))


def test_nobody_is_left_working_when_it_ends() -> None:
    before = threading.active_count()
    filled(Server())
    assert threading.active_count() == before


WAYS = ["right", "right", "right", "breaks", "busy", "whole", "other bytes", "elsewhere", "short", "long", "other size"]


def in_this_way(way: str, portion: Portion) -> Body | None:
    start, end = portion.offset, portion.end or len(CONTENT)
    if way == "busy":
        raise TransientError("busy", retry_after=1)
    made: dict[str, Callable[[], FakeBody]] = {
        "breaks": lambda: broken(CONTENT[start : (start + end) // 2], offset=start),
        "whole": lambda: FakeBody([CONTENT], 0),
        "other bytes": lambda: FakeBody([OTHER[start:end]], start),
        "elsewhere": lambda: FakeBody([CONTENT[start // 2 : end]], 0 if start < 99 else start),
        "short": lambda: FakeBody([CONTENT[start : end - 1]], start),
        "long": lambda: FakeBody([CONTENT[start:], b"and more"], start),
        "other size": lambda: FakeBody([CONTENT[start:end]], start, total=len(CONTENT) + 1),
    }
    return made[way]() if way in made else None


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WAYS), max_size=40))
def test_whatever_the_server_does_bytes_with_the_right_digest_are_the_right_bytes(ways: list[str]) -> None:
    def change(number: int, portion: Portion) -> Body | None:
        return in_this_way(ways[number], portion) if number < len(ways) else None

    part = FakePart()
    with pytest.MonkeyPatch.context() as patch:
        hasten(patch)
        try:
            filled(Server(change), part)
        except (TransientError, MismatchError):
            return
    assert part.size == len(CONTENT)
    assert (part.sha256 == FILE.sha256) == (part.content == CONTENT)
    right = {"right", "breaks", "busy", "whole", "short"}
    assert part.content == CONTENT or not set(ways) <= right


def test_the_file_is_what_was_locked() -> None:
    assert File("model.bin", 3000, hashlib.sha256(CONTENT).hexdigest()) == FILE
