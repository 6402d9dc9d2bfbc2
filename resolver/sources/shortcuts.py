"""Where a hub's redirects lead, so that the next question is asked there at once.

Small files are answered with a redirect to another address of the same hub that ends in repository, commit and path,
like the one that was asked: what stands before it is learned. Hugging Face writes the path's slashes as %2F there, so
files in folders and files that lie in none are learned apart. Who does not know that a file is a small one takes that
only for files of a repository at a commit that have a suffix of which one was seen.

Large files are redirected to signed addresses elsewhere: of these only the file's own is remembered, for its other
portions. The question for a gate learns it too, so that a look into the file needs no redirect.

A shortcut is a guess. One for a small file is taken once, a signed address for as long as it serves; whatever else
happens then, the hub's own address is asked.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote, urlsplit

from resolver.domain.ports import Portion
from resolver.transport.origins import origin_of

LARGEST_REGULAR = 10_000_000
"""Bytes from which on the Hub keeps every file as a large one."""


@dataclass(frozen=True, slots=True)
class Place:
    """A file of a repository at a commit."""

    repository: str
    commit: str
    path: str

    @property
    def kind(self) -> tuple[str, str, str, bool]:
        """What files are like this one."""
        return self.repository, self.commit, PurePosixPath(self.path).suffix, self.nested

    @property
    def nested(self) -> bool:
        """Whether it lies in a folder."""
        return "/" in self.path

    def tail(self, safe: str) -> str:
        """How an address of it ends; `safe` are the signs that are not escaped in its path."""
        return f"/{quote(self.repository)}/{self.commit}/{quote(self.path, safe=safe)}"


class Shortcuts:
    """What was learned of redirects in this run."""

    def __init__(self) -> None:
        self._ways: dict[bool, tuple[str, str]] = {}
        self._seen: set[tuple[str, str, str, bool]] = set()
        self._elsewhere: set[tuple[str, str, str, bool]] = set()
        self._wrong: set[tuple[str, str, str, bool]] = set()
        self._signed: dict[Place, str] = {}
        self._asked: set[Place] = set()
        self._lock = threading.Lock()
        self._alone = {True: threading.Lock(), False: threading.Lock()}
        self._told: set[bool] = set()

    def address(self, place: Place, size: int, portion: Portion) -> str | None:
        """Where to ask first, if that is known."""
        with self._lock:
            if portion.offset:
                return self._signed.get(place)
            if self._again(place):
                return None
            small = place.kind in self._seen and place.kind not in self._elsewhere and size <= LARGEST_REGULAR
            return self._way(place) if small else None

    def signed(self, place: Place) -> str | None:
        """Where a large file is, whichever portion is wanted, if a question for it led there."""
        with self._lock:
            return self._signed.get(place)

    def regular(self, place: Place) -> str | None:
        """Where to ask first for what is known to be a small file, by what was learned of any repository."""
        with self._lock:
            return None if self._again(place) else self._way(place)

    @contextmanager
    def turn(self, place: Place) -> Iterator[None]:
        """Until one small file was asked for its question is alone: what it learns spares the others a redirect."""
        nested = place.nested
        if nested in self._told:
            yield
            return
        with self._alone[nested]:
            first = nested not in self._told
            if first:
                try:
                    yield
                finally:
                    self._told.add(nested)
        if not first:
            yield

    def learn(self, place: Place, asked: str, landed: str) -> None:
        """An answer came from `landed`, with its query, when `asked` was asked."""
        if landed == asked:
            return
        plain = urlsplit(landed)._replace(query="", fragment="").geturl()
        with self._lock:
            if origin_of(landed) != origin_of(asked):
                self._signed[place] = landed
                self._elsewhere.add(place.kind)
                return
            for safe in ("/", ""):
                if plain.endswith(tail := place.tail(safe)):
                    self._ways[place.nested] = (plain.removesuffix(tail), safe)
                    self._seen.add(place.kind)

    def expire(self, place: Place, address: str) -> None:
        """A signed address did not serve; another one that came meanwhile stays."""
        with self._lock:
            if self._signed.get(place) == address:
                del self._signed[place]

    def forget(self, place: Place, address: str) -> None:
        """What was learned is wrong for files like this one, whatever it is for those of others."""
        with self._lock:
            if self._signed.get(place) == address:
                del self._signed[place]
            else:
                self._wrong.add(place.kind)

    def _again(self, place: Place) -> bool:
        again = place in self._asked
        self._asked.add(place)
        return again

    def _way(self, place: Place) -> str | None:
        prefix, safe = self._ways.get(place.nested, ("", ""))
        return prefix + place.tail(safe) if prefix and place.kind not in self._wrong else None
