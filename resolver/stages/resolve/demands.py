"""Who wants what: every artifact that the manifest asks for, and those that they need, as far as that is known."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from resolver.domain.globs import FileFilter, wanted_by_any
from resolver.domain.lock import Dependency, Lock, request_in
from resolver.domain.manifest import Manifest, Model, Request

Edges = Mapping[str, Sequence[Dependency]]
"""By key of an artifact, what its files and its library say that it needs besides."""


@dataclass(frozen=True, slots=True)
class Use:
    """How an artifact is opened: by which runtime, and which of its files (None: all)."""

    runtime: str
    files: FileFilter | None = None


@dataclass(frozen=True, slots=True)
class Demand:
    """What is wanted of one artifact: the request, and how all who want it open it.

    `models` are those whose variants are this artifact, `dependants` those that only need it.
    """

    key: str
    request: Request
    uses: frozenset[Use]
    models: tuple[str, ...] = ()
    dependants: tuple[str, ...] = ()

    @property
    def filters(self) -> frozenset[FileFilter | None]:
        """Which files are wanted, by each use."""
        return frozenset(use.files for use in self.uses)

    def wants(self, path: str) -> bool:
        """Whether anybody wants the file."""
        return wanted_by_any(path, self.filters)


@dataclass(frozen=True, slots=True)
class _Want:
    """One model's want of one artifact, its own (`direct`) or somebody's dependency."""

    key: str
    use: Use
    model: str
    direct: bool


def demands(manifest: Manifest, edges: Edges) -> dict[str, Demand]:
    """Every artifact that any variant of any model wants or needs, by key."""
    found: dict[str, list[_Want]] = {}
    for want in _wants(manifest.models, edges):
        found.setdefault(want.key, []).append(want)
    return {key: _demand(key, manifest.requests.get(key) or request_in(key), found[key]) for key in sorted(found)}


def _demand(key: str, request: Request, wants: Sequence[_Want]) -> Demand:
    return Demand(
        key,
        request,
        frozenset(want.use for want in wants),
        tuple(dict.fromkeys(want.model for want in wants if want.direct)),
        tuple(dict.fromkeys(want.model for want in wants if not want.direct)),
    )


def uses_in(lock: Lock) -> dict[str, frozenset[Use]]:
    """How each artifact of a lock is opened, and of which of its files each variant makes use."""
    edges = {key: revealed_by(lock, key) for key in lock.artifacts}
    found: dict[str, set[Use]] = {}
    for want in _wants(lock.models, edges):
        found.setdefault(want.key, set()).add(want.use)
    return {key: frozenset(uses) for key, uses in found.items()}


def revealed_by(lock: Lock, key: str) -> tuple[Dependency, ...]:
    """The edges of an artifact that no manifest states."""
    return tuple(edge for edge in lock.artifacts[key].dependencies if edge.revealed)


def _wants(models: Iterable[Model], edges: Edges) -> Iterator[_Want]:
    """Each want once, along all edges."""
    waiting = list(_stated(models))
    seen = set(waiting)
    for want in waiting:
        yield want
        for edge in edges.get(want.key, ()):
            needed = _Want(edge.artifact, Use(want.use.runtime, edge.files), want.model, direct=False)
            if needed not in seen:
                seen.add(needed)
                waiting.append(needed)


def _stated(models: Iterable[Model]) -> Iterator[_Want]:
    for model in models:
        for variant in model.variants:
            yield _Want(variant.artifact, Use(variant.runtime, variant.files), model.name, direct=True)
            for key in variant.depends:
                yield _Want(key, Use(variant.runtime), model.name, direct=False)
