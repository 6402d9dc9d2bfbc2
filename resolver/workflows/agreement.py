"""Whether models.yaml and models.lock agree, and what the store remembers of it."""

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from resolver.domain.errors import ModelsError, StaleLockError
from resolver.domain.lock import Lock
from resolver.files.atomic import read_if_there
from resolver.workflows.workspace import Workspace, load_lock, load_manifest, lock_in

if TYPE_CHECKING:
    from resolver.domain.lock_report import Difference


@dataclass(frozen=True, slots=True)
class Agreed:
    """The lock to sync to, what is worth a note, and what the store should remember (None: nothing, or it does)."""

    lock: Lock
    notes: tuple[str, ...] = ()
    memory: str | None = None


def agreed_lock(workspace: Workspace, mode: str, *, dry_run: bool) -> Agreed:
    """The lock to sync to. Mode `lock` locks first if the lock is missing or stale; old pins do not move."""
    if mode == "frozen":
        return Agreed(load_lock(workspace))
    known = known_to_agree(workspace)
    locked = None if known is None else _lock_in(known)
    if locked is not None:
        return Agreed(locked)
    manifest = _manifest_digest(workspace)
    judged = _not_stale(workspace) if mode == "locked" else _locked_first(workspace, dry_run=dry_run)
    return judged if dry_run else replace(judged, memory=_memory(workspace, manifest, judged.lock))


def _not_stale(workspace: Workspace) -> Agreed:
    from resolver.workflows.lock import stale

    manifest, locked = load_manifest(workspace), load_lock(workspace)
    found = stale(manifest, locked)
    if found:
        raise stale_error(found)
    return Agreed(locked)


def _locked_first(workspace: Workspace, *, dry_run: bool) -> Agreed:
    from resolver.workflows.lock import LockOptions, lock

    report = lock(workspace, LockOptions(dry_run=dry_run))
    word = "would be locked first" if dry_run else "locked first"
    note = (f"models.lock was missing or stale: {word}",) if report.changed else ()
    return Agreed(report.lock, (*note, *report.warnings))


def known_to_agree(workspace: Workspace) -> bytes | None:
    """The text of the lock, if exactly this manifest and this lock were found to agree before."""
    before = workspace.store.agreed(workspace.project)
    content = None if before is None else read_if_there(workspace.lock_path)
    return None if content is None or _agreement(_manifest_digest(workspace), content) != before else content


def _memory(workspace: Workspace, manifest: str | None, judged: Lock) -> str | None:
    """What the store is to remember of a manifest (its digest before it was judged) and the lock that agrees with it.

    The lock's bytes count as they lie there, however a checkout ended their lines; but only if they still say what was
    judged.
    """
    content = read_if_there(workspace.lock_path)
    return _agreement(manifest, content) if content is not None and _lock_in(content) == judged else None


def _lock_in(content: bytes) -> Lock | None:
    try:
        return lock_in(content)
    except ModelsError:
        return None


def _manifest_digest(workspace: Workspace) -> str | None:
    """The sha256 of models.yaml as it lies there."""
    content = read_if_there(workspace.manifest_path)
    return None if content is None else hashlib.sha256(content).hexdigest()


def _agreement(manifest: str | None, lock: bytes) -> str | None:
    return manifest and f"{manifest} {hashlib.sha256(lock).hexdigest()}\n"


def stale_error(found: "tuple[Difference, ...]") -> StaleLockError:
    """A stale lock as an error, with each difference."""
    return StaleLockError(
        "models.lock is stale",
        hint="run `models lock` and commit the result",
        details=[f"{one.subject}  {one.text}" for one in found],
    )
