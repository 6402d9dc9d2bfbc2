"""`models prune`."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from resolver.cli import options
from resolver.cli.confirm import confirm
from resolver.cli.options import Session, common
from resolver.cli.pruning import pruning_document, say_failures, say_removed, show_pruning
from resolver.cli.tables import say
from resolver.cli.texts import STALE
from resolver.domain.errors import DiskError

if TYPE_CHECKING:
    from resolver.workflows.prune import PruneReport


@click.command()
@click.option("--dry-run", is_flag=True, help="Show what would be removed and remove nothing.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@options.profile_option
@common
def prune(session: Session, *, dry_run: bool, yes: bool, profile: str | None) -> int:
    """Remove from the project what models.lock does not want for this machine; what would go is shown first.

    Only what `models` placed goes, and only while it is unchanged. The store keeps its bytes: see `models cache gc`.
    """
    from resolver.workflows.prune import perform, prepare

    workspace = session.workspace()
    report = prepare(workspace, session.profile(profile))
    if not (session.json or session.quiet):
        show_pruning(report.pruning, sys.stdout)
        if report.stale:
            say(STALE)
    if not dry_run:
        if not (yes or report.pruning.is_empty):
            confirm(session, "models prune")
            report = _narrowed(report, prepare(workspace, session.profile(profile)))
        report = perform(report)
        if not (session.json or session.quiet):
            say_removed(report.pruning)
    say_failures(report.pruning)
    code = DiskError.exit_code if report.pruning.failed else 0
    if session.json:
        from resolver.cli.documents import profile_document, write

        body = {"profile": profile_document(report.profile), "dry_run": report.dry_run, "stale": report.stale}
        write("prune", code, {**body, **pruning_document(report.pruning)})
    return code


def _narrowed(shown: "PruneReport", again: "PruneReport") -> "PruneReport":
    """What was shown and would be shown again: the lock may be another one by the time somebody has answered."""
    report = replace(again, pruning=again.pruning.of(shown.pruning))
    if report.pruning.is_empty:
        say("Removed nothing: it is wanted now")
    return report
