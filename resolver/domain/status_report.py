"""What `status` found: values that the command line renders as text or JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from resolver.domain.profile import Profile


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
