"""What other programs keep in a cache folder, as far as one can tell by looking."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CachedRepository:
    """A repository in a cache. `source` and `revision` are what names of folders say: nobody has judged them yet.

    `because` says what names the revision. `size` are the bytes of the `files` that could be counted, all of them if
    `is_whole`. `may_be_part` tells whether programs fetch single files of it. `texts` has the beginnings of config
    files. `place` is relative to the folder that was looked into.
    """

    source: str
    revision: str
    because: str
    place: str
    files: tuple[str, ...] = ()
    size: int = 0
    is_whole: bool = True
    may_be_part: bool = False
    texts: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Something in a cache that becomes no model, and why."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class CacheListing:
    """What was found, in the order of places."""

    repositories: tuple[CachedRepository, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()


def listing(found: Iterable[CachedRepository | PassedOver]) -> CacheListing:
    """What was found, each source once: the first place that has it counts, the others are passed over."""
    first: dict[str, CachedRepository] = {}
    passed: list[PassedOver] = []
    for one in found:
        if isinstance(one, PassedOver):
            passed.append(one)
        elif one.source in first:
            passed.append(PassedOver(one.place, f"the same repository as {first[one.source].place}"))
        else:
            first[one.source] = one
    return CacheListing(tuple(first.values()), tuple(passed))
