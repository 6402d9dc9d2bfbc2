"""Several questions at once: an interrupt waits for what was begun, and not for what never will be."""

import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future

import pytest

from resolver.concurrency import GRACE_SECONDS, Once, in_threads


def test_an_interrupt_waits_only_for_what_was_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()
    waited: list[list[Future[None]]] = []

    def work(_: int) -> None:
        begun.set()
        go_on.wait(10)

    def wait(futures: Iterable[Future[None]], timeout: float) -> None:
        if timeout == GRACE_SECONDS:
            waited.append(list(futures))
            go_on.set()
        else:
            begun.wait(10)
            raise KeyboardInterrupt

    monkeypatch.setattr("concurrent.futures.wait", wait)
    with pytest.raises(KeyboardInterrupt):
        in_threads([1, 2, 3], work, 1)
    assert [len(futures) for futures in waited] == [1]


def test_what_many_ask_for_at_the_same_time_is_asked_for_once() -> None:
    once: Once[str, int] = Once()
    asked: list[str] = []

    def question(key: str) -> int:
        asked.append(key)
        time.sleep(0.05)
        return len(key)

    futures = in_threads(["a", "bb"] * 8, lambda key: once.answer(key, lambda: question(key)), 16)
    assert [future.result() for future in futures] == [1, 2] * 8
    assert sorted(asked) == ["a", "bb"]


def test_a_failure_is_told_to_all_who_waited_and_not_remembered() -> None:
    once: Once[None, int] = Once()
    asked: list[int] = []
    all_are_here = threading.Barrier(8)

    def question() -> int:
        asked.append(len(asked))
        time.sleep(0.5 if len(asked) == 1 else 0)
        if len(asked) == 1:
            raise ValueError("no answer")
        return 7

    def ask(_: int) -> int:
        all_are_here.wait(10)
        return once.answer(None, question)

    errors = [future.exception() for future in in_threads(range(8), ask, 8)]
    assert {str(error) for error in errors} == {"no answer"}
    assert once.answer(None, question) == 7
    assert once.answer(None, question) == 7
    assert asked == [0, 1]
