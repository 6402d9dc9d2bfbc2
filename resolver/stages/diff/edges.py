"""What differs of the reasons why artifacts need others."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from resolver.domain.globs import FileFilter
from resolver.domain.lock import Dependency
from resolver.domain.lock_report import Change
from resolver.stages.diff.sides import Pair
from resolver.stages.diff.values import edge_text, listed

T = TypeVar("T")


def edge_changes(
    pair: Pair, gone: Collection[str], came: Collection[str], names: Mapping[str, str]
) -> Iterator[Change]:
    """Edges that differ, but for those to artifacts that went or came, which are told with these.

    `names` are new keys of artifacts by old ones.
    """
    before = [_plain(edge, names) for edge in pair.old.dependencies if edge.artifact not in gone]
    after = [_plain(edge, {}) for edge in pair.new.dependencies if edge.artifact not in came]
    lost, gained = without(before, after), without(after, before)
    if lost or gained:
        said = listed(map(edge_text, lost)), listed(map(edge_text, gained))
        change = Change(pair.model, "requirement", *said, profiles=pair.machines)
        yield replace(change, artifact=pair.new.key, subject="dependencies")


def _plain(edge: Dependency, names: Mapping[str, str]) -> Dependency:
    """The edge under the name that its artifact has now, globs in one order."""
    files = edge.files and FileFilter(tuple(sorted(edge.files.include)), tuple(sorted(edge.files.exclude)))
    return replace(edge, artifact=names.get(edge.artifact, edge.artifact), files=files)


def without(some: Iterable[T], others: Iterable[T]) -> tuple[T, ...]:
    """Each as often as it is more often among `some`."""
    return tuple((Counter(some) - Counter(others)).elements())
