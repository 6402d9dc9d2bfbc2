"""What lies at the places of a view: by the record where it can be trusted, else by reading."""

import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

from resolver.concurrency import in_threads
from resolver.domain.plan import Observation, State, Survey, Trace
from resolver.domain.view import Placement, View
from resolver.files.atomic import read_if_there
from resolver.files.digest import digest_of
from resolver.files.paths import inside, leads_out, leads_through_link

Traces = Mapping[str, Trace]


def glance(view: View, root: Path, traces: Traces) -> Survey:
    """One stat a file; what differs from the record is read."""
    look = _Look(root, traces)
    return Survey({path: look.at(one) for path, one in view.placements.items()}, _references(view, root))


def read_everything(view: View, root: Path, workers: int, told: Callable[[int], None] | None = None) -> Survey:
    """Every byte of every file, several files at a time (hashing releases the interpreter lock)."""
    look = _Look(root, {}, told)
    placements = sorted(view.placements.values(), key=lambda one: -one.file.size)
    futures = in_threads(placements, look.at, workers)
    observed = {one.path: future.result() for one, future in zip(placements, futures, strict=True)}
    return Survey({path: observed[path] for path in view.placements}, _references(view, root))


class _Look:
    def __init__(self, root: Path, traces: Traces, told: Callable[[int], None] | None = None) -> None:
        self._root = root
        self._traces = traces
        self._told = told
        self._checked: dict[Path, bool] = {}

    def at(self, placement: Placement) -> Observation:
        """The state of one place. A link that stays inside the view is followed; one that leads out is damage."""
        place = inside(self._root, placement.path)
        try:
            if self._led_astray(place):
                return Observation(State.DAMAGED, found="a link that leads out of the view")
            found = place.stat()
        except FileNotFoundError:
            if place.is_symlink():
                return Observation(State.DAMAGED, found="a broken link")
            return Observation(State.MISSING)
        except OSError as error:
            return Observation(State.MISSING, found=error.strerror)
        if not stat.S_ISREG(found.st_mode):
            return Observation(State.DAMAGED, found="no regular file")
        return self._judged(placement, place, found)

    def _led_astray(self, place: Path) -> bool:
        folder = place.parent
        if folder not in self._checked:
            self._checked[folder] = leads_through_link(self._root, place)
        if self._checked[folder]:
            return True
        return leads_out(self._root, place)

    def _judged(self, placement: Placement, place: Path, found: os.stat_result) -> Observation:
        file = placement.file
        if found.st_size != file.size:
            return Observation(State.DAMAGED, found=f"{found.st_size} bytes")
        trace = Trace(found.st_size, found.st_mtime_ns, found.st_ino, file.sha256)
        if self._traces.get(placement.path) == trace:
            return Observation(State.PRESENT, trace)
        try:
            sha256 = digest_of(place, told=self._told)
        except OSError as error:
            return Observation(State.DAMAGED, found=error.strerror)
        if sha256 != file.sha256:
            return Observation(State.DAMAGED, found=sha256)
        return Observation(State.PRESENT, trace)


def _references(view: View, root: Path) -> dict[str, str | None]:
    return {path: _reference(root, inside(root, path)) for path in view.references}


def _reference(root: Path, place: Path) -> str | None:
    if place.is_symlink() or leads_through_link(root, place):
        return "a link"
    if place.is_dir():
        return "a folder"
    content = read_if_there(place)
    return None if content is None else content.decode("utf-8", "replace")
