"""A text as it lies on the disk, by its lines, and what is done to it: pieces go and come, every other byte stays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_MARK = "\ufeff"
"""A byte order mark: it stands before the first line and is not part of it."""


class Spot(NamedTuple):
    """A place between two characters; line and column count from 0, as a parser's marks do."""

    line: int
    column: int


class Splice(NamedTuple):
    """What stands from `start` to `end` (offsets in the text) becomes `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """`lines` are without their ends; `starts` has the offset of each line, and of what would follow the last."""

    text: str
    lines: tuple[str, ...]
    starts: tuple[int, ...]

    def offset(self, spot: Spot) -> int:
        """The place in the text."""
        return self.starts[spot.line] + spot.column

    def line_end(self, line: int) -> str:
        """How the line ends; where it does not, how the one before it does."""
        for number in (line, line - 1):
            if number >= 0:
                found = self.text[self.starts[number] + len(self.lines[number]) : self.starts[number + 1]]
                if found:
                    return found
        return "\n"

    def is_blank(self, line: int) -> bool:
        """Whether nothing stands in the line."""
        return not self.lines[line].strip()

    def is_comment(self, line: int) -> bool:
        """Whether nothing but a comment stands in the line, if it is in no scalar."""
        return self.lines[line].lstrip().startswith("#")

    def indentation(self, line: int) -> int:
        """The white space that the line begins with, in characters."""
        return len(self.lines[line]) - len(self.lines[line].lstrip())

    def after(self, line: int, lines: Sequence[str]) -> Splice:
        """New lines after one; a text whose last line has no end goes on without it."""
        end = self.line_end(line)
        place = self.starts[line + 1]
        if self.text[:place].endswith("\n"):
            return Splice(place, place, "".join(f"{one}{end}" for one in lines))
        return Splice(place, place, "".join(f"{end}{one}" for one in lines))

    def without(self, first: int, last: int) -> Splice:
        """No lines from one to another; if the last line of the text had no end, the one that is last now has none."""
        start, end = self.starts[first], self.starts[last + 1]
        if first and not self.text.endswith("\n") and end == len(self.text):
            start = self.starts[first - 1] + len(self.lines[first - 1])
        return Splice(start, end, "")

    def spliced(self, splices: Iterable[Splice]) -> str:
        """The text after all of that; no two splices touch the same characters."""
        text = self.text
        for one in sorted(splices, reverse=True):
            text = text[: one.start] + one.text + text[one.end :]
        return text


def sheet_of(content: bytes) -> Sheet:
    """The sheet of a UTF-8 text whose lines end in LF or CRLF."""
    text = content.decode()
    starts = [len(_MARK) if text.startswith(_MARK) else 0]
    lines = []
    for line in text[starts[0] :].split("\n"):
        lines.append(line.removesuffix("\r"))
        starts.append(starts[-1] + len(line) + 1)
    starts[-1] = len(text)
    if not lines[-1]:
        del lines[-1], starts[-1]
    return Sheet(text, tuple(lines), tuple(starts))
