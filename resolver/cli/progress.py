"""Reporters: bars on a terminal, a line when something begins and ends elsewhere."""

import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from resolver.cli.texts import printable
from resolver.domain.ports import Reporter, Silence
from resolver.domain.quantities import format_size

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from resolver.cli.options import Session

SECONDS_BETWEEN_LINES = 30.0


@contextlib.contextmanager
def reporting(session: "Session") -> Iterator[Reporter]:
    """Bars where somebody watches, lines where a log is kept, nothing if nothing was asked for."""
    watched = sys.stderr.isatty() and not session.surroundings.flag("CI")
    if session.quiet or not watched or session.no_progress:
        yield Silence() if session.quiet else Lines()
        return
    bars = Bars()
    try:
        yield bars
    finally:
        bars.close()


class Lines:
    """One line when a model begins and ends, and a rate line every 30 seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._done: dict[str, int] = {}
        self._totals: dict[str, int] = {}
        self._last = self._start = time.monotonic()

    def begin(self, name: str, total: int, work: str = "fetch") -> None:
        """Say what is to come."""
        with self._lock:
            self._totals[name], self._done[name] = total, 0
        self.note(f"{name}: {format_size(total)} to {work}")

    def advance(self, name: str, count: int) -> None:
        """Count, and say now and then how it goes."""
        with self._lock:
            self._done[name] = self._done.get(name, 0) + count
            now = time.monotonic()
            due = now - self._last >= SECONDS_BETWEEN_LINES
            if due:
                self._last = now
            done, total = sum(self._done.values()), sum(self._totals.values())
        if due:
            rate = format_size(int(done / max(now - self._start, 0.1)))
            self.note(f"{format_size(done)} of {format_size(total)}, {rate}/s")

    def end(self, name: str, outcome: str) -> None:
        """Say how it ended."""
        self.note(f"{name}: {outcome}")

    def note(self, text: str) -> None:
        """One line on stderr."""
        sys.stderr.write(printable(text) + "\n")


class Bars:
    """A bar for each model; rich is imported when the first one begins."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def begin(self, name: str, total: int, work: str = "fetch") -> None:
        """Show a bar."""
        if self._progress is None:
            self._progress = _bars()
            self._progress.start()
        label = name if work == "fetch" else f"{name} ({work})"
        self._tasks[name] = self._progress.add_task(printable(label), total=total)

    def advance(self, name: str, count: int) -> None:
        """Move the bar."""
        if self._progress is not None:
            self._progress.advance(self._tasks[name], count)

    def end(self, name: str, outcome: str) -> None:
        """Stop the bar."""
        if self._progress is None:
            return
        task = self._tasks.pop(name, None)
        if task is not None:
            self._progress.stop_task(task)
        if outcome != "placed":
            self._progress.console.print(printable(f"{name}: {outcome}"), markup=False)

    def close(self) -> None:
        """End the display and give the cursor back, whatever happened."""
        if self._progress is not None:
            self._progress.stop()

    def note(self, text: str) -> None:
        """A line above the bars."""
        if self._progress is None:
            sys.stderr.write(printable(text) + "\n")
        else:
            self._progress.console.print(printable(text), markup=False)


def _bars() -> "Progress":
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    return Progress(
        TextColumn(" {task.description}", markup=False),
        BarColumn(bar_width=28),
        TaskProgressColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
