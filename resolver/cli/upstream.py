"""What the sources say of a lock, as text and as JSON: `models verify --upstream`."""

from collections.abc import Iterable
from typing import TextIO

from resolver.cli.documents import Document
from resolver.cli.outlooks import error_document, error_hints, models_text, subject_document
from resolver.cli.tables import say, show, tell
from resolver.cli.texts import count, seconds, short_digest
from resolver.domain.errors import failure_exit_code
from resolver.domain.upstream import UpstreamReport
from resolver.domain.verify_report import Finding

MOST_HINTS = 3
"""Lines of advice; after that they say no more than the findings."""


def upstream_exit_code(report: UpstreamReport, *, strict: bool) -> int:
    """The worst of what kept sources from being asked, as far as it counts: 5 before 3; 0 if all were."""
    return failure_exit_code([one.error for one in report.unasked if strict or not one.subject.optional])


def show_upstream(report: UpstreamReport, out: TextIO, *, quiet: bool) -> None:
    """What does not stand any more, what could not be asked, and what to do about both."""
    if not quiet or report.findings or report.unasked:
        tell(_headline(report), out)
    unasked = [
        (" unasked", models_text(one.subject), one.subject.artifact.key, f"could not be asked: {one.error.message}")
        for one in report.unasked
    ]
    show([*map(_row, report.findings), *unasked], out)
    for warning in () if quiet else report.warnings:
        say(f"warning: {warning}")
    hints = [*_unique(one.hint for one in report.findings), *error_hints(one.error for one in report.unasked)]
    for hint in hints[:MOST_HINTS]:
        say(f"hint: {hint}")


def upstream_document(report: UpstreamReport) -> Document:
    """About how many artifacts the sources were asked, and about which they could not be; findings stand elsewhere."""
    return {
        "asked": report.asked,
        "unasked": [{**subject_document(one.subject), "error": error_document(one.error)} for one in report.unasked],
        "seconds": round(report.seconds, 3),
    }


def _headline(report: UpstreamReport) -> str:
    found = [count(len(report.findings), "finding")] if report.findings else []
    found += [f"{len(report.unasked)} could not be asked"] if report.unasked else []
    asked = count(report.asked, "artifact")
    return f"{asked} asked upstream in {seconds(report.seconds)}: {', '.join(found) or 'all as pinned'}"


def _row(finding: Finding) -> tuple[str, str, str, str]:
    where = f"{finding.artifact}  {finding.path}" if finding.path else finding.artifact
    if finding.kind == "upstream-gone":
        text = finding.found or ""
    elif (finding.found or "").startswith("id "):  # an id alone says nothing to people
        text = f"another repository has its name now: {finding.found}, was {finding.expected}"
    else:
        text = f"expected {short_digest(finding.expected)}, found {short_digest(finding.found)}"
    return f" {finding.kind}", finding.model, where, text


def _unique(hints: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(hint for hint in hints if hint))
