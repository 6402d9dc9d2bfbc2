"""Variant selection as resolvelib would be used for it, with every doubt decided in its favour.

A model is a requirement, its variants are the candidates in the manifest's order. A variant depends on its share of
the memory and on its repository's commit. In its favour: variants that do not suit the machine are taken out before
the clock starts; a repository is only mentioned if two commits of it are wanted at all, the memory only if it can run
out at all; the commit comes before the memory, so that no model is blamed for memory where the commit decides; the
number of rounds is pip's.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resolvelib import AbstractProvider, BaseReporter, ResolutionImpossible, ResolutionTooDeep, Resolver

from benchmarks.measure import GaveUpError
from benchmarks.selection_problems import Problem
from resolver.stages.select.search import NOTHING, Load, least_of, plus, total_of
from resolver.stages.select.table import Row

MOST_ROUNDS = 200_000
"""As pip calls it (`pip/_internal/resolution/resolvelib/resolver.py`, `limit_how_complex_resolution_can_be`)."""

MEMORY = "memory"


@dataclass(frozen=True, slots=True, eq=False)
class Requirement:
    """Something wanted under `key`: a model, a repository at `commit`, or a share of the memory of `load`."""

    key: str
    commit: str = ""
    load: Load = NOTHING


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """Something that meets requirements of `key`: a model's variant at `position`, a commit, the memory."""

    key: str
    position: int = 0
    commit: str = ""
    depends: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True)
class Strategy:
    """How a provider is written: which requirement it tells resolvelib to take next, and what it says of the memory.

    `causes_first`: what the last conflict was about, as pip does it; otherwise, and among those, in manifest order.
    `keeps_room`: a share must leave the least that all other models can do with.
    """

    name: str
    causes_first: bool
    keeps_room: bool


STRATEGIES = (
    Strategy("resolvelib, manifest order", causes_first=False, keeps_room=False),
    Strategy("resolvelib, causes first", causes_first=True, keeps_room=False),
    Strategy("resolvelib, causes first, keeps room", causes_first=True, keeps_room=True),
)


@dataclass(frozen=True, slots=True)
class _Catalog:
    """A problem in resolvelib's words: what is wanted, what there is of it, in which order, within which limits."""

    wanted: list[Requirement]
    offers: dict[str, list[Candidate]]
    limits: Load

    @property
    def order(self) -> dict[str, int]:
        """Models in manifest order; the memory and repositories, of which there is nothing to choose, before them."""
        return {one.key: position for position, one in enumerate(self.wanted, start=1)}


def catalog(problem: Problem, strategy: Strategy) -> _Catalog:
    """Translate a problem; takes no part in what is timed."""
    rows, loads, limits = problem.rows(), problem.loads(), problem.limits()
    kept = [least_of(own) if strategy.keeps_room else NOTHING for own in loads]
    commits = _contested(problem)
    scarce = _scarce(loads, limits)
    offers: dict[str, list[Candidate]] = {
        source: [Candidate(source, commit=one) for one in sorted(several)] for source, several in commits.items()
    }
    for row, reserved in zip(rows, kept, strict=True):
        offers[row.model.name] = [
            Candidate(
                row.model.name,
                option,
                depends=(*_commit(problem, row, option, commits), *_share(row, option, reserved, scarce=scarce)),
            )
            for option in problem.options(row)
        ]
    offers[MEMORY] = [Candidate(MEMORY)]
    return _Catalog([Requirement(row.model.name) for row in rows], offers, _minus(limits, total_of(kept)))


def _contested(problem: Problem) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for artifact in problem.lock.artifacts.values():
        found.setdefault(artifact.source, set()).add(artifact.commit or "")
    return {source: commits for source, commits in found.items() if len(commits) > 1}


def _scarce(loads: Sequence[Sequence[Load]], limits: Load) -> bool:
    most = total_of((max(one for one, _ in own), max(other for _, other in own)) for own in loads)
    return most[0] > limits[0] or most[1] > limits[1]


def _share(row: Row, option: int, reserved: Load, *, scarce: bool) -> Iterator[Requirement]:
    if scarce:
        yield Requirement(MEMORY, load=_minus(row.load_of(option), reserved))


