"""`models status`."""

import sys
from itertools import groupby

import click

from resolver.cli import options
from resolver.cli.options import Session, common
from resolver.cli.tables import say, show
from resolver.cli.texts import STALE
from resolver.domain.quantities import format_size
from resolver.domain.status_report import ModelStatus, StatusReport


@click.command()
@click.option("--exit-code", is_flag=True, help="Exit 1 if a required model is not ready.")
@options.profile_option
@options.only_option
@options.strict_option
@common
def status(session: Session, *, exit_code: bool, profile: str | None, only: tuple[str, ...], strict: bool) -> int:
    """What is there, what is missing, and the command that gets it. Never uses the network."""
    from resolver.workflows import status as workflow

    report = workflow.status(session.workspace(), session.profile(profile), frozenset(only))
    lacking = any(one.state not in ("ready", "skipped") and (strict or not one.optional) for one in report.models)
    code = int(exit_code and lacking)
    if session.json:
        from resolver.cli.documents import status_document, write

        write("status", code, status_document(report))
    else:
        _show(report)
    return code


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
