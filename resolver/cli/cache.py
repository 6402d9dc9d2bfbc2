"""`models cache`: the store."""

import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click

from resolver.cli.confirm import confirm
from resolver.cli.options import Session, common
from resolver.cli.stock import leftover_rows, say_notes, stock_rows
from resolver.cli.tables import say, show, tell
from resolver.cli.texts import count, printable
from resolver.domain.quantities import format_size
from resolver.store.collection import Stored
from resolver.workflows.collect import Collection, collect, decide
from resolver.workflows.needs import Need
from resolver.workflows.stock import Stock, bytes_of, called, names, take_stock


@click.group()
def cache() -> None:
    """The store that all projects of a user share."""


@cache.command()
@common
def ls(session: Session) -> int:
    """What lies in the store, who wants it, and what nobody does. Never uses the network."""
    stock = take_stock(session.workspace().store)
    if session.json:
        from resolver.cli.documents import write
        from resolver.cli.stock import stock_document

        write("cache.ls", 0, stock_document(stock))
        return 0
    rows = stock_rows(stock)
    unwanted = leftover_rows(stock.leftovers, stock.strays)
    if unwanted:
        rows += [("Nobody wants", "", ""), *((f"  {name}", size, rest) for name, size, rest in unwanted)]
    show(rows, sys.stdout, right=(1,), headers=("", "size", "for"))
    tell(_total(stock), sys.stdout)
    say_notes(one.need for one in stock.shares)
    return 0


def _total(stock: Stock) -> str:
    total = f"{count(len(stock.kept) + len(stock.unwanted), 'blob')}, {format_size(stock.size)}"
    unwanted = f"; `models cache gc` removes {format_size(bytes_of(stock.unwanted))} of it" if stock.unwanted else ""
    return f"{total}{unwanted}"


@cache.command()
@common
def size(session: Session) -> int:
    """How much lies in the store, what of it is wanted, and each project's share. Never uses the network."""
    stock = take_stock(session.workspace().store)
    if session.json:
        from resolver.cli.documents import write
        from resolver.cli.stock import size_document

        write("cache.size", 0, size_document(stock))
        return 0
    rows = [
        ("total", str(len(stock.kept) + len(stock.unwanted)), format_size(stock.size), "each blob once"),
        ("wanted", str(len(stock.kept)), _size(stock.kept), f"for {count(len(stock.shares), 'project')}"),
        ("unwanted", str(len(stock.unwanted)), _size(stock.unwanted), "`models cache gc` removes them"),
        ("parts", str(len(stock.parts)), _size(stock.parts), "of downloads that are not whole"),
    ]
    show(rows, sys.stdout, right=(1, 2), headers=("", "files", "size", ""))
    for share in stock.shares:  # not in a table: a path that is folded cannot be copied
        own, shared = format_size(share.own), format_size(share.shared)
        sys.stdout.write(printable(f"{own} of its own, {shared} shared: {share.need.project}\n"))
    say_notes(one.need for one in stock.shares)
    return 0


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
    known = names(store)
    if not session.json:
        _show(found, leftover_rows(*called(known, found.blobs)), session)
    if not (dry_run or found.is_empty):
        if not yes and found.matters:
            confirm(session, " ".join(["models cache gc", *(f"--forget {shlex.quote(one)}" for one in forget)]))
        wanted = found.matters
        found = collect(store, found, now)
        if wanted and not (session.json or session.quiet):
            say(f"Removed {_sizes(found)}" if found.matters else "Removed nothing: it is needed now")
    if session.json:
        from resolver.cli.documents import write
        from resolver.cli.stock import collection_document

        write("cache.gc", 0, {"dry_run": dry_run, **collection_document(found, called(known, found.blobs)[0])})
    return 0


def _project(folder: Path, named: str) -> Path:
    """A project as it was registered: it may be gone, so nothing but its path can be asked."""
    return (folder / named).resolve()


def _show(found: Collection, leftovers: Sequence[tuple[str, str, str]], session: Session) -> None:
    rows = [
        ("blobs", str(len(found.blobs)), _size(found.blobs), "named by no registered lock"),
        ("parts", str(len(found.parts)), _size(found.parts), "of downloads that broke off more than a week ago"),
        ("kept", str(len(found.kept)), _size(found.kept), f"for {count(_living(found.needs), 'project')}"),
    ]
    if not session.quiet:
        show(rows, sys.stdout, right=(1, 2), headers=("", "files", "size", ""))
        show(leftovers, sys.stdout, right=(1,), headers=("blobs of", "size", ""))
        for project in found.forgotten:
            sys.stdout.write(f"forgets {printable(str(project))}\n")
        tell(f"To remove: {_sizes(found)}" if found.matters else "Nothing to remove", sys.stdout)
        sys.stdout.flush()  # read before anything goes, through a pipe too
    say_notes(found.needs)


def _living(needs: Sequence[Need]) -> int:
    return sum(one.state != "forgotten" for one in needs)


def _size(found: Sequence[Stored]) -> str:
    return format_size(bytes_of(found))


def _sizes(found: Collection) -> str:
    total = f"{count(len(found.blobs) + len(found.parts), 'file')}, {format_size(found.size)}"
    if found.freed == found.size:
        return total
    return f"{total} ({format_size(found.size - found.freed)} of it stay on the disk under another name)"
