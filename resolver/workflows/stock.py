"""`models cache ls` and `models cache size`: what lies in the store, what it is called, and who wants it.

One stat a blob and no network. What is wanted is what `cache gc` would leave.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from resolver.domain.lock import Artifact, Lock
from resolver.store import Store, collection
from resolver.store.catalogue import named
from resolver.store.collection import Stored
from resolver.workflows.needs import Need, needs

Pin = tuple[str, str | None, str | None]
"""An artifact's key, commit and version."""
Wanted = dict[Path, tuple[str, ...]]
"""By project, the models that need an artifact."""


@dataclass(frozen=True, slots=True)
class Holding:
    """An artifact of which something lies in the store: `files` of it, `size` bytes, and `missing` files that do not.

    `shared` are those of the bytes that other artifacts have too. `wanted` maps projects to the models that need it,
    as far as their locks can be read.
    """

    artifact: Artifact
    files: int
    missing: int
    size: int
    shared: int
    wanted: Wanted = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Share:
    """What a project needs of what is there: bytes that it alone needs, and bytes that others need too."""

    need: Need
    own: int
    shared: int


@dataclass(frozen=True, slots=True)
class Stock:
    """What lies in the store: artifacts that somebody wants, and those of which there are blobs that nobody wants.

    `kept` and `unwanted` are all blobs; `nameless` and `strays` are those of each that no artifact is known to have.
    """

    holdings: tuple[Holding, ...]
    leftovers: tuple[Holding, ...]
    kept: tuple[Stored, ...]
    unwanted: tuple[Stored, ...]
    nameless: tuple[Stored, ...]
    strays: tuple[Stored, ...]
    parts: tuple[Stored, ...]
    shares: tuple[Share, ...]

    @property
    def size(self) -> int:
        """Bytes of all blobs."""
        return bytes_of(self.kept) + bytes_of(self.unwanted)


def bytes_of(stored: Iterable[Stored]) -> int:
    """Their bytes together."""
    return sum(one.size for one in stored)


def take_stock(store: Store) -> Stock:
    """Everything that lies in the store.

    Raises:
        DiskError: a registration or a folder of the store cannot be read.
    """
    found = needs(store)
    there = collection.blobs(store.rooms)
    kept = tuple(one for one in there if found.cover(one.path.name))
    unwanted = tuple(one for one in there if not found.cover(one.path.name))
    before = names(store)
    wanted = _wanted(found.all, before)
    return Stock(
        holdings=_holdings(wanted, kept, there),
        leftovers=_holdings(before, unwanted, there),
        kept=kept,
        unwanted=unwanted,
        nameless=_nameless(wanted, kept),
        strays=_nameless(before, unwanted),
        parts=collection.parts(store.rooms),
        shares=_shares(found.all, kept),
    )


@dataclass(slots=True)
class Entry:
    """An artifact, the digests that it is known to have, and who wants it."""

    artifact: Artifact
    digests: frozenset[str] = frozenset()
    wanted: Wanted = field(default_factory=dict)


def _wanted(every: Iterable[Need], before: Iterable[Entry]) -> list[Entry]:
    """What locks name that can be read; of a project whose lock cannot, what is whole among what it named last."""
    found: dict[Pin, Entry] = {}
    for need in every:
        for lock in need.locks:
            models = _models(lock)
            for key, artifact in lock.artifacts.items():
                _add(found, artifact, artifact.digests).wanted[need.project] = models.get(key, ())
    for need in (one for one in every if one.state == "remembered"):
        for entry in (one for one in before if one.digests and one.digests <= need.digests):
            _add(found, entry.artifact, entry.digests).wanted[need.project] = ()
    return list(found.values())


def names(store: Store) -> list[Entry]:
    """What locks named that were synced, whatever they say now."""
    found: dict[Pin, Entry] = {}
    for one in named(store.rooms).values():
        _add(found, Artifact(one.key, one.commit, one.version, ()), one.digests)
    return list(found.values())


def called(entries: Sequence[Entry], blobs: Sequence[Stored]) -> tuple[tuple[Holding, ...], tuple[Stored, ...]]:
    """What blobs are called, and those that have no name."""
    return _holdings(entries, blobs, blobs), _nameless(entries, blobs)


def _add(found: dict[Pin, Entry], artifact: Artifact, digests: frozenset[str]) -> Entry:
    entry = found.setdefault(_pin(artifact), Entry(artifact))
    entry.digests |= digests
    return entry


def _pin(artifact: Artifact) -> Pin:
    return artifact.key, artifact.commit, artifact.version


def _models(lock: Lock) -> dict[str, tuple[str, ...]]:
    """By artifact, the models that need it."""
    found: dict[str, dict[str, None]] = {}
    for model in lock.models:
        for variant in model.variants:
            for key in lock.closure(variant.artifact):
                found.setdefault(key, {})[model.name] = None
    return {key: tuple(names) for key, names in found.items()}


def _holdings(entries: Sequence[Entry], counted: Iterable[Stored], there: Iterable[Stored]) -> tuple[Holding, ...]:
    """Each artifact of which something is there that counts."""
    sizes, stored = {one.path.name: one.size for one in counted}, {one.path.name for one in there}
    several = Counter(digest for entry in entries for digest in entry.digests & sizes.keys())
    found = [
        Holding(
            artifact=entry.artifact,
            files=len(present),
            missing=len(entry.digests - stored),
            size=sum(sizes[digest] for digest in present),
            shared=sum(sizes[digest] for digest in present if several[digest] > 1),
            wanted=entry.wanted,
        )
        for entry, present in ((entry, entry.digests & sizes.keys()) for entry in entries)
        if present
    ]
    return tuple(sorted(found, key=lambda one: [text or "" for text in _pin(one.artifact)]))


def _nameless(entries: Iterable[Entry], there: Iterable[Stored]) -> tuple[Stored, ...]:
    known = frozenset[str]().union(*(entry.digests for entry in entries))
    return tuple(one for one in there if one.path.name not in known)


def _shares(every: Iterable[Need], there: Iterable[Stored]) -> tuple[Share, ...]:
    several = Counter(digest for need in every for digest in need.digests)
    sizes = {one.path.name: one.size for one in there}
    found = []
    for need in every:
        present = [digest for digest in need.digests if digest in sizes]
        own = sum(sizes[digest] for digest in present if several[digest] == 1)
        found.append(Share(need, own, sum(sizes[digest] for digest in present) - own))
    return tuple(found)
