"""YAML read as text: no scalar is ever guessed at, so `3.10` stays `3.10` and `no` stays `no` (formats.md).

We walk the parser's events and keep a small part of YAML: mappings with text keys, lists, text. Aliases, anchors,
merge keys, tags, further documents, duplicate and empty keys and empty values are refused, all of one text at once.
The caps hold while events come in, so nothing is built of a bomb: libyaml looks at most 1024 characters ahead.
"""

from collections.abc import Callable
from typing import Any

import yaml

from resolver.documents.characters import NOT_THIS, read_lines
from resolver.documents.document import MOST_PROBLEMS, Document, Lines, Path, Place, Plain, Value, refusal
from resolver.documents.open_nodes import OpenNode
from resolver.documents.scalars import NOTHING, objection_to_key, objection_to_properties, objection_to_text
from resolver.documents.syntax import DEEPEST, QUOTE, problems_of
from resolver.domain.errors import Problem

MOST_EVENTS = 200_000
"""One for each key and text, two for each mapping and list: some 12,000 variants, or half a second."""
MOST_ENTRIES = 2_000
"""Of one mapping or list."""

Loader = type[yaml.BaseLoader]
FASTEST: Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""libyaml where PyYAML was built with it, else PyYAML's own scanner: thirty times slower and just as strict."""

_LEAVE_OUT = "write a value, or leave the key out"


class _Enough(Exception):  # noqa: N818  # no error of its own: reading stops, the problems tell why
    """Nothing after this can be understood, or deserves the time."""


def read_document(text: bytes, file: str, loader: Loader = FASTEST) -> Document:
    """A YAML text as plain values with places. What is wrong but can be read past is in `problems`.

    Raises:
        ManifestError: the text cannot be read to its end: a cap, no YAML, a second document.
    """
    lines = read_lines(text, file)
    reading = _Reading(lines)
    try:
        reading.follow("\n".join(lines.lines), loader)
    except yaml.MarkedYAMLError as error:
        reading.problems.extend(problems_of(error, lines))
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # The Python scanner lets chr() complain of "\UFFFFFFFF"; a reader's error has no marks.
        reading.problems.append(lines.problem(reading.last, f"this is not YAML: {error}"))
    except _Enough:
        pass
    else:
        return reading.document()
    raise refusal(reading.problems)


