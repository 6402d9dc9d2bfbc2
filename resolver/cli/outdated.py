"""`models outdated`."""

import sys

import click

from resolver.cli import options
from resolver.cli.network import asking
from resolver.cli.options import Session, common
from resolver.cli.progress import reporting
from resolver.cli.tables import say, show, tell
from resolver.cli.texts import STALE
from resolver.domain.errors import failure_exit_code
from resolver.domain.upstream import OutdatedReport

SETTLED = frozenset({"current", "pinned", "unasked"})
"""States that say nothing of what could be updated or does not stand; what could not be asked has its own code."""
WRONG = frozenset({"moved", "changed", "replaced", "gone", "unasked"})
"""States that are said even where only what went wrong is asked for."""


@click.command()
@click.option("--exit-code", is_flag=True, help="Exit 1 if something could be updated or does not stand any more.")
@options.only_option
@common
def outdated(session: Session, *, exit_code: bool, only: tuple[str, ...]) -> int:
    """What is newer than what is locked, what an update would take, and which constraint excludes the rest.

    Asks the source of every artifact in the lock, for whatever machine it is. Nothing is fetched or written.
    """
    from resolver.workflows import outdated as workflow

    with asking(session), reporting(session) as reporter:
        report = workflow.outdated(session.workspace(reporter), frozenset(only))
    unsettled = any(one.state not in SETTLED or one.updatable for one in report.outlooks)
    code = failure_exit_code(report.errors) or int(exit_code and unsettled)
    if session.json:
        from resolver.cli.documents import write
        from resolver.cli.outlooks import outdated_document

        write("outdated", code, outdated_document(report))
    else:
        _show(report, quiet=session.quiet)
    if report.stale and not session.quiet:
        say(STALE)
    return code


def _show(report: OutdatedReport, *, quiet: bool) -> None:
    from resolver.cli import outlooks

    shown = [one for one in report.outlooks if not quiet or one.state in WRONG]
    if not quiet:
        tell(outlooks.headline(report), sys.stdout)
    show(outlooks.rows(shown), sys.stdout)
    hints = outlooks.error_hints(one.error for one in report.outlooks)
    command = outlooks.update_hint(report.outlooks)
    if command and not quiet:
        hints.append(f"{command} takes what is newer")
    for hint in hints:
        say(f"hint: {hint}")
