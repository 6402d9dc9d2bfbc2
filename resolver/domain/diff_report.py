"""What `diff` found: values that the command line and the exports render."""

from dataclasses import dataclass

from resolver.domain.lock_report import Change


@dataclass(frozen=True, slots=True)
class Version:
    """One of the two locks: what it was called, the commit that it is of, and whether there is one at all."""

    name: str
    commit: str | None = None
    there: bool = True


@dataclass(frozen=True, slots=True)
class Complaint:
    """What the policy says now and did not: about the `license` or the `flags` of an artifact of a model."""

    model: str
    artifact: str
    about: str
    text: str


@dataclass(frozen=True, slots=True)
class Need:
    """Bytes that a declared machine needs before and after; None where the lock does not declare it."""

    machine: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two locks and what differs; `sizes` are the bytes that each names, for all machines together."""

    before: Version
    after: Version
    changes: tuple[Change, ...]
    needs: tuple[Need, ...] = ()
    sizes: tuple[int, int] = (0, 0)
    only: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
