"""What is still to come of one file, and which connection brings which stretch of it."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass

from resolver.files.extents import Extent, Extents

WAKE_SECONDS = 0.2
LEAST_SHARE = 1 << 21
"""Bytes of which two connections each bring so many sooner than one brings both: a request costs a round trip."""


@dataclass(slots=True, eq=False)
class Claim:
    """Bytes that one connection brings: it has reached `at` and goes on to `end`."""

    at: int
    end: int


class Board:
    """Stretches that nobody brings yet, and claims on the others."""

    def __init__(self, gaps: Iterable[Extent]) -> None:
        self._free = Extents(gaps)
        self._claims: list[Claim] = []
        self._changed = threading.Condition()

    @property
    def is_done(self) -> bool:
        """Whether nothing is left that anybody brings or could bring."""
        with self._changed:
            return not self._claims and not self._free.all

    def take(self, longest: int | None = None) -> Claim | None:
        """A claim on the first bytes that nobody brings, `longest` at most; else on what another has most of.

        None if there is nothing, or not enough of it to be shared.
        """
        with self._changed:
            if not self._free.all and longest is not None:
                self._share(longest)
            if not self._free.all:
                return None
            start, end = self._free.all[0]
            claim = Claim(start, end if longest is None else min(end, start + longest))
            self._free = Extents([(claim.end, end), *self._free.all[1:]])
            self._claims.append(claim)
            return claim

    def _share(self, longest: int) -> None:
        """Leave the claim that is furthest from its end `longest` bytes, or half of what it has.

        Its connection looks at the end only between two reads: what is left to it is always more than one brings.
        """
        claim = max(self._claims, key=lambda one: one.end - one.at, default=None)
        left = claim.end - claim.at if claim is not None else 0
        kept = min(longest, left // 2)
        if claim is not None and kept >= LEAST_SHARE:
            self._free.add(claim.at + kept, claim.end)
            claim.end = claim.at + kept

    def drop(self, claim: Claim) -> None:
        """What the claim did not bring is anybody's again."""
        with self._changed:
            self._claims.remove(claim)
            self._free.add(claim.at, claim.end)
            self._changed.notify_all()

    def lengthen(self, claim: Claim) -> bool:
        """Let a claim that reached its end go on over what nobody else brings; whether there is such."""
        with self._changed:
            following = next((one for one in self._free.all if one[0] == claim.end), None)
            if following is None:
                return False
            self._free = Extents(one for one in self._free.all if one != following)
            claim.end = following[1]
            return True

    def wait_for_others(self) -> bool:
        """Wait a moment while others bring what is left; False if nobody does."""
        with self._changed:
            if self._claims and not self._free.all:
                self._changed.wait(WAKE_SECONDS)
            return bool(self._claims or self._free.all)

    def begin_anew(self, claim: Claim, size: int) -> None:
        """The one claim that is left brings the whole file."""
        with self._changed:
            self._free = Extents()
            claim.at, claim.end = 0, size
