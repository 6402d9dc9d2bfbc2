"""What `lock` found or did: values that the command line renders as text or JSON."""

from dataclasses import dataclass

from resolver.domain.lock import Lock


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file that is not as it was: its sizes in bytes, None where it is not there.

    `kind` is weights, files or metadata; `moved_from` is the path that the same bytes had before.
    """

    path: str
    kind: str
    before: int | None
    after: int | None
    moved_from: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two locks.

    `kind` is added, removed, weights, files, metadata, license, flags, gated, source, requirement, policy, profile or
    selection; `subject` says what of it, where the kind does not. `model` is None for what belongs to the whole lock.
    `size_delta` are bytes; `profiles` the declared machines that get the artifact, before or after. `notes` say what
    else there is to know, `alerts` what no reviewer may overlook.
    """

    model: str | None
    kind: str
    before: str | None
    after: str | None
    size_delta: int = 0
    profiles: tuple[str, ...] = ()
    artifact: str | None = None
    variant: str | None = None
    subject: str | None = None
    files: tuple[FileChange, ...] = ()
    notes: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the manifest asks for and the lock does not say; `subject` is a model or a key of the manifest."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class LockReport:
    """What `lock` did. `changed` is whether the file on disk is another (or would be, under `--dry-run`)."""

    changed: bool
    changes: tuple[Change, ...]
    lock: Lock
    old: Lock | None
    seconds: float
    size_here: int | None = None
    warnings: tuple[str, ...] = ()
    dry_run: bool = False
