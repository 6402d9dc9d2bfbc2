"""What a YAML scanner or parser complains of, in our words: libyaml and its Python twin word one fault in two ways."""

from itertools import islice

import yaml

from resolver.documents.characters import NOT_THIS
from resolver.documents.document import MOST_PROBLEMS, Lines, Place
from resolver.domain.errors import Problem

DEEPEST = 32
"""Mappings and lists in each other; libyaml of PyYAML 6.0.4 has a cap of its own, and may find a bomb first."""
QUOTE = "quote this value"
_INDICATORS = ">*%@!&`|"
_INDENTATION = "the indentation fits nothing above"
_NO_NODE = ("node content", "expected key", "<block end>")
_OUR_WORDS = (
    ("mapping values are not allowed", "a ':' where none can be", 'indent with care; quote a value that holds ": "'),
    ("mapping keys are not allowed", "a '?' where none can be", QUOTE),
    ("',' or ']'", "a list is opened with '[' and not closed, or a ',' is missing", "close it with ']'"),
    ("',' or '}'", "a mapping is opened with '{' and not closed, or a ',' is missing", "close it with '}'"),
    ("expected ':'", "a line without ': '", "a line is `key: value` or `- item`"),
    ("unknown escape", "an unknown escape in double quotes", "use single quotes, or write \\\\"),
    ("Unicode character escape", "an escape that names no character", "use single quotes, or write \\\\"),
    ("sequence entries are not allowed", "a '-' where none can be", "a list begins on a line of its own"),
    ("node content", "a value cannot begin like this in YAML", QUOTE),
    ("expected key", _INDENTATION, "align the keys of one mapping"),
    ("<block end>", _INDENTATION, "align the keys of one mapping"),
    ("'-' indicator", _INDENTATION, "align the items of one list"),
    ("maximum nesting depth", f"nested deeper than {DEEPEST}", NOT_THIS),
)


def problems_of(error: yaml.MarkedYAMLError, lines: Lines) -> list[Problem]:
    """What is wrong where the scanner gave up; every line that is indented with a tab, if a tab is what stopped it."""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return [lines.problem(Place(1, 1), f"this is not YAML: {error.problem}")]
    tabs = _tabs(lines) if _indented_with_tab(_line(lines, mark.line)) else []
    if tabs:
        return tabs
    # A scanner of an alias or a folded text complains of what follows its sign; the sign is what lacks the quotes.
    started = error.context_mark if str(error.context).startswith("while scanning") else None
    for place in (started, mark):
        problem = _unquoted(place, lines)
        if problem:
            return [problem]
    return [_translated(error, mark, lines)]


def _translated(error: yaml.MarkedYAMLError, mark: yaml.Mark, lines: Lines) -> Problem:
    context, start, text = str(error.context), error.context_mark, str(error.problem)
    if start and "quoted" in context and "end of stream" in text:
        return lines.problem(_place(start), "a quote is opened and not closed", "close it")
    # What is open is reported where it opens: a parser notices only at the end, lines below.
    if start and "flow" in context and (start.line != mark.line or mark.column >= len(_line(lines, mark.line))):
        mark = start
    message, hint = _in_our_words(text, _line(lines, mark.line), mark.column)
    return lines.problem(_place(mark), message, hint)


def _in_our_words(text: str, line: str, column: int) -> tuple[str, str | None]:
    for part, message, hint in _OUR_WORDS:
        if part not in text:
            continue
        if part in _NO_NODE and line[column : column + 1] == ":":
            return "a key is empty", "write `key: value`"
        if message == _INDENTATION and line[:column].strip():
            return "text after the end of a value", "quote the whole value"
        return message, hint
    return f"this is not YAML: {text}", None


def _unquoted(mark: yaml.Mark | None, lines: Lines) -> Problem | None:
    character = _line(lines, mark.line)[mark.column : mark.column + 1] if mark else ""
    if mark is None or not character or character not in _INDICATORS:
        return None
    return lines.problem(_place(mark), f"a value cannot begin with {character!r} in YAML", QUOTE)


def _place(mark: yaml.Mark) -> Place:
    return Place(mark.line + 1, mark.column + 1)


def _line(lines: Lines, index: int) -> str:
    return lines.lines[index] if index < len(lines.lines) else ""


def _indented_with_tab(line: str) -> bool:
    return "\t" in line[: len(line) - len(line.lstrip())]


def _tabs(lines: Lines) -> list[Problem]:
    found = (
        lines.problem(Place(number, line.index("\t") + 1), "a tab in the indentation", "indent with spaces")
        for number, line in enumerate(lines.lines, 1)
        if line.strip() and _indented_with_tab(line)
    )
    return list(islice(found, MOST_PROBLEMS))
