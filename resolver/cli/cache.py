"""`models cache`: the store."""

import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click

from resolver.cli.options import Session, common
from resolver.cli.tables import say, show
from resolver.cli.texts import count, printable
from resolver.domain.errors import AnswerIsNoError, UsageError
from resolver.domain.quantities import format_size
from resolver.store.collection import Stored
from resolver.workflows.collect import Collection, collect, decide
from resolver.workflows.needs import Need


@click.group()
def cache() -> None:
    """The store that all projects of a user share."""


@cache.command()
@click.option("--dry-run", is_flag=True, help="Show what would be removed and remove nothing.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--forget", multiple=True, metavar="PROJECT", help="Give up a registered project (repeatable).")
@common
def gc(session: Session, *, dry_run: bool, yes: bool, forget: tuple[str, ...]) -> int:
    """Remove what no registered project needs; what would go is shown first.

    A project that cannot be reached keeps what its lock named last, until --forget gives it up.
    """
    around = session.surroundings
    store = session.workspace().store
    now = time.time()  # noqa: TID251  # files in staging were stamped by this clock; nothing of it is written
    found = decide(store, [_project(around.folder, one) for one in forget], now)
    if not session.json:
        _show(found, session)
    if not dry_run and not found.is_empty:
        if not yes:
            _ask(session)
        found = collect(store, found, now)
        if not (session.json or session.quiet):
            say(f"Removed {_sizes(found)}")
    if session.json:
        from resolver.cli.documents import collection_document, write

        write("cache.gc", 0, {"dry_run": dry_run, **collection_document(found)})
    return 0


def _project(folder: Path, named: str) -> Path:
    """A project as it was registered: it may be gone, so nothing but its path can be asked."""
    return (folder / named).resolve()


def _ask(session: Session) -> None:
    """Go on only if somebody says so.

    Raises:
        UsageError: nobody can be asked.
        AnswerIsNoError: the answer is no.
    """
    if session.json or not (sys.stdin.isatty() and sys.stderr.isatty()):
        hint = "`models cache gc --yes` removes without a question, `--dry-run` only shows"
        raise UsageError("nothing was removed: there is nobody to ask", hint=hint)
    if not click.confirm("Remove it?", err=True):
        raise AnswerIsNoError("nothing was removed")


def _show(found: Collection, session: Session) -> None:
    rows = [
        ("blobs", str(len(found.blobs)), _size(found.blobs), "named by no registered lock"),
        ("parts", str(len(found.parts)), _size(found.parts), "of downloads that broke off more than a week ago"),
        ("kept", str(len(found.kept)), _size(found.kept), f"for {count(_living(found.needs), 'project')}"),
    ]
    if not session.quiet:
        show(rows, sys.stdout, right=(1, 2), headers=("", "files", "size", ""))
        for project in found.forgotten:
            sys.stdout.write(f"forgets {printable(str(project))}\n")
        sys.stdout.write(f"{'Nothing to remove' if found.is_empty else f'To remove: {_sizes(found)}'}\n")
    for need in found.needs:
        if need.because is not None:
            say(f"note: {printable(note(need))}")


def note(need: Need) -> str:
    """What to know of a project whose lock could not be read."""
    way = f"`models cache gc --forget {shlex.quote(str(need.project))}` gives it up"
    kept = "so every blob is kept" if need.state == "unknown" else "so what it named last is kept"
    return f"{need.project} {need.because}, {kept}; {way}"


def _living(needs: Sequence[Need]) -> int:
    return sum(one.state != "forgotten" for one in needs)


def _size(found: Sequence[Stored]) -> str:
    return format_size(sum(one.size for one in found))


def _sizes(found: Collection) -> str:
    total = f"{count(len(found.blobs) + len(found.parts), 'file')}, {format_size(found.size)}"
    if found.freed == found.size:
        return total
    return f"{total} ({format_size(found.size - found.freed)} of it stay on the disk under another name)"
