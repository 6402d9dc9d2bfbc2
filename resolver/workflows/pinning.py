"""From what a manifest asks for to everything that is needed: pin, look what it needs besides, pin that, and so on.

What the old lock settles is believed: its pins, and the edges that were found then. So a lock that is fresh asks
nobody anything.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from resolver.domain.errors import UnsafeContentError
from resolver.domain.lock import Artifact, Dependency, stated_by
from resolver.domain.manifest import Manifest
from resolver.stages.resolve import Demand, Earlier, Edges, Use, demands
from resolver.workflows import revealing
from resolver.workflows.asking import Pins
from resolver.workflows.gates import access_error
from resolver.workflows.revealing import Needs
from resolver.workflows.workspace import Workspace

MayMove = Callable[[Demand], bool]
LONGEST_CHAIN = 64
"""Steps from what a manifest names to what is needed in the end; pipelines take three."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """Every artifact that is wanted or needed, by key, and what each was found to need."""

    artifacts: Mapping[str, Artifact]
    edges: Edges
    warnings: tuple[str, ...] = ()


def pinned(workspace: Workspace, manifest: Manifest, earlier: Earlier | None, may_move: MayMove) -> Pinned:
    """Pin everything; `may_move` says whose pins the old lock does not settle.

    Raises:
        AccessRefusedError: repositories refuse; all that are known by then are listed.
        ModelsError: something cannot be had, or cannot stand.
    """
    pinning = _Pinning(workspace, manifest, earlier, may_move)
    believed = frozenset(earlier.lock.artifacts) if earlier else frozenset()
    while True:
        grown = pinning.grow(believed)
        outdated = frozenset(key for key in believed & grown.wanted.keys() if pinning.outdated(grown.wanted[key]))
        if not outdated:
            return pinning.result(grown)
        believed -= outdated


@dataclass(frozen=True, slots=True)
class _Grown:
    """Who wants what, the edges that led there, and those that lead to nothing."""

    wanted: Mapping[str, Demand]
    edges: Edges
    told: Edges


class _Pinning:
    """Pins and needs, each growing by the other."""

    def __init__(self, workspace: Workspace, manifest: Manifest, earlier: Earlier | None, may_move: MayMove) -> None:
        self._manifest = manifest
        self._stated = stated_by(manifest.models)
        self._earlier = earlier
        self._pins = Pins(workspace, earlier, may_move)
        self._needs = Needs(workspace, manifest)

    def grow(self, believed: frozenset[str]) -> _Grown:
        """Pin and look until nobody needs anything more; the old edges of what is `believed` are taken as they are."""
        told: dict[str, Sequence[Dependency]] = {}
        looked: dict[str, frozenset[Use]] = {}
        for _ in range(LONGEST_CHAIN):
            dispensable = self._needs.dispensable - self._remembered(told, believed)
            edges = revealing.without(told, self._pins.absent & dispensable)
            wanted = demands(self._manifest, edges)
            absent = len(self._pins.absent)
            self._pins.pin(wanted.values(), dispensable)
            if len(self._pins.absent) > absent:
                continue
            fresh = [demand for demand in wanted.values() if looked.get(demand.key) != demand.uses]
            if not fresh:
                return self._opened(_Grown(wanted, edges, told))
            told |= self._edges(fresh, believed)
            looked |= {demand.key: demand.uses for demand in fresh}
        raise UnsafeContentError(
            f"what artifacts need leads on and on: after {LONGEST_CHAIN} steps there was more to ask for",
            hint="`models lock` with one model at a time finds out which one leads there",
        )

    def _opened(self, grown: _Grown) -> _Grown:
        if self._pins.refusals:
            raise access_error(self._pins.refusals.values(), _needed_by(grown.wanted))
        return grown

    def _remembered(self, told: Edges, believed: frozenset[str]) -> frozenset[str]:
        """What old edges lead to: the lock does not say whether a library could do without."""
        old = (key for key in told if key in believed and key in self._pins.kept)
        return frozenset(edge.artifact for key in old for edge in told[key])

    def outdated(self, demand: Demand) -> bool:
        """Whether the old edges of a pin that was kept would not be found again."""
        if self._earlier is None or demand.key not in self._pins.kept:
            return False
        return not self._earlier.still_tells(demand, self._stated)

    def result(self, grown: _Grown) -> Pinned:
        """What was pinned of what is wanted in the end, and no more of it."""
        self._pins.narrow(grown.wanted.values())
        artifacts = {key: self._pins.artifacts[key] for key in grown.wanted}
        warnings = (*sorted(self._needs.warnings), *revealing.absence(grown.told, self._pins.absent))
        return Pinned(artifacts, grown.edges, warnings)

    def _edges(self, fresh: Sequence[Demand], believed: frozenset[str]) -> dict[str, Sequence[Dependency]]:
        known = {one.key for one in fresh if one.key in self._pins.kept and one.key in believed}
        unknown = [one for one in fresh if one.key not in known]
        found = self._needs.edges(unknown, self._pins)
        if self._earlier is None:
            return {**found}
        return {**found, **{key: self._earlier.edges(key) for key in known}}


def _needed_by(wanted: Mapping[str, Demand]) -> dict[str, str]:
    """Sources that are only dependencies, each with a model that needs it."""
    own = {demand.request.source for demand in wanted.values() if demand.models}
    return {
        demand.request.source: demand.dependants[0]
        for demand in wanted.values()
        if demand.dependants and demand.request.source not in own
    }
