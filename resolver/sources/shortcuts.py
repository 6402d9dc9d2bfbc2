"""Where a hub's redirects lead, so that the next question is asked there at once.

Small files are answered with a redirect to another address of the same hub that ends in commit and path, like the one
that was asked: what stands before it is learned for the files of a repository at that commit that have the same suffix.
Large files are redirected to signed addresses elsewhere: of these only the file's own is remembered, for its other
portions.

A shortcut is a guess. One for a small file is taken once, a signed address for as long as it serves; whatever else
happens then, the hub's own address is asked.
"""

import threading
from pathlib import PurePosixPath
from urllib.parse import quote, urlsplit

from resolver.domain.lock import Artifact, File
from resolver.domain.ports import Portion
from resolver.transport.origins import origin_of

LARGEST_REGULAR = 10_000_000
"""Bytes from which on the Hub keeps every file as a large one."""


class Shortcuts:
    """What was learned of redirects in this run."""

    def __init__(self) -> None:
        self._prefixes: dict[tuple[str, str], str] = {}
        self._elsewhere: set[tuple[str, str]] = set()
        self._signed: dict[tuple[str, str], str] = {}
        self._asked: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def address(self, artifact: Artifact, file: File, portion: Portion) -> str | None:
        """Where to ask first, if that is known."""
        name = (artifact.key, file.path)
        with self._lock:
            if portion.offset:
                return self._signed.get(name)
            again = name in self._asked
            self._asked.add(name)
            kind = _kind(artifact, file)
            prefix = self._prefixes.get(kind)
        if again or prefix is None or kind in self._elsewhere or file.size > LARGEST_REGULAR:
            return None
        return prefix + _tail(artifact, file)

    def learn(self, artifact: Artifact, file: File, asked: str, landed: str) -> None:
        """An answer came from `landed`, with its query, when `asked` was asked."""
        if landed == asked:
            return
        tail = _tail(artifact, file)
        plain = urlsplit(landed)._replace(query="", fragment="").geturl()
        with self._lock:
            if origin_of(landed) != origin_of(asked):
                self._signed[artifact.key, file.path] = landed
                self._elsewhere.add(_kind(artifact, file))
            elif plain.endswith(tail):
                self._prefixes[_kind(artifact, file)] = plain.removesuffix(tail)

    def expire(self, artifact: Artifact, file: File, address: str) -> None:
        """A signed address did not serve; another one that came meanwhile stays."""
        with self._lock:
            if self._signed.get((artifact.key, file.path)) == address:
                del self._signed[artifact.key, file.path]

    def forget(self, artifact: Artifact, file: File, address: str) -> None:
        """What was learned of files like this one was wrong."""
        self.expire(artifact, file, address)
        with self._lock:
            self._prefixes.pop(_kind(artifact, file), None)


def _kind(artifact: Artifact, file: File) -> tuple[str, str]:
    return artifact.key, PurePosixPath(file.path).suffix


def _tail(artifact: Artifact, file: File) -> str:
    return f"/{artifact.commit}/{quote(file.path)}"
