"""Globs over whole POSIX paths: `*` and `?` stay within a folder, `**` crosses folders; case matters everywhere."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_WIDE = re.compile(r"((?:^|(?<=/))\*\*/|\*\*)")


@lru_cache(maxsize=1024)
def _compiled(glob: str) -> re.Pattern[str]:
    """The glob as a regular expression that no path makes slow.

    While another wildcard follows, the earliest match is as good as any and is never taken back (`(?>`): naively,
    `*a*a*a*a*ab` tries a folder named by 255 times `a` for minutes.
    """
    first, *rest = _WIDE.split(glob)
    pattern = _narrow(first, last=not rest)
    for index in range(0, len(rest), 2):
        anything = "(?:[^/]+/)*" if rest[index].endswith("/") else ".*"
        last = index + 2 == len(rest)
        block = _narrow(rest[index + 1], last=last)
        pattern += f"{anything}{block}" if last else f"(?>{anything}?{block})"
    return re.compile(pattern, re.DOTALL)


def _narrow(block: str, *, last: bool) -> str:
    """A part of a glob without `**`; its last wildcard has to reach the end if nothing follows the part."""
    head, *tail = ("".join("[^/]" if one == "?" else re.escape(one) for one in text) for text in block.split("*"))
    pieces = [f"(?>[^/]*?{text})" for text in tail]
    if tail and last:
        pieces[-1] = f"[^/]*{tail[-1]}"
    return head + "".join(pieces)


def matches(glob: str, path: str) -> bool:
    """Whether the glob covers the whole path."""
    return bool(_compiled(glob).fullmatch(path))


@dataclass(frozen=True, slots=True)
class FileFilter:
    """Which files of an artifact a variant wants: what `include` covers (empty: all) and `exclude` does not."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def wants(self, path: str) -> bool:
        """Whether the path passes; exclude wins."""
        if any(matches(glob, path) for glob in self.exclude):
            return False
        return not self.include or any(matches(glob, path) for glob in self.include)


def wanted_by_any(path: str, filters: Iterable[FileFilter | None]) -> bool:
    """Whether at least one of the filters (None wants everything) lets the path pass."""
    return any(one is None or one.wants(path) for one in filters)
