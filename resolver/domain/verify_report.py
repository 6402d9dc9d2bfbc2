"""What `verify` found or did: values that the command line renders as text or JSON."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resolver.domain.installation import PythonEnvironment


VIEW, PYTHON = "view", "python"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that `verify` holds against what is on disk; `path` is relative in the view, absolute in a Python."""

    kind: str
    model: str
    artifact: str
    path: str
    expected: str | None = None
    found: str | None = None
    hint: str | None = None
    optional: bool = False
    where: str = VIEW


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What `verify` read and found; `repaired` are findings that `--repair` settled, `names` the models looked at."""

    models: int
    files: int
    size: int
    seconds: float
    findings: tuple[Finding, ...]
    warnings: tuple[str, ...] = ()
    repaired: tuple[Finding, ...] = ()
    repair_size: int = 0
    python: "PythonEnvironment | None" = None
    names: tuple[str, ...] = ()
