"""Searches that need no explanation: all combinations one by one, and backtracking in an order of one's choice."""

from collections.abc import Sequence
from itertools import product

from resolver.stages.select.search import Load, total_of

Chosen = tuple[int, ...]
"""The position of each model's variant; empty if there is no answer."""

Options = Sequence[Sequence[Load]]


def first_of_all(options: Options, limits: Load) -> Chosen:
    """The first combination that fits, of all in order: slow, and too simple to be wrong."""
    for chosen in product(*(range(len(own)) for own in options)):
        if _fits(total_of(own[position] for own, position in zip(options, chosen, strict=True)), limits):
            return chosen
    return ()


def as_listed(options: Options) -> list[int]:
    """The models in the manifest's order."""
    return list(range(len(options)))


def largest_first(options: Options) -> list[int]:
    """The usual order where things have to be packed: what is hardest to place goes first."""
    return sorted(range(len(options)), key=lambda model: -max(map(sum, options[model])))


def backtrack(options: Options, limits: Load, turns: Sequence[int]) -> Chosen:
    """Depth first: the next model of `turns` gets its first option that fits; if none does, one step back."""
    found = _deeper(options, limits, turns, ())
    positions = dict(zip(turns, found, strict=True)) if found else {}
    return tuple(positions[model] for model in sorted(positions))


def _deeper(options: Options, limits: Load, turns: Sequence[int], so_far: Chosen) -> Chosen:
    if len(so_far) == len(turns):
        return so_far
    for position in range(len(options[turns[len(so_far)]])):
        trial = (*so_far, position)
        taken = (options[model][at] for model, at in zip(turns, trial, strict=False))
        if _fits(total_of(taken), limits):
            found = _deeper(options, limits, turns, trial)
            if found:
                return found
    return ()


def _fits(load: Load, limits: Load) -> bool:
    return load[0] <= limits[0] and load[1] <= limits[1]
