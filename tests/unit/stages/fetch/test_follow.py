"""Hashing beside receiving: never a reason to wait for ever, whatever happens to the digest."""

import threading
from collections.abc import Callable

import pytest

from resolver.stages.fetch.follow import AHEAD, WITHOUT_THREAD, Follower

SIZE = WITHOUT_THREAD + 1


class Digest:
    """Remembers what it was told to hash; `before` may fail, or wait."""

    def __init__(self, before: Callable[[int], object] = lambda _offset: None) -> None:
        self.before = before
        self.told: list[tuple[int, int]] = []

    def hash_on(self, offset: int, piece: memoryview) -> None:
        self.before(offset)
        self.told.append((offset, len(piece)))

    def catch_up(self) -> None:
        self.before(-1)


def received(follower: Follower, pieces: int) -> None:
    for number in range(pieces):
        follower.hash(number, follower.buffer(), 1)


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("a bug"), OSError("the disk")])
def test_a_digest_that_fails_keeps_no_buffer_and_stops_nobody(error: Exception) -> None:
    def fail(_: int) -> None:
        raise error

    with Follower(Digest(fail), SIZE, 1) as follower:
        received(follower, 5 * AHEAD)
        follower.nudge()
        follower.settle()


def test_who_receives_does_not_wait_for_a_digest_that_reads_for_long() -> None:
    reads = threading.Event()
    digest = Digest(lambda offset: reads.wait() if not offset else None)
    with Follower(digest, SIZE, 1) as follower:
        received(follower, 2 * AHEAD)
        follower.nudge()
        received(follower, 2 * AHEAD)
        assert digest.told == []
        reads.set()


def test_where_no_thread_can_be_had_whoever_receives_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    digest = Digest()
    with Follower(digest, SIZE, 1) as follower:
        received(follower, 3)
        follower.nudge()
        follower.settle()
        assert digest.told == [(0, 1), (1, 1), (2, 1)]
