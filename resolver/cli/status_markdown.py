"""`models status --format markdown`: the same report for a pull request or a wiki."""

from collections.abc import Iterable, Sequence

from resolver.cli import outlooks
from resolver.cli.status import by_category, meant_for, remark, surroundings, totals
from resolver.domain.quantities import format_size
from resolver.domain.status_report import StatusReport
from resolver.domain.upstream import OutdatedReport
from resolver.exports.markdown import code


def status_markdown(report: StatusReport, updates: OutdatedReport | None) -> str:
    """Everything that the text says; what comes from outside stands in code spans."""
    models = [
        (title, one.name, one.variant or "", _size(one.size), one.version or "", one.state, remark(one))
        for title, several in by_category(report)
        for one in several
    ]
    others = [
        (one.name, it.variant, format_size(it.size), it.version or "", meant_for(it))
        for one in report.models
        for it in one.available
    ]
    facts = [
        ("Lock", f"sha256 {report.lock_sha256}{', stale' if report.stale else ''}"),
        *surroundings(report),
        *(("Warning", one) for one in report.warnings),
    ]
    parts = ["## Models", *_table(("category", "model", "variant", "size", "version", "state", ""), models)]
    parts += [totals(report), ""]
    if others:
        parts += ["## Not chosen here", *_table(("model", "variant", "size", "version", "for"), others)]
    if updates is not None:
        parts += [
            "## Updates",
            *_table(("state", "model", "source", ""), outlooks.rows(outlooks.worth_a_line(updates))),
        ]
        parts += [code(outlooks.update_line(updates)), ""]
    return "\n".join([*parts, "## About", *_table(("", ""), facts)])


def _size(size: int | None) -> str:
    return "" if size is None else format_size(size)


def _table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table between empty lines."""
    return ["", _line(headers), _line(["---"] * len(headers)), *(_line(map(_cell, row)) for row in rows), ""]


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return code(text.strip()) if text.strip() else ""
