"""Which bytes of a file are there: half-open stretches that do not touch each other."""

from bisect import bisect_left
from collections.abc import Iterable

Extent = tuple[int, int]
"""(first byte, end): the end is not part of it."""


class Extents:
    """A set of bytes by their place. Not for several threads at once."""

    def __init__(self, extents: Iterable[Extent] = ()) -> None:
        self._sorted: list[Extent] = []
        for start, end in extents:
            self.add(start, end)

    def add(self, start: int, end: int) -> None:
        """Bytes from `start` up to `end` are there too."""
        if start >= end:
            return
        first = bisect_left(self._sorted, start, key=lambda one: one[1])
        last = first
        while last < len(self._sorted) and self._sorted[last][0] <= end:
            start, end = min(start, self._sorted[last][0]), max(end, self._sorted[last][1])
            last += 1
        self._sorted[first:last] = [(start, end)]

    @property
    def all(self) -> tuple[Extent, ...]:
        """Every stretch, in order."""
        return tuple(self._sorted)

    @property
    def size(self) -> int:
        """Bytes that are there."""
        return sum(end - start for start, end in self._sorted)

    @property
    def prefix(self) -> int:
        """Where the first byte is missing."""
        return self._sorted[0][1] if self._sorted and self._sorted[0][0] == 0 else 0

    @property
    def end(self) -> int:
        """Behind the last byte that is there."""
        return self._sorted[-1][1] if self._sorted else 0

    def gaps(self, total: int) -> tuple[Extent, ...]:
        """What is missing of a file of `total` bytes."""
        starts = [0, *(end for _, end in self._sorted)]
        ends = [*(start for start, _ in self._sorted), total]
        pairs = zip(starts, ends, strict=True)
        return tuple((start, min(end, total)) for start, end in pairs if start < min(end, total))
