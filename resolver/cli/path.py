"""`models path`."""

import sys

import click

from resolver.cli import options
from resolver.cli.options import Session, common


@click.command()
@click.argument("name", shell_complete=options.complete_models)
@click.option("--sync", "first", is_flag=True, help="Fetch and place it first if it is missing, as `sync --locked`.")
@options.profile_option
@common
def path(session: Session, *, name: str, first: bool, profile: str | None) -> int:
    """Print the folder or file that the runtime of model NAME opens; exit 1 if it is skipped or not there."""
    from resolver.workflows import status as workflow

    if first:
        from resolver.cli.sync import brought

        brought(session, session.profile(profile), frozenset({name}))
    report = workflow.path(session.workspace(), name, session.profile(profile))
    if session.json:
        from resolver.cli.documents import path_document, write

        write("path", 0, path_document(report))
    else:
        sys.stdout.write(f"{report.path}\n")
    return 0
