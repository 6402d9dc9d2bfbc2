"""Reporters: bars on a terminal, a line when something begins and ends elsewhere."""

import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from resolver.cli.tables import folded, say
from resolver.cli.texts import printable
from resolver.domain.ports import Reporter, Silence
from resolver.domain.quantities import format_size

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from resolver.cli.options import Session

SECONDS_BETWEEN_LINES = 30.0
_BAR = 20
_BESIDE_NAMES = _BAR + 44
"""Columns of a bar, of `100% 1000.0/1000.0 MB 1000.0 MB/s 0:00:00`, and of the blanks between them."""
_LEAST_NAME = 12


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
        say(text)


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
        """Take the bar away; say how it ended unless all went well, which the verb says of all together."""
        task = self._tasks.pop(name, None)
        if self._progress is not None and task is not None:
            self._progress.remove_task(task)
        if outcome != "placed":
            self.note(f"{name}: {outcome}")

    def close(self) -> None:
        """End the display and give the cursor back, whatever happened; bars of what did not end stay to be seen."""
        if self._progress is not None:
            self._progress.live.transient = not self._tasks
            self._progress.stop()

    def note(self, text: str) -> None:
        """A line above the bars."""
        if self._progress is None:
            say(text)
        else:
            self._progress.console.print(folded(printable(text), sys.stderr), markup=False, soft_wrap=True)


def _bars() -> "Progress":
    """Bars that 80 columns hold: a line that the terminal has to break cannot be drawn over."""
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
    from rich.table import Column

    console = Console(stderr=True, highlight=False, emoji=False)
    name = Column(no_wrap=True, overflow="ellipsis", max_width=max(_LEAST_NAME, console.width - _BESIDE_NAMES))
    return Progress(
        TextColumn(" {task.description}", markup=False, table_column=name),
        BarColumn(bar_width=_BAR),
        TaskProgressColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=console,
    )
