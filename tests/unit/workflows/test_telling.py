"""How far a long reading is: told late, seldom, once for all threads; and whoever interrupts ends it."""

import threading
import time

import pytest

from resolver.domain.errors import InterruptedByUserError
from resolver.workflows.telling import NAME, Telling


class Listener:
    """A reporter that keeps what it hears."""

    def __init__(self) -> None:
        self.heard: list[tuple[object, ...]] = []

    def begin(self, name: str, total: int, work: str = "fetch") -> None:
        self.heard.append(("begin", name, total, work))

    def advance(self, name: str, count: int) -> None:
        self.heard.append(("advance", name, count))

    def end(self, name: str, outcome: str) -> None:
        self.heard.append(("end", name, outcome))

    def note(self, text: str) -> None:
        self.heard.append(("note", "", text))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which stands still until a test moves it."""
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_what_is_over_in_a_second_is_not_told(clock: list[float]) -> None:
    listener = Listener()
    telling = Telling(listener, threading.Event(), 30)
    telling.told(10)
    clock[0] += 0.99
    telling.told(20)
    telling.finish()
    assert listener.heard == []


def test_what_takes_longer_is_told_now_and_then_with_all_that_was_read(clock: list[float]) -> None:
    listener = Listener()
    telling = Telling(listener, threading.Event(), 100)
    telling.told(1)
    clock[0] += 1
    telling.told(2)
    telling.told(4)
    clock[0] += 0.09
    telling.told(8)
    clock[0] += 0.02
    telling.told(16)
    telling.told(32)
    telling.finish()
    counts = [("advance", NAME, 3), ("advance", NAME, 28), ("advance", NAME, 32)]
    assert listener.heard == [("begin", NAME, 100, "verify"), *counts]


def test_a_thread_does_not_wait_for_another_that_tells(clock: list[float]) -> None:
    class Slow(Listener):
        """Hears of more while it is told."""

        def begin(self, name: str, total: int, work: str = "fetch") -> None:
            super().begin(name, total, work)
            other = threading.Thread(target=telling.told, args=(5,))
            other.start()
            other.join(timeout=10)
            assert not other.is_alive()

    listener = Slow()
    telling = Telling(listener, threading.Event(), 100)
    clock[0] += 2
    telling.told(1)
    assert listener.heard == [("begin", NAME, 100, "verify"), ("advance", NAME, 6)]


def test_an_interrupt_ends_it() -> None:
    stop = threading.Event()
    telling = Telling(Listener(), stop, 100)
    telling.told(1)
    stop.set()
    with pytest.raises(InterruptedByUserError):
        telling.told(1)
