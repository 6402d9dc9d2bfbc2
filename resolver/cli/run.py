"""`models run`."""

import click

from resolver.cli import options
from resolver.cli.options import Session, common_but_json
from resolver.cli.tables import say
from resolver.domain.errors import UsageError


@click.command(context_settings={"allow_interspersed_args": False})
@click.option("--sync", "first", is_flag=True, help="Fetch and place what is missing first, as `sync --locked`.")
@options.profile_option
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="-- CMD [ARGS]...")
@common_but_json
def run(session: Session, *, first: bool, profile: str | None, command: tuple[str, ...]) -> int:
    """Run a command that opens the locked models: `main` means the lock, and nothing is fetched.

    The exit code is that of the command. Where a required model is not ready, nothing is run (exit 1).
    """
    from resolver.workflows import environment as workflow

    if not command:
        raise UsageError("no command was given", hint="`models run -- python transcribe.py`")
    machine = session.profile(profile)
    if first:
        from resolver.cli.sync import brought

        brought(session, machine, frozenset())
    report = workflow.required(workflow.environment(session.workspace(), machine))
    for warning in () if session.quiet else report.warnings:
        say(f"warning: {warning}")
    from resolver.programs import become

    return become(command, report.variables.applied(session.surroundings.environment))
