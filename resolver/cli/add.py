"""`models add`."""

import sys

import click

from resolver.cli.options import Session, common, dry_run_option
from resolver.cli.tables import say
from resolver.cli.texts import printable
from resolver.workflows.add import AddReport, NewModel


@click.command()
@click.argument("source")
@click.option("--name", metavar="NAME", help="The model's name (default: the last part of the source).")
@click.option("--runtime", metavar="RUNTIME", help="The library that opens it (default: by the source).")
@click.option("--category", metavar="WORDS", help="A heading in `models status` (default: by the source, if known).")
@click.option("--version", metavar="RANGE", help='A range of releases or tags, such as ">=5,<7".')
@click.option("--revision", metavar="REF", help="A branch, tag or commit, instead of a version.")
@click.option("--optional", is_flag=True, help="A machine that has no room for it may skip it.")
@dry_run_option
@common
def add(session: Session, *, source: str, name: str | None, optional: bool, dry_run: bool, **said: str | None) -> int:
    """Add a model to models.yaml, below the others and written as they are.

    SOURCE is hf:org/name, pypi:name, spacy:name, github:owner/name, url:ADDRESS or file:./folder. Nothing else in the
    file changes. Nothing is locked, and nobody is asked whether there is such a source: `models lock` does that.
    """
    from resolver.workflows import add as workflow

    keys = {key: value for key, value in said.items() if value is not None}
    if optional:
        keys["optional"] = "true"
    report = workflow.add(session.workspace(), NewModel(source, name, keys), dry_run=dry_run)
    if session.json:
        from resolver.cli.documents import write
        from resolver.cli.edits import add_document

        write("add", 0, add_document(report))
    elif dry_run:
        sys.stdout.write(printable(report.piece.text) + "\n")
    if not session.quiet:
        _say(report)
    return 0


def _say(report: AddReport) -> None:
    word = "Would add" if report.dry_run else "Added"
    say(f"{word} {report.piece.name} to models.yaml, line {report.piece.line}")
    if report.guessed:
        say(f"Guessed from the source: {', '.join(f'{key} {report.said[key]}' for key in report.guessed)}")
    if not report.dry_run:
        say("hint: `models lock` pins it")
