"""`models why`."""

import sys

import click

from resolver.cli import options
from resolver.cli.options import Session, common
from resolver.cli.tables import columns, folded, say
from resolver.cli.texts import STALE, printable
from resolver.workflows.dependencies import Way


@click.command()
@click.argument("name", shell_complete=options.complete_models)
@common
def why(session: Session, *, name: str) -> int:
    """Who needs NAME: every path from a model to it, with what says so.

    NAME is a model, a source (hf:org/name), the name of a repository or package, or an artifact's key in the lock.
    Reads the lock alone. Never uses the network.
    """
    from resolver.workflows import dependencies as workflow

    report = workflow.why(session.workspace(), name)
    if session.json:
        from resolver.cli.documents import write
        from resolver.cli.graphs import why_document

        write("why", 0, why_document(report))
    else:
        for path, because in dict.fromkeys(map(_line, report.ways)):
            sys.stdout.write(printable(_fitting(path, because)) + "\n")
    if not report.ways and not session.quiet:
        say(f"no model needs '{name}'; `models lock` leaves it out")
    if report.stale and not session.quiet:
        say(STALE)
    return 0


def _line(way: Way) -> tuple[str, str]:
    """The path, and the reason of its last step; two variants with the same are one line."""
    return " → ".join([way.model, *(step.artifact for step in way.steps)]), way.steps[-1].because


def _fitting(path: str, because: str) -> str:
    """One line, which is good to search; two or more where the terminal is too narrow."""
    line = f"{path}   {because}"
    if len(line) <= columns(sys.stdout) or not sys.stdout.isatty():
        return line
    return f"{folded(path, sys.stdout)}\n{folded(f'  {because}', sys.stdout)}"
