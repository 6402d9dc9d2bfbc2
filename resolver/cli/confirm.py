"""Asking before something is removed."""

import sys

import click

from resolver.cli.options import Session
from resolver.domain.errors import AnswerIsNoError, UsageError


def confirm(session: Session, command: str) -> None:
    """Go on only if somebody says so; `command` is what removes with `--yes`.

    Raises:
        UsageError: nobody can be asked, or nothing was shown to say yes to.
        AnswerIsNoError: the answer is no.
    """
    hint = f"`{command} --yes` removes without a question, `--dry-run` only shows"
    if session.json or not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("nothing was removed: there is nobody to ask", hint=hint)
    if session.quiet:
        raise UsageError("nothing was removed: --quiet does not show what would go", hint=hint)
    if not click.confirm("Remove it?", err=True):
        raise AnswerIsNoError("nothing was removed")
