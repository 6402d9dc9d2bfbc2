"""What the opcodes of a pickle would do to an unpickler's stack, by kinds of values only; nothing is executed.

The stack accepts what any of CPython's unpicklers accepts (`Modules/_pickle.c` and `Lib/pickle.py`, 3.8 to 3.14), so
that nothing that runs there is given up here. `pickletools` lends its table of opcodes and no more.
"""

import pickletools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

NEWEST_PROTOCOL = 5

_DOTTED_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")


class Turn(Enum):
    """What one opcode leads to. `ACTS`: something imported is called or changed, and anything may have happened."""

    GOES_ON = auto()
    FAILS = auto()
    STOPS = auto()
    ACTS = auto()


class _Kind(Enum):
    MARK = auto()
    NOTHING = auto()  # None, which harms nobody as an item
    DATA = auto()
    OBJECT = auto()  # what GLOBAL and its like import: can be called, as data never can


@dataclass(slots=True)
class Stack:
    """The stack and the memo of one unpickler."""

    values: list[_Kind] = field(default_factory=list)
    memo: dict[int, _Kind] = field(default_factory=dict)

    def has(self, count: int) -> bool:
        """Whether so many values lie above the last mark; an unpickler reaches no deeper."""
        return len(self.values) >= count and _Kind.MARK not in self.values[len(self.values) - count :]

    def last_mark(self) -> int | None:
        """Where the last mark lies."""
        for index in range(len(self.values) - 1, -1, -1):
            if self.values[index] is _Kind.MARK:
                return index
        return None

    def turn(self, opcode: pickletools.OpcodeInfo, operand: bytes) -> Turn:
        """What the opcode does; `operand` is its argument without length or newline, of GLOBAL the two lines."""
        name = opcode.name
        if name in _PUSHED:
            return _push(self, _PUSHED[name])
        if name in _CALLS:
            return _call(self, _CALLS[name])
        if name in _CHANGES:
            return _change(self, _CHANGES[name])
        act = _ACTS.get(name)
        return act(self, operand) if act else _by_table(self, opcode)


def _push(stack: Stack, kind: _Kind) -> Turn:
    stack.values.append(kind)
    return Turn.GOES_ON


def _by_table(stack: Stack, opcode: pickletools.OpcodeInfo) -> Turn:
    """The opcodes that only make data of data."""
    before = list(opcode.stack_before)
    if pickletools.markobject in before:
        mark = stack.last_mark()
        if mark is None:
            return Turn.FAILS
        del stack.values[mark:]
        before = before[: before.index(pickletools.markobject)]
    if not stack.has(len(before)):
        return Turn.FAILS
    del stack.values[len(stack.values) - len(before) :]
    stack.values.extend(_Kind.DATA for _ in opcode.stack_after)
    return Turn.GOES_ON


def _call(stack: Stack, operands: int) -> Turn:
    return Turn.ACTS if stack.has(operands) and stack.values[-operands] is _Kind.OBJECT else Turn.FAILS


def _change(stack: Stack, operands: int) -> Turn:
    if not stack.has(operands):
        return Turn.FAILS
    if stack.values[-operands] is _Kind.OBJECT and stack.values[-1] is not _Kind.NOTHING:
        return Turn.ACTS
    del stack.values[1 - operands :]
    return Turn.GOES_ON


def _change_by_items(stack: Stack, _: bytes) -> Turn:
    mark = stack.last_mark()
    if not mark or stack.values[mark - 1] is _Kind.MARK:
        return Turn.FAILS
    if stack.values[mark - 1] is _Kind.OBJECT and len(stack.values) > mark + 1:
        return Turn.ACTS
    del stack.values[mark:]
    return Turn.GOES_ON


def _object(stack: Stack, _: bytes) -> Turn:
    """What lies first above the mark is called."""
    mark = stack.last_mark()
    above = [] if mark is None else stack.values[mark + 1 : mark + 2]
    return Turn.ACTS if above == [_Kind.OBJECT] else Turn.FAILS


def _instance(stack: Stack, names: bytes) -> Turn:
    """Imports and calls at once."""
    return Turn.ACTS if stack.last_mark() is not None and _are_names(names) else Turn.FAILS


def _global(stack: Stack, names: bytes) -> Turn:
    return _push(stack, _Kind.OBJECT) if _are_names(names) else Turn.FAILS


def _are_names(lines: bytes) -> bool:
    """Whether a module and something in it could be called so; prose could not."""
    try:
        names = lines.decode().split("\n")
    except UnicodeDecodeError:
        return False
    return all(_DOTTED_NAME.fullmatch(name) for name in names)


def _stack_global(stack: Stack, _: bytes) -> Turn:
    if not stack.has(2) or {*stack.values[-2:]} != {_Kind.DATA}:
        return Turn.FAILS
    del stack.values[-2:]
    return _push(stack, _Kind.OBJECT)


def _pop(stack: Stack, _: bytes) -> Turn:
    """A mark can be popped too."""
    if not stack.values:
        return Turn.FAILS
    stack.values.pop()
    return Turn.GOES_ON


def _duplicate(stack: Stack, _: bytes) -> Turn:
    return _push(stack, stack.values[-1]) if stack.has(1) else Turn.FAILS


def _remember(stack: Stack, index: int) -> Turn:
    if not stack.has(1):
        return Turn.FAILS
    stack.memo[index] = stack.values[-1]
    return Turn.GOES_ON


def _recall(stack: Stack, index: int) -> Turn:
    return _push(stack, stack.memo[index]) if index in stack.memo else Turn.FAILS


def _index(operand: bytes) -> int:
    return int.from_bytes(operand, "little")


_PUSHED = {
    "MARK": _Kind.MARK,
    "NONE": _Kind.NOTHING,
    "EXT1": _Kind.OBJECT,
    "EXT2": _Kind.OBJECT,
    "EXT4": _Kind.OBJECT,
}
_CALLS = {"REDUCE": 2, "NEWOBJ": 2, "NEWOBJ_EX": 3}  # opcode: its operands, what is called first
_CHANGES = {"APPEND": 2, "BUILD": 2, "SETITEM": 3}  # opcode: its operands, what is changed first
_ACTS: dict[str, Callable[[Stack, bytes], Turn]] = {
    "PROTO": lambda _, operand: Turn.GOES_ON if operand[0] <= NEWEST_PROTOCOL else Turn.FAILS,
    "STOP": lambda stack, _: Turn.STOPS if stack.has(1) else Turn.FAILS,
    "APPENDS": _change_by_items,
    "SETITEMS": _change_by_items,
    "ADDITEMS": _change_by_items,
    "GLOBAL": _global,
    "STACK_GLOBAL": _stack_global,
    "INST": _instance,
    "OBJ": _object,
    "POP": _pop,
    "DUP": _duplicate,
    "MEMOIZE": lambda stack, _: _remember(stack, len(stack.memo)),
    "PUT": lambda stack, operand: _remember(stack, int(operand)),
    "BINPUT": lambda stack, operand: _remember(stack, _index(operand)),
    "LONG_BINPUT": lambda stack, operand: _remember(stack, _index(operand)),
    "GET": lambda stack, operand: _recall(stack, int(operand)),
    "BINGET": lambda stack, operand: _recall(stack, _index(operand)),
    "LONG_BINGET": lambda stack, operand: _recall(stack, _index(operand)),
}
