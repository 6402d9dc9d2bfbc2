"""Telling how far a long reading is, without slowing it."""

import threading
import time
from collections import deque

from resolver.domain.errors import InterruptedByUserError
from resolver.domain.ports import Reporter

NAME = "files"
SILENT_SECONDS = 1.0
"""What is over sooner needs no bar; importing what draws it takes as long as hashing 200 MB."""
SECONDS_BETWEEN = 0.1


class Telling:
    """What several threads have read of `total` bytes, for the reporter; it also ends them when somebody interrupts."""

    def __init__(self, reporter: Reporter, stop: threading.Event, total: int) -> None:
        self._reporter = reporter
        self._stop = stop
        self._total = total
        self._begun = False
        self._due = time.monotonic() + SILENT_SECONDS
        self._untold: deque[int] = deque()
        self._lock = threading.Lock()

    def told(self, count: int) -> None:
        """Some bytes were read. One thread tells the reporter what all have read since; no other waits for it.

        Raises:
            InterruptedByUserError: somebody interrupted.
        """
        if self._stop.is_set():
            raise InterruptedByUserError("interrupted")
        self._untold.append(count)
        if time.monotonic() >= self._due and self._lock.acquire(blocking=False):
            try:
                self._tell()
            finally:
                self._lock.release()

    def finish(self) -> None:
        """All was read: whoever watches sees it."""
        if self._begun:
            self._tell()

    def _tell(self) -> None:
        if not self._begun:
            self._begun = True
            self._reporter.begin(NAME, self._total, "verify")
        self._reporter.advance(NAME, sum(self._untold.popleft() for _ in range(len(self._untold))))
        self._due = time.monotonic() + SECONDS_BETWEEN
