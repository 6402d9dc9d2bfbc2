"""Several questions at once: an interrupt waits for what was begun, and not for what never will be."""

import threading
from collections.abc import Iterable
from concurrent.futures import Future

import pytest

from resolver.concurrency import GRACE_SECONDS, in_threads


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
