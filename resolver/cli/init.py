"""`models init`."""

from collections.abc import Callable

import click

from resolver.cli.options import Session, common
from resolver.cli.tables import say
from resolver.cli.texts import count
from resolver.domain.errors import UsageError
from resolver.workflows.init import SPEECH, TEMPLATES, InitReport, Starter

MOST_SAID = 20
"""Things in a cache that become no model and are said one by one."""


@click.command()
@click.option("--template", type=click.Choice(TEMPLATES), help=f"What to start from (default: {TEMPLATES[0]}).")
@click.option("--from-cache", metavar="DIR", help="Start from what lies in a Hugging Face or torch.hub cache.")
@click.option(
    "--from-hardware", metavar="FILE", help="The template transcription, with what FILE recommends for its machine."
)
@common
def init(session: Session, *, template: str | None, from_cache: str | None, from_hardware: str | None) -> int:
    """Write a commented starter models.yaml into the current folder, or the one that --project names.

    An existing models.yaml is an error. In a git work tree, .gitattributes and .gitignore get the lines that a lock
    and its models need.

    --from-cache takes ~/.cache/huggingface, the hub folder in it, or a whole .cache. Each repository there becomes a
    model at the commit that lies there. --from-hardware takes the out/hardware_cache.json of `models hardware --save`
    or of the script before it. Neither uses the network.
    """
    from resolver.workflows import init as workflow

    around = session.surroundings
    project = around.folder if session.project is None else around.project(session.project)
    make = _starter(session, template, from_cache, from_hardware)
    report = workflow.init(project, make or (lambda: workflow.from_template(project, template or TEMPLATES[0])))
    if session.json:
        from resolver.cli.documents import write
        from resolver.cli.edits import init_document

        write("init", 0, init_document(report))
    if not session.quiet:
        _say(report)
    return 0


def _starter(
    session: Session, template: str | None, from_cache: str | None, from_hardware: str | None
) -> Callable[[], Starter] | None:
    """What the text is made of besides a template, if anything."""
    if from_cache is not None:
        if template or from_hardware:
            raise UsageError("--from-cache goes together with neither --template nor --from-hardware", hint="keep one")
        from resolver.workflows.init_from_cache import from_cache as started

        folder = session.surroundings.folder / from_cache
        return lambda: started(folder, from_cache)
    if from_hardware is not None:
        if template not in (None, SPEECH):
            raise UsageError(f"--from-hardware is for --template {SPEECH}", hint="leave --template out")
        from resolver.workflows.init_from_hardware import from_hardware as recommended

        file = session.surroundings.folder / from_hardware
        return lambda: recommended(file, from_hardware, lambda: session.workspace().detect())
    return None


def _say(report: InitReport) -> None:
    starter = report.starter
    what = f"template {starter.template}" if starter.template else count(len(starter.models), "model")
    say(f"Wrote {' and '.join(report.written)} ({what})")
    for path, lines in report.appended.items():
        say(f"Added to {path}: {', '.join(lines)}")
    for one in starter.passed_over[:MOST_SAID]:
        say(f"no model: {one.place}: {one.reason}")
    if len(starter.passed_over) > MOST_SAID:
        say(f"and {len(starter.passed_over) - MOST_SAID} more, which models.yaml lists")
    for note in starter.notes:
        say(note)
    say("hint: edit models.yaml, then run `models lock` and `models sync`")
