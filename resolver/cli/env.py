"""`models env`."""

import sys
from pathlib import PurePath
from typing import TYPE_CHECKING

import click

from resolver.cli import options
from resolver.cli.options import Session, common
from resolver.cli.tables import say

if TYPE_CHECKING:
    from collections.abc import Mapping

SHELLS = ("bash", "zsh", "fish", "powershell", "dotenv")


@click.command()
@click.option("--shell", type=click.Choice(SHELLS), help="Whose words (default: those of $SHELL).")
@options.profile_option
@common
def env(session: Session, *, shell: str | None, profile: str | None) -> int:
    """Print what makes a shell's programs open the locked models and nothing else.

    In bash and zsh: eval "$(models env)".
    """
    from resolver.workflows import environment as workflow

    report = workflow.environment(session.workspace(), session.profile(profile))
    if session.json:
        from resolver.cli.documents import environment_document, write

        write("env", 0, environment_document(report))
    else:
        from resolver.exports.shell import shell_text

        sys.stdout.write(shell_text(shell or own_shell(session.surroundings.environment), report.variables))
    for warning in () if session.quiet else report.warnings:
        say(f"warning: {warning}")
    return 0


def own_shell(environment: "Mapping[str, str]") -> str:
    """The user's shell by its name; on Windows PowerShell."""
    name = PurePath(environment.get("SHELL", "")).name
    if name in SHELLS:
        return name
    return "powershell" if sys.platform == "win32" else "bash"
