"""`models init`."""

import click

from resolver.cli.options import Session, common
from resolver.cli.tables import say
from resolver.workflows.init import TEMPLATES, InitReport


@click.command()
@click.option(
    "--template", type=click.Choice(TEMPLATES), default="minimal", show_default=True, help="What to start from."
)
@common
def init(session: Session, *, template: str) -> int:
    """Write a commented starter models.yaml into the current folder, or the one that --project names.

    An existing models.yaml is an error. In a git work tree, .gitattributes and .gitignore get the lines that a lock
    and its models need.
    """
    from resolver.workflows import init as workflow

    around = session.surroundings
    report = workflow.init(around.folder if session.project is None else around.project(session.project), template)
    if session.json:
        from resolver.cli.documents import init_document, write

        write("init", 0, init_document(report))
    if not session.quiet:
        _say(report)
    return 0


def _say(report: InitReport) -> None:
    say(f"Wrote {' and '.join(report.written)} (template {report.template})")
    for path, lines in report.appended.items():
        say(f"Added to {path}: {', '.join(lines)}")
    say("hint: edit models.yaml, then run `models lock` and `models sync`")
