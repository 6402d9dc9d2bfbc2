"""What became of wheels in another Python environment: values that the command line renders as text or JSON."""

from dataclasses import dataclass

from resolver.domain.errors import ModelsError
from resolver.domain.installation import Installation, PythonEnvironment

FAILED = "failed"


@dataclass(frozen=True, slots=True)
class InstallOutcome:
    """One wheel: what was to be done, and the error if it was not. `optional` if only optional models want it."""

    installation: Installation
    optional: bool
    error: ModelsError | None = None

    @property
    def state(self) -> str:
        """What became of it: present, installed, repaired, replaced or failed."""
        return self.installation.state if self.error is None else FAILED


@dataclass(frozen=True, slots=True)
class InstallReport:
    """What `sync --python` did, or with `dry_run` would do; `warnings` are what it will not satisfy."""

    environment: PythonEnvironment
    outcomes: tuple[InstallOutcome, ...]
    warnings: tuple[str, ...] = ()
