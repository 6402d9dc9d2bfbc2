"""What differs of artifacts and files that no model wants, as only a lock has that somebody edited."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from resolver.domain.lock import File, Lock
from resolver.domain.lock_report import Change
from resolver.stages.diff.artifacts import artifact_changes, content_change
from resolver.stages.diff.edges import edge_changes
from resolver.stages.diff.files import size_of
from resolver.stages.diff.sides import Pair
from resolver.stages.diff.values import pin_of

Unwanted = tuple[Lock, Mapping[str, tuple[File, ...] | None]]
"""A lock, and by key the files that no model wants of it: None where none wants the artifact."""


def unwanted_changes(old: Lock, new: Lock) -> Iterator[Change]:
    """What differs of artifacts and files that no model wants, as only a lock has that somebody edited."""
    before, after = _unwanted(old), _unwanted(new)
    for key in sorted({*before, *after}):
        yield from (replace(one, model=None) for one in _of_nobody(key, (old, before), (new, after)))


def _unwanted(lock: Lock) -> dict[str, tuple[File, ...] | None]:
    """By key: the files that no model wants, None where none wants the artifact."""
    wanted = lock.wanted(*(variant for model in lock.models for variant in model.variants))
    found: dict[str, tuple[File, ...] | None] = {}
    for key, artifact in lock.artifacts.items():
        if key not in wanted:
            found[key] = None
        elif len(wanted[key]) != len(artifact.files):
            paths = {file.path for file in wanted[key]}
            found[key] = tuple(file for file in artifact.files if file.path not in paths)
    return found


def _of_nobody(key: str, before: Unwanted, after: Unwanted) -> Iterator[Change]:
    old, new = before[0].artifacts.get(key), after[0].artifacts.get(key)
    if old is None or new is None:
        yield from _alone(key, before, after)
        return
    nobody = [key in side and side[key] is None for side in (before[1], after[1])]
    if all(nobody):
        pair = Pair("", old, new, old.files, new.files, ())
        yield from artifact_changes(pair)
        yield from edge_changes(pair, (), (), {})
    elif not any(nobody):
        left = [tuple(side.get(key) or ()) for side in (before[1], after[1])]
        if left[0] != left[1]:
            yield from content_change(Pair("", old, new, left[0], left[1], ()))


def _alone(key: str, before: Unwanted, after: Unwanted) -> Iterator[Change]:
    """What only one lock has, if there no model tells of it."""
    if before[1].get(key, ()) is None:
        yield Change(None, "removed", key, None, -size_of(before[0].artifacts[key].files), artifact=key)
    if after[1].get(key, ()) is None:
        artifact = after[0].artifacts[key]
        notes = (f"pinned to {pin_of(artifact)}", "no model wants it")
        yield Change(None, "added", None, key, size_of(artifact.files), artifact=key, notes=notes)
