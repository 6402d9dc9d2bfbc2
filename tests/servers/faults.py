"""What can go wrong on the way, as rules that a test adds to `server.faults`."""

import random
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import chain, repeat
from typing import Literal

from tests.servers.wire import Answer, Chunk, Request, gzip_answer, redirect_answer, text_answer

ALWAYS = sys.maxsize
ZEROS = bytes(64 * 1024)

Kind = Literal[
    "status",  # answer with `status` (503), `retry_after` and `headers`
    "redirect_to",  # answer with a redirect (`status`, 302) to `url`
    "drop",  # close the connection before any answer
    "silent",  # never answer, keep the connection
    "ignore_range",  # 200 and the whole file although a range was asked for
    "headers",  # change headers (None removes one) of whatever is answered
    "reset",  # RST after `after_bytes` of the body
    "truncate",  # close after `after_bytes`, the declared Content-Length was longer
    "flip",  # the byte at `after_bytes` of the whole file is another one
    "endless",  # the body, then zeros for ever, without a Content-Length
    "endless_chunks",  # the same in chunks
    "longer",  # `after_bytes` zeros more, and the Content-Length says so
    "longer_chunks",  # the same in chunks
    "slow",  # `bytes_per_second`
    "wrong_range",  # a 206 whose Content-Range is one byte off
    "inflated",  # gzip although identity was asked for, with `after_bytes` zeros more inside
    "stall",  # `after_bytes` of the body, then nothing
]
Phase = Literal["before", "range", "after"]


@dataclass(slots=True)
class Fault:
    """One rule. It strikes `times` times, when `match` is part of the decoded path and query, after `skip` matches.

    Body kinds (from "reset" on) strike only where they can be felt: an answer of 2xx that has a body and, for "flip"
    and "truncate", the byte in question. So a rule for a model file waits for the redirects and HEADs to pass.
    `chance` below 1 lets the seeded dice of the server decide.
    """

    match: str
    kind: Kind
    times: int = 1
    after_bytes: int = 0
    origin: str | None = None
    method: str | None = None
    skip: int = 0
    chance: float = 1.0
    status: int | None = None
    retry_after: int | str | None = None
    bytes_per_second: int = 1
    url: str = ""
    headers: Mapping[str, str | None] = field(default_factory=dict)
    used: int = 0

    def strikes(self, request: Request, answer: Answer | None, dice: random.Random) -> bool:
        """Whether the rule is used now; counts it."""
        if self.used >= self.times or not self._concerns(request) or not self._can_be_felt(request, answer):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.chance < 1 and dice.random() >= self.chance:
            return False
        self.used += 1
        return True

    def _concerns(self, request: Request) -> bool:
        return (
            self.match in request.target
            and self.origin in {None, request.origin}
            and self.method in {None, request.method}
        )

    def _can_be_felt(self, request: Request, answer: Answer | None) -> bool:
        if self.kind == "ignore_range":
            return request.header("Range") is not None
        if answer is None or self.kind == "headers":
            return True
        if request.method == "HEAD" or not 200 <= answer.status < 300:
            return False
        return _reaches(self, answer)


def http_date(seconds_from_now: float) -> str:
    """A `Retry-After` in its other form."""
    now = datetime.now(UTC)
    return format_datetime(now + timedelta(seconds=seconds_from_now), usegmt=True)


def phase_of(fault: Fault) -> Phase:
    if fault.kind == "ignore_range":
        return "range"
    return "before" if fault.kind in INSTEAD else "after"


def answer_instead(fault: Fault) -> Answer:
    return with_headers(INSTEAD[fault.kind](fault), fault.headers)


def spoiled(answer: Answer, fault: Fault) -> Answer:
    return with_headers(SPOIL[fault.kind](answer, fault), fault.headers)


def with_headers(answer: Answer, changes: Mapping[str, str | None]) -> Answer:
    """Header names are compared without case; None removes."""
    changed = {name.lower() for name in changes}
    kept = {name: value for name, value in answer.headers.items() if name.lower() not in changed}
    return replace(answer, headers=kept | {name: value for name, value in changes.items() if value is not None})


def _reaches(fault: Fault, answer: Answer) -> bool:
    if fault.kind == "wrong_range":
        return answer.status == 206
    if fault.kind == "flip":
        return answer.start <= fault.after_bytes < answer.start + answer.length
    return fault.kind != "truncate" or fault.after_bytes < answer.length


def _status(fault: Fault) -> Answer:
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    return text_answer(fault.status or 503, "The server has a fault.", headers)


def _first(body: Iterable[Chunk], count: int) -> Iterator[Chunk]:
    for chunk in body:
        if count <= 0:
            return
        yield chunk[:count]
        count -= len(chunk)


def _flipped(body: Iterable[Chunk], at: int) -> Iterator[Chunk]:
    for chunk in body:
        if 0 <= at < len(chunk):
            yield bytes(chunk[:at]) + bytes([chunk[at] ^ 0xFF]) + bytes(chunk[at + 1 :])
        else:
            yield chunk
        at -= len(chunk)


def _flip(answer: Answer, fault: Fault) -> Answer:
    return replace(answer, body=_flipped(answer.body, fault.after_bytes - answer.start))


def _endless(answer: Answer, _: Fault) -> Answer:
    return replace(answer, body=chain(answer.body, repeat(ZEROS)), framing="close", ending="close")


def _endless_chunks(answer: Answer, _: Fault) -> Answer:
    return replace(answer, body=chain(answer.body, repeat(ZEROS)), framing="chunked")


def _longer(answer: Answer, fault: Fault) -> Answer:
    return replace(answer, body=chain(answer.body, _zeros(fault.after_bytes)), length=answer.length + fault.after_bytes)


def _zeros(count: int) -> Iterator[bytes]:
    whole, rest = divmod(count, len(ZEROS))
    return chain(repeat(ZEROS, whole), [ZEROS[:rest]])


def _wrong_range(answer: Answer, _: Fault) -> Answer:
    start, total = answer.start + 1, answer.headers["Content-Range"].rpartition("/")[2]
    return with_headers(answer, {"Content-Range": f"bytes {start}-{start + answer.length - 1}/{total}"})


def _inflated(answer: Answer, fault: Fault) -> Answer:
    return gzip_answer(replace(answer, body=chain(answer.body, _zeros(fault.after_bytes))))


INSTEAD: dict[Kind, Callable[[Fault], Answer]] = {
    "status": _status,
    "redirect_to": lambda fault: redirect_answer(fault.status or 302, fault.url),
    "drop": lambda _: Answer(0, ending="close"),
    "silent": lambda _: Answer(0, ending="stall"),
}
SPOIL: dict[Kind, Callable[[Answer, Fault], Answer]] = {
    "headers": lambda answer, _: answer,
    "reset": lambda answer, fault: replace(answer, body=_first(answer.body, fault.after_bytes), ending="reset"),
    "truncate": lambda answer, fault: replace(answer, body=_first(answer.body, fault.after_bytes), ending="close"),
    "flip": _flip,
    "endless": _endless,
    "endless_chunks": _endless_chunks,
    "longer": _longer,
    "longer_chunks": lambda answer, fault: replace(_longer(answer, fault), framing="chunked"),
    "slow": lambda answer, fault: replace(answer, bytes_per_second=fault.bytes_per_second),
    "wrong_range": _wrong_range,
    "inflated": _inflated,
    "stall": lambda answer, fault: replace(answer, body=_first(answer.body, fault.after_bytes), ending="stall"),
}
