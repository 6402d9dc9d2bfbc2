"""Weights out of a seed, in arithmetic that is exact, so that the same recipe gives the same bytes on every machine."""

from collections.abc import Sequence
from typing import Any

import numpy as np

STEPS = 128


class Dice:
    """Random whole numbers, and weights that are whole multiples of a power of two."""

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng(seed)

    def weights(self, *shape: int, most: float = 0.0625) -> Any:
        """Multiples of `most / 128`, between minus and plus `most` (a power of two)."""
        whole = self._generator.integers(-STEPS, STEPS + 1, shape)
        return np.asarray(whole / STEPS * most, dtype=np.float32)

    def below(self, end: int) -> int:
        """A whole number from 0, `end` excluded."""
        return int(self._generator.integers(0, end))

    def order(self, count: int) -> Any:
        """The numbers below `count`, shuffled."""
        return self._generator.permutation(count)

    def balanced_rows(self, count: int, width: int) -> Any:
        """Rows of as many +1 as -1, each shuffled on its own."""
        row = np.repeat(np.array([1, -1], dtype=np.int8), width // 2)
        return self._generator.permuted(np.broadcast_to(row, (count, width)), axis=1)


def zeros(*shape: int) -> Any:
    return np.zeros(shape, dtype=np.float32)


def ones(*shape: int) -> Any:
    return np.ones(shape, dtype=np.float32)


def apart(rows: Any, chosen: Sequence[int]) -> Any:
    """The same rows, where no other row is equal to a chosen one: equal ones become the opposite."""
    changed = rows.copy()
    for one in sorted(set(chosen)):
        equal = np.flatnonzero((changed == changed[one]).all(axis=1))
        changed[equal[equal != one]] = -changed[one]
    return changed
