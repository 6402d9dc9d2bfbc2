"""Asking for several things at once, within limits, and letting go at once when somebody interrupts."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

K = TypeVar("K")
T = TypeVar("T")

GRACE_SECONDS = 2.0
"""How long an interrupted caller waits for threads to put down what they hold; what they leave can be resumed."""
WAKE_SECONDS = 0.5
"""A signal is only seen by a main thread that wakes (Windows)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How to fetch: files at a time, bytes a second over all of them (None: no limit), seconds without progress.

    `connections` are those of all files together, as long as files are not more than that.
    """

    workers: int = 3
    rate: int | None = None
    patience: float = 300.0
    stop: threading.Event = field(default_factory=threading.Event)
    connections: int = 8

    @property
    def small_at_a_time(self) -> int:
        """How many small files: of them round trips are waited for, not bytes. One file at a time stays one."""
        return self.workers if self.workers == 1 else max(self.workers, self.connections)


def in_threads(items: Sequence[K], question: Callable[[K], T], at_a_time: int) -> "list[Future[T]]":
    """The answered futures in the order of the items; errors stay inside them.

    Raises:
        BaseException: whatever interrupts the wait, once the threads had a moment; none is waited for in the end.
    """
    if not items:
        return []
    from concurrent.futures import ThreadPoolExecutor, wait  # 5 ms, where threads are wanted

    pool = ThreadPoolExecutor(max(1, min(at_a_time, len(items))))
    futures = [pool.submit(question, item) for item in items]
    try:
        waiting = set(futures)
        while waiting:
            _, waiting = wait(waiting, timeout=WAKE_SECONDS)
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        wait([one for one in futures if not one.cancelled()], timeout=GRACE_SECONDS)
        raise
    pool.shutdown()
    return futures


class Once(Generic[K, T]):
    """Answers that are asked for once, however many want one at the same time.

    A failure is told to all who waited for it, and forgotten: who comes later asks again.
    """

    def __init__(self) -> None:
        self._answers: dict[K, Future[T]] = {}
        self._lock = threading.Lock()

    def answer(self, key: K, question: Callable[[], T]) -> T:
        """The answer to the question of that key; raises what asking it raised."""
        from concurrent.futures import Future

        with self._lock:
            known = self._answers.get(key)
            found: Future[T] = known or self._answers.setdefault(key, Future())
        if known is None:
            self._ask(key, found, question)
        return found.result()

    def _ask(self, key: K, found: "Future[T]", question: Callable[[], T]) -> None:
        try:
            found.set_result(question())
        except BaseException as error:
            with self._lock:
                del self._answers[key]
            found.set_exception(error)
            raise
