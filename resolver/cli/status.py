"""`models status`."""

import sys
from itertools import groupby
from typing import TYPE_CHECKING

import click

from resolver.cli import options
from resolver.cli.options import Session, common
from resolver.cli.tables import fitted, say, show
from resolver.cli.texts import STALE
from resolver.domain.quantities import format_size
from resolver.domain.status_report import ModelStatus, StatusReport

if TYPE_CHECKING:
    from resolver.cli.documents import Document
    from resolver.domain.upstream import Outlook


@click.command()
@click.option("--exit-code", is_flag=True, help="Exit 1 if a required model is not ready.")
@click.option("--check-updates", is_flag=True, help="Ask the sources too what is newer; a failure is a warning.")
@options.profile_option
@options.only_option
@options.strict_option
@common
def status(
    session: Session,
    *,
    exit_code: bool,
    check_updates: bool,
    profile: str | None,
    only: tuple[str, ...],
    strict: bool,
) -> int:
    """What is there, what is missing, and the command that gets it. Uses no network unless --check-updates."""
    from resolver.workflows import status as workflow

    report = workflow.status(session.workspace(), session.profile(profile), frozenset(only))
    lacking = any(one.state not in ("ready", "skipped") and (strict or not one.optional) for one in report.models)
    code = int(exit_code and lacking)
    if not session.json:
        _show(report)
    updates = _updates(session, report) if check_updates else None
    if session.json:
        from resolver.cli.documents import status_document, write

        write("status", code, {**status_document(report), "updates": updates})
    return code


def _updates(session: Session, report: StatusReport) -> "Document | None":
    """What is newer for what this machine gets, shown unless a document is asked for; nothing here fails a status."""
    from resolver.cli import outlooks
    from resolver.domain.errors import OfflineError
    from resolver.workflows.outdated import updates

    chosen = {one.name: one.variant for one in report.models if one.variant is not None}
    try:
        found = updates(session.workspace(), chosen)
    except OfflineError as error:
        say(f"warning: {error.message}")
        return None
    if not session.json:
        rows = outlooks.rows(one for one in found.outlooks if _worth_a_line(one))
        show(fitted(rows, sys.stdout), sys.stdout)
        sys.stdout.write(outlooks.update_line(found) + "\n")
    for one in found.outlooks:
        if one.error is not None:
            say(f"warning: {one.subject.models[0]}  {one.subject.artifact.source}: {one.error.message}")
    return outlooks.asked_document(found)


def _worth_a_line(one: "Outlook") -> bool:
    """Whether there is more to say of it than that it is current; what could not be asked is a warning."""
    return one.error is None and (one.state not in ("current", "pinned") or bool(one.excluded))


# What the categories of formats.md are called on screen; another one is shown as it is written.
_TITLES = {
    "whisper": "Whisper",
    "vad": "VAD",
    "ner": "NER",
    "diarization": "Diarization",
    "apple-silicon": "Apple Silicon",
}


def _show(report: StatusReport) -> None:
    rows: list[tuple[str, ...]] = []
    order = list(dict.fromkeys(one.category for one in report.models))
    ordered = sorted(report.models, key=lambda one: order.index(one.category))
    for category, models in groupby(ordered, key=lambda one: one.category):
        rows.append((_TITLES.get(category, category), "", "", "", "", ""))
        rows += [_row(one) for one in models]
    show(rows, sys.stdout, right=(2,), headers=("", "", "size", "version", "state", ""))
    sys.stdout.write(_totals(report) + "\n")
    sys.stdout.write(f"Lock sha256 {report.lock_sha256}\n")
    if report.stale:
        say(STALE)
    for warning in report.warnings:
        say(f"warning: {warning}")


def _row(one: ModelStatus) -> tuple[str, ...]:
    settings = " · ".join(_setting(name, one.settings[name]) for name in sorted(one.settings))
    last = settings if one.state == "ready" else one.hint or ""
    size = "-" if one.size is None else format_size(one.size)
    return f"  {one.name}", one.variant or "", size, one.version or "-", one.state, last


def _setting(name: str, value: object) -> str:
    return str(value) if name in ("device", "compute_type") else f"{name.replace('_', ' ')} {value}"


def _totals(report: StatusReport) -> str:
    states = [one.state for one in report.models]
    ready, skipped = states.count("ready"), states.count("skipped")
    counts = f"Ready {ready} · missing {len(states) - ready - skipped} · skipped {skipped}"
    return f"{counts} · {format_size(report.on_disk)} on disk ({format_size(report.shared)} shared with the store)"
