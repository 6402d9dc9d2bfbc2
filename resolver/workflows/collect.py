"""`models cache gc`: what no registered project needs leaves the store.

What a project needs is what its lock names now. Of a project that cannot be reached, or whose lock cannot be read, it
is what its lock named when it was last synced, and whatever digests can still be read. Where even that is unknown,
every blob stays. `--forget` is the only way to give a project up.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from resolver.documents.conflicts import sides
from resolver.documents.lock_reader import read_lock
from resolver.domain.errors import DiskError, LockError, UnknownNameError
from resolver.domain.names import did_you_mean
from resolver.files.atomic import read_if_there
from resolver.store import Store, collection
from resolver.store.collection import Stored
from resolver.store.registrations import Registration
from resolver.workflows.workspace import LOCK

DEAD_AFTER = 7 * 24 * 3600
"""Seconds after which a download that was broken off is not waited for any more."""
_DIGEST = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


@dataclass(frozen=True, slots=True)
class Need:
    """What a project needs. `state` is `read`, `remembered`, `unknown` (then everything) or `forgotten` (nothing)."""

    project: Path
    state: str
    digests: frozenset[str] = frozenset()
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Collection:
    """What would leave the store: a value that can be shown before anything is done."""

    blobs: tuple[Stored, ...]
    parts: tuple[Stored, ...]
    traces: tuple[Stored, ...]
    kept: tuple[Stored, ...]
    needs: tuple[Need, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes."""
        return not (self.blobs or self.parts or self.traces or self.forgotten)

    @property
    def forgotten(self) -> tuple[Path, ...]:
        """Projects that are given up."""
        return tuple(one.project for one in self.needs if one.state == "forgotten")

    @property
    def size(self) -> int:
        """Bytes that leave the store."""
        return sum(one.size for one in (*self.blobs, *self.parts))

    @property
    def freed(self) -> int:
        """Bytes that the disk has back: not those of files that a view still has a name for."""
        return sum(one.size for one in (*self.blobs, *self.parts) if not one.linked)


def decide(store: Store, forget: Sequence[Path], now: float) -> Collection:
    """What no project needs; `now` are seconds of the clock that stamps files.

    Raises:
        UnknownNameError: a project to forget is not registered.
        DiskError: a registration or folder cannot be read.
    """
    registered = store.registrations.all()
    _check_known(forget, registered)
    needs = tuple(Need(one.project, "forgotten") if one.project in forget else _need(one) for one in registered)
    there = collection.blobs(store.rooms)
    needed = frozenset[str]().union(*(one.digests for one in needs))
    everything = any(one.state == "unknown" for one in needs)
    kept = tuple(one for one in there if everything or one.path.name in needed)
    return Collection(
        blobs=tuple(one for one in there if not everything and one.path.name not in needed),
        parts=collection.dead_parts(store.rooms, now - DEAD_AFTER),
        traces=(
            *collection.stray_stamps(store.rooms, frozenset(one.path.name for one in there)),
            *collection.stray_agreements(store.rooms),
        ),
        kept=kept,
        needs=needs,
    )


def collect(store: Store, shown: Collection, now: float) -> Collection:
    """Remove what was shown, as far as it is not needed now either; what was removed.

    Raises:
        DiskError: something cannot be removed.
    """
    store.prepare()
    with store.collecting():
        for project in shown.forgotten:
            store.registrations.remove(project)
        fresh = decide(store, (), now)
        done = replace(
            shown,
            blobs=_both(shown.blobs, fresh.blobs),
            parts=_both(shown.parts, fresh.parts),
            traces=_both(shown.traces, fresh.traces),
        )
        for one in (*done.blobs, *done.parts, *done.traces):
            collection.remove(one.path)
        for one in done.blobs:
            collection.remove(store.stamps.path(one.path.name))
    return done


def _both(shown: Iterable[Stored], fresh: Iterable[Stored]) -> tuple[Stored, ...]:
    still = {one.path for one in fresh}
    return tuple(one for one in shown if one.path in still)


def _check_known(forget: Sequence[Path], registered: Sequence[Registration]) -> None:
    known = [str(one.project) for one in registered]
    for project in forget:
        if str(project) not in known:
            hint = did_you_mean(str(project), known)
            raise UnknownNameError(f"no project '{project}' is registered in the store", hint=hint)


def _need(registration: Registration) -> Need:
    try:
        content = read_if_there(registration.project / LOCK)
    except DiskError as error:
        return _remembered(registration, error.message)
    if content is None:
        missing = f"has no {LOCK}" if registration.project.is_dir() else "cannot be reached"
        return _remembered(registration, missing)
    try:
        return Need(registration.project, "read", _digests(content))
    except LockError as error:
        return _remembered(registration, f"has a {LOCK} that cannot be read ({error.message})", content)


def _digests(content: bytes) -> frozenset[str]:
    """What a lock names; of one with conflict markers what either side names."""
    return frozenset[str]().union(*(read_lock(side).digests for side in sides(content) or (content,)))


def _remembered(registration: Registration, because: str, content: bytes = b"") -> Need:
    seen = {one.decode() for one in _DIGEST.findall(content)}
    state = "unknown" if registration.named is None else "remembered"
    return Need(registration.project, state, frozenset(seen | (registration.named or frozenset())), because)
