"""A rate that all connections share, and when to give up, by a clock that only the test moves."""

import time

import pytest
import tenacity
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.concurrency import Limits
from resolver.domain.errors import StalledError, TransientError
from resolver.stages.fetch.limits import MEANINGFUL, Connections, Pace, Patience
from tests.unit.stages.fetch.fakes import Sleepless


class Clock(Sleepless):
    """Waiting moves it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0

    def wait(self, timeout: float | None = None) -> bool:
        self.now += max(0.0, timeout or 0.0)
        return super().wait(timeout)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", lambda: clock.now)
    return clock


def test_without_a_rate_nobody_waits(clock: Clock) -> None:
    Pace(None, clock).take(10**9)
    assert clock.waits == []


def test_bytes_take_their_time(clock: Clock) -> None:
    pace = Pace(1000, clock)
    for count in (500, 250, 1000):
        pace.take(count)
    assert clock.waits == pytest.approx([0.5, 0.25, 1.0])
    assert clock.now == pytest.approx(1001.75)


def test_time_that_went_by_counts_but_is_not_saved_up(clock: Clock) -> None:
    pace = Pace(1000, clock)
    pace.take(1000)
    clock.now += 0.4
    pace.take(1000)
    clock.now += 60
    pace.take(1000)
    assert clock.waits == pytest.approx([1.0, 1.0, 1.0])


def test_who_comes_while_another_waits_waits_for_both(clock: Clock) -> None:
    pace = Pace(1000, clock)
    pace.take(1000)
    clock.now -= 1.0  # as another thread sees it, at the same moment
    pace.take(500)
    assert clock.waits == pytest.approx([1.0, 1.5])


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 10**6), st.floats(0, 2)), min_size=1, max_size=30), st.integers(10_000, 10**7))
def test_the_rate_is_never_exceeded(takes: list[tuple[int, float]], rate: int) -> None:
    clock, total = Clock(), 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "monotonic", lambda: clock.now)
        pace = Pace(rate, clock)
        for count, pause in takes:
            clock.now += pause
            pace.take(count)
            total += count
            assert clock.now - 1000.0 >= total / rate - 1e-6


def exhausted(patience: Patience) -> bool:
    return patience.exhausted(state())


def state(error: Exception | None = None) -> tenacity.RetryCallState:
    found = tenacity.RetryCallState(tenacity.Retrying(), None, (), {})
    if error is not None:
        found.set_exception((type(error), error, None))
    return found


class Progress:
    def __init__(self) -> None:
        self.at = 0

    def __call__(self) -> int:
        return self.at


def test_the_sixth_fruitless_try_is_the_last(clock: Clock) -> None:
    patience = Patience(Progress(), Limits(stop=clock))
    assert [exhausted(patience) for _ in range(6)] == [False] * 5 + [True]


def test_progress_begins_the_count_anew(clock: Clock) -> None:
    progress = Progress()
    patience = Patience(progress, Limits(stop=clock))
    for _ in range(10):
        assert [exhausted(patience) for _ in range(4)] == [False] * 4
        progress.at += MEANINGFUL


def test_a_little_progress_is_none_until_it_adds_up(clock: Clock) -> None:
    progress = Progress()
    patience = Patience(progress, Limits(stop=clock))
    found = []
    for _ in range(5):
        found.append(exhausted(patience))
        progress.at += MEANINGFUL - 1
    assert found == [False] * 5, "every second step is one of more than 64 KiB"
    progress = Progress()
    patience = Patience(progress, Limits(stop=clock))
    progress.at = MEANINGFUL - 1
    assert [exhausted(patience) for _ in range(6)][-1]


def test_patience_ends_after_its_time(clock: Clock) -> None:
    patience = Patience(Progress(), Limits(stop=clock, patience=60.0))
    clock.now += 60
    assert not exhausted(patience)
    clock.now += 0.1
    assert exhausted(patience)


def test_progress_begins_the_time_anew(clock: Clock) -> None:
    progress = Progress()
    patience = Patience(progress, Limits(stop=clock, patience=60.0))
    clock.now += 61
    progress.at = MEANINGFUL
    assert not exhausted(patience)
    clock.now += 61
    assert exhausted(patience)


def test_patience_ends_when_it_is_told_to_stop(clock: Clock) -> None:
    patience = Patience(Progress(), Limits(stop=clock))
    clock.set()
    assert exhausted(patience)


def test_waits_grow_with_the_fruitless_tries_and_begin_anew_with_progress(clock: Clock) -> None:
    progress = Progress()
    patience = Patience(progress, Limits(stop=clock))
    longest = []
    for _ in range(5):
        exhausted(patience)
        longest.append(max(patience.wait(state(TransientError("x"))) for _ in range(300)))
    for found, bound in zip(longest, [0.5, 1, 2, 4, 8], strict=True):
        assert bound / 2 < found <= bound
    progress.at = MEANINGFUL
    exhausted(patience)
    assert max(patience.wait(state(TransientError("x"))) for _ in range(300)) <= 0.5


def test_the_server_says_how_long_but_patience_is_shorter(clock: Clock) -> None:
    patience = Patience(Progress(), Limits(stop=clock, patience=60.0))
    assert patience.wait(state(TransientError("x", retry_after=59))) == 59
    assert patience.wait(state(TransientError("x", retry_after=61))) == 60
    assert patience.wait(state(TransientError("x", retry_after=0))) == 0


def test_by_default_three_files_come_at_a_time_and_five_minutes_are_waited() -> None:
    limits = Limits()
    assert (limits.workers, limits.rate, limits.patience) == (3, None, 300.0)


def test_a_server_that_drips_is_asked_twice_and_one_that_drips_now_and_then_goes_on(clock: Clock) -> None:
    patience = Patience(Progress(), Limits(stop=clock))
    assert not patience.exhausted(state(StalledError("drip")))
    assert not patience.exhausted(state(TransientError("broken")))
    assert not patience.exhausted(state(StalledError("drip")))
    assert patience.exhausted(state(StalledError("drip")))
    progress = Progress()
    patience = Patience(progress, Limits(stop=clock))
    for _ in range(10):
        assert not patience.exhausted(state(StalledError("drip")))
        progress.at += MEANINGFUL


def test_connections_besides_the_first_of_each_file_are_counted() -> None:
    connections = Connections(Limits(workers=3, connections=5))
    assert [connections.take() for _ in range(3)] == [True, True, False]
    connections.give_back()
    assert connections.take()
    assert not Connections(Limits(workers=9, connections=5)).take()


@pytest.mark.parametrize(("workers", "small"), [(1, 1), (2, 8), (3, 8), (8, 8), (40, 40)])
def test_small_files_come_many_at_a_time_but_one_at_a_time_is_one(workers: int, small: int) -> None:
    assert Limits(workers=workers).small_at_a_time == small
