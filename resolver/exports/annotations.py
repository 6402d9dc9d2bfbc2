"""What a check on GitHub shows of findings, of a stale lock and of changes."""

from collections.abc import Iterable

from resolver.domain.diff_report import Comparison
from resolver.domain.lock_places import LockPlaces
from resolver.domain.lock_report import Difference
from resolver.domain.verify_report import Finding
from resolver.exports import findings
from resolver.exports.github import ERROR, MOST_SHOWN, NOTICE, WARNING, Annotation
from resolver.exports.words import is_loud, sentence, title, told_once


def of_findings(found: Iterable[Finding], places: LockPlaces) -> list[Annotation]:
    """Every finding beside the line of the lock that it is about."""
    return [
        Annotation(
            ERROR if findings.is_error(one) else WARNING,
            places.file,
            f"models verify: {one.kind}",
            findings.with_hint(one),
            places.line(one.artifact, one.path),
        )
        for one in found
    ]


def of_staleness(found: Iterable[Difference], file: str) -> list[Annotation]:
    """What models.lock does not say of what the manifest `file` asks for."""
    return [
        Annotation(ERROR, file, "models.lock is stale", f"{one.subject}: {one.text}\nrun `models lock`", 1)
        for one in found
    ]


def of_changes(comparison: Comparison, file: str) -> list[Annotation]:
    """One for each change of the lock at `file`; a warning for what no reviewer may overlook."""
    return [
        Annotation(
            WARNING if is_loud(one.change) else NOTICE,
            file,
            f"{', '.join(one.models) or file}: {title(one.change)}",
            "; ".join([sentence(one.change, MOST_SHOWN), *one.change.alerts]),
        )
        for one in told_once(comparison.changes)
    ]