class _Reading:
    """One pass over the events of one text. `last` is the place of the event at hand."""

    problems: list[Problem]

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.problems = []
        self.last = Place(1, 1)
        self._root: Value = None
        self._stack: list[OpenNode] = []
        self._keys: dict[Path, Place] = {}
        self._values: dict[Path, Place] = {}
        self._broken: set[Path] = set()
        self._incomplete: set[Path] = set()
        self._documents = 0
        self._lost = False

    def document(self) -> Document:
        """What was read."""
        return Document(
            self.lines,
            self._root,
            self._keys,
            self._values,
            tuple(self.problems),
            self._broken,
            self._incomplete,
            self._lost,
        )

    def follow(self, text: str, loader: Loader) -> None:
        """Take every event in, under caps."""
        parser = loader(text)
        try:
            self._take_all(parser)
        finally:
            parser.dispose()
        if not self._documents:
            self._nothing("")

    def _take_all(self, parser: yaml.BaseLoader) -> None:
        steps = self._steps()
        count = 0
        while (event := parser.get_event()) is not None:  # type: ignore[no-untyped-call]  # the stubs leave it out
            count += 1
            if count > MOST_EVENTS:
                self._stop("too many keys and values", NOT_THIS)
            step = steps.get(type(event))
            if step:
                step(event)

    def _steps(self) -> dict[type[yaml.Event], Callable[[Any], None]]:
        return {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._open,
            yaml.SequenceStartEvent: self._open,
            yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._begin,
        }

    def _stop(self, message: str, hint: str) -> None:
        self._refuse(self.last, message, hint)
        raise _Enough

    def _refuse(self, place: Place, message: str, hint: str | None) -> None:
        self._lost = True
        self._tell(place, message, hint)

    def _tell(self, place: Place, message: str, hint: str | None) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(self.lines.problem(place, message, hint))

    def _begin(self, event: yaml.DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            self.last = self._place(event)
            self._stop("a second document begins", "a manifest is one document; remove the '---'")

    def _place(self, event: yaml.Event) -> Place:
        start, end = event.start_mark, event.end_mark
        if start is None or end is None:
            return self.last
        if end.line == start.line:
            return Place(start.line + 1, start.column + 1, max(1, end.column - start.column))
        line = self.lines.lines[start.line] if start.line < len(self.lines.lines) else ""
        return Place(start.line + 1, start.column + 1, max(1, len(line.rstrip()) - start.column))

    def _properties(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> bool:
        if event.anchor is None and event.tag is None:
            return False
        column = self.last.column - 1
        line = self.lines.lines[self.last.line - 1][column:] if self.last.line <= len(self.lines.lines) else ""
        message, width = objection_to_properties(event, line)
        self._refuse(self.last._replace(width=width), message, QUOTE)
        return True

    def _alias(self, event: yaml.AliasEvent) -> None:
        self.last = self._place(event)
        self._refuse(self.last, f"an alias ('*{event.anchor}') is not supported", f'{QUOTE}: "*{event.anchor}"')
        if self._stack and self._stack[-1].expects_key:
            self._lose_entry(self._stack[-1])
        else:
            self._put(None)

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        self.last = self._place(event)
        self._properties(event)
        if len(self._stack) >= DEEPEST:
            self._stop(f"nested deeper than {DEEPEST}", NOT_THIS)
        into: Value = {} if isinstance(event, yaml.MappingStartEvent) else []
        if self._stack and self._stack[-1].expects_key:
            self._refuse(self.last, "a key must be a text", "write `key: value`")
            self._lose_entry(self._stack[-1])
            self._stack.append(OpenNode((), into, kept=False))
        else:
            path, kept = self._put(into)
            self._stack.append(OpenNode(path, into, kept))

    def _close(self, _: yaml.CollectionEndEvent) -> None:
        self._stack.pop()

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self.last = self._place(event)
        refused = self._properties(event)
        node = self._stack[-1] if self._stack else None
        if node and node.expects_key:
            self._key(node, event)
        elif not event.style and event.value in NOTHING:
            # `!=3` is YAML for an empty text with a tag: that is said already.
            self._put(None) if refused else self._nothing(event.value)
        else:
            fault = objection_to_text(event)
            if fault:
                self._refuse(self.last, *fault)
            self._put(None if fault else event.value if event.style else Plain(event.value))

    def _nothing(self, value: str) -> None:
        node = self._stack[-1] if self._stack else None
        key = node.key if node else None
        name = f"'{key}'" if key else "an item of the list"
        if not node:
            self._tell(Place(1, 1), "the manifest is empty", "it begins with 'version: 1'; the README shows the rest")
        elif value:
            self._tell(self.last, f"{name} cannot be {value}: there is no such value here", _LEAVE_OUT)
        elif key or isinstance(node.into, list):
            hint = "write a space after ':'" if key and ":" in key else _LEAVE_OUT
            self._tell(node.key_place if key else self.last, f"{name} has no value", hint)
        self._put(None)

    def _key(self, node: OpenNode, event: yaml.ScalarEvent) -> None:
        fault = objection_to_key(event)
        if not fault and isinstance(node.into, dict) and event.value in node.into:
            first = self._keys.get((*node.path, event.value))
            hint = f"keep one; the first is in line {first.line}" if first else "keep one"
            fault = f"'{event.value}' is written twice in one mapping", hint
        if fault:
            self._refuse(self.last, *fault)
            self._lose_entry(node)
            return
        node.begin_entry(event.value, self.last)
        if node.kept:
            self._keys[(*node.path, event.value)] = self.last

    def _lose_entry(self, node: OpenNode) -> None:
        node.begin_lost_entry()
        if node.kept:
            self._incomplete.add(node.path)

    def _put(self, value: Value) -> tuple[Path, bool]:
        path: Path = ()
        kept = True
        if self._stack:
            path, kept = self._stack[-1].put(value)
            if self._stack[-1].count > MOST_ENTRIES:
                self._stop(f"more than {MOST_ENTRIES} entries in one mapping or list", NOT_THIS)
        else:
            self._root = value
        if kept:
            self._values[path] = self.last
            if value is None:
                self._broken.add(path)
        return path, kept
