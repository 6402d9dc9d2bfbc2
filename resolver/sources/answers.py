"""What the documents of an API have to hold: each function gives a value of its type, or says that it is missing."""

import re
from collections.abc import Sequence

from resolver.domain.digests import is_commit

LONGEST_TEXT = 1024


def as_mapping(value: object) -> dict[str, object]:
    """An object; raises TypeError for anything else."""
    if not isinstance(value, dict):
        raise TypeError("a mapping is missing")
    return value


def as_list(value: object) -> Sequence[object]:
    """A list; raises TypeError for anything else."""
    if not isinstance(value, list):
        raise TypeError("a list is missing")
    return value


def as_text(value: object) -> str:
    """A short text that can be shown; raises ValueError for anything else."""
    if not isinstance(value, str) or not value or not value.isprintable() or len(value) > LONGEST_TEXT:
        raise ValueError("a text is missing")
    return value


def as_commit(value: object) -> str:
    """40 hexadecimal digits; raises ValueError for anything else."""
    if not isinstance(value, str) or not is_commit(value):
        raise ValueError("a commit is missing")
    return value


def next_page(link: str) -> str | None:
    """The address of the next page in a Link header (RFC 8288)."""
    found = re.search(r'<([^<>]+)>[^<>]*;\s*rel="?next"?', link)
    return found[1] if found else None
