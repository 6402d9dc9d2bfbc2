"""What `verify` found or did: values that the command line renders as text or JSON."""

from dataclasses import dataclass


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
