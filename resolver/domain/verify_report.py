"""What `verify` found or did: values that the command line renders as text or JSON."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from resolver.domain.quantities import format_size

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


def remedy(kinds: Collection[str], size: int = 0) -> str:
    """The command that makes findings of these kinds in the view right; `size` bytes come again, 0 if none do.

    One answer for each finding and for all together, wherever it is shown.

    What is only missing has not been altered by anybody, and `models sync` brings it; all else is looked at first.
    """
    if set(kinds) == {"missing"}:
        return f"`models sync` brings {format_size(size) if size else 'it'} back"
    removes = ["removes what is not locked"] if "unexpected" in kinds else []
    writes = ["writes what moved"] if "ref-moved" in kinds and not size else []
    fetches = [f"fetches {format_size(size)} again"] if size else []
    return f"`models verify --repair` {' and '.join([*fetches, *writes, *removes])}"
