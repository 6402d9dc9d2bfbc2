"""`models` without a verb: how things stand, and the one command to type next."""

import enum
from dataclasses import dataclass

from resolver.domain.errors import LockError, ManifestError, MissingLockError, ModelsError
from resolver.domain.lock import Lock
from resolver.domain.manifest import Manifest
from resolver.domain.status_report import StatusReport
from resolver.workflows.agreement import known_to_agree
from resolver.workflows.workspace import Workspace, load_lock, load_manifest


class Agreement(enum.Enum):
    """How the two files stand to each other."""

    NOTHING = "neither is there"
    UNLOCKED = "there is no lock"
    STALE = "the lock is stale"
    FRESH = "they agree"
    LOCK_ONLY = "there is no manifest"
    WRONG = "one of them is wrong"


@dataclass(frozen=True, slots=True)
class Overview:
    """How a project stands. `models` are those of the manifest, else of the lock; `problem` is what is wrong with one.

    `status` is None where it cannot be told.
    """

    agreement: Agreement
    models: int = 0
    lock: Lock | None = None
    status: StatusReport | None = None
    problem: ModelsError | None = None

    @property
    def next(self) -> str:
        """The command that brings things forward; of a lock that cannot be read, what its error advises."""
        if isinstance(self.problem, LockError) and self.problem.hint:
            return self.problem.hint
        if self.agreement in _NEXT:
            return _NEXT[self.agreement]
        if self.status is None:
            return "models sync"
        states = [one.state for one in self.status.models if one.state not in ("ready", "skipped")]
        if "damaged" in states or "moved" in states:
            return "models verify --repair"
        return "models sync" if states else "models run -- CMD"


_NEXT = {
    Agreement.NOTHING: "models init",
    Agreement.UNLOCKED: "models lock",
    Agreement.STALE: "models lock",
    Agreement.WRONG: "models lock",
}


def overview(workspace: Workspace, profile: str | None) -> Overview:
    """How the project stands; what is wrong with it is part of the answer."""
    try:
        manifest, locked = _manifest(workspace), _lock(workspace)
    except (ManifestError, LockError) as error:
        return Overview(Agreement.WRONG, problem=error)
    if locked is None:
        return Overview(Agreement.NOTHING if manifest is None else Agreement.UNLOCKED, _count(manifest))
    return Overview(
        _agreement(workspace, manifest, locked), _count(manifest or locked), locked, *_here(workspace, profile)
    )


def _count(document: Manifest | Lock | None) -> int:
    return 0 if document is None else len(document.models)


def _manifest(workspace: Workspace) -> Manifest | None:
    return load_manifest(workspace) if workspace.manifest_path.is_file() else None


def _lock(workspace: Workspace) -> Lock | None:
    try:
        return load_lock(workspace)
    except MissingLockError:
        return None


def _agreement(workspace: Workspace, manifest: Manifest | None, locked: Lock) -> Agreement:
    if manifest is None:
        return Agreement.LOCK_ONLY
    if known_to_agree(workspace) is not None:
        return Agreement.FRESH
    from resolver.workflows.lock import stale

    return Agreement.STALE if stale(manifest, locked) else Agreement.FRESH


def _here(workspace: Workspace, profile: str | None) -> tuple[StatusReport | None, ModelsError | None]:
    """What is there of it on this machine; what stands in the way of telling is said instead."""
    from resolver.workflows.status import status

    try:
        return status(workspace, profile, frozenset()), None
    except ModelsError as error:
        return None, error
