"""What is pinned so far, and asking the sources for the rest: candidates, then gates, then the artifacts."""

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from resolver.domain.errors import InputError, NotFoundUpstreamError, UnsafeContentError
from resolver.domain.globs import FileFilter
from resolver.domain.lock import Artifact
from resolver.domain.ports import Candidate, Desk, Refusal, Source
from resolver.sources import SOURCES
from resolver.stages.resolve import Demand, Earlier, Pin, choose, complete
from resolver.workflows.together import together
from resolver.workflows.workspace import Workspace

T = TypeVar("T")
Filters = frozenset[FileFilter | None]

NAMING = ("adapter_config.json", "config.yaml", "modules.json")
"""Small files that exist to name other repositories: all that is read once a gate is known to be closed."""


class Pins:
    """Artifacts by key, and which of them the old lock settled.

    `refusals` are of those that are closed, `absent` is what no source has and nobody has to have, `listed` are all
    paths that the sources or the old lock named, wanted or not.
    """

    def __init__(self, workspace: Workspace, earlier: Earlier | None, may_move: Callable[[Demand], bool]) -> None:
        self.artifacts: dict[str, Artifact] = {}
        self.kept: set[str] = set()
        self.refusals: dict[str, Refusal] = {}
        self.absent: set[str] = set()
        self.listed: dict[str, frozenset[str]] = {}
        self._workspace = workspace
        self._earlier = earlier
        self._may_move = may_move
        self._filters: dict[str, Filters] = {}
        self._room = {kind: threading.BoundedSemaphore(one.at_a_time) for kind, one in SOURCES.items()}

    def pin(self, demands: Collection[Demand], dispensable: frozenset[str]) -> None:
        """Pin what is not pinned yet for all its uses; of the `dispensable` keys, what is not there is left out.

        Raises:
            ModelsError: something cannot be had; everything that failed is told.
        """
        lacking = [self._as_before(demand) for demand in demands if not self._covers(demand)]
        if lacking:
            self._take(lacking, dispensable)

    def narrow(self, demands: Iterable[Demand]) -> None:
        """Pin once more, to the same, what was pinned for uses that nobody has in the end."""
        wide = [demand for demand in demands if self._filters[demand.key] != demand.filters]
        if wide:
            self._take(wide, frozenset())

    def _take(self, lacking: Sequence[Demand], dispensable: frozenset[str]) -> None:
        pins = {demand: self._settled(demand) for demand in lacking}
        for demand, pin in pins.items():
            self._filters[demand.key] = demand.filters
            self.kept.discard(demand.key)
            if pin.artifact is not None:
                self.kept.add(demand.key)
                self.artifacts[demand.key] = complete(pin.artifact, demand)
                self.listed[demand.key] = pin.listed
        pending = [demand for demand in lacking if pins[demand].artifact is None]
        if pending:
            self._ask(pending, pins, dispensable)

    def _covers(self, demand: Demand) -> bool:
        if demand.key in self.refusals:
            return True
        filters = self._filters.get(demand.key, frozenset())
        return demand.filters <= filters or None in filters

    def _as_before(self, demand: Demand) -> Demand:
        """For all that the old lock knows it to be used for, if that settles it: who else needs it may not be known."""
        if self._earlier is None:
            return demand
        wider = replace(demand, uses=demand.uses | self._earlier.uses.get(demand.key, frozenset()))
        return demand if self._settled(wider).artifact is None else wider

    def _settled(self, demand: Demand) -> Pin:
        pin = Pin() if self._earlier is None or self._may_move(demand) else self._earlier.pin(demand)
        before = self.artifacts.get(demand.key)
        if pin.artifact is None and before is not None:
            return Pin(candidate=Candidate(version=before.version, commit=before.commit))
        return pin

    def _ask(self, pending: Sequence[Demand], pins: Mapping[Demand, Pin], dispensable: frozenset[str]) -> None:
        """Gates are asked for before anything is fetched; who refuses is remembered, so that all are told at once."""

        def answers(questioned: Sequence[Demand], question: Callable[[Demand], T]) -> dict[Demand, T]:
            found = together(questioned, lambda demand: _if_there(demand, question, dispensable))
            for demand in (demand for demand, answer in found.items() if answer is None):
                self.absent.add(demand.key)
                del self._filters[demand.key]
            return {demand: answer for demand, (answer,) in _present(found).items()}

        chosen = answers(pending, lambda demand: pins[demand].candidate or self._chosen(demand))
        probed = answers(list(chosen), lambda demand: self._probed(demand, chosen[demand]))
        closed = {demand.key: answer for demand, answer in probed.items() if answer is not None}
        self.refusals |= closed
        self.artifacts |= {key: _nothing(key) for key in closed}
        look = self._documents if self.refusals else self._whole
        found = answers(
            [demand for demand in probed if demand.key not in closed], lambda demand: look(demand, chosen[demand])
        )
        self.artifacts |= {demand.key: artifact for demand, artifact in found.items()}

    def _source(self, demand: Demand) -> Source:
        return self._workspace.sources()[demand.request.kind]

    def _chosen(self, demand: Demand) -> Candidate:
        return choose(demand.request, self._source(demand).candidates(demand.request))

    def _probed(self, demand: Demand, candidate: Candidate) -> Refusal | None:
        return self._source(demand).probe(demand.request.source, candidate, None)

    def _whole(self, demand: Demand, candidate: Candidate) -> Artifact:
        from resolver.policy.formats import flags_of

        listed: set[str] = set()

        def wanted(path: str) -> bool:
            listed.add(path)
            return demand.wants(path)

        desk = Desk(wanted=wanted, shelf=self._workspace.store, inspect=flags_of)
        with self._room[demand.request.kind]:
            artifact = complete(self._source(demand).artifact(demand.key, demand.request, candidate, desk), demand)
        self.listed[demand.key] = frozenset(listed)
        return artifact

    def _documents(self, demand: Demand, candidate: Candidate) -> Artifact:
        """What can name more repositories with gates, and no more: nothing will be locked now."""
        if demand.request.kind not in {refusal.source.partition(":")[0] for refusal in self.refusals.values()}:
            return _nothing(demand.key)
        desk = Desk(
            wanted=lambda path: path.endswith(NAMING) and demand.wants(path),
            shelf=self._workspace.store,
            inspect=lambda path, stream: frozenset(),  # noqa: ARG005  # nobody asks for flags
        )
        return self._source(demand).artifact(demand.key, demand.request, candidate, desk)


def _nothing(key: str) -> Artifact:
    """What is known of an artifact that may not be looked into."""
    return Artifact(key, None, None, ())


def _if_there(demand: Demand, question: Callable[[Demand], T], dispensable: frozenset[str]) -> tuple[T] | None:
    """The answer, None if the source has nothing and nobody has to have it."""
    try:
        return (question(demand),)
    except UnsafeContentError:
        raise
    except (NotFoundUpstreamError, InputError):
        if demand.key in dispensable:
            return None
        raise


def _present(found: Mapping[Demand, tuple[T] | None]) -> dict[Demand, tuple[T]]:
    return {demand: answer for demand, answer in found.items() if answer is not None}
