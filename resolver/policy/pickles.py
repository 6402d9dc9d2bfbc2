"""Whether bytes are a pickle: its opcodes are walked, and nothing is executed.

Not with `pickletools.genops`, which is stricter than the unpicklers: a hexadecimal INT or a module name outside ASCII
ends its walk and not theirs, and scanners built on it were passed that way (GHSA-9gvj-pp9x-gcfr).

A text may begin like a pickle of protocol 0: `cat`, `dog` is GLOBAL "at dog". So a verdict needs more than opcodes: a
call of what was imported, a protocol announced and kept, a STOP where the file ends, or a walk that no bound finishes.
"""

import contextlib
import pickletools
import re
from collections.abc import Callable
from dataclasses import dataclass

from resolver.policy.unpickling import Stack, Turn

_OPCODES = {ord(opcode.code): opcode for opcode in pickletools.opcodes}
_LENGTHS = {  # how an argument's length is written: bytes, signed
    pickletools.TAKEN_FROM_ARGUMENT1: (1, False),
    pickletools.TAKEN_FROM_ARGUMENT4: (4, True),
    pickletools.TAKEN_FROM_ARGUMENT4U: (4, False),
    pickletools.TAKEN_FROM_ARGUMENT8U: (8, False),
}
_UTF8_TEXTS = frozenset({"BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"})
_NAME_PAIRS = frozenset({"GLOBAL", "INST"})
_LONGEST_NAME = 1024  # bytes; no module or attribute is called anything longer
_INTEGER = re.compile(rb"\s*[+-]?(?:0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|\d[\d_]*)L?\s*")
_INDEX = re.compile(rb"\d{1,19}")
_LINES = {
    "INT": _INTEGER,
    "LONG": _INTEGER,
    "FLOAT": re.compile(
        rb"\s*[+-]?(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*|inf|infinity|nan)(?:e[+-]?\d+)?\s*", re.IGNORECASE
    ),
    "STRING": re.compile(rb"(['\"]).*\1", re.DOTALL),
    "PUT": _INDEX,
    "GET": _INDEX,
}
_LONG_LINES = {  # what of a line may be longer than can be seen; not PERSID, or every zip (`PK`) would begin so
    "INT": re.compile(rb"[\s+\-\da-fA-FxXoO_]*"),
    "LONG": re.compile(rb"[\s+\-\da-fA-FxXoO_]*"),
    "FLOAT": re.compile(rb"[\s+\-\d_.]*"),
    "STRING": re.compile(rb"['\"].*", re.DOTALL),
    "UNICODE": re.compile(rb".*", re.DOTALL),
}


def is_pickle(head: bytes, size: int, read_at: Callable[[int], bytes | None]) -> bool:
    """Whether a file of `size` bytes that begins with `head` is a pickle or executes code as one.

    What cannot be decided from the head and one more piece, `read_at` an offset, counts as one: a walk is led past
    both only by pickles and by those who hide them (a first string of a gigabyte). `read_at` gives None where it cannot
    know, and nothing where the file ends before.
    """
    walk = _Walk()
    for read in (lambda _: head, read_at):
        piece = read(walk.position)
        if not piece:
            return piece is None
        with contextlib.suppress(_OutOfSightError):
            return walk.through(_Window(walk.position, piece, size))
    return True


class _OutOfSightError(Exception):
    """The next bytes lie outside the window, and inside the file."""


@dataclass(frozen=True, slots=True)
class _Window:
    """A piece of a file: where it begins, its bytes, and the size of the whole file."""

    base: int
    data: bytes
    size: int

    def take(self, start: int, count: int) -> bytes | None:
        """Bytes of the file; None if it ends before."""
        if start + count > self.size:
            return None
        piece = self.data[start - self.base : start - self.base + count]
        if len(piece) < count:
            raise _OutOfSightError
        return piece

    def line(self, start: int, opcode: str) -> tuple[bytes, int] | None:
        """The line at `start` without its newline, and where the next begins; None if it cannot be an argument."""
        end = self.data.find(b"\n", start - self.base)
        if end >= 0:
            return self.data[start - self.base : end], self.base + end + 1
        rest = self.data[start - self.base :]
        if self.base + len(self.data) >= self.size:
            return rest[:-1], self.size  # unpicklers cut the last byte, newline or not
        pattern = _LONG_LINES.get(opcode)
        if len(rest) <= _LONGEST_NAME or (pattern and pattern.fullmatch(rest)):
            raise _OutOfSightError
        return None


