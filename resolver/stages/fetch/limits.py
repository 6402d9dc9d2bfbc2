"""How fast and how long: the limits of a fetch, a rate that connections share, and when to give up."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import tenacity

from resolver.domain.errors import TransientError

FRUITLESS_ATTEMPTS = 6
MEANINGFUL = 1 << 16
"""Bytes that count as progress: a server that drips deserves no patience."""
LONGEST_WAIT = 30.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How to fetch: files at a time, bytes a second over all of them (None: no limit), seconds without progress."""

    workers: int = 3
    rate: int | None = None
    patience: float = 300.0
    stop: threading.Event = field(default_factory=threading.Event)


class Pace:
    """A rate that all connections share: who takes bytes waits until they are due."""

    def __init__(self, rate: int | None, stop: threading.Event) -> None:
        self._rate = rate
        self._stop = stop
        self._lock = threading.Lock()
        self._due = time.monotonic()

    def take(self, count: int) -> None:
        """Wait until `count` more bytes may have come."""
        if self._rate is None:
            return
        with self._lock:
            now = time.monotonic()
            self._due = max(self._due, now) + count / self._rate
            wait = self._due - now
        self._stop.wait(wait)


class Patience:
    """Tries go on while bytes come; without progress they end after some attempts or seconds."""

    def __init__(self, reached: Callable[[], int], limits: Limits) -> None:
        self._now_at = reached
        self._limits = limits
        self._reached = reached()
        self._since = time.monotonic()
        self._fruitless = 0

    def exhausted(self, state: tenacity.RetryCallState) -> bool:
        """Whether to give up after a failed attempt."""
        del state
        if self._now_at() - self._reached >= MEANINGFUL:
            self._reached, self._since, self._fruitless = self._now_at(), time.monotonic(), 0
        self._fruitless += 1
        waited = time.monotonic() - self._since
        return self._fruitless >= FRUITLESS_ATTEMPTS or waited > self._limits.patience or self._limits.stop.is_set()

    def wait(self, state: tenacity.RetryCallState) -> float:
        """Seconds until the next try: what the server asks for, else doubling with full jitter."""
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, TransientError) and error.retry_after is not None:
            return min(error.retry_after, self._limits.patience)
        state.attempt_number = self._fruitless
        return float(tenacity.wait_random_exponential(multiplier=0.5, max=LONGEST_WAIT)(state))
