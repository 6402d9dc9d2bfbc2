"""Changes as a table on the terminal: by model, by artifact, and what may not be overlooked marked."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TextIO

from resolver.cli.tables import show, tell
from resolver.domain.diff_report import Comparison
from resolver.domain.lock import source_of
from resolver.domain.lock_report import Change
from resolver.exports.words import CONTENT, delta, files_text, is_loud, needs_text, short, title, values

MOST_FILES = 8
ALL_FILES = sys.maxsize
_SIGNS = {"added": "+", "removed": "-", **dict.fromkeys(CONTENT, "~")}
_MARKED = frozenset({"license", "flags", "gated", "source", "policy", "selection"})
_OF_THE_LOCK = "(lock)"
Line = tuple[str, str]


def show_comparison(comparison: Comparison, out: TextIO, most_files: int = MOST_FILES) -> None:
    """Every change, then what each machine needs; of many files of one artifact the first."""
    table = _Table(most_files, declared=bool(comparison.needs))
    show(table.rows(comparison.changes), out)
    tell(needs_text(comparison), out)


@dataclass(frozen=True, slots=True)
class _Table:
    """How to tell changes; `declared`: there are machines, so that it matters who gets a thing.

    `told` are changes that stand above already: of an artifact that several models use, the files are listed once.
    """

    most_files: int
    declared: bool
    told: set[Change] = field(default_factory=set)

    def rows(self, changes: Sequence[Change]) -> list[tuple[str, str, str]]:
        """Model, sign and text."""
        groups: dict[str | None, list[Change]] = {}
        for change in changes:
            groups.setdefault(change.model, []).append(change)
        found = []
        for model, several in groups.items():
            name = _OF_THE_LOCK if model is None else model
            for sign, text in self._lines(several):
                found.append((name, sign, text))
                name = ""
        return found

    def _lines(self, several: Sequence[Change]) -> Iterator[Line]:
        for artifact, group in groupby(several, lambda one: one.artifact):
            changes = list(group)
            told = [replace(one, model=None, profiles=()) for one in changes]
            if artifact is not None and self.told.issuperset(told):
                yield _sign(changes[0]), f"{_name(changes[0])}  (see above)"
                continue
            self.told.update(told)
            if artifact is not None and changes[0].kind not in _SIGNS:
                yield "", _name(changes[0])
            for change in changes:
                yield from self._change(change)

    def _change(self, change: Change) -> Iterator[Line]:
        yield _sign(change), self._head(change)
        if change.kind in CONTENT:
            files = f": {files_text(change.files, self.most_files)}" if change.files else ""
            yield "", f"{title(change)}, {delta(change.size_delta)}{self._machines(change)}{files}"
        if change.notes:
            yield "", " · ".join(map(short, change.notes))
        yield from (("", f"⚠ {short(alert)}") for alert in change.alerts)

    def _head(self, change: Change) -> str:
        if change.kind in CONTENT:
            return f"{_name(change)}  {values(change)}"
        if change.kind in _SIGNS:
            variant = f"  variant {change.variant}" if change.variant and change.variant not in _name(change) else ""
            return f"{_name(change)}{variant}  {delta(change.size_delta)}{self._machines(change)}"
        if change.kind == "selection":
            return f"{title(change)} on {', '.join(change.profiles)}: {values(change)}"
        of = f" of {change.variant}" if change.variant else ""
        return f"{title(change)}{of}: {values(change)}" if change.before != change.after else f"{title(change)}{of}"

    def _machines(self, change: Change) -> str:
        """Which declared machines get it."""
        if not self.declared or change.kind == "metadata":
            return ""
        return f" ({', '.join(change.profiles) or 'no declared machine'})"


def _sign(change: Change) -> str:
    return _SIGNS.get(change.kind) or ("!" if change.kind in _MARKED or is_loud(change) else "")


def _name(change: Change) -> str:
    """An artifact without its kind and request: `org/name`."""
    return source_of(change.artifact or "").partition(":")[2]
