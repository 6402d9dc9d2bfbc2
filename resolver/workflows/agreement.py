"""Whether models.yaml and models.lock agree, and what the store remembers of it."""

import hashlib

from resolver.domain.errors import ModelsError, StaleLockError
from resolver.domain.lock import Lock
from resolver.domain.report import Difference
from resolver.files.atomic import read_if_there
from resolver.workflows.workspace import Workspace, load_lock, load_manifest


def agreed_lock(workspace: Workspace, mode: str, *, dry_run: bool) -> tuple[Lock, tuple[str, ...]]:
    """The lock to sync to. Mode `lock` locks first if the lock is missing or stale; old pins do not move."""
    if mode == "frozen":
        return load_lock(workspace), ()
    if mode == "locked":
        from resolver.workflows.lock import stale

        manifest, locked = load_manifest(workspace), load_lock(workspace)
        found = stale(manifest, locked)
        if found:
            raise stale_error(found)
        return locked, ()
    known = known_to_agree(workspace)
    if known is not None:
        return known, ()
    from resolver.workflows.lock import LockOptions, lock

    report = lock(workspace, LockOptions(dry_run=dry_run))
    word = "would be locked first" if dry_run else "locked first"
    note = (f"models.lock was missing or stale: {word}",) if report.changed else ()
    return report.lock, (*note, *report.warnings)


def known_to_agree(workspace: Workspace) -> Lock | None:
    """The lock, if exactly this manifest and this lock were found to agree before: neither is judged again."""
    before = workspace.store.agreed(workspace.project)
    if before is None or not workspace.lock_path.exists():
        return None
    try:
        locked = load_lock(workspace)
    except ModelsError:
        return None
    return locked if agreement(manifest_digest(workspace), locked) == before else None


def manifest_digest(workspace: Workspace) -> str | None:
    """The sha256 of models.yaml as it lies there, before anybody judged it."""
    content = read_if_there(workspace.manifest_path)
    return None if content is None else hashlib.sha256(content).hexdigest()


def agreement(manifest: str | None, locked: Lock) -> str | None:
    """What the store remembers of a manifest (its digest before it was judged) and the lock that agrees with it."""
    from resolver.documents.lock_writer import lock_text

    return manifest and f"{manifest} {hashlib.sha256(lock_text(locked)).hexdigest()}\n"


def stale_error(found: tuple[Difference, ...]) -> StaleLockError:
    """A stale lock as an error, with each difference."""
    return StaleLockError(
        "models.lock is stale",
        hint="run `models lock` and commit the result",
        details=[f"{one.subject}  {one.text}" for one in found],
    )
