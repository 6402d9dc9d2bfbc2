"""What selectors say about all machines at once: whether one holds wherever another does, and whether one ever holds.

Only what can be shown is said: conditions are compared fact by fact, at the values where a comparison can turn.
"""

from collections.abc import Iterable, Iterator

from resolver.domain.facts import type_of_fact
from resolver.domain.selector import Condition, Number, Selector

_BEYOND = 1 << 64
"""Larger than any size, count or part of a version."""


def holds_wherever(weaker: Selector, stronger: Selector) -> bool:
    """Whether it can be shown that every machine that satisfies `stronger` satisfies `weaker`."""
    return all(
        one in stronger.conditions or (isinstance(one, Condition) and _follows(one, stronger))
        for one in weaker.conditions
    )


def never_holds(selector: Selector) -> tuple[str, ...]:
    """The facts whose condition no value satisfies, such as `vram: ">=8GB,<4GB"`."""
    plain = (one for one in selector.conditions if isinstance(one, Condition))
    return tuple(one.fact for one in plain if not any(one.satisfied_by(value) for value in _turning_points([one])))


def _follows(wanted: Condition, stronger: Selector) -> bool:
    given = [one for one in stronger.conditions if isinstance(one, Condition) and one.fact == wanted.fact]
    points = (value for value in _turning_points([wanted, *given]) if all(one.satisfied_by(value) for one in given))
    return bool(given) and all(wanted.satisfied_by(value) for value in points)


def _turning_points(conditions: Iterable[Condition]) -> Iterator[str | Number]:
    """Values of one fact such that between two neighbours no comparison changes its answer."""
    conditions = list(conditions)
    words = type_of_fact[conditions[0].fact]
    if isinstance(words, tuple):
        yield from words
        return
    operands = {operand for one in conditions for operand in one.operands}
    whole = words != "version"
    yield from ((0,), (_BEYOND,))
    for operand in operands:
        yield operand
        yield from _beside(operand, whole=whole)


def _beside(operand: Number, *, whole: bool) -> Iterator[Number]:
    """Values next to an operand; between two versions there is always another, between two whole numbers not."""
    *front, last = operand
    if whole:
        yield from ((one,) for one in (last - 1, last + 1) if one >= 0)
        return
    yield (*operand, 1)
    if last:
        yield (*front, last - 1, _BEYOND)
    elif front:
        yield tuple(front)
