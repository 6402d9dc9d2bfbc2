"""`models diff`."""

import sys

import click

from resolver.cli import options
from resolver.cli.options import Session, common
from resolver.cli.tables import say
from resolver.domain.diff_report import Comparison


@click.command()
@click.argument("before", metavar="[A", required=False)
@click.argument("after", metavar="[B]]", required=False)
@options.format_option("text", "markdown", "github", "json")
@click.option("--exit-code", is_flag=True, help="Exit 1 if anything differs, be it only a README.")
@options.only_option
@common
def diff(
    session: Session, *, before: str | None, after: str | None, format_: str, exit_code: bool, only: tuple[str, ...]
) -> int:
    """What differs between two locks: weights or only a README, licence, size, new pickles, what each machine gets.

    A and B are each a file or a git revision (main, HEAD~1, main:other/models.lock); if one is both, the revision is
    meant, and ./NAME is the file. Without B it is the lock in the working tree, without A that of HEAD. Never uses the
    network.
    """
    from resolver.workflows import diff as workflow
    from resolver.workflows.versions import place_of

    workspace = session.workspace()
    comparison = workflow.diff(workspace, workflow.DiffOptions(before, after, frozenset(only)))
    code = int(exit_code and bool(comparison.changes))
    if not session.quiet:
        _say(comparison)
    if format_ == "json":
        from resolver.cli.diff_document import diff_document
        from resolver.cli.documents import write

        write("diff", code, diff_document(comparison))
    elif format_ == "markdown":
        from resolver.exports.markdown import markdown

        sys.stdout.write(markdown(comparison))
    elif format_ == "github":
        from resolver.exports.annotations import of_changes
        from resolver.exports.github import workflow_commands

        annotations = of_changes(comparison, place_of(workspace, after))
        sys.stdout.write(workflow_commands(annotations, "`models diff` has all"))
    elif comparison.changes:
        from resolver.cli.changes import ALL_FILES, MOST_FILES, show_comparison

        show_comparison(comparison, sys.stdout, ALL_FILES if session.verbose else MOST_FILES)
    return code


def _say(comparison: Comparison) -> None:
    for note in comparison.notes:
        say(f"note: {note}")
    if not comparison.changes:
        of_what = f" of {', '.join(comparison.only)}" if comparison.only else ""
        say(f"nothing{of_what} differs between {comparison.before.name} and {comparison.after.name}")
