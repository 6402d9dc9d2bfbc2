"""What changed in the files of an artifact, and what that makes of it: weights, files or metadata."""

from collections.abc import Iterable, Sequence

from resolver.domain.file_kinds import FILES, KINDS, METADATA, WEIGHTS, kind_of
from resolver.domain.lock import File
from resolver.domain.lock_report import FileChange


def file_changes(before: Iterable[File], after: Iterable[File], *, pickles: bool) -> tuple[FileChange, ...]:
    """Each file that is not as it was, weights first. One that only has another name is one change, and moved."""
    old, new = {one.path: one for one in before}, {one.path: one for one in after}
    gone = {path: one for path, one in old.items() if path not in new}
    names: dict[str, list[str]] = {}
    for path, one in gone.items():
        names.setdefault(one.sha256, []).append(path)
    found = []
    for path, one in new.items():
        if path not in old:
            moved = names[one.sha256].pop(0) if names.get(one.sha256) else None
            found.append(_change(gone.pop(moved) if moved else None, one, pickles=pickles))
        elif old[path] != one:
            found.append(_change(old[path], one, pickles=pickles))
    found += [_change(one, None, pickles=pickles) for one in gone.values()]
    return tuple(sorted(found, key=lambda one: (KINDS.index(one.kind), one.path)))


def _change(before: File | None, after: File | None, *, pickles: bool) -> FileChange:
    """The weightier of what it was and is: weights that are called README now are no metadata."""
    both = [one for one in (before, after) if one is not None]
    return FileChange(
        path=both[-1].path,
        kind=min((kind_of(one.path, one.size, pickles=pickles) for one in both), key=KINDS.index),
        before=None if before is None else before.size,
        after=None if after is None else after.size,
        moved_from=before.path if before and after and before.path != after.path else None,
    )


def kind_of_all(changes: Sequence[FileChange]) -> str:
    """What changed most: weights if their bytes did. What only has another name is no change of weights."""
    kinds = {FILES if one.kind == WEIGHTS and one.moved_from else one.kind for one in changes}
    return next((kind for kind in KINDS if kind in kinds), METADATA)


def size_of(files: Iterable[File]) -> int:
    """Bytes of files together."""
    return sum(one.size for one in files)
