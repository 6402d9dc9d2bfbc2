"""How the models of a manifest are written, and which lines are whose.

Comments are not among a parser's events; whose they are is told by where they stand:

* what stands between two lines of a model, or after its last and indented deeper than its name, is of that model;
* what stands right above a model's name, indented as it is, is of that model;
* anything else, such as a heading with an empty line below it, is of none.
"""

from dataclasses import dataclass

from resolver.documents.outline import Node, outline
from resolver.documents.sheet import Sheet, Spot, sheet_of
from resolver.documents.writing import Quotes


@dataclass(frozen=True, slots=True)
class Lines:
    """From one line to another, both of them included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Written:
    """The mapping of the models; `top` is the first line that can be of one of them."""

    sheet: Sheet
    models: Node
    top: int

    @property
    def last(self) -> int:
        """The number of the last model."""
        return len(self.models.entries) - 1

    def indentation(self, index: int) -> int:
        """Of the line that a model begins in."""
        return self.sheet.indentation(self.models.entries[index][0].start.line)

    def bottom(self, index: int) -> int:
        """The last line of a model."""
        sheet, last = self.sheet, self.models.entries[index][1].last_line
        for line in range(last + 1, len(sheet.lines)):
            if sheet.is_comment(line) and sheet.indentation(line) > self.indentation(index):
                last = line
            elif not sheet.is_blank(line):
                break
        return last

    def lines(self, index: int) -> Lines:
        """All lines of a model."""
        sheet, first = self.sheet, self.models.entries[index][0].start.line
        above = self.above(index)
        while first > above and sheet.is_comment(first - 1) and sheet.indentation(first - 1) == self.indentation(index):
            first -= 1
        return Lines(first, self.bottom(index))

    def above(self, index: int) -> int:
        """The first line that is not of an earlier model."""
        return self.bottom(index - 1) + 1 if index else self.top

    def with_gap(self, index: int) -> Lines:
        """All lines of a model and the empty ones that go with it: one of the two gaps around it stays."""
        own, above = self.lines(index), self.above(index)
        first, last = own.first, own.last
        while first > above and self.sheet.is_blank(first - 1):
            first -= 1
        while last + 1 < len(self.sheet.lines) and self.sheet.is_blank(last + 1):
            last += 1
        before, after = Lines(first, own.last), Lines(own.first, last)
        if index == self.last:
            return before
        return after if not index or last - own.last < own.first - first else before

    def is_set_apart(self, index: int) -> bool:
        """Whether models have empty lines between them, going by this one and the one before it, if there is one."""
        if not index:
            return self.models.entries[0][1].is_block
        first = self.lines(index).first
        return first > self.above(index) and self.sheet.is_blank(first - 1)

    def quotes(self, index: int) -> Quotes:
        """How the name, the keys and the source of a model are quoted."""
        name, value = self.models.entries[index]
        key = value.entries[0][0].style
        source = value.value("source")
        return Quotes(name.style, key, source.style if source and source.style not in ("|", ">") else key)

    def begins_line(self, spot: Spot) -> bool:
        """Whether nothing stands before it in its line."""
        return not self.sheet.lines[spot.line][: spot.column].strip()


def written(content: bytes) -> Written:
    """The models of a judged manifest."""
    root = outline(content)
    key, models = root.entries[root.index("models")]
    return Written(sheet_of(content), models, (models.start.line if models.style else key.start.line) + 1)
