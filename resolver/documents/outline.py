"""Where everything stands in a judged text: each key and value with its beginning, its end and its style.

`Document` has a place to point at for each path; an edit needs to know where things end.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import yaml

from resolver.documents.characters import read_lines
from resolver.documents.sheet import Spot
from resolver.documents.text import FASTEST

_BLOCK_SCALARS = ("|", ">")


@dataclass(frozen=True, slots=True)
class Node:
    """A scalar, a mapping or a list.

    `style` is how it begins: `"`, `'`, `|`, `>`, `{`, `[`, or nothing for a plain scalar, a block mapping or list.
    `last_line` is the last line that has anything of it. `entries` are key and value, in a list twice the item.
    """

    start: Spot
    end: Spot
    style: str
    last_line: int
    text: str | None = None
    entries: "tuple[tuple[Node, Node], ...]" = ()

    @property
    def is_block(self) -> bool:
        """Whether it is a mapping or list without brackets."""
        return self.text is None and not self.style

    def index(self, key: str) -> int:
        """The position of an entry; there must be one of that key."""
        return next(number for number, (one, _) in enumerate(self.entries) if one.text == key)

    def value(self, key: str) -> "Node | None":
        """The value of a key, if it is there."""
        return next((value for one, value in self.entries if one.text == key), None)

    @property
    def ending(self) -> "Node":
        """What stands last in it."""
        return self.entries[-1][1].ending if self.entries else self


def outline(content: bytes) -> Node:
    """The mapping that a manifest is, which must have been judged: no caps are held here.

    Raises:
        ManifestError: a line holds what may not be there.
    """
    lines = read_lines(content, "").lines
    return next(_nodes(yaml.parse("\n".join(lines), Loader=FASTEST), lines))


def _nodes(events: Iterator[yaml.Event], lines: Sequence[str]) -> Iterator[Node]:
    """The nodes up to the end of the collection that is open."""
    for event in events:
        if isinstance(event, yaml.ScalarEvent):
            yield _scalar(event, lines)
        elif isinstance(event, yaml.CollectionStartEvent):
            yield _collection(event, events, lines)
        elif isinstance(event, yaml.CollectionEndEvent):
            yield _end(event)
            return


def _collection(opening: yaml.CollectionStartEvent, events: Iterator[yaml.Event], lines: Sequence[str]) -> Node:
    *inner, closing = _nodes(events, lines)
    is_mapping = isinstance(opening, yaml.MappingStartEvent)
    entries = tuple(zip(inner[::2], inner[1::2], strict=True) if is_mapping else zip(inner, inner, strict=True))
    start = _start(opening)
    if opening.flow_style:
        return Node(start, closing.end, "{" if is_mapping else "[", closing.last_line, entries=entries)
    last = inner[-1]
    return Node(start, last.end, "", last.last_line, entries=entries)


def _scalar(event: yaml.ScalarEvent, lines: Sequence[str]) -> Node:
    end, style = _end(event).end, event.style or ""
    last = end.line
    if style in _BLOCK_SCALARS:
        last -= not end.column
        while not lines[last].strip():
            last -= 1
        # Empty lines at the end are part of it only where they are kept.
        last += max(0, len(event.value) - len(event.value.rstrip("\n")) - 1)
    return Node(_start(event), end, style, last, event.value)


def _start(event: yaml.Event) -> Spot:
    mark = event.start_mark
    return Spot(mark.line, mark.column) if mark else Spot(0, 0)


def _end(event: yaml.Event) -> Node:
    mark = event.end_mark
    spot = Spot(mark.line, mark.column) if mark else Spot(0, 0)
    return Node(spot, spot, "", spot.line)
