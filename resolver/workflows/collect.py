"""`models cache gc`: what no registered project needs leaves the store."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from resolver.files.sharing import is_shared
from resolver.store import Store, collection
from resolver.store.collection import Stored
from resolver.workflows.needs import Need, needs

DEAD_AFTER = 7 * 24 * 3600
"""Seconds after which a download that was broken off is not waited for any more."""


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
    def matters(self) -> bool:
        """Whether anything goes that somebody could miss."""
        return bool(self.blobs or self.parts or self.forgotten)

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
    found = needs(store, forget)
    there = collection.blobs(store.rooms)
    return Collection(
        blobs=tuple(_with_clones(one) for one in there if not found.cover(one.path.name)),
        parts=collection.dead_parts(store.rooms, now - DEAD_AFTER),
        traces=(
            *collection.stray_stamps(store.rooms, frozenset(one.path.name for one in there)),
            *collection.stray_agreements(store.rooms),
            *collection.stray_names(store.rooms, lambda sha256: found.cover(sha256) or sha256 in found.last),
        ),
        kept=tuple(one for one in there if found.cover(one.path.name)),
        needs=found.all,
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


def _with_clones(one: Stored) -> Stored:
    """A blob that a view has as a reflink has another name too."""
    return one if one.linked else replace(one, linked=is_shared(one.path))


def _both(shown: Iterable[Stored], fresh: Iterable[Stored]) -> tuple[Stored, ...]:
    still = {one.path for one in fresh}
    return tuple(one for one in shown if one.path in still)
