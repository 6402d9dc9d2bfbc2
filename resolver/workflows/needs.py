"""What the registered projects need of the store.

What a project needs is what its lock names now. Of a project that cannot be reached, or whose lock cannot be read, it
is what its lock named when it was last synced, and whatever digests can still be read. Where even that is unknown,
every blob is needed. To forget a project is the only way to give it up.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from resolver.documents.conflicts import sides
from resolver.documents.lock_reader import read_lock
from resolver.domain.errors import DiskError, LockError, UnknownNameError
from resolver.domain.lock import Lock
from resolver.files.atomic import read_if_there
from resolver.store import Store
from resolver.store.registrations import Registration
from resolver.workflows.workspace import LOCK

_DIGEST = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


@dataclass(frozen=True, slots=True)
class Need:
    """What a project needs. `state` is `read`, `remembered`, `unknown` (then everything) or `forgotten` (nothing).

    `locks` is its lock where that can be read; both sides of one with conflict markers.
    """

    project: Path
    state: str
    digests: frozenset[str] = frozenset()
    because: str | None = None
    locks: tuple[Lock, ...] = ()


@dataclass(frozen=True)
class Needs:
    """The needs of all projects, and what the locks of those that are not given up named when they were synced."""

    all: tuple[Need, ...]
    last: frozenset[str] = frozenset()

    def cover(self, sha256: str) -> bool:
        """Whether somebody needs that blob."""
        return self._everything or sha256 in self._digests

    @cached_property
    def _everything(self) -> bool:
        return any(one.state == "unknown" for one in self.all)

    @cached_property
    def _digests(self) -> frozenset[str]:
        return frozenset[str]().union(*(one.digests for one in self.all))


def needs(store: Store, forget: Sequence[Path] = ()) -> Needs:
    """What every registered project needs, those to forget nothing.

    Raises:
        UnknownNameError: a project to forget is not registered.
        DiskError: a registration cannot be read: then nobody knows what is needed.
    """
    registered = store.registrations.all()
    _check_known(forget, registered)
    given_up = frozenset(forget)
    found = (Need(one.project, "forgotten") if one.project in given_up else _need(one) for one in registered)
    last = (one.named or frozenset() for one in registered if one.project not in given_up)
    return Needs(tuple(found), frozenset[str]().union(*last))


def _check_known(forget: Sequence[Path], registered: Sequence[Registration]) -> None:
    known = [str(one.project) for one in registered]
    for project in forget:
        if str(project) not in known:
            hint = "`models cache size` lists those that are"  # and suggests none: what is forgotten may be removed
            raise UnknownNameError(f"no project '{project}' is registered in the store", hint=hint)


def _need(registration: Registration) -> Need:
    try:
        content = read_if_there(registration.project / LOCK)
    except DiskError as error:
        return _remembered(registration, error.message)
    if content is None:
        missing = f"has no {LOCK}" if registration.project.is_dir() else "cannot be reached"
        return _remembered(registration, missing)
    try:
        locks = _locks(content)
    except LockError as error:
        return _remembered(registration, f"has a {LOCK} that cannot be read ({error.message})", content)
    return Need(registration.project, "read", frozenset().union(*(one.digests for one in locks)), locks=locks)


def _locks(content: bytes) -> tuple[Lock, ...]:
    return tuple(read_lock(side) for side in sides(content) or (content,))


def _remembered(registration: Registration, because: str, content: bytes = b"") -> Need:
    seen = {one.decode() for one in _DIGEST.findall(content)}
    state = "unknown" if registration.named is None else "remembered"
    return Need(registration.project, state, frozenset(seen | (registration.named or frozenset())), because)
