"""What `lock` found or did: values that the command line renders as text or JSON."""

from dataclasses import dataclass

from resolver.domain.lock import Lock


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two locks: added, removed, weights, files, metadata, license, flags or selection.

    `size_delta` are bytes; `profiles` the declared machines that it touches.
    """

    model: str
    kind: str
    before: str | None
    after: str | None
    size_delta: int = 0
    profiles: tuple[str, ...] = ()


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
