"""Waiting for another process, for as long as nobody interrupts."""

import threading
from collections.abc import Callable

from resolver.domain.errors import InterruptedByUserError

POLL_SECONDS = 0.02
SAID_AFTER = 1.0
"""Seconds of waiting for another process after which it is said."""


class Patience:
    """Wait for another process until the stop event is set, and say so once if it takes long."""

    def __init__(self, stop: threading.Event, note: Callable[[str], None], what: str) -> None:
        self._stop = stop
        self._note = note
        self._what = what
        self._polls = 0

    def __call__(self) -> None:
        """Wait a moment.

        Raises:
            InterruptedByUserError: the stop event was set.
        """
        if self._stop.wait(POLL_SECONDS):
            raise InterruptedByUserError("interrupted")
        self._polls += 1
        if self._polls == int(SAID_AFTER / POLL_SECONDS):
            self._note(f"waiting for another process that works on {self._what}")
