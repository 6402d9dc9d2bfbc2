"""Workflow commands of GitHub Actions: a line on stdout shows up beside a file of a pull request.

GitHub shows ten of a level for each step (its documentation on workflow commands), so the tenth says how many more
there are. What may end a command or begin another is escaped as its own toolkit does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MOST_SHOWN = 10
LONGEST = 4000
"""Characters of a message: a name from outside may be as long as it likes."""
ERROR = "error"
WARNING = "warning"
NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Annotation:
    """A remark on a file of the repository, on a line of it where that is known."""

    level: str
    file: str
    title: str
    message: str
    line: int | None = None


def workflow_commands(annotations: Iterable[Annotation], rest: str) -> str:
    """The text of the commands, the worst level first; `rest` says where the others are that are not shown."""
    found = list(annotations)
    shown = [
        one for level in (ERROR, WARNING, NOTICE) for one in _shown([one for one in found if one.level == level], rest)
    ]
    return "".join(f"{_command(one)}\n" for one in shown)


def _shown(several: Sequence[Annotation], rest: str) -> Sequence[Annotation]:
    if len(several) <= MOST_SHOWN:
        return several
    kept = several[: MOST_SHOWN - 1]
    last = several[MOST_SHOWN - 1]
    more = f"and {len(several) - len(kept)} more; {rest}"
    return [*kept, Annotation(last.level, last.file, f"{len(several) - len(kept)} more", more)]


def _command(one: Annotation) -> str:
    line = "" if one.line is None else f",line={one.line}"
    return f"::{one.level} file={_property(one.file)}{line},title={_property(one.title)}::{_data(one.message)}"


def _data(text: str) -> str:
    """A message; other control characters and separators of lines are shown as replaced."""
    plain = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    escaped = plain.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
