"""`models remove`."""

import sys

import click

from resolver.cli import options
from resolver.cli.options import Session, common, dry_run_option
from resolver.cli.tables import say
from resolver.cli.texts import count, printable
from resolver.domain.quantities import format_size
from resolver.workflows.remove import RemoveReport


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=options.complete_models)
@dry_run_option
@common
def remove(session: Session, *, names: tuple[str, ...], dry_run: bool) -> int:
    """Remove models from models.yaml, with the comments that are theirs; all of them or none.

    Nothing else in the file changes. The lock and the placed files stay until `models lock` and `models prune`.
    """
    from resolver.workflows import remove as workflow

    report = workflow.remove(session.workspace(), names, dry_run=dry_run)
    if session.json:
        from resolver.cli.documents import write
        from resolver.cli.edits import remove_document

        write("remove", 0, remove_document(report))
    elif dry_run:
        sys.stdout.write(printable("\n".join(piece.text for piece in report.pieces)) + "\n")
    if not session.quiet:
        _say(report)
    return 0


def _say(report: RemoveReport) -> None:
    word = "Would remove" if report.dry_run else "Removed"
    for piece in report.pieces:
        say(f"{word} {piece.name} from models.yaml, {count(piece.text.count(chr(10)) + 1, 'line')}")
    for left in report.left:
        shared = "" if left.artifacts else ", and other models need all that it brings"
        what = f"{count(len(left.artifacts), 'artifact')}, {format_size(left.size)}" if left.artifacts else ""
        say(f"models.lock still has {left.name}{f' ({what})' if what else ''}{shared}")
    if report.left and not report.dry_run:
        say("hint: `models lock` takes that out of the lock, and `models prune` then its files from this machine")
