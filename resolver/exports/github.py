"""Annotations of a check on GitHub: workflow commands, one a line.

GitHub shows ten of a kind for each step (its documentation on workflow commands), so the tenth says how many more there
are. What may end a command or begin another is escaped as its own toolkit does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from resolver.domain.diff_report import Comparison
from resolver.exports.words import is_loud, sentence, title, told_once

MOST_SHOWN = 10
LONGEST = 4000
"""Characters of a message: a name from outside may be as long as it likes."""
WARNING = "warning"
NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Annotation:
    """A `warning` or `notice` on a file of the repository."""

    level: str
    file: str
    title: str
    message: str


def annotations(comparison: Comparison, file: str) -> list[Annotation]:
    """One for each change of the lock at `file`; a warning for what no reviewer may overlook."""
    return [
        Annotation(
            WARNING if is_loud(one.change) else NOTICE,
            file,
            f"{', '.join(one.models) or file}: {title(one.change)}",
            "; ".join([sentence(one.change, MOST_SHOWN), *one.change.alerts]),
        )
        for one in told_once(comparison.changes)
    ]


def workflow_commands(annotations: Iterable[Annotation], rest: str) -> str:
    """The text of the commands, warnings first; `rest` says where the others are that are not shown."""
    found = list(annotations)
    lines: list[str] = []
    for level in (WARNING, NOTICE):
        lines += [_command(one) for one in _shown([one for one in found if one.level == level], rest)]
    return "".join(f"{line}\n" for line in lines)


def _shown(several: Sequence[Annotation], rest: str) -> Sequence[Annotation]:
    if len(several) <= MOST_SHOWN:
        return several
    kept = several[: MOST_SHOWN - 1]
    last = several[MOST_SHOWN - 1]
    more = f"and {len(several) - len(kept)} more; {rest}"
    return [*kept, Annotation(last.level, last.file, f"{len(several) - len(kept)} more", more)]


def _command(one: Annotation) -> str:
    return f"::{one.level} file={_property(one.file)},title={_property(one.title)}::{_data(one.message)}"


def _data(text: str) -> str:
    """A message; other control characters and separators of lines are shown as replaced."""
    plain = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    escaped = plain.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
