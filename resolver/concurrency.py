"""Asking for several things at once, and letting go at once when somebody interrupts."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

K = TypeVar("K")
T = TypeVar("T")

GRACE_SECONDS = 2.0
"""How long an interrupted caller waits for threads to put down what they hold; what they leave can be resumed."""
WAKE_SECONDS = 0.5
"""A signal is only seen by a main thread that wakes (Windows)."""


def in_threads(items: Sequence[K], question: Callable[[K], T], at_a_time: int) -> "list[Future[T]]":
    """The answered futures in the order of the items; errors stay inside them.

    Raises:
        BaseException: whatever interrupts the wait, once the threads had a moment; none is waited for in the end.
    """
    if not items:
        return []
    pool = ThreadPoolExecutor(max(1, min(at_a_time, len(items))))
    futures = [pool.submit(question, item) for item in items]
    try:
        waiting = set(futures)
        while waiting:
            _, waiting = wait(waiting, timeout=WAKE_SECONDS)
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        wait(futures, timeout=GRACE_SECONDS)
        raise
    pool.shutdown()
    return futures