def _commit(problem: Problem, row: Row, option: int, contested: Mapping[str, set[str]]) -> Iterator[Requirement]:
    artifact = problem.lock.artifacts.get(row.model.variants[option].artifact)
    if artifact is not None and artifact.source in contested:
        yield Requirement(artifact.source, commit=artifact.commit or "")


def _minus(one: Load, other: Load) -> Load:
    return one[0] - other[0], one[1] - other[1]


class _Provider(AbstractProvider[Requirement, Candidate, str]):
    """What resolvelib asks. Its callbacks are also where the time limit is seen."""

    def __init__(self, given: _Catalog, strategy: Strategy, seconds: float) -> None:
        self._given = given
        self._order = given.order
        self._strategy = strategy
        self._seconds = seconds
        self._deadline = time.perf_counter() + seconds

    def identify(self, requirement_or_candidate: Requirement | Candidate) -> str:
        """The key of both."""
        return requirement_or_candidate.key

    def get_preference(self, identifier: str, *_: Any, **__: Any) -> int:  # noqa: ANN401  # the rest does not matter
        """What comes first in the manifest comes first."""
        return self._order.get(identifier, 0)

    def narrow_requirement_selection(
        self,
        identifiers: Iterable[str],
        *_: Any,  # noqa: ANN401  # not looked at
        backtrack_causes: Sequence[Any] = (),
        **__: Any,  # noqa: ANN401  # not looked at
    ) -> Iterable[str]:
        """What the last conflict was about, if the strategy says so."""
        self._stop_in_time()
        known = list(identifiers)
        if not self._strategy.causes_first:
            return known
        causes = {one.key for cause in backtrack_causes for one in cause if one is not None}
        return [one for one in known if one in causes] or known

    def find_matches(
        self,
        identifier: str,
        requirements: Mapping[str, Iterator[Requirement]],
        incompatibilities: Mapping[str, Iterator[Candidate]],
    ) -> list[Candidate]:
        """The candidates left; none if all shares of the memory together exceed it."""
        self._stop_in_time()
        wanted = list(requirements[identifier])
        if identifier == MEMORY and not self._within(wanted):
            return []
        excluded = set(incompatibilities[identifier])
        offers = (one for one in self._given.offers[identifier] if one not in excluded)
        return [one for one in offers if all(self.is_satisfied_by(each, one) for each in wanted)]

    def is_satisfied_by(self, requirement: Requirement, candidate: Candidate) -> bool:
        """Only commits can differ; the sum of the memory is seen by `find_matches`."""
        return requirement.commit == candidate.commit

    def get_dependencies(self, candidate: Candidate) -> tuple[Requirement, ...]:
        """The share of the memory and the commit."""
        return candidate.depends

    def _within(self, wanted: Iterable[Requirement]) -> bool:
        total, limits = NOTHING, self._given.limits
        for one in wanted:
            total = plus(total, one.load)
        return total[0] <= limits[0] and total[1] <= limits[1]

    def _stop_in_time(self) -> None:
        if time.perf_counter() > self._deadline:
            raise GaveUpError(f"no answer in {self._seconds:.0f} s")


@dataclass(frozen=True, slots=True)
class Answer:
    """The position chosen for each model in manifest order, or the models that the refusal names."""

    chosen: tuple[int, ...] = ()
    named: frozenset[str] = frozenset()


def resolve(given: _Catalog, strategy: Strategy, seconds: float) -> Answer:
    """What resolvelib makes of it.

    Raises:
        GaveUpError: not within `seconds` or its rounds.
    """
    provider = _Provider(given, strategy, seconds)
    reporter: BaseReporter[Requirement, Candidate, str] = BaseReporter()
    try:
        result = Resolver(provider, reporter).resolve(given.wanted, max_rounds=MOST_ROUNDS)
    except ResolutionImpossible as impossible:
        keys = {one.key for cause in impossible.causes for one in cause if one is not None}
        return Answer(named=frozenset(keys & {one.key for one in given.wanted}))
    except ResolutionTooDeep as error:
        raise GaveUpError(f"no answer in {MOST_ROUNDS:,} rounds") from error
    return Answer(chosen=tuple(result.mapping[one.key].position for one in given.wanted))
