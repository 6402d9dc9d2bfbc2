"""`models diff`: two locks and what differs. Offline, read-only, without the manifest."""

from collections.abc import Iterator
from dataclasses import dataclass

from resolver.domain.diff_report import Comparison, Complaint
from resolver.domain.errors import MissingLockError
from resolver.domain.lock import Lock
from resolver.policy.judge import judge
from resolver.stages.diff import changes, judged, machine_needs
from resolver.workflows.versions import HEAD, Found, meant
from resolver.workflows.workspace import LOCK, Workspace, check_names


@dataclass(frozen=True, slots=True)
class DiffOptions:
    """Which locks, each a file or a revision: by default that of HEAD and that of the working tree; of which models."""

    before: str | None = None
    after: str | None = None
    only: frozenset[str] = frozenset()


def diff(workspace: Workspace, options: DiffOptions) -> Comparison:
    """Compare. Where one side has no lock, every model came or went; that is noted.

    Raises:
        UsageError, InputError, LockError: as `meant` does.
        MissingLockError: neither side has a lock.
        UnknownNameError: a model of `only` is in neither.
    """
    sides = meant(workspace, HEAD if options.before is None else options.before), meant(workspace, options.after)
    before, after = sides
    if before.lock is None and after.lock is None:
        raise MissingLockError(
            f"there is no {LOCK} to compare: {before.lacks}, and {after.lacks}",
            hint="run `models lock`, or name the project's folder with `--project DIR`",
        )
    check_names(options.only, {model.name: model for one in sides if one.lock for model in one.lock.models})
    found = judged(changes(before.lock, after.lock), _complaints(before.lock, after.lock))
    return Comparison(
        before=before.version,
        after=after.version,
        changes=tuple(one for one in found if not options.only or one.model in options.only),
        needs=machine_needs(before.lock, after.lock, options.only),
        sizes=(_size(before.lock, options.only), _size(after.lock, options.only)),
        only=tuple(sorted(options.only)),
        notes=tuple(_notes(before, after)),
    )


def _notes(before: Found, after: Found) -> Iterator[str]:
    for one, word in ((before, "new"), (after, "removed")):
        if one.note:
            yield one.note
        if one.lacks:
            yield f"{one.lacks}; every model counts as {word}"


def _complaints(old: Lock | None, new: Lock | None) -> Iterator[Complaint]:
    """What the policy of the new lock says that the old one's did not."""
    known = set(judge(old)) if old else set()
    for one in judge(new) if new else ():
        if one not in known:
            words = "policy refuses" if one.refused else "policy warns"
            yield Complaint(one.model, one.artifact, one.about, f"{words}: {one.text}")


def _size(lock: Lock | None, only: frozenset[str]) -> int:
    """Bytes that the lock names, each file once, of all models or of some."""
    if lock is None:
        return 0
    models = (one for one in lock.models if not only or one.name in only)
    return lock.size_of(*(variant for one in models for variant in one.variants))
