"""What a verb found or did: values that the command line renders as text or JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from resolver.domain.errors import ModelsError
from resolver.domain.lock import Lock
from resolver.domain.manifest import Model, Variant
from resolver.domain.plan import Plan
from resolver.domain.profile import Profile
from resolver.domain.selector import Mismatch


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


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one model in a sync: present, fetched, linked, repaired, skipped or failed."""

    name: str
    artifact: str | None
    state: str
    optional: bool
    size: int = 0
    bytes_fetched: int = 0
    path: str | None = None
    reason: str | None = None
    error: ModelsError | None = None


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did, or with `dry_run` would do."""

    profile: Profile
    outcomes: tuple[Outcome, ...]
    plan: Plan
    bytes_fetched: int
    bytes_reused: int
    seconds: float
    dry_run: bool = False
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that `verify` holds against what is on disk."""

    kind: str
    model: str
    artifact: str
    path: str
    expected: str | None = None
    found: str | None = None
    hint: str | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What `verify` read and found; `repaired` are findings that `--repair` settled."""

    models: int
    files: int
    size: int
    seconds: float
    findings: tuple[Finding, ...]
    warnings: tuple[str, ...] = ()
    repaired: tuple[Finding, ...] = ()
    repair_size: int = 0


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """What is there of one model: ready, missing, incomplete, damaged or skipped."""

    name: str
    category: str
    state: str
    optional: bool
    variant: str | None = None
    artifact: str | None = None
    version: str | None = None
    size: int | None = None
    path: str | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class StatusReport:
    """The state of every model, and totals in bytes."""

    profile: Profile
    models: tuple[ModelStatus, ...]
    lock_sha256: str
    on_disk: int
    shared: int
    stale: bool
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """One variant before a machine: chosen, rejected with every reason, or not considered because an earlier one won.

    A reason about `vram` or `ram` that a budget gives has plain bytes as `wanted`, and as `found` the bytes that are
    left for it.
    """

    variant: Variant
    outcome: str
    because: tuple[Mismatch, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a model gets what it gets on one machine.

    `available` maps vram and ram to the bytes that its group may take, where known; the judged variants are in order.
    """

    model: Model
    judged: tuple[Judged, ...]
    available: Mapping[str, int]

    @property
    def chosen(self) -> Variant | None:
        """The variant that the machine gets, None if the model is skipped."""
        return next((one.variant for one in self.judged if one.outcome == "chosen"), None)
