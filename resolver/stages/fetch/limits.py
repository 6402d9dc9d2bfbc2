"""How fast and how long: the limits of a fetch, a rate that connections share, and when to give up."""

import threading
import time
from collections.abc import Callable

import tenacity

from resolver.concurrency import Limits
from resolver.domain.errors import StalledError, TransientError

FRUITLESS_ATTEMPTS = 6
MEANINGFUL = 1 << 16
"""Bytes that count as progress: a server that drips deserves no patience."""
MOST_STALLS = 2
"""Connections one after the other that only drip."""
LONGEST_WAIT = 30.0
PIECES_A_SECOND = 16
LEAST_PIECE = 1 << 12
SMALL = 1 << 20
"""Bytes up to which a file costs a round trip and little else."""


class Pace:
    """A rate that all connections share: who takes bytes waits until they are due."""

    def __init__(self, rate: int | None, stop: threading.Event) -> None:
        self.most = 1 << 30 if rate is None else max(LEAST_PIECE, rate // PIECES_A_SECOND)
        """Bytes to receive at once: what waits for its turn afterwards has come too early."""
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


class Connections:
    """How many connections there may be besides the first one of each file, which is always allowed."""

    def __init__(self, limits: Limits) -> None:
        self._left = max(0, limits.connections - limits.workers)
        self._lock = threading.Lock()

    def take(self) -> bool:
        """One more, if there may be one."""
        with self._lock:
            if not self._left:
                return False
            self._left -= 1
            return True

    def give_back(self) -> None:
        """One less, or a file that needs none any more."""
        with self._lock:
            self._left += 1


class Patience:
    """Tries go on while bytes come; without progress they end after some attempts or seconds."""

    def __init__(self, reached: Callable[[], int], limits: Limits) -> None:
        self._now_at = reached
        self._limits = limits
        self._reached = reached()
        self._since = time.monotonic()
        self._fruitless = 0
        self._stalls = 0

    def exhausted(self, state: tenacity.RetryCallState) -> bool:
        """Whether to give up after a failed attempt: a server that drips is asked twice, not six times."""
        stalled = isinstance(state.outcome and state.outcome.exception(), StalledError)
        if self._now_at() - self._reached >= MEANINGFUL:
            self._stalls = 0
        self._stalls = self._stalls + 1 if stalled else 0
        if self._now_at() - self._reached >= MEANINGFUL:
            self._reached, self._since, self._fruitless = self._now_at(), time.monotonic(), 0
        self._fruitless += 1
        waited = time.monotonic() - self._since
        if self._stalls >= MOST_STALLS:
            return True
        return self._fruitless >= FRUITLESS_ATTEMPTS or waited > self._limits.patience or self._limits.stop.is_set()

    def wait(self, state: tenacity.RetryCallState) -> float:
        """Seconds until the next try: what the server asks for, else doubling with full jitter."""
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, TransientError) and error.retry_after is not None:
            return min(error.retry_after, self._limits.patience)
        state.attempt_number = self._fruitless
        return float(tenacity.wait_random_exponential(multiplier=0.5, max=LONGEST_WAIT)(state))
