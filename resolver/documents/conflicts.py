"""Git conflict markers in models.lock: both sides are read, so that a merge never invents a third pin."""

import re

_MARKER = b"<" * 7
_OURS = re.compile(rb"<{7}( .*)?")
_BASE = re.compile(rb"\|{7}( .*)?")
_MIDDLE = re.compile(rb"={7}")
_THEIRS = re.compile(rb">{7}( .*)?")


def sides(text: bytes) -> tuple[bytes, bytes] | None:
    """Ours and theirs of a text with conflict markers (also those of the diff3 style), or None if it has none."""
    return _split(text) if _MARKER in text else None


def _split(text: bytes) -> tuple[bytes, bytes] | None:
    ours: list[bytes] = []
    theirs: list[bytes] = []
    taking: tuple[list[bytes], ...] = (ours, theirs)
    found = False
    for line in text.replace(b"\r\n", b"\n").split(b"\n"):
        if _OURS.fullmatch(line):
            taking, found = (ours,), True
        elif found and _BASE.fullmatch(line):
            taking = ()
        elif found and _MIDDLE.fullmatch(line):
            taking = (theirs,)
        elif found and _THEIRS.fullmatch(line):
            taking = (ours, theirs)
        else:
            for side in taking:
                side.append(line)
    return (b"\n".join(ours), b"\n".join(theirs)) if found else None
