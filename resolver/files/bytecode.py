"""Which source Python made a file of bytecode from."""

import os
import re
from pathlib import Path

from resolver.files.guarded import open_regular

CACHE = "__pycache__"
_CACHED = re.compile(r"(?P<cached>(?P<folder>(?:.*/)?)__pycache__/(?P<stem>[^/.]+)\.[^/]+\.pyc)", re.DOTALL)
_ALONE = re.compile(r"(?P<folder>(?:.*/)?)(?P<stem>[^/.]+)\.pyc", re.DOTALL)
_UNFINISHED = re.compile(r"(?<=\.pyc)\.[0-9]+\Z", re.ASCII)
_HEADER = 16
_MASK = 0xFFFFFFFF


def source_of(path: str) -> str | None:
    """The source that a file of bytecode is for, by their names (PEP 3147); None for anything else.

    Python reads what lies in `__pycache__` only if the source is there. What lies beside its source it imports even
    without.
    """
    if not path.endswith(".pyc"):
        return None
    match = _CACHED.fullmatch(path) or _ALONE.fullmatch(path)
    return None if match is None else f"{match['folder']}{match['stem']}.py"


def is_cached(path: str) -> bool:
    """Whether it lies in a folder that Python makes for itself and fills again whenever it is gone."""
    return f"/{CACHE}/" in f"/{path}"


def cached_source(path: str) -> str | None:
    """The source whose bytecode a file of Python's own cache is by its name, or becomes; None for anything else there.

    Python writes under a name with a number behind it first (importlib's _bootstrap_external.py, _write_atomic).
    """
    return source_of(_UNFINISHED.sub("", path)) if is_cached(path) else None


def was_made_from(place: Path, size: int, mtime: int) -> bool:
    """Whether bytecode says of itself that it was made from a source of that size and mtime (nanoseconds).

    What it says of a source by a hash is not compared (PEP 552).
    """
    try:
        with os.fdopen(open_regular(place), "rb") as stream:
            header = stream.read(_HEADER)
    except OSError:
        return False
    if len(header) < _HEADER or header[2:8] != b"\r\n\0\0\0\0":
        return False
    words = [int.from_bytes(header[at : at + 4], "little") for at in (8, 12)]
    return words == [(mtime // 10**9) & _MASK, size & _MASK]
