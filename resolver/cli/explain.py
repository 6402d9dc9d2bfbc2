"""`models explain`."""

import sys

import click

from resolver.cli import options
from resolver.cli.options import Session, common
from resolver.cli.tables import say, show, tell
from resolver.cli.texts import STALE
from resolver.domain.explanation import Judged
from resolver.domain.facts import Facts
from resolver.domain.quantities import format_size
from resolver.domain.selector import Mismatch
from resolver.stages.select.table import MEMORIES
from resolver.workflows.explain import ExplainReport


@click.command()
@click.argument("name", shell_complete=options.complete_models)
@options.profile_option
@common
def explain(session: Session, *, name: str, profile: str | None) -> int:
    """Why a machine gets the variant of model NAME that it gets, and what ruled out the others.

    Reads the lock alone. Never uses the network, never writes.
    """
    from resolver.workflows import explain as workflow

    report = workflow.explain(session.workspace(), name, session.profile(profile))
    if session.json:
        from resolver.cli.documents import explain_document, write

        write("explain", 0, explain_document(report))
    else:
        _show(report)
    if report.stale and not session.quiet:
        say(STALE)
    return 0


def _show(report: ExplainReport) -> None:
    model = report.explanation.model
    machine = report.profile.name or "this machine"
    tell(f"{model.name} on {machine} ({_facts(report.profile.facts)}):", sys.stdout)
    rows = [_row(report, index, one) for index, one in enumerate(report.explanation.judged, start=1)]
    show(rows, sys.stdout, right=(0,))
    if report.explanation.chosen is None:
        tell(f"Skipped: '{model.name}' is optional, and nothing above is possible here.", sys.stdout)


def _facts(facts: Facts) -> str:
    """What variants are mostly chosen by: system, accelerator, and the memory that matters."""
    system = " ".join(one for one in (facts.os, facts.arch) if one) or "unknown system"
    if facts.accelerator == "none":
        return f"{system}, no accelerator, {_memory(facts.ram, 'ram')}"
    if facts.accelerator is None:
        return f"{system}, accelerator unknown, {_memory(facts.ram, 'ram')}"
    device = " ".join(one for one in (facts.accelerator, facts.compute_capability) if one)
    return f"{system}, {device}, {_memory(facts.vram, 'vram')}"


def _memory(size: int | None, name: str) -> str:
    if size is None:
        return f"{name} unknown"
    return f"{format_size(size)}{' ram' if name == 'ram' else ''}"


_ANSWERS = {"chosen": "yes", "rejected": "no"}


def _row(report: ExplainReport, position: int, one: Judged) -> tuple[str, str, str, str]:
    return f"  {position}", _title(report, one), _ANSWERS.get(one.outcome, "-"), _because(report, one)


def _title(report: ExplainReport, one: Judged) -> str:
    """The name in the source; the variant's besides, where several come from there."""
    name = report.artifacts[one.variant.artifact].name
    sources = [report.artifacts[other.variant.artifact].source for other in report.explanation.judged]
    if sources.count(report.artifacts[one.variant.artifact].source) == 1:
        return name
    return f"{name} ({one.variant.name})"


def _because(report: ExplainReport, one: Judged) -> str:
    if one.outcome == "chosen":
        return _taken(report, one)
    if one.outcome == "rejected":
        return "; ".join(_reason(report, mismatch) for mismatch in one.because[:1])
    judged = report.explanation.judged
    winner = next(index for index, other in enumerate(judged, start=1) if other.outcome == "chosen")
    return f"not considered, {winner} fits"


def _taken(report: ExplainReport, one: Judged) -> str:
    """What is taken of the budget. A memory that a chosen variant needs is known; else there would be an error."""
    available = report.explanation.available
    taken = [f"{_of(size, available[memory])} {memory}" for memory, size in report.takes(one.variant).items()]
    return ", ".join(taken) or "states no needs"


def _of(part: int, whole: int) -> str:
    """`6.4 of 21.6 GB`, or with both units where they differ."""
    small, large = format_size(part), format_size(whole)
    number, _, unit = small.partition(" ")
    return f"{number} of {large}" if large.endswith(f" {unit}") else f"{small} of {large}"


def _reason(report: ExplainReport, one: Mismatch) -> str:
    """One condition that failed; of a budget, what is left and who has the rest."""
    found = "unknown" if one.found is None else one.found
    if one.fact not in MEMORIES or one.found is None:
        return f"{one.fact} must be {one.wanted}, is {found}"
    if not one.wanted.isdigit():
        return f"{one.fact} must be {one.wanted}, is {format_size(int(found))}"
    available = report.explanation.available[one.fact]
    need, left = format_size(int(one.wanted)), int(found)
    if left == available:
        return f"needs {need} {one.fact}, {format_size(available)} in the budget"
    sharing = ", ".join(report.sharing[one.fact])
    rest = f"{format_size(available)} in the budget{f', shared with {sharing}' if sharing else ''}"
    return f"needs {need} {one.fact}, {format_size(left)} left ({rest})"