class _Walk:
    """A walk over opcodes, which may go on in a second window."""

    def __init__(self) -> None:
        self.position = 0
        self._stack = Stack()
        self._announced = False
        self._frame_end = 0

    def through(self, window: _Window) -> bool:
        """The verdict; raises _OutOfSightError where it depends on bytes outside the window."""
        while self.position < window.size:
            code = window.take(self.position, 1)
            opcode = _OPCODES.get(code[0]) if code else None
            argument = _argument(window, self.position + 1, opcode) if opcode else None
            if opcode is None or argument is None:
                return opcode is not None and self.position < self._frame_end <= window.size
            content, following = argument
            if self._breaks_frame(opcode.name, following):
                return True
            turn = Turn.FAILS if content is None else self._stack.turn(opcode, content)
            if turn is Turn.FAILS:
                return False
            if turn is Turn.ACTS or self._announced or (turn is Turn.STOPS and following == window.size):
                return True
            self._advance(opcode.name, turn, content or b"", following)
        return False

    def _breaks_frame(self, opcode: str, following: int) -> bool:
        """Whether an argument or another frame crosses the end of a frame, or a STOP leaves something in it.

        `_pickle.c` drops what is left of such a frame: it and we would read different opcodes from there on.
        """
        if self.position >= self._frame_end or following == self._frame_end:
            return False
        return following > self._frame_end or opcode in ("FRAME", "STOP")

    def _advance(self, opcode: str, turn: Turn, operand: bytes, following: int) -> None:
        if opcode == "FRAME":
            self._frame_end = following + int.from_bytes(operand, "little")
        if turn is Turn.STOPS:  # several pickles may follow each other
            self._stack = Stack()
        self._announced = opcode == "PROTO" and self.position == 0
        self.position = following


def _argument(window: _Window, start: int, opcode: pickletools.OpcodeInfo) -> tuple[bytes | None, int] | None:
    """The argument's content, None if it is not valid, and where the next opcode is; None if it has no end."""
    if opcode.arg is None:
        return b"", start
    if opcode.arg.n == pickletools.UP_TO_NEWLINE:
        return _lines(window, start, opcode.name)
    if opcode.arg.n in _LENGTHS:
        return _counted(window, start, opcode)
    content = window.take(start, opcode.arg.n)
    return None if content is None else (content, start + opcode.arg.n)


def _lines(window: _Window, start: int, opcode: str) -> tuple[bytes | None, int] | None:
    first = window.line(start, opcode)
    if first is None:
        return None
    if opcode in _NAME_PAIRS:
        second = window.line(first[1], opcode)
        return second and (first[0] + b"\n" + second[0], second[1])
    pattern = _LINES.get(opcode)
    return first if pattern is None or pattern.fullmatch(first[0]) else (None, first[1])


def _counted(window: _Window, start: int, opcode: pickletools.OpcodeInfo) -> tuple[bytes | None, int] | None:
    """An argument that its length precedes; its content, which nobody needs, is left out."""
    width, signed = _LENGTHS[opcode.arg.n if opcode.arg else 0]
    written = window.take(start, width)
    if written is None:
        return None
    length = int.from_bytes(written, "little", signed=signed)
    start += width
    if length < 0 or start + length > window.size:
        return None
    seen = window.data[start - window.base : start - window.base + length]
    valid = opcode.name not in _UTF8_TEXTS or _is_text(seen, length)
    return b"" if valid else None, start + length


def _is_text(content: bytes, length: int) -> bool:
    """Whether it is UTF-8, as far as it can be seen whole."""
    try:
        content.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return len(content) < length
    return True
