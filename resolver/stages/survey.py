"""What lies at the places of a view: by the record where it can be trusted, else by reading."""

import io
import os
import stat
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from resolver.concurrency import in_threads
from resolver.domain.plan import Observation, State, Survey, Trace
from resolver.domain.view import Placement, View
from resolver.files.atomic import read_if_there
from resolver.files.digest import digest_of_stream, piece_buffer, will_be_read_once
from resolver.files.paths import Ways, contained, leads_out

Traces = Mapping[str, Trace]
Inspect = Callable[[Placement, BinaryIO], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Reading:
    """How everything is read: files at a time, who hears of each piece's size, and what else to look for.

    `inspect` gives the flags that a right file's bytes earn and its artifact does not state; it sees the file that was
    hashed. What `told` raises ends the reading.
    """

    workers: int
    told: Callable[[int], None] | None = None
    inspect: Inspect | None = None


def glance(view: View, root: Path, traces: Traces) -> Survey:
    """One stat a file; what differs from the record is read."""
    look, lane = _Look(root, traces), _Lane(Reading(1))
    found = {}
    for path, one in view.placements.items():
        found[path] = look.at(one) or lane.read(look.place(one), one)
    return Survey(found, look.references(view))


def read_everything(view: View, root: Path, reading: Reading) -> Survey:
    """Every byte of every file, several files at a time (hashing releases the interpreter lock)."""
    look = _Look(root, {})
    found = {path: look.at(one) for path, one in view.placements.items()}
    read = _read((view.placements[path] for path, seen in found.items() if seen is None), look, reading)
    return Survey({path: seen or read[path] for path, seen in found.items()}, look.references(view))


def _read(placements: Iterable[Placement], look: "_Look", reading: Reading) -> dict[str, Observation]:
    """The largest files first: one that is begun last would be read alone, with the other cores idle."""
    waiting = deque(sorted(placements, key=lambda one: -one.file.size))
    found: dict[str, Observation] = {}

    def read_on(_: int) -> None:
        lane = _Lane(reading)
        while waiting:
            try:
                one = waiting.popleft()
            except IndexError:  # another one took the last
                return
            found[one.path] = lane.read(look.place(one), one)

    for future in in_threads(range(min(reading.workers, len(waiting))), read_on, reading.workers):
        future.result()
    return found


class _Look:
    """The places of a view, looked at without reading a file."""

    def __init__(self, root: Path, traces: Traces) -> None:
        self._root = root
        self._prefix = os.fspath(root)
        self._traces = traces
        self._ways = Ways(root)

    def place(self, placement: Placement) -> str:
        """Where the file lies."""
        return f"{self._prefix}/{placement.path}"

    def at(self, placement: Placement) -> Observation | None:
        """The state of one place, or None if only its bytes can tell.

        A link that stays inside the view is followed; one that leads out is damage.
        """
        place = f"{self._prefix}/{contained(placement.path)}"
        try:
            if self._ways.lead_out(placement.path.rpartition("/")[0]):
                return Observation(State.DAMAGED, found="a link that leads out of the view")
            found = os.lstat(place)
            if stat.S_ISLNK(found.st_mode):
                if leads_out(self._root, Path(place)):
                    return Observation(State.DAMAGED, found="a link that leads out of the view")
                found = Path(place).stat()
        except FileNotFoundError:
            if Path(place).is_symlink():
                return Observation(State.DAMAGED, found="a broken link")
            return Observation(State.MISSING)
        except OSError as error:
            return Observation(State.MISSING, found=error.strerror)
        return self._judged(placement, found)

    def _judged(self, placement: Placement, found: os.stat_result) -> Observation | None:
        if not stat.S_ISREG(found.st_mode):
            return Observation(State.DAMAGED, found="no regular file")
        if found.st_size != placement.file.size:
            return Observation(State.DAMAGED, found=f"{found.st_size} bytes")
        known = self._traces.get(placement.path)
        if known is None or known.sha256 != placement.file.sha256:
            return None
        seen = (known.size, known.mtime, known.inode) == (found.st_size, found.st_mtime_ns, found.st_ino)
        return Observation(State.PRESENT, known) if seen else None

    def references(self, view: View) -> dict[str, str | None]:
        """The text of each reference; None where there is none."""
        return {path: self._reference(contained(path)) for path in view.references}

    def _reference(self, path: str) -> str | None:
        place = Path(f"{self._prefix}/{path}")
        if place.is_symlink() or self._ways.lead_out(path.rpartition("/")[0]):
            return "a link"
        if place.is_dir():
            return "a folder"
        content = read_if_there(place)
        return None if content is None else content.decode("utf-8", "replace")


class _Lane:
    """Reads one file after the other through one buffer."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._buffer: memoryview | None = None

    def read(self, place: str, placement: Placement) -> Observation:
        """The state of a file by its bytes."""
        if self._buffer is None:
            self._buffer = piece_buffer()
        try:
            with Path(place).open("rb", buffering=0) as stream:
                will_be_read_once(stream)
                trace = _trace(os.fstat(stream.fileno()), placement)
                sha256 = digest_of_stream(stream, told=self._reading.told, buffer=self._buffer)
                if sha256 != placement.file.sha256:
                    return Observation(State.DAMAGED, found=sha256)
                return Observation(State.PRESENT, trace, undeclared=self._undeclared(placement, stream))
        except OSError as error:
            return Observation(State.DAMAGED, found=error.strerror)

    def _undeclared(self, placement: Placement, stream: io.FileIO) -> frozenset[str]:
        if self._reading.inspect is None:
            return frozenset()
        with io.BufferedReader(stream) as buffered:
            return self._reading.inspect(placement, buffered)


def _trace(found: os.stat_result, placement: Placement) -> Trace:
    return Trace(found.st_size, found.st_mtime_ns, found.st_ino, placement.file.sha256)
