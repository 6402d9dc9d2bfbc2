"""`models status`."""

import sys
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

import click

from resolver.cli import options
from resolver.cli.options import Session, common
from resolver.cli.tables import say, show, tell
from resolver.cli.texts import STALE, machine_line, selector_text
from resolver.domain.quantities import format_size
from resolver.domain.status_report import Alternative, ModelStatus, StatusReport

if TYPE_CHECKING:
    from resolver.domain.upstream import OutdatedReport


@click.command()
@click.option("--exit-code", is_flag=True, help="Exit 1 if a required model is not ready.")
@click.option("--check-updates", is_flag=True, help="Ask the sources too what is newer; a failure is a warning.")
@options.format_option("text", "markdown", "json")
@options.profile_option
@options.only_option
@options.strict_option
@common
def status(
    session: Session,
    *,
    exit_code: bool,
    check_updates: bool,
    format_: str,
    profile: str | None,
    only: tuple[str, ...],
    strict: bool,
) -> int:
    """What is there, what is missing, and the command that gets it. Uses no network unless --check-updates."""
    from resolver.workflows import status as workflow

    report = workflow.status(session.workspace(), session.profile(profile), frozenset(only))
    lacking = any(one.state not in ("ready", "skipped") and (strict or not one.optional) for one in report.models)
    code = int(exit_code and lacking)
    if format_ == "text":  # at once: sources may take their time
        _show(report)
    found = _asked(session, report) if check_updates else None
    if format_ == "json":
        from resolver.cli.documents import write
        from resolver.cli.outlooks import asked_document
        from resolver.cli.status_document import status_document

        write("status", code, {**status_document(report), "updates": asked_document(found) if found else None})
    elif format_ == "markdown":
        from resolver.cli.status_markdown import status_markdown

        sys.stdout.write(status_markdown(report, found))
    elif found is not None:
        _show_updates(found)
    return code


def _asked(session: Session, report: StatusReport) -> "OutdatedReport | None":
    """What is newer for what this machine gets; nothing here fails a status."""
    from resolver.domain.errors import OfflineError
    from resolver.workflows.outdated import updates

    chosen = {one.name: one.variant for one in report.models if one.variant is not None}
    try:
        found = updates(session.workspace(), chosen)
    except OfflineError as error:
        say(f"warning: {error.message}")
        return None
    for one in found.outlooks:
        if one.error is not None:
            say(f"warning: {one.subject.models[0]}  {one.subject.artifact.source}: {one.error.message}")
    return found


def _show_updates(found: "OutdatedReport") -> None:
    from resolver.cli import outlooks

    show(outlooks.rows(outlooks.worth_a_line(found)), sys.stdout)
    tell(outlooks.update_line(found), sys.stdout)


# What the categories of formats.md are called on screen; another one is shown as it is written.
_TITLES = {
    "whisper": "Whisper",
    "vad": "VAD",
    "ner": "NER",
    "diarization": "Diarization",
    "apple-silicon": "Apple Silicon",
}


def by_category(report: StatusReport) -> Iterator[tuple[str, list[ModelStatus]]]:
    """The title of each category with its models, in the order in which categories first come."""
    order = list(dict.fromkeys(one.category for one in report.models))
    ordered = sorted(report.models, key=lambda one: order.index(one.category))
    for category, models in groupby(ordered, key=lambda one: one.category):
        yield _TITLES.get(category, category), list(models)


def _show(report: StatusReport) -> None:
    rows: list[tuple[str, ...]] = []
    for title, models in by_category(report):
        rows.append((title, "", "", "", "", ""))
        rows += [_row(one) for one in models]
    show(rows, sys.stdout, right=(2,), headers=("", "", "size", "version", "state", ""))
    tell(totals(report), sys.stdout)
    sys.stdout.write(f"Lock sha256 {report.lock_sha256}\n")
    others = [
        (f"  {one.name}", it.variant, format_size(it.size), meant_for(it))
        for one in report.models
        for it in one.available
    ]
    if others:
        sys.stdout.write("\nNot chosen here\n")
        show(others, sys.stdout, right=(2,))
    sys.stdout.write("\n")
    for label, fact in surroundings(report):
        tell(f"{label:<9}{fact}", sys.stdout)
    if report.stale:
        say(STALE)
    for warning in report.warnings:
        say(f"warning: {warning}")


def _row(one: ModelStatus) -> tuple[str, ...]:
    size = "-" if one.size is None else format_size(one.size)
    return f"  {one.name}", one.variant or "", size, one.version or "-", one.state, remark(one)


def remark(one: ModelStatus) -> str:
    """How a model that is ready is to be loaded; of another one what to do, or why it is skipped."""
    settings = " · ".join(_setting(name, one.settings[name]) for name in sorted(one.settings))
    return settings if one.state == "ready" else one.hint or ""


def _setting(name: str, value: object) -> str:
    return str(value) if name in ("device", "compute_type") else f"{name.replace('_', ' ')} {value}"


def totals(report: StatusReport) -> str:
    """How many models there are in which state, and how many bytes."""
    ready, skipped = report.count("ready"), report.count("skipped")
    counts = f"Ready {ready} · missing {len(report.models) - ready - skipped} · skipped {skipped}"
    return f"{counts} · {format_size(report.on_disk)} on disk ({format_size(report.shared)} shared with the store)"


def meant_for(one: Alternative) -> str:
    """The machines that a variant is for, and the declared ones that get it."""
    needs = [f"needs {format_size(size)} {memory}" for memory, size in one.needs.items()]
    text = ", ".join([part for part in (selector_text(one.when), *needs) if part]) or "any machine"
    return f"{text} ({', '.join(one.profiles)})" if one.profiles else text


def surroundings(report: StatusReport) -> list[tuple[str, str]]:
    """What the report is about, and what to do next."""
    name = f"{report.profile.name}: " if report.profile.name else ""
    left = [("Left", f"{format_size(report.left)} of earlier locks or other machines")] if report.left else []
    first, *others = report.next or ("nothing",)
    return [
        ("Machine", f"{name}{machine_line(report.profile)}"),
        ("Cache", report.cache),
        *left,
        ("Store", report.store),
        ("Token", "found" if report.has_token else "not found"),
        ("Next", first),
        *(("", step) for step in others),
    ]
