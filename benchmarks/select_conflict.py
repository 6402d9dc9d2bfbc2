"""Row 9: `select` on 500 models x 20 variants that contradict each other, against resolvelib; and who is exact.

Run from the project's folder: `python -m benchmarks.select_conflict`. See benchmarks/README.md.
"""

import argparse
import re
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from benchmarks.brute import Chosen, Options, as_listed, backtrack, first_of_all, largest_first
from benchmarks.measure import Comparison, Contender, GaveUpError, compare, positive
from benchmarks.report import Row, Table, Target, arguments, known
from benchmarks.resolvelib_peer import STRATEGIES, Strategy, catalog, resolve
from benchmarks.selection_problems import MODELS, SMALL_MODELS, SMALL_VARIANTS, VARIANTS, Problem, drawn, planted
from resolver.domain.errors import ConflictError, NothingSuitsError
from resolver.runtimes import RUNTIMES
from resolver.stages.arrange import arrange
from resolver.stages.select import select

OURS = "models-lock"


def main() -> None:
    """Measure, print, write, draw."""
    asked = _arguments()
    found = known("resolvelib")
    comparisons = [_planted(one, asked.runs, asked.limit) for one in planted()]
    exactness = Table(
        f"Who finds the first that fits: {_small_title(asked.cases)}, seed {asked.seed}.",
        ("by", "first that fits", "a later one", "wrongly none", "gave up", "median a case"),
        [one.line() for one in _tallies(list(drawn(asked.cases, asked.seed)), asked.limit)],
    )
    work = f"Two models contradict each other; both are to be named. resolvelib had {asked.limit:.0f} s."
    targets = [Target(f"{one.work}: at most 0.3 s", one.of(OURS).median, 0.3) for one in comparisons]
    row = Row(9, f"Select: {MODELS} models x {VARIANTS} variants", work, comparisons, targets, asked.runs, [exactness])
    row.publish(asked.json, found)


def _arguments() -> argparse.Namespace:
    parser = arguments("select_conflict", __doc__)
    parser.add_argument("--limit", type=float, default=60, help="seconds that resolvelib gets (default %(default)s)")
    parser.add_argument("--cases", type=positive, default=400, help="small random cases (default %(default)s)")
    parser.add_argument("--seed", type=int, default=9, help="of the small random cases (default %(default)s)")
    return parser.parse_args()


def _planted(problem: Problem, runs: int, limit: float) -> Comparison:
    peers = [Contender(one.name, _peer(problem, one, limit)) for one in STRATEGIES]
    return compare(problem.title, [Contender(OURS, partial(_ours, problem)), *peers], runs)


def _ours(problem: Problem) -> str:
    try:
        arrange(problem.lock, select(problem.lock.models, problem.lock.budget, problem.facts, "this machine"), RUNTIMES)
    except (ConflictError, NothingSuitsError) as error:
        text = "\n".join((str(error), *error.details))
        return _refusal(frozenset(re.findall(r"\bm\d+\b", text)), problem)
    raise AssertionError("the conflict was not seen")


def _peer(problem: Problem, strategy: Strategy, limit: float) -> Callable[[], str]:
    given = catalog(problem, strategy)

    def run() -> str:
        answer = resolve(given, strategy, limit)
        if answer.chosen:
            raise AssertionError("the conflict was not seen")
        return _refusal(answer.named, problem)

    return run


def _refusal(named: frozenset[str], problem: Problem) -> str:
    """What a refusal tells its reader."""
    if named == problem.culprits:
        return "names both models, no other"
    models = "1 model" if len(named) == 1 else f"{len(named)} models"
    return f"names {models}, {('neither', 'one', 'both')[len(problem.culprits & named)]} of the two"


def _small_title(cases: int) -> str:
    return f"{cases} random cases of {SMALL_MODELS} models x {SMALL_VARIANTS} variants under a budget that binds"


@dataclass(frozen=True, slots=True)
class _Tally:
    """How the answers of one way to search compare with the first combination that fits."""

    name: str
    same: int
    later: int
    none: int
    gave_up: int
    seconds: float

    def line(self) -> tuple[str, ...]:
        """For the table."""
        counts = (str(one) for one in (self.same, self.later, self.none, self.gave_up))
        return self.name, *counts, f"{self.seconds * 1000:.2f} ms"


def _tallies(problems: Sequence[Problem], limit: float) -> list[_Tally]:
    """Every way to search on every problem; the truth is the first that fits of all, tried one by one."""
    truth = [first_of_all(one.loads(), one.limits()) for one in problems]
    ways: list[tuple[str, Callable[[Problem], Chosen]]] = [
        (OURS, _ours_small),
        ("backtracking, manifest order", partial(_backtracking, order=as_listed)),
        ("backtracking, largest need first", partial(_backtracking, order=largest_first)),
        *((one.name, partial(_peer_small, strategy=one, limit=limit)) for one in STRATEGIES),
    ]
    return [_tally(name, way, problems, truth) for name, way in ways]


def _tally(name: str, way: Callable[[Problem], Chosen], problems: Sequence[Problem], truth: Sequence[Chosen]) -> _Tally:
    verdicts, seconds = [], []
    for problem, best in zip(problems, truth, strict=True):
        begin = time.perf_counter()
        try:
            found = way(problem)
            verdicts.append("same" if found == best else "later" if found else "none")
        except GaveUpError:
            verdicts.append("gave up")
        seconds.append(time.perf_counter() - begin)
    same, later, none, gave_up = (verdicts.count(one) for one in ("same", "later", "none", "gave up"))
    return _Tally(name, same, later, none, gave_up, statistics.median(seconds))


def _ours_small(problem: Problem) -> Chosen:
    selection = select(problem.lock.models, problem.lock.budget, problem.facts, "this machine")
    return tuple(one.model.variants.index(one.variant) for one in selection.chosen)


def _peer_small(problem: Problem, strategy: Strategy, limit: float) -> Chosen:
    return resolve(catalog(problem, strategy), strategy, limit).chosen


def _backtracking(problem: Problem, order: Callable[[Options], list[int]]) -> Chosen:
    return backtrack(problem.loads(), problem.limits(), order(problem.loads()))


if __name__ == "__main__":
    main()
