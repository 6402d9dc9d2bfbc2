"""`models verify`."""

import sys
from typing import TextIO

import click

from resolver.cli import options
from resolver.cli.options import Session, common
from resolver.cli.progress import reporting
from resolver.cli.tables import say
from resolver.cli.texts import count, printable, seconds
from resolver.domain.errors import UsageError
from resolver.domain.quantities import format_size
from resolver.domain.verify_report import PYTHON, VIEW, Finding, VerifyReport


@click.command()
@click.option("--quick", is_flag=True, help="By size, time and inode against the record; what differs is read.")
@click.option("--repair", is_flag=True, help="Fetch damaged and missing files again, remove what is not locked.")
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

    if (mirrors or no_origin) and not repair:
        raise UsageError("--mirror and --no-origin say where --repair fetches; without it nothing is fetched")
    if python is not None and repair:
        raise UsageError(
            "--repair is for the view", hint=f"`models sync --python {python}` makes that environment right"
        )
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
    with reporting(session) as reporter:
        report = workflow.verify(session.workspace(reporter), chosen)
    code = int(any(strict or not one.optional for one in report.findings))
    if session.json:
        from resolver.cli.documents import verify_document, write
        from resolver.cli.installed import environment_document

        python_part = environment_document(report.python) if report.python else None
        write("verify", code, {**verify_document(report), "python": python_part})
    else:
        _show(report, sys.stdout, quiet=session.quiet)
    return code


def _show(report: VerifyReport, out: TextIO, *, quiet: bool) -> None:
    if not quiet or report.findings:
        out.write(_headline(report) + "\n")
    if report.findings or report.repaired:
        from resolver.cli.tables import show

        show([_row(one) for one in (*report.repaired, *report.findings)], out)
    for warning in () if quiet else report.warnings:
        say(f"warning: {warning}")
    if report.repaired:
        out.write(f"Repaired {count(len(report.repaired), 'finding')}\n")
    for hint in _hints(report):
        say(f"hint: {hint}")


def _headline(report: VerifyReport) -> str:
    found = len(report.findings) + len(report.repaired)
    sizes = f"{count(report.models, 'model')}, {count(report.files, 'file')}, {format_size(report.size)}"
    return f"{sizes} checked in {seconds(report.seconds)}: {count(found, 'finding') if found else 'all as locked'}"


def _row(finding: Finding) -> tuple[str, str, str, str]:
    if finding.kind == "damaged":
        text = f"expected sha256 {_short(finding.expected)}, found {_short(finding.found)}"
    elif finding.kind == "ref-moved":
        more = "" if (finding.found or "").strip() == finding.found else " and a newline, which hides the snapshot"
        text = f"expected {_short(finding.expected)}, found {_short(finding.found)}{more}"
    elif finding.kind == "missing":
        instead = f"{finding.found} is installed" if finding.where == PYTHON and finding.found else "not there"
        text = "optional" if finding.optional else instead
    else:
        text = finding.found or ""
    return f" {finding.kind}", finding.model, printable(finding.path), text


def _short(text: str | None) -> str:
    digits = text or "nothing"
    return f"{digits[:8]}…" if len(digits) >= 40 else digits


def _hints(report: VerifyReport) -> list[str]:
    elsewhere = dict.fromkeys(one.hint for one in report.findings if one.where == PYTHON and one.hint)
    kinds = {one.kind for one in report.findings if one.where == VIEW}
    return [*([_hint_for_view(report, kinds)] if kinds else []), *elsewhere]


def _hint_for_view(report: VerifyReport, kinds: set[str]) -> str:
    if kinds == {"policy"}:
        return "the lock was edited or the policy changed; run `models lock`"
    again = f"fetches {format_size(report.repair_size)} again" if report.repair_size else "writes what moved"
    removed = " and removes what is not locked" if "unexpected" in kinds else ""
    return f"`models verify --repair` {again}{removed}"
