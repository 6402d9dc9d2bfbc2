"""`models update`."""

from typing import TYPE_CHECKING

import click

from resolver.cli import options
from resolver.cli.network import asking
from resolver.cli.options import Session, common
from resolver.cli.progress import reporting
from resolver.cli.tables import say

if TYPE_CHECKING:
    from resolver.cli.documents import Document
    from resolver.workflows.update import UpdateReport


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=options.complete_models)
@click.option("--dry-run", is_flag=True, help="Resolve and show, write nothing.")
@common
def update(session: Session, *, names: tuple[str, ...], dry_run: bool) -> int:
    """Let the pins of these models and of what they need move to the newest that is allowed; of all if none is named.

    The same as `models lock --upgrade-model NAME`, and says besides what is newer and excluded.
    """
    from resolver.workflows import update as workflow

    with asking(session), reporting(session) as reporter:
        report = workflow.update(session.workspace(reporter), frozenset(names), dry_run=dry_run)
    if session.json:
        from resolver.cli.documents import write

        write("update", 0, _document(report))
    if not session.quiet:
        _say(report)
    return 0


def _say(report: "UpdateReport") -> None:
    from resolver.cli.lock import say_lock
    from resolver.cli.outlooks import held_lines

    say_lock(report.lock)
    for line in held_lines(report.held):
        say(line)
    for warning in report.warnings:
        say(f"warning: {warning}")


def _document(report: "UpdateReport") -> "Document":
    """What `lock` says, and what was left where it is."""
    from resolver.cli.documents import lock_document
    from resolver.cli.outlooks import outlook_documents

    held = [one for one in report.held if one.excluded]
    warnings = [*report.lock.warnings, *report.warnings]
    return {**lock_document(report.lock), "held": outlook_documents(held), "warnings": warnings}
