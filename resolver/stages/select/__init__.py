"""From the models of a lock and the facts of a machine: which variant of each model it gets. Pure and offline.

Models of one group are loaded together, so their needs add up within the budget; groups are not, so each has the whole
budget to itself. Within a group the choice is the first that fits in the manifest's order: no model gets a later
variant for the sake of one that is listed after it (formats.md, "needs").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from resolver.domain.explanation import Explanation, Judged
from resolver.domain.facts import Facts
from resolver.domain.lock import Selected, Selection, Skipped
from resolver.domain.manifest import Model
from resolver.domain.selector import Mismatch, Truth, mismatch_text
from resolver.stages.select.reasons import nothing_suits, unknown_fact
from resolver.stages.select.search import NOTHING, Load, first_that_fits, frontiers, least_left, plus
from resolver.stages.select.table import BEST, MEMORIES, UNLIMITED, WORST, Machine, Row, table

__all__ = ["explain", "mismatch_text", "select"]

Options = list[int | None]


def select(models: Sequence[Model], budget: Mapping[str, int], facts: Facts, machine: str) -> Selection:
    """The variant of each model that fits beside the others; `machine` names the machine in messages.

    Raises:
        UnknownFactError: an unknown fact could change a winner.
        NothingSuitsError: the required models have no variants that suit and fit together.
        TooManyCombinationsError: it cannot be said exactly within bounds.
    """
    return _selection(explain(models, budget, facts, machine))


def explain(models: Sequence[Model], budget: Mapping[str, int], facts: Facts, machine: str) -> tuple[Explanation, ...]:
    """The same choice, with what ruled out every variant before the chosen one; raises as `select`."""
    this = Machine(facts, budget)
    groups: dict[str, list[Model]] = {}
    for model in models:
        groups.setdefault(model.group, []).append(model)
    solved = [_solved(table(members, this), this, machine) for members in groups.values()]
    impossible = [one for one in solved if one.chosen is None]
    if impossible:
        raise nothing_suits([one.rows for one in impossible], this, machine)
    found = {one.model.name: one for group in solved for one in _explained(group, this)}
    return tuple(found[model.name] for model in models)


@dataclass(frozen=True, slots=True)
class _Solved:
    """A group and the options chosen for it, None if nothing fits."""

    rows: list[Row]
    chosen: Options | None


def _solved(rows: list[Row], this: Machine, machine: str) -> _Solved:
    """The choice, if it is the same whether every unknown fact turns out well or badly.

    More variants and more memory never make the choice worse, so whatever the facts turn out to be lies between the
    two; where they agree, nothing unknown can change it. Where they differ, the better one has an unknown variant, or
    both memories may be one.
    """
    best = _chosen(rows, BEST, this.limits(UNLIMITED))
    if best is None or not _anything_unknown(rows):
        return _Solved(rows, best)
    if best != _chosen([row.at_worst for row in rows], WORST, this.limits(0)):
        raise unknown_fact(rows, best, machine)
    return _Solved(rows, best)


def _anything_unknown(rows: list[Row]) -> bool:
    return any(row.loads != row.most or any(verdict.truth is Truth.UNKNOWN for verdict in row.verdicts) for row in rows)


def _chosen(rows: list[Row], accepted: frozenset[Truth], limits: Load) -> Options | None:
    options = [row.options(accepted) for row in rows]
    positions = first_that_fits(_loads(rows, options), limits)
    if positions is None:
        return None
    return [own[position] for own, position in zip(options, positions, strict=True)]


def _loads(rows: list[Row], options: Sequence[Options]) -> list[list[Load]]:
    return [[row.load_of(option) for option in own] for row, own in zip(rows, options, strict=True)]


def _explained(solved: _Solved, this: Machine) -> list[Explanation]:
    rows, limits = solved.rows, this.limits(UNLIMITED)
    chosen = solved.chosen or []
    crowded = any(_passed_over(row, option) for row, option in zip(rows, chosen, strict=True))
    rest = frontiers(_loads(rows, [row.options(BEST) for row in rows]), limits)[1:] if crowded else [()] * len(rows)
    used, found = NOTHING, []
    for row, option, after in zip(rows, chosen, rest, strict=True):
        beside = _Beside(used, after, limits)
        judged = tuple(_judged(row, index, option, beside) for index in range(len(row.verdicts)))
        found.append(Explanation(row.model, judged, this.available))
        used = plus(used, row.load_of(option))
    return found


def _passed_over(row: Row, option: int | None) -> bool:
    """Whether a variant that suits the machine was rejected, which only the other models can have caused."""
    before = row.verdicts if option is None else row.verdicts[:option]
    return any(verdict.truth is not Truth.FALSE for verdict in before)


@dataclass(frozen=True, slots=True)
class _Beside:
    """What a model shares the limits with: what is taken before it, and what those after it can come down to."""

    used: Load
    after: tuple[Load, ...]
    limits: Load

    def reasons(self, load: Load) -> tuple[Mismatch, ...]:
        """Why a load does not fit: the memories that it is too much for, and what the others leave of them."""
        left = least_left(load, self.used, self.after, self.limits)
        return tuple(
            Mismatch(memory, str(need), str(rest))
            for memory, need, rest in zip(MEMORIES, load, left, strict=True)
            if need > rest
        )


def _judged(row: Row, index: int, option: int | None, beside: _Beside) -> Judged:
    variant = row.model.variants[index]
    if option is not None and index >= option:
        return Judged(variant, "chosen" if index == option else "not considered")
    verdict = row.verdicts[index]
    because = verdict.because if verdict.truth is Truth.FALSE else beside.reasons(row.loads[index])
    return Judged(variant, "rejected", because)


def _selection(explanations: Sequence[Explanation]) -> Selection:
    return Selection(
        tuple(Selected(one.model, one.chosen) for one in explanations if one.chosen is not None),
        {one.model.name: Skipped(one.judged[-1].because) for one in explanations if one.chosen is None},
    )
