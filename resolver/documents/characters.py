"""Bytes to lines, under caps: what no parser should see is refused here, because parsers break on it (facts.md)."""

import codecs
import re
from collections.abc import Iterator
from itertools import islice

from resolver.documents.document import MOST_PROBLEMS, Lines, Place
from resolver.domain.errors import ManifestError, Problem

LARGEST = 2**20
MOST_LINES = 100_000
LONGEST_LINE = 10_000
NOT_THIS = "is this the manifest?"

# Control characters; line ends that YAML knows and editors do not; byte order marks inside the text; and the marks
# that make a line look other than it reads (CVE-2021-42574).
_REFUSED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_DIRECTIVE = re.compile("^%", re.MULTILINE)
_OTHER_ENCODINGS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)


def refused_character(text: str) -> str | None:
    """The first character that may not stand in a text, as `U+0000`, or None."""
    match = None if text.isprintable() else _REFUSED.search(text)
    return f"U+{ord(match[0]):04X}" if match else None


def read_lines(text: bytes, file: str) -> Lines:
    """The lines of a UTF-8 text; a byte order mark at its start and CRLF are tolerated.

    Raises:
        ManifestError: it is too large, no UTF-8, or holds characters, lines or directives that are refused.
    """
    if len(text) > LARGEST:
        raise ManifestError([_too_large(text, file)])
    decoded = _decoded(text, file).removeprefix("\ufeff").replace("\r\n", "\n")
    lines = Lines(file, tuple(decoded.split("\n")))
    if len(lines.lines) > MOST_LINES:
        raise ManifestError([lines.problem(Place(MOST_LINES + 1, 1), f"more than {MOST_LINES} lines", NOT_THIS)])
    if _REFUSED.search(decoded) or _DIRECTIVE.search(decoded) or max(map(len, lines.lines)) > LONGEST_LINE:
        raise ManifestError(list(islice(_problems(lines), MOST_PROBLEMS)))
    return lines


def _too_large(text: bytes, file: str) -> Problem:
    start = text[:80].decode(errors="replace").partition("\n")[0]
    return Problem("the file is larger than 1 MiB", file, 1, 1, start, hint=NOT_THIS)


def _decoded(text: bytes, file: str) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        before = text[: error.start].decode().removeprefix("\ufeff")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        source = text.split(b"\n")[line - 1].decode(errors="replace").rstrip("\r")
        hint = "save the file as UTF-8"
        if text.startswith(_OTHER_ENCODINGS):
            hint = "the file begins like UTF-16 or UTF-32; save it as UTF-8"
        message = f"the byte 0x{text[error.start]:02X} is not UTF-8"
        raise ManifestError([Problem(message, file, line, column, source, hint=hint)]) from error


def _problems(lines: Lines) -> Iterator[Problem]:
    for number, line in enumerate(lines.lines, 1):
        if len(line) > LONGEST_LINE:
            short = Lines(lines.file, (*lines.lines[: number - 1], f"{line[:80]}…"))
            yield short.problem(Place(number, 1), f"the line is longer than {LONGEST_LINE} characters", "break it")
        # 50,000 %TAG lines cost libyaml 5 s: it compares each with all before it.
        elif line.startswith("%"):
            hint = "quote this value, or indent the line"
            yield lines.problem(Place(number, 1, len(line)), "a directive is not supported", hint)
        else:
            yield from _refused(lines, number, line)


def _refused(lines: Lines, number: int, line: str) -> Iterator[Problem]:
    for match in _REFUSED.finditer(line):
        hint = "end lines with LF or CRLF" if match[0] == "\r" else "remove it"
        message = f"the character U+{ord(match[0]):04X} is not allowed"
        yield lines.problem(Place(number, match.start() + 1), message, hint)
