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
from pathlib import Path

from benchmarks.brute import Chosen, Options, as_listed, backtrack, first_of_all, largest_first
from benchmarks.measure import RUNS, Comparison, Contender, GaveUpError, circumstances, compare, positive
from benchmarks.resolvelib_peer import STRATEGIES, Strategy, catalog, resolve
from benchmarks.selection_problems import MODELS, SMALL_MODELS, SMALL_VARIANTS, VARIANTS, Problem, drawn, planted
from benchmarks.show import RESULTS, circumstances_text, table, times, write_json, write_plot
from resolver import __version__
from resolver.domain.errors import ConflictError, NothingSuitsError
from resolver.runtimes import RUNTIMES
from resolver.stages.arrange import arrange
from resolver.stages.select import select

TITLE = f"select: {MODELS} models x {VARIANTS} variants, one planted conflict"
OURS = "models-lock"


def main() -> None:
    """Measure, print, write, draw."""
    arguments = _arguments()
    known = {"models-lock": __version__, **circumstances("resolvelib")}
    comparisons = [_planted(one, arguments.runs, arguments.limit) for one in planted()]
    tallies = _tallies(list(drawn(arguments.cases, arguments.seed)), arguments.limit)
    print(f"{TITLE}\n{circumstances_text(known)}\n\n{times(comparisons)}\n")
    print(f"{_small_title(arguments.cases)}\n\n{_exactness(tallies)}")
    document = {
        "title": TITLE,
        "circumstances": known,
        "limit_seconds": arguments.limit,
        "comparisons": [one.as_json() for one in comparisons],
        "small": {
            "title": _small_title(arguments.cases),
            "seed": arguments.seed,
            "tallies": [one.as_json() for one in tallies],
        },
    }
    write_json(arguments.json, document)
    write_plot(arguments.json.with_suffix(".svg"), TITLE, comparisons)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.select_conflict", description=__doc__)
    parser.add_argument("--runs", type=positive, default=RUNS, help="runs of each contender (default %(default)s)")
    parser.add_argument("--limit", type=float, default=60, help="seconds that resolvelib gets (default %(default)s)")
    parser.add_argument("--cases", type=positive, default=400, help="small random cases (default %(default)s)")
    parser.add_argument("--seed", type=int, default=9, help="of the small random cases (default %(default)s)")
    parser.add_argument(
        "--json", type=Path, default=RESULTS / "select_conflict.json", help="the results; the plot goes beside them"
    )
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

    def as_json(self) -> dict[str, object]:
        """For the results file."""
        return {
            "name": self.name,
            "same": self.same,
            "suboptimal": self.later,
            "wrongly_none": self.none,
            "gave_up": self.gave_up,
            "median_seconds": self.seconds,
        }


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


def _exactness(tallies: Sequence[_Tally]) -> str:
    head = ("by", "first that fits", "a later one", "wrongly none", "gave up", "median a case")
    rows = [
        (one.name, str(one.same), str(one.later), str(one.none), str(one.gave_up), f"{one.seconds * 1000:.2f} ms")
        for one in tallies
    ]
    return table(head, rows)


def _ours_small(problem: Problem) -> Chosen:
    selection = select(problem.lock.models, problem.lock.budget, problem.facts, "this machine")
    return tuple(one.model.variants.index(one.variant) for one in selection.chosen)


def _peer_small(problem: Problem, strategy: Strategy, limit: float) -> Chosen:
    return resolve(catalog(problem, strategy), strategy, limit).chosen


def _backtracking(problem: Problem, order: Callable[[Options], list[int]]) -> Chosen:
    return backtrack(problem.loads(), problem.limits(), order(problem.loads()))


if __name__ == "__main__":
    main()
