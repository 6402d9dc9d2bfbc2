"""Asking before something is removed."""

import sys

import click

from resolver.cli.options import Session
from resolver.domain.errors import AnswerIsNoError, InterruptedByUserError, UsageError


def confirm(session: Session, command: str) -> None:
    """Go on only if somebody says so; `command` is what removes with `--yes`.

    Raises:
        UsageError: nobody can be asked, or nothing was shown to say yes to.
        AnswerIsNoError: the answer is no.
        InterruptedByUserError: Ctrl-C, or the end of what is typed, in the place of an answer.
    """
    hint = f"`{command} --yes` removes without a question, `--dry-run` only shows"
    if session.json or not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("nothing was removed: there is nobody to ask", hint=hint)
    if session.quiet:
        raise UsageError("nothing was removed: --quiet does not show what would go", hint=hint)
    try:
        answer = click.confirm("Remove it?", err=True)
    except click.Abort:
        sys.stderr.write("\n")  # the question stands on the line
        raise InterruptedByUserError("interrupted; nothing was removed") from None
    if not answer:
        raise AnswerIsNoError("nothing was removed")
