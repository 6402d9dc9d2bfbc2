"""Several connections for one file, as many as bring more than fewer do.

The first one asks for everything and goes on as long as nobody else brings what follows. Others ask for segments; one
that fails gives its segment back, and fewer are wanted for a while. What they bring is right or not by the digest of
the whole, as always; the validator of the first answer keeps them from bringing another version.
"""

import threading
from collections.abc import Callable

from resolver.domain.errors import DiskError, ModelsError, TransientError
from resolver.domain.lock import File
from resolver.domain.ports import Body, Portion
from resolver.stages.fetch.board import WAKE_SECONDS, Board, Claim
from resolver.stages.fetch.follow import Follower
from resolver.stages.fetch.growth import Growth, Sight
from resolver.stages.fetch.pour import Flow, Opening, PartFile, Work, patiently, pour, refuse_other_size

SEGMENT = 1 << 26
LEAST_SEGMENT = 1 << 23
"""Segments grow shorter towards the end, and who has none takes over half of another's: all come to it together."""


def fill(part: PartFile, file: File, opening: Opening, flow: Flow) -> None:
    """Bring a part to the size of its file.

    Raises:
        NetworkError: the source failed for good.
        MismatchError: the source has more bytes than the lock says.
        DiskError: they cannot be written.
        InterruptedByUserError: the stop event was set; what came is kept.
    """
    with Follower(part, file.size, flow.limits.connections) as follower:
        crew = Crew(Work(file, part, opening, flow, Board(part.gaps(file.size)), follower))
        try:
            patiently(crew.work, crew.attempt, crew.rest)
        finally:
            crew.dismiss()


