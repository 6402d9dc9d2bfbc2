"""What differs between two locks, in the words of a reviewer: from two locks to changes, and to what machines need.

Whatever the lock says is compared: the same lock has no changes, and another one has at least one. What is told of an
artifact is told for each model that it is for, because models are what people review, allow and run.
"""

from collections.abc import Iterator

from resolver.domain.lock import Lock
from resolver.domain.lock_report import Change
from resolver.stages.diff.judged import judged
from resolver.stages.diff.machines import machine_needs
from resolver.stages.diff.models import model_changes
from resolver.stages.diff.sides import side
from resolver.stages.diff.unwanted import unwanted_changes
from resolver.stages.diff.whole import whole_changes

__all__ = ["changes", "judged", "machine_needs"]

_NOTHING = Lock((), {})


def changes(old: Lock | None, new: Lock | None) -> tuple[Change, ...]:
    """Every change: models in the new order, then those that went, then what belongs to no model.

    Where there is no lock, only models are told of: that they all came, or went.
    """
    return tuple(_changes(old, new))


def _changes(old: Lock | None, new: Lock | None) -> Iterator[Change]:
    before, after = old or _NOTHING, new or _NOTHING
    known, kept = ({model.name: model for model in lock.models} for lock in (before, after))
    for name in (*kept, *(name for name in known if name not in kept)):
        yield from model_changes(side(before, known.get(name), name), side(after, kept.get(name), name))
    if old is not None and new is not None:
        yield from whole_changes(old, new)
        yield from unwanted_changes(old, new)
