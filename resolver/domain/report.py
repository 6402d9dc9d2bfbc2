"""What `sync` did: values that the command line renders as text or JSON.

The reports of the other verbs have modules of their own: making a class takes 0.4 ms, and a `sync` needs only these.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from resolver.domain.errors import ModelsError
from resolver.domain.plan import Plan
from resolver.domain.profile import Profile

if TYPE_CHECKING:
    from resolver.domain.install_report import InstallReport
    from resolver.domain.pruning import Pruning


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
    """What a sync did, or with `dry_run` would do; `python` tells of another environment, if one was named.

    `pruned` is None where nothing should be pruned, or could.
    """

    profile: Profile
    outcomes: tuple[Outcome, ...]
    plan: Plan
    bytes_fetched: int
    bytes_reused: int
    seconds: float
    dry_run: bool = False
    warnings: tuple[str, ...] = ()
    python: "InstallReport | None" = None
    pruned: "Pruning | None" = None