class Crew:
    """The connections of one file: the caller's thread runs the first, a thread each the others."""

    def __init__(self, work: Work) -> None:
        self.work = work
        limits = work.flow.limits
        self._growth = Growth(limits.connections, limits.rate and limits.rate / limits.workers)
        self._lock = threading.Lock()
        self._validator: str | None = None
        self._others: list[threading.Thread] = []
        self._bringing = 0
        self._dismissed = threading.Event()
        self._failure: Exception | None = None
        self._quiet_until = 0.0

    def attempt(self) -> None:
        """Bring everything that is missing, together with the others; raises as `fill`."""
        if not self.work.file.size:
            self._lead(Claim(0, 0))
        while True:
            claim = self.work.board.take(self._segment() if self._alive() else None)
            if claim is not None:
                self._dropping(claim, self._lead)
            elif not self.work.board.wait_for_others():
                return
            if self._failure is not None:
                raise self._failure
            self.rest(0.0)

    def rest(self, seconds: float) -> None:
        """Wait, longer if anybody was told so, but no longer than others need to bring all that is left."""
        stop = self.work.flow.limits.stop
        seconds = max(seconds, self._quiet_until - self.work.clock())
        while seconds > 0 and not stop.is_set() and self._failure is None and not self.work.board.is_done:
            wait = min(seconds, WAKE_SECONDS) if self._alive() else seconds
            stop.wait(wait)
            seconds -= wait

    def dismiss(self) -> None:
        """Let the others end, and wait until they have."""
        self._dismissed.set()
        for thread in self._others:
            thread.join()
        self._others.clear()
        self._dismissed.clear()

    def _dropping(self, claim: Claim, bring: Callable[[Claim], None]) -> None:
        try:
            bring(claim)
        finally:
            self.work.board.drop(claim)
            self.work.follower.nudge()

    def _lead(self, claim: Claim) -> None:
        file = self.work.file
        open_ended = claim.end == file.size
        body = self._opened(Portion(claim.at, None if open_ended else claim.end, self._validator))
        try:
            if body.offset != claim.at:
                self._begin_anew(claim)
                open_ended = True
            self._validator = body.validator
            refuse_other_size(body, file)
            pour(body, claim, self.work, lambda one: self._leads_on(one, open_ended=open_ended))
        finally:
            body.close()

    def _opened(self, portion: Portion) -> Body:
        """Who is told to wait is told so for all: until then nobody asks again, and who is served goes on."""
        try:
            return self.work.opening(portion)
        except TransientError as error:
            told = min(error.retry_after or 0.0, self.work.flow.limits.patience)
            self._quiet_until = max(self._quiet_until, self.work.clock() + told)
            raise

    def _begin_anew(self, claim: Claim) -> None:
        """The source serves the whole: nothing that is there counts, and no ranges are asked for any more."""
        with self._lock:
            self._growth.stop()
        self.dismiss()
        self.work.follower.settle()
        self.work.flow.announce(-self.work.part.size)
        self.work.part.restart()
        self.work.board.begin_anew(claim, self.work.file.size)

    def _leads_on(self, claim: Claim, *, open_ended: bool) -> bool:
        if self._failure is not None:
            raise self._failure
        self._look()
        if claim.at < claim.end or claim.end == self.work.file.size:
            return True
        return open_ended and self.work.board.lengthen(claim)

    def _look(self) -> None:
        there = self.work.part.size
        with self._lock:
            sight = Sight(self.work.clock(), there, self.work.file.size - there, 1 + self._bringing)
            wanted = self._growth.look(sight)
        if sight.now >= self._quiet_until:
            for place in range(1 + self._alive(), wanted):
                if not self._call_another(place):
                    break

    def _alive(self) -> int:
        self._others = [thread for thread in self._others if thread.is_alive()]
        return len(self._others)

    def _call_another(self, place: int) -> bool:
        connections, board = self.work.flow.connections, self.work.board
        if not connections.take():
            return False
        claim = board.take(self._segment())
        if claim is None:
            connections.give_back()
            return False
        thread = threading.Thread(target=self._join_in, args=(place, claim), daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the system has no thread left
            with self._lock:
                self._growth.stop()
            board.drop(claim)
            connections.give_back()
            return False
        self._others.append(thread)
        return True

    def _segment(self) -> int:
        left = self.work.file.size - self.work.part.size
        return max(LEAST_SEGMENT, min(SEGMENT, 2 * left // (3 * self._growth.wanted)))

    def _join_in(self, place: int, claim: Claim | None) -> None:
        """What another connection does: segments, until there are none or so many connections are too many."""
        try:
            while claim is not None:
                self._dropping(claim, self._bring)
                claim = self.work.board.take(self._segment()) if self._is_wanted(place) else None
        except Exception as error:  # noqa: BLE001  # whatever it is, the first connection tells it
            self._failed(error)
        finally:
            self.work.flow.connections.give_back()

    def _is_wanted(self, place: int) -> bool:
        return place < self._growth.wanted and not self._dismissed.is_set() and self.work.clock() >= self._quiet_until

    def _failed(self, error: Exception) -> None:
        """The first connection may do better with what was asked for, but not with a disk that is full or a bug."""
        if isinstance(error, DiskError) or not isinstance(error, ModelsError):
            self._failure = error
            return
        with self._lock:
            self._growth.retreat(self.work.clock(), getattr(error, "retry_after", None))

    def _bring(self, claim: Claim) -> None:
        body = self._opened(Portion(claim.at, claim.end, self._validator))
        bringing = 0
        try:
            self._refuse_other_place(body, claim)
            refuse_other_size(body, self.work.file)
            bringing = 1
            with self._lock:
                self._bringing += bringing
            pour(body, claim, self.work, self._goes_on)
        finally:
            with self._lock:
                self._bringing -= bringing
            body.close()

    def _refuse_other_place(self, body: Body, claim: Claim) -> None:
        """An answer that begins elsewhere comes from a server without ranges, or the file is another one now."""
        if body.offset != claim.at:
            with self._lock:
                self._growth.stop()
            raise TransientError(f"{self.work.file.path}: asked for bytes from {claim.at}, got them from {body.offset}")

    def _goes_on(self, claim: Claim) -> bool:
        at_work = claim.at < claim.end or claim.end == self.work.file.size
        return at_work and not self._dismissed.is_set()
