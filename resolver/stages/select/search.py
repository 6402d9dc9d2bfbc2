"""The exact search: of all combinations that fit together, the one whose choices come first, model by model.

A combination is one option of each model; its loads add up and must stay within both limits. The answer is the
lexicographically first combination that fits. Walking forward, an option may be taken if something of what is left
fits beside it; what is left is summed up backwards, as the loads that no other beats in both memories (the Pareto
frontier). So nothing is tried twice and nothing is missed.
"""

from collections.abc import Iterable, Sequence

from resolver.domain.errors import TooManyCombinationsError

Load = tuple[int, int]
"""Bytes that count against the first and the second limit."""

NOTHING: Load = (0, 0)
MOST_LOADS = 1_000_000
"""Loads that may be weighed for one answer: a second or two. Some tens of models weigh some thousand."""


def first_that_fits(options: Sequence[Sequence[Load]], limits: Load) -> list[int] | None:
    """The position of each model's option in the first combination that fits; None if none does.

    Raises:
        TooManyCombinationsError: it cannot be said exactly within bounds.
    """
    at_once = _first_of_each(options, limits)
    if at_once is not None:
        return at_once
    rest = frontiers(options, limits)
    if not rest[0]:
        return None
    used, chosen = NOTHING, []
    for loads, after in zip(options, rest[1:], strict=True):
        position = next(index for index, load in enumerate(loads) if _any_fits(plus(used, load), after, limits))
        chosen.append(position)
        used = plus(used, loads[position])
    return chosen


def _first_of_each(options: Sequence[Sequence[Load]], limits: Load) -> list[int] | None:
    """The best of all combinations, if it fits: then there is nothing to search."""
    if not all(options):
        return None
    total = total_of(loads[0] for loads in options)
    return [0] * len(options) if _fits(total, limits) else None


def frontiers(options: Sequence[Sequence[Load]], limits: Load) -> list[tuple[Load, ...]]:
    """For each position the smallest loads that all models from there on can have together; at the end, nothing.

    Loads that do not fit beside the least that the models before need are left out.

    Raises:
        TooManyCombinationsError: too many have to be weighed.
    """
    before = _least_before(options)
    found: list[tuple[Load, ...]] = [(NOTHING,)]
    weighed = 0
    for loads, least in zip(reversed(options), reversed(before), strict=True):
        own = smallest(loads)
        weighed += len(own) * len(found[-1])
        if weighed > MOST_LOADS:
            raise TooManyCombinationsError(weighed)
        sums = (plus(one, other) for one in own for other in found[-1])
        found.append(smallest(load for load in sums if _fits(plus(load, least), limits)))
    return found[::-1]


def _least_before(options: Sequence[Sequence[Load]]) -> list[Load]:
    found, least = [], NOTHING
    for loads in options:
        found.append(least)
        least = plus(least, least_of(loads))
    return found


def least_of(loads: Sequence[Load]) -> Load:
    """The least of each memory, perhaps of different options."""
    return min((one for one, _ in loads), default=0), min((other for _, other in loads), default=0)


def smallest(loads: Iterable[Load]) -> tuple[Load, ...]:
    """The loads that no other one beats or equals in both memories, by the first."""
    found: list[Load] = []
    for load in sorted(set(loads)):
        if not found or load[1] < found[-1][1]:
            found.append(load)
    return tuple(found)


def plus(one: Load, other: Load) -> Load:
    """Both together."""
    return one[0] + other[0], one[1] + other[1]


def total_of(loads: Iterable[Load]) -> Load:
    """All together."""
    total = NOTHING
    for load in loads:
        total = plus(total, load)
    return total


def _fits(load: Load, limits: Load) -> bool:
    return load[0] <= limits[0] and load[1] <= limits[1]


def _any_fits(load: Load, others: Iterable[Load], limits: Load) -> bool:
    return any(_fits(plus(load, other), limits) for other in others)


def least_left(load: Load, used: Load, others: Sequence[Load], limits: Load) -> Load:
    """What is left for a load that fits nowhere, beside `used` and those of `others` that come nearest to let it in."""
    beside = [plus(used, other) for other in others if _fits(plus(used, other), limits)]
    left = [(limits[0] - one, limits[1] - other) for one, other in beside]
    return min(left, key=lambda one: (max(0, load[0] - one[0]) + max(0, load[1] - one[1]), one))


def conflict(options: Sequence[Sequence[Load]], limits: Load) -> tuple[int, ...]:
    """The positions of models that do not fit together, and of which each is needed for that.

    One model after the other is found that the smallest beginning which does not fit cannot do without. Where that
    takes too long, those that are left stay in: they do not fit together either, but some may be innocent.
    """
    kept: list[int] = []
    candidates = list(range(len(options)))
    left = MOST_LOADS
    while True:
        end, weighed = _overflow([options[index] for index in (*kept, *candidates)], limits, left)
        left -= weighed
        if end is None or end <= len(kept):
            return tuple(sorted(kept if end is not None else (*kept, *candidates)))
        kept.append(candidates[end - len(kept) - 1])
        candidates = candidates[: end - len(kept)]


def _overflow(options: Sequence[Sequence[Load]], limits: Load, most: int) -> tuple[int | None, int]:
    """How many models it takes, from the first on, until nothing fits (None: unknown), and how much was weighed."""
    loads: tuple[Load, ...] = (NOTHING,)
    weighed = 0
    for count, own in enumerate(map(smallest, options), start=1):
        weighed += len(own) * len(loads)
        if weighed > most:
            return None, weighed
        sums = (plus(one, other) for one in loads for other in own)
        loads = smallest(load for load in sums if _fits(load, limits))
        if not loads:
            return count, weighed
    return len(options) + 1, weighed
