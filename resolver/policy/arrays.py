"""Whether a NumPy file holds objects: `numpy.load` unpickles those, and only those.

The format: NumPy's enhancement proposal 1 and `numpy.lib.format`, versions 1.0 to 3.0.
"""

import ast
import re

MAGIC = b"\x93NUMPY"

_LONGEST_HEADER = 10_000  # characters; numpy.lib.format parses a longer one only if pickles are allowed
_PLAIN_TYPE = re.compile(
    r"[<>|=]?(?:[?bBhHiIlLqQefdgFDG]|[bBiufcmMSUVa]\d+)(?:\[[\w/]+\])?|bool|u?int\d+|float\d+|complex\d+"
)
_PYTHON_2_LONG = re.compile(r"(?<=\d)L\b")


def holds_objects(head: bytes) -> bool:
    """Whether the array has objects in it; a header that cannot be read counts as one that does."""
    width = 2 if head[6:7] == b"\1" else 4
    start = 8 + width
    length = int.from_bytes(head[8:start], "little")
    text = head[start : start + length].decode("latin-1")
    if length > _LONGEST_HEADER or len(text) < length:
        return True
    try:
        header = ast.literal_eval(_PYTHON_2_LONG.sub("", text).strip())
        return not _is_plain(header["descr"])
    except (ValueError, SyntaxError, TypeError, KeyError, IndexError, MemoryError, RecursionError):
        return True


def _is_plain(description: object) -> bool:
    """A type's text, a subarray `(type, shape)`, or a list of fields `(name, type[, shape])`."""
    if isinstance(description, str):
        return _PLAIN_TYPE.fullmatch(description) is not None
    if isinstance(description, tuple):
        return _is_plain(description[0])
    return isinstance(description, list) and all(_is_plain(field[1]) for field in description)
