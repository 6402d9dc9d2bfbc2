"""A change in words, the same wherever it is shown. Titles are our own words alone; all else may come from outside."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from resolver.domain.diff_report import Comparison, Need
from resolver.domain.lock_report import Change, FileChange
from resolver.domain.quantities import format_size

CONTENT = ("weights", "files", "metadata")
"""Kinds of changes that move the pin or the files of an artifact."""
_LOUD = frozenset({"license", "source"})
_DIGEST = re.compile(r"\b([0-9a-f]{8})(?:[0-9a-f]{32}|[0-9a-f]{56})\b", re.ASCII)
_TITLES = {
    "added": "added",
    "removed": "removed",
    "weights": "weights changed",
    "files": "other files changed, weights as before",
    "metadata": "only metadata changed",
    "license": "licence",
    "flags": "flags",
    "gated": "access",
    "selection": "selection",
}
_SUBJECTS = {
    ("source", "source"): "source",
    ("source", "id"): "id of the repository",
    ("source", "index"): "package index",
    ("requirement", "request"): "asked for",
    ("requirement", "name"): "name",
    ("requirement", "python"): "Python requirements",
    ("requirement", "optional"): "need",
    ("profile", "facts"): "facts of the machine",
    ("profile", None): "machine",
    ("policy", "license"): "policy on its licence",
    ("policy", "flags"): "policy on its flags",
    ("policy", "allow"): "exceptions to the policy",
}


def title(change: Change) -> str:
    """What it is, in words that hold nothing from outside."""
    if change.kind == "metadata" and not change.files:
        return "no file changed"
    known = _TITLES.get(change.kind) or _SUBJECTS.get((change.kind, change.subject))
    return known or f"{'policy: ' if change.kind == 'policy' else ''}{change.subject or change.kind}"


def is_loud(change: Change) -> bool:
    """Whether no reviewer may overlook it."""
    return bool(change.alerts) or change.kind in _LOUD


@dataclass(frozen=True, slots=True)
class Told:
    """One change as it is told once, with the models that it is of: many models may use one artifact."""

    change: Change
    models: tuple[str, ...]


def told_once(changes: Iterable[Change]) -> list[Told]:
    """In their order, but what may not be overlooked before all else: what is cut off is then the rest."""
    groups: dict[Change, list[Change]] = {}
    for one in changes:
        groups.setdefault(replace(one, model=None, profiles=()), []).append(one)
    found = [_together(same, several) for same, several in groups.items()]
    return sorted(found, key=lambda one: not is_loud(one.change))


def _together(same: Change, several: Sequence[Change]) -> Told:
    machines = sorted({machine for one in several for machine in one.profiles})
    models = dict.fromkeys(one.model for one in several if one.model is not None)
    return Told(replace(same, profiles=tuple(machines)), tuple(models))


def short(text: str | None) -> str:
    """A value with commits and digests in their first eight digits."""
    return "none" if text is None else _DIGEST.sub(r"\1", text)


def delta(size: int) -> str:
    """A difference of bytes with its sign."""
    return f"{'-' if size < 0 else '+'}{format_size(abs(size))}"


def file_text(change: FileChange) -> str:
    """A file with its size, and what became of it."""
    old, new = ("" if size is None else format_size(size) for size in (change.before, change.after))
    if change.moved_from is not None:
        return f"{change.path} (was {change.moved_from})"
    if not old or not new:
        return f"{change.path} ({f'new, {new}' if new else f'gone, {old}'})"
    return f"{change.path} ({new if old == new else f'{old} → {new}'})"


def files_text(files: Sequence[FileChange], most: int) -> str:
    """Files in a line, of many the first; weights come first."""
    more = len(files) - most
    shown = [file_text(one) for one in (files if more <= 0 else files[:most])]
    return " · ".join([*shown, *([f"… and {more} more"] if more > 0 else [])])


def needs_text(comparison: Comparison) -> str:
    """What each declared machine needs now; without one, what the lock names in all."""
    which = f" for {', '.join(comparison.only)}" if comparison.only else ""
    if not comparison.needs:
        before, after = comparison.sizes
        return f"the lock names {format_size(after)} ({delta(after - before)}){which}"
    return ", ".join(map(_need, comparison.needs)) + which


def _need(need: Need) -> str:
    if need.after is None:
        return f"{need.machine} is no longer declared"
    if need.before is None:
        return f"{need.machine} needs {format_size(need.after)} (new)"
    return f"{need.machine} now needs {format_size(need.after)} ({delta(need.after - need.before)})"


def sentence(change: Change, most_files: int) -> str:
    """The whole change in one line, without what is loud about it."""
    about = change.variant if change.kind in ("added", "removed") else change.artifact or change.variant
    where = f" ({', '.join(change.profiles)})" if change.profiles else ""
    files = f": {files_text(change.files, most_files)}" if change.files else ""
    notes = f" · {' · '.join(map(short, change.notes))}" if change.notes else ""
    return f"{title(change)}{f', {about}' if about else ''}: {values(change)}{_size(change)}{where}{files}{notes}"


def values(change: Change) -> str:
    """What it was and is, or the one of them that there is."""
    if change.kind in ("added", "removed"):
        return short(change.after or change.before)
    if change.before == change.after:
        return short(change.after)
    return f"{short(change.before)} → {short(change.after)}"


def _size(change: Change) -> str:
    return f", {delta(change.size_delta)}" if change.kind in (*CONTENT, "added", "removed") else ""
