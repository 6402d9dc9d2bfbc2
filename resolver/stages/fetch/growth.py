"""How many connections a file deserves: one, until more of them were seen to bring more.

A link that is as fast as the disk needs no second connection, and a server need not be bothered. Where one connection
is slow because of its round trips or a limit of the server, others add up; where the link itself is full, they do not,
and are let go.
"""

from dataclasses import dataclass

LOOK_SECONDS = 0.1
PROOF_SECONDS = 1.0
"""How long new connections may take to show what they bring: all begin slowly, and the farther away the slower."""
FAST = 250_000_000
"""Bytes a second from which on one connection is enough: the digest is not much faster."""
WORTH_SECONDS = 2.0
"""What is over sooner than this is not worth more connections."""
WORTH_BYTES = 1 << 25
GROWN = 1.25
"""How many times as fast it must have become for the new connections to stay."""
STEP = 8
REST_SECONDS = 30.0
"""No second attempt before this, unless one connection alone brings clearly less than several did."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen at a moment: seconds of a clock, bytes that came, bytes left, connections that bring bytes."""

    now: float
    received: int
    left: int
    running: int


class Growth:
    """Decides on the number of connections from what came since the last look."""

    def __init__(self, most: int, rate: float | None = None) -> None:
        """At most so many connections; where `rate` bytes a second are all that may come, others cannot bring more."""
        self._most = most
        self._enough = FAST if rate is None else min(FAST, rate / GROWN)
        self._before = (1, 0.0)
        self._since: Sight | None = None
        self._rests_until = 0.0
        self._brought = 0.0
        self.wanted = 1

    def look(self, sight: Sight) -> int:
        """How many connections there should be now."""
        if self._since is None:
            self._since = sight if sight.running >= self.wanted else None
            return self.wanted
        seconds = sight.now - self._since.now
        resting = sight.now < self._rests_until
        least = PROOF_SECONDS if resting or self.wanted > self._before[0] else LOOK_SECONDS
        if seconds < least:
            return self.wanted
        rate = (sight.received - self._since.received) / seconds
        self._since = None
        if not resting or rate * GROWN < self._brought:
            self._judge(rate, sight)
        return self.wanted

    def retreat(self, now: float, seconds: float | None = None) -> None:
        """A connection failed, or the server asks for less: half as many, and rest as long as it says."""
        self.wanted, self._since = max(1, self.wanted // 2), None
        self._rests_until, self._brought = now + max(REST_SECONDS, seconds or 0.0), 0.0

    def stop(self) -> None:
        """One connection from now on: the server has no ranges, or they are not to be trusted."""
        self.wanted, self._most = 1, 1

    def _judge(self, rate: float, sight: Sight) -> None:
        connections, before = self._before
        if self.wanted > connections and rate < GROWN * before:
            self.wanted = connections
            self._rests_until, self._brought = sight.now + REST_SECONDS, rate
        elif self.wanted < self._most and self._worth(rate, sight.left):
            self._before, self._rests_until = (self.wanted, rate), 0.0
            self.wanted = min(self._most, self.wanted * STEP)

    def _worth(self, rate: float, left: int) -> bool:
        return rate < self._enough and left >= max(WORTH_BYTES, rate * WORTH_SECONDS)
