"""`models verify`."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TextIO

import click

from resolver.cli import options
from resolver.cli.options import Session, common
from resolver.cli.progress import reporting
from resolver.cli.tables import say, tell
from resolver.cli.texts import count, seconds, short_digest
from resolver.domain.errors import UsageError
from resolver.domain.quantities import format_size
from resolver.domain.verify_report import PYTHON, VIEW, Finding, VerifyReport, remedy

if TYPE_CHECKING:
    from resolver.domain.upstream import UpstreamReport
    from resolver.workflows.verify import VerifyOptions

FORMATS = ("text", "json", "github", "sarif", "junit")


@click.command()
@click.option("--quick", is_flag=True, help="By size, time and inode against the record; what differs is read.")
@click.option("--repair", is_flag=True, help="Fetch damaged and missing files again, remove what is not locked.")
@click.option("--upstream", is_flag=True, help="Ask the sources too whether everything that is pinned still stands.")
@click.option("--upstream-only", is_flag=True, help="Ask the sources alone: for a machine that has only the lock.")
@options.format_option(*FORMATS)
@options.profile_option
@options.only_option
@options.workers_option
@options.strict_option
@options.mirror_option
@options.no_origin_option
@options.python_option
@common
def verify(
    session: Session,
    *,
    quick: bool,
    repair: bool,
    upstream: bool,
    upstream_only: bool,
    format_: str,
    profile: str | None,
    only: tuple[str, ...],
    max_workers: int | None,
    strict: bool,
    mirrors: tuple[str, ...],
    no_origin: bool,
    python: str | None,
) -> int:
    """Prove offline that what is on disk is what was locked; exit 1 if not."""
    from resolver.workflows import verify as workflow
    from resolver.workflows.route import Route

    _check_repair(repair=repair, told_where=bool(mirrors or no_origin), python=python)
    if upstream_only:
        _check_alone({"--quick": quick, "--repair": repair, "--profile": profile, "--python": python})
    if upstream or upstream_only:
        _check_network(session, frozenset(only))
    chosen = workflow.VerifyOptions(
        quick=quick,
        repair=repair,
        profile=session.profile(profile),
        only=frozenset(only),
        readers=session.surroundings.cores,
        workers=session.workers(max_workers),
        python=python,
        route=Route(options.locations(mirrors, session.surroundings.folder), origin=not no_origin),
    )
    local = None if upstream_only else _local(session, chosen, _prose(format_))
    asked = _upstream(session, chosen.only, _prose(format_)) if upstream or upstream_only else None
    return _outcome(session, local, asked, (format_, strict))


def _check_repair(*, repair: bool, told_where: bool, python: str | None) -> None:
    if told_where and not repair:
        raise UsageError(
            "--mirror and --no-origin say where --repair fetches; without it nothing is fetched",
            hint="add --repair, or leave them out",
        )
    if python is not None and repair:
        raise UsageError(
            "--repair is for the view", hint=f"`models sync --python {python}` makes that environment right"
        )


def _check_alone(local: Mapping[str, object]) -> None:
    """That no flag stands beside --upstream-only that is about this machine."""
    given = [flag for flag, value in local.items() if value]
    if given:
        raise UsageError(
            f"--upstream-only reads nothing on this machine, and {' and '.join(given)} would",
            hint=f"leave out {' and '.join(given)}, or give --upstream instead, which verifies this machine too",
        )


def _prose(format_: str) -> TextIO | None:
    """Where people read on: beside a document for other programs on stderr, beside JSON nowhere."""
    return {"text": sys.stdout, "json": None}.get(format_, sys.stderr)


def _check_network(session: Session, only: frozenset[str]) -> None:
    from resolver.cli.network import asking
    from resolver.workflows.upstream import check_upstream

    with asking(session):
        check_upstream(session.workspace(), only)


def _local(session: Session, chosen: "VerifyOptions", out: TextIO | None) -> VerifyReport:
    """What is on this machine; shown at once, because sources may take their time."""
    from resolver.workflows.verify import verify as workflow

    with reporting(session) as reporter:
        report = workflow(session.workspace(reporter), chosen)
    if out is not None:
        _show(report, out, quiet=session.quiet)
    return report


def _upstream(session: Session, only: frozenset[str], out: TextIO | None) -> "UpstreamReport":
    from resolver.cli.upstream import show_upstream
    from resolver.workflows.upstream import verify_upstream

    with reporting(session) as reporter:
        report = verify_upstream(session.workspace(reporter), only)
    if out is not None:
        show_upstream(report, out, quiet=session.quiet)
    return report


def _outcome(
    session: Session, local: VerifyReport | None, asked: "UpstreamReport | None", how: tuple[str, bool]
) -> int:
    """The exit code; what could not be asked outweighs findings, as wherever the outside failed.

    `how` is the format of the document, and whether optional models count.
    """
    format_, strict = how
    report = local or VerifyReport(models=0, files=0, size=0, seconds=0.0, findings=())
    code, upstream = 0, None
    if asked is not None:
        from resolver.cli.upstream import upstream_document, upstream_exit_code

        code, upstream = upstream_exit_code(asked, strict=strict), upstream_document(asked)
        found, warnings = (*report.findings, *asked.findings), (*report.warnings, *asked.warnings)
        report = replace(report, findings=found, warnings=warnings)
    code = code or int(any(strict or not one.optional for one in report.findings))
    if format_ == "json":
        from resolver.cli.documents import verify_document, write
        from resolver.cli.installed import environment_document

        python = environment_document(report.python) if report.python else None
        write("verify", code, {**verify_document(report), "python": python, "upstream": upstream})
    elif format_ != "text":
        sys.stdout.write(_exported(session, report, format_))
    return code


def _exported(session: Session, report: VerifyReport, format_: str) -> str:
    if format_ == "junit":
        from resolver.exports.junit import junit

        return junit(report)
    places = session.lock_places()
    if format_ == "sarif":
        from resolver.exports.sarif import sarif

        return sarif(report, places)
    from resolver.exports.annotations import of_findings
    from resolver.exports.github import workflow_commands

    return workflow_commands(of_findings(report.findings, places), "`models verify` has all")


def _show(report: VerifyReport, out: TextIO, *, quiet: bool) -> None:
    if not quiet or report.findings:
        tell(_headline(report), out)
    if report.findings or report.repaired:
        from resolver.cli.tables import show

        show([_row(one) for one in (*report.repaired, *report.findings)], out)
    for warning in () if quiet else report.warnings:
        say(f"warning: {warning}")
    if report.repaired:
        tell(f"Repaired {count(len(report.repaired), 'finding')}", out)
    for hint in _hints(report):
        say(f"hint: {hint}")


def _headline(report: VerifyReport) -> str:
    found = len(report.findings) + len(report.repaired)
    sizes = f"{count(report.models, 'model')}, {count(report.files, 'file')}, {format_size(report.size)}"
    return f"{sizes} checked in {seconds(report.seconds)}: {count(found, 'finding') if found else 'all as locked'}"


def _row(finding: Finding) -> tuple[str, str, str, str]:
    if finding.kind == "damaged":
        text = f"expected sha256 {short_digest(finding.expected)}, found {short_digest(finding.found)}"
    elif finding.kind == "ref-moved":
        more = "" if (finding.found or "").strip() == finding.found else " and a newline, which hides the snapshot"
        text = f"expected {short_digest(finding.expected)}, found {short_digest(finding.found)}{more}"
    elif finding.kind == "missing":
        instead = f"{finding.found} is installed" if finding.where == PYTHON and finding.found else "not there"
        text = "optional" if finding.optional else instead
    else:
        text = finding.found or ""
    return f" {finding.kind}", finding.model, _place(finding), text


def _place(finding: Finding) -> str:
    """Where it is, as people call it; documents have the path."""
    from resolver.runtimes import known_as

    return known_as(finding.path) if finding.where == VIEW else finding.path


def _hints(report: VerifyReport) -> list[str]:
    """One for all that a command makes right together, then those of each that nothing of that kind does."""
    together = [one for one in report.findings if one.where == VIEW and one.kind != "policy"]
    apart = [one.hint for one in report.findings if one not in together and one.hint]
    first = [remedy({one.kind for one in together}, report.repair_size)] if together else []
    return [*first, *dict.fromkeys(apart)]
