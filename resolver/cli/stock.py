"""What lies in the store, as people and scripts read it."""

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

from resolver.cli.tables import say
from resolver.cli.texts import count, printable
from resolver.domain.quantities import format_size
from resolver.store.collection import Stored
from resolver.workflows.collect import Collection
from resolver.workflows.needs import Need
from resolver.workflows.status import version_text
from resolver.workflows.stock import Holding, Stock, bytes_of

Document = dict[str, object]
Row = tuple[str, str, str]


def title(one: Holding) -> str:
    """An artifact in one word: its source, and what it is pinned to."""
    pin = version_text(one.artifact)
    return f"{one.artifact.source}@{pin.rpartition('@')[2]}" if pin else one.artifact.source


def stock_rows(stock: Stock) -> list[Row]:
    """One line for each artifact of which something is there."""
    labels = _labels({project for one in stock.holdings for project in one.wanted})
    rows = [(title(one), format_size(one.size), _for(one, labels)) for one in stock.holdings]
    return [*rows, *_nameless(stock.nameless, "of projects whose lock cannot be read")]


def leftover_rows(leftovers: Iterable[Holding], nameless: Sequence[Stored]) -> list[Row]:
    """One line for each artifact that nobody wants."""
    return [*((title(one), format_size(one.size), _rest(one)) for one in leftovers), *_nameless(nameless, "")]


def _nameless(blobs: Sequence[Stored], because: str) -> list[Row]:
    return [(f"{count(len(blobs), 'blob')} without a name", format_size(bytes_of(blobs)), because)] if blobs else []


def _for(one: Holding, labels: dict[Path, str]) -> str:
    """The models and projects that want it, and what else there is to know."""
    wanted = [f"{', '.join(models)} in {labels[at]}" if models else labels[at] for at, models in one.wanted.items()]
    return " · ".join(part for part in ("; ".join(wanted), _rest(one)) if part)


def _rest(one: Holding) -> str:
    shared = f"{format_size(one.shared)} shared" if one.shared else ""
    partly = f"{one.files} of {count(one.files + one.missing, 'file')}" if one.missing else ""
    return " · ".join(part for part in (shared, partly) if part)


def _labels(projects: Iterable[Path]) -> dict[Path, str]:
    """Each project by its folder's name, by its whole path where that name is another's too."""
    every = sorted(projects)
    names = [one.name for one in every]
    return {one: one.name if names.count(one.name) == 1 else str(one) for one in every}


def say_notes(needs: Iterable[Need]) -> None:
    """What to know of projects whose locks could not be read."""
    for need in needs:
        if need.because is not None:
            say(f"note: {printable(note(need))}")


def note(need: Need) -> str:
    """What to know of a project whose lock could not be read."""
    way = f"`models cache gc --forget {shlex.quote(str(need.project))}` gives it up"
    kept = "so every blob is kept" if need.state == "unknown" else "so what it named last is kept"
    return f"{need.project} {need.because}, {kept}; {way}"


def stock_document(stock: Stock) -> Document:
    """What lies in the store."""
    return {
        "artifacts": [{**_holding(one), "projects": _projects(one)} for one in stock.holdings],
        "unwanted": [_holding(one) for one in stock.leftovers],
        "nameless": _amount(stock.nameless),
        "nameless_unwanted": _amount(stock.strays),
        **_totals(stock),
        "projects": [need_document(one.need) for one in stock.shares],
    }


def size_document(stock: Stock) -> Document:
    """How much lies in the store, and whose it is."""
    shares = [
        {**need_document(one.need), "bytes": one.own + one.shared, "bytes_unique": one.own, "bytes_shared": one.shared}
        for one in stock.shares
    ]
    return {
        **_totals(stock),
        "parts": {"files": len(stock.parts), "bytes": bytes_of(stock.parts)},
        "projects": shares,
    }


def collection_document(found: Collection, leftovers: Iterable[Holding]) -> Document:
    """What left the store, or would."""
    return {
        "blobs": [{"sha256": one.path.name, "size": one.size, "linked": one.linked} for one in found.blobs],
        "artifacts": [{**_pin(one), "files": one.files, "bytes": one.size} for one in leftovers],
        "parts": [{"name": one.path.name, "size": one.size} for one in found.parts],
        "bytes": found.size,
        "bytes_freed": found.freed,
        "kept": _amount(found.kept),
        "projects": [need_document(one) for one in found.needs],
    }


def need_document(need: Need) -> Document:
    """A project, and how it is known what it needs."""
    return {"path": str(need.project), "state": need.state, "because": need.because}


def _pin(one: Holding) -> Document:
    return {
        "artifact": one.artifact.key,
        "source": one.artifact.source,
        "commit": one.artifact.commit,
        "version": one.artifact.version,
    }


def _holding(one: Holding) -> Document:
    sizes = {"files": one.files, "files_missing": one.missing, "bytes": one.size, "bytes_shared": one.shared}
    return {**_pin(one), **sizes}


def _projects(one: Holding) -> list[Document]:
    return [{"path": str(project), "models": list(models)} for project, models in one.wanted.items()]


def _amount(blobs: Sequence[Stored]) -> Document:
    return {"blobs": len(blobs), "bytes": bytes_of(blobs)}


def _totals(stock: Stock) -> Document:
    return {
        "blobs": len(stock.kept) + len(stock.unwanted),
        "bytes": stock.size,
        "bytes_wanted": bytes_of(stock.kept),
        "bytes_unwanted": bytes_of(stock.unwanted),
    }
