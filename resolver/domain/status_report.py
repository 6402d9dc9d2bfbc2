"""What `status` found: values that the command line renders as text, Markdown or JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from resolver.domain.profile import Profile


@dataclass(frozen=True, slots=True)
class Alternative:
    """A variant that this machine does not get: the bytes that it would bring, and the machines that it is for.

    `when` is the selector as it is written, `needs` are bytes, `profiles` the declared machines that get it.
    """

    variant: str
    artifact: str
    version: str | None
    size: int
    when: Mapping[str, object]
    needs: Mapping[str, int]
    profiles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """What is there of one model: ready, missing, incomplete, damaged, moved or skipped; and its other variants."""

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
    available: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusReport:
    """The state of every model, and totals in bytes.

    `on_disk` are the bytes of what is wanted and there, `shared` those of them that have another name on the disk;
    `left` are those of what was placed before and is not wanted. `has_token` is about the Hub's.
    """

    profile: Profile
    models: tuple[ModelStatus, ...]
    lock_sha256: str
    on_disk: int
    shared: int
    stale: bool
    cache: str
    store: str
    has_token: bool
    left: int = 0
    warnings: tuple[str, ...] = ()

    def count(self, *states: str) -> int:
        """How many models are in one of these states."""
        return sum(one.state in states for one in self.models)

    @property
    def next(self) -> tuple[str, ...]:
        """What to type next, in order."""
        lacking = [one for one in self.models if one.state in ("missing", "incomplete")]
        steps = {
            "models lock": self.stale,
            "models verify --repair": self.count("damaged", "moved") > 0,
            str(lacking[0].hint) if len(lacking) == 1 else "models sync": bool(lacking),
            "models prune": self.left > 0,
        }
        return tuple(step for step, is_due in steps.items() if is_due)
