"""A comparison as the comment of a pull request: one table, files folded away, bounded.

Everything from outside stands in code spans: in them neither HTML nor links, mentions and references to issues mean
anything (GitHub Flavored Markdown, "Code spans"), and pipes are escaped as its tables want it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from resolver.domain.diff_report import Comparison, Need
from resolver.domain.lock_report import Change
from resolver.domain.quantities import format_size
from resolver.exports.words import CONTENT, Told, delta, file_text, is_loud, short, title, told_once

LARGEST = 60_000
"""Characters of the whole: GitHub refuses a comment of more than 65,536, and people may want to add some."""
_LARGEST_TABLE = 40_000
_LONGEST = 300
_MOST = 6
"""Of what a cell lists; of the machines that a sentence names, three times as many."""
_HEAD = "| model | change | before | after | size | machines |\n|---|---|---|---|---:|---|\n"
_MOST_FILES = 2
_BACKTICKS = re.compile(r"`+")
_PIPES = re.compile(r"(\\*)\|")
_NOTHING = "\N{EN DASH}"


def markdown(comparison: Comparison) -> str:
    """The comment: a heading, the table, what machines need, and every file. Never longer than `LARGEST`."""
    changes = told_once(comparison.changes)
    before, after = code(comparison.before.name), code(comparison.after.name)
    parts = [f"### Models: {before} → {after}\n", *(f"> {code(note)}\n" for note in comparison.notes)]
    if not changes:
        return "\n".join([*parts, "No model changed.\n"])
    rows = _within((_row(one) for one in changes), _LARGEST_TABLE)
    parts += [
        _HEAD + "".join(rows),
        *_rest(len(changes) - len(rows), "change"),
        _needs(comparison),
    ]
    left = LARGEST - sum(len(part) + 1 for part in parts)
    return "\n".join([*parts, *_details([one.change for one in changes], left)])


def code(text: str, longest: int = _LONGEST) -> str:
    """A text from outside as a code span that nothing in it can end, on one line, within a table."""
    plain = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)
    cut = plain if len(plain) <= longest else f"{plain[:longest]}…"
    if not cut.strip():
        return _NOTHING
    fence = "`" * (1 + max((len(run) for run in _BACKTICKS.findall(cut)), default=0))
    room = " " if "`" in (cut[0], cut[-1]) or " " in (cut[0], cut[-1]) else ""
    return fence + room + _PIPES.sub(_pipe, cut) + room + fence


def _pipe(found: re.Match[str]) -> str:
    """An escaped pipe; behind a backslash, where parsers disagree on what escapes what, one that only looks like it."""
    return f"{found[1]}\N{FULLWIDTH VERTICAL LINE}" if found[1] else r"\|"


def _row(told: Told) -> str:
    change = told.change
    cells = (
        _several(told.models) or _NOTHING,
        "<br>".join(_about(change)),
        _value(change.before),
        _value(change.after),
        delta(change.size_delta) if change.size_delta or change.kind in CONTENT else "",
        _several(change.profiles),
    )
    return f"| {' | '.join(cells)} |\n"


def _about(change: Change) -> Iterator[str]:
    """What it is, of what, what is loud about it, and what else there is to know."""
    yield f"{'⚠ ' if is_loud(change) else ''}**{title(change)}**"
    named = [one for one in (change.artifact, change.variant) if one and one not in (change.before, change.after)]
    if named:
        yield " ".join(map(code, named))
    yield from map(code, map(short, change.alerts[:_MOST]))
    yield from map(code, map(short, change.notes[:_MOST]))
    if change.kind in CONTENT:
        yield from (code(file_text(one)) for one in change.files[:_MOST_FILES])


def _several(names: Sequence[str]) -> str:
    """Names in a cell, of many the first."""
    return " ".join([*(code(one, 60) for one in names[:_MOST]), *(["…"] if len(names) > _MOST else [])])


def _value(text: str | None) -> str:
    return _NOTHING if text is None else code(short(text))


def _within(lines: Iterable[str], room: int) -> list[str]:
    """The first lines, as many as there is room for."""
    found: list[str] = []
    for line in lines:
        room -= len(line)
        if room < 0:
            break
        found.append(line)
    return found


def _rest(number: int, noun: str) -> list[str]:
    """What was left out, said."""
    if number <= 0:
        return []
    return [f"\n… and {number:,} more {noun}{'' if number == 1 else 's'}; `models diff --json` has all.\n"]


def _needs(comparison: Comparison) -> str:
    which = f" for {' '.join(map(code, comparison.only[:_MOST]))}" if comparison.only else ""
    if not comparison.needs:
        before, after = comparison.sizes
        return f"The lock names {format_size(after)} ({delta(after - before)}){which}.\n"
    shown, more = comparison.needs[: 3 * _MOST], len(comparison.needs) - 3 * _MOST
    rest = f", and {more} more machines" if more > 0 else ""
    return f"{', '.join(map(_need, shown))}{rest}{which}.\n"


def _need(need: Need) -> str:
    name = code(need.machine, 100)
    if need.after is None:
        return f"{name} is no longer declared"
    difference = "new" if need.before is None else delta(need.after - need.before)
    return f"{name} needs {format_size(need.after)} ({difference})"


def _details(changes: Sequence[Change], room: int) -> list[str]:
    """Every file that changed, folded away; of an artifact that several models use, once."""
    several = dict.fromkeys((one.artifact, one.files) for one in changes)
    number = sum(len(files) for _, files in several)
    if not number:
        return []
    head, foot = f"<details><summary>Files ({number:,})</summary>\n\n", "\n</details>\n"
    lines = (
        f"- {code(artifact or '')} {one.kind}: {code(file_text(one))}\n" for artifact, files in several for one in files
    )
    shown = _within(lines, room - len(head) - len(foot) - 100)
    return [head + "".join(shown) + "".join(_rest(number - len(shown), "file")) + foot]
