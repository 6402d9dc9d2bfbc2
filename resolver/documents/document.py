"""A parsed YAML text as plain values with a place for each, and the faults that were found in it."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from resolver.domain.errors import ManifestError, Problem

Path = tuple[str | int, ...]
"""Keys and list positions from the root of a document."""

Value = str | list["Value"] | dict[str, "Value"] | None
"""What YAML holds once every scalar is text; None stands where something was refused already."""

MOST_PROBLEMS = 100
"""Nobody reads more at once, and hints cost time: whoever looks for problems stops here."""


_CREDENTIALS = re.compile(r"(?<=://)[^/\s'\"]+(?=@)")


def masked(text: str) -> str:
    """The text with the credentials of its addresses starred out: problems end up in public logs."""
    return _CREDENTIALS.sub(lambda match: "*" * len(match[0]), text) if "://" in text else text


class Plain(str):
    """A scalar that was written without quotes; a quoted one is an ordinary `str`."""

    __slots__ = ()


def entries_in(value: Value) -> dict[str, Value]:
    """The entries of a mapping; none of anything else, which is refused elsewhere."""
    return value if isinstance(value, dict) else {}


def items_in(value: Value) -> list[Value]:
    """The items of a list; none of anything else, which is refused elsewhere."""
    return value if isinstance(value, list) else []


def quoted_key(path: Path) -> str:
    """The key that a path leads to, in quotes; of an item, that of its list."""
    keys = [step for step in path if isinstance(step, str)]
    return f"'{keys[-1]}'" if keys else "the manifest"


class Place(NamedTuple):
    """Where something stands in a text: line and column count from 1, `width` in characters on that line.

    A named tuple because each key and value has one: it costs a third of a frozen dataclass.
    """

    line: int
    column: int
    width: int = 1


@dataclass(frozen=True, slots=True)
class Lines:
    """A text by its lines, without their ends, and the name under which a person knows it."""

    file: str
    lines: tuple[str, ...]

    def problem(self, place: Place, message: str, hint: str | None = None) -> Problem:
        """A problem at a place; one beyond the text is moved to its end."""
        line = max(1, min(place.line, len(self.lines)))
        source = self.lines[line - 1] if self.lines else ""
        column = place.column if line == place.line else len(source) + 1
        width = max(1, min(place.width, len(source) - column + 1))
        return Problem(message, self.file, line, min(column, len(source) + 1), masked(source), width, hint)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong at a path of a document.

    `at_key` if the key itself is what is wrong; `absent` if what is wrong is that something is not there.
    """

    path: Path
    message: str
    hint: str | None = None
    at_key: bool = False
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A text as values. `keys` and `values` give the place of each path; a list item has no key.

    `problems` were found while reading. At the paths in `broken` the value is None for that reason; the mappings at
    `incomplete` lost an entry. What follows from that is not reported again. `lost` if anything but an empty value was
    refused.
    """

    lines: Lines
    root: Value
    keys: Mapping[Path, Place]
    values: Mapping[Path, Place]
    problems: tuple[Problem, ...] = ()
    broken: Collection[Path] = ()
    incomplete: Collection[Path] = ()
    lost: bool = False

    def place(self, path: Path, *, at_key: bool = False) -> Place:
        """The place to point at: a scalar itself, a mapping or list by its key; the nearest that was written."""
        while path and path not in self.values:
            path = path[:-1]
        key = self.keys.get(path)
        if key and (at_key or not isinstance(self.at(path), str)):
            return key
        return self.values.get(path, Place(1, 1))

    def at(self, path: Path) -> Value:
        """The value at a path that was written; None where there is none."""
        value = self.root
        for step in path:
            if isinstance(value, dict) and isinstance(step, str):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return None
        return value

    def excuses(self, fault: Fault) -> bool:
        """Whether a fault only follows from what was refused while reading."""
        around = [fault.path[:length] for length in range(len(fault.path) + 1)] if self.problems else []
        return any(path in self.broken or (fault.absent and path in self.incomplete) for path in around)

    def problem(self, fault: Fault) -> Problem:
        """A fault with its place."""
        return self.lines.problem(self.place(fault.path, at_key=fault.at_key), fault.message, fault.hint)


def refusal(problems: Iterable[Problem]) -> ManifestError:
    """The error for these problems, each once and in the order of their places; there must be one."""
    ordered = sorted(dict.fromkeys(problems), key=lambda problem: (problem.line, problem.column, problem.message))
    return ManifestError(ordered[:MOST_PROBLEMS])
