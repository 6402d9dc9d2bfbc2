"""What travels: the request as it came in, the answer as it will go out, and byte ranges (RFC 9110, section 14)."""

import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, unquote

CHUNK = 256 * 1024
SINGLE_RANGE = re.compile(r"bytes=(?P<first>\d*)-(?P<last>\d*)")

Ending = Literal["keep", "close", "reset", "stall"]
Framing = Literal["length", "chunked", "close"]
Chunk = bytes | memoryview


@dataclass(slots=True)
class Request:
    """One request as the server saw it. `status` 0 means that it was never answered; header names are lower case.

    `path` is as it was sent (percent-encoded, without the query). `sent` counts the bytes of the body that were handed
    to the network: exact once the client has read all, otherwise an upper bound.
    """

    method: str
    path: str
    origin: str
    headers: dict[str, str]
    status: int = 0
    query: str = ""
    body: bytes = field(default=b"", repr=False)
    sent: int = 0

    @property
    def target(self) -> str:
        """The decoded path and query: what fault rules and `requested()` look into."""
        return unquote(f"{self.path}?{self.query}" if self.query else self.path)

    def header(self, name: str) -> str | None:
        return self.headers.get(name.lower())

    def parameter(self, name: str) -> str:
        """The last value of a query parameter, or an empty string."""
        return parse_qs(self.query, keep_blank_values=True).get(name, [""])[-1]

    def bearer(self) -> str | None:
        scheme, _, token = (self.header("Authorization") or "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a file: in memory, or in a file that nobody changes while it is served."""

    source: bytes | Path
    size: int

    @classmethod
    def of(cls, source: bytes | Path) -> "Content":
        return cls(source, len(source) if isinstance(source, bytes) else source.stat().st_size)

    def chunks(self, start: int = 0, stop: int | None = None) -> Iterator[Chunk]:
        """The bytes from `start` up to, not including, `stop`."""
        end = self.size if stop is None else stop
        if isinstance(self.source, bytes):
            view = memoryview(self.source)
            yield from (view[at : min(at + CHUNK, end)] for at in range(start, end, CHUNK))
            return
        with self.source.open("rb") as file:
            file.seek(start)
            while start < end and (chunk := file.read(min(CHUNK, end - start))):
                start += len(chunk)
                yield chunk

    def sha256(self) -> str:
        digest = hashlib.sha256()
        for chunk in self.chunks():
            digest.update(chunk)
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out. A fault is a function from one answer to another.

    `length` is the declared size of the body, `start` the place of its first byte in the whole file, `ending` what
    happens to the connection after the body. `status` 0: not even a status line.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Iterable[Chunk] = ()
    length: int = 0
    start: int = 0
    framing: Framing = "length"
    ending: Ending = "keep"
    bytes_per_second: int | None = None


Route = Callable[[Request], Answer]


def text_answer(status: int, text: str, headers: Mapping[str, str] | None = None) -> Answer:
    body = text.encode()
    return Answer(status, {"Content-Type": "text/plain; charset=utf-8", **(headers or {})}, (body,), len(body))


def json_answer(document: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    body = json.dumps(document, separators=(",", ":")).encode()
    return Answer(status, {"Content-Type": "application/json; charset=utf-8", **(headers or {})}, (body,), len(body))


def redirect_answer(status: int, location: str, headers: Mapping[str, str] | None = None) -> Answer:
    text = f"{HTTPStatus(status).phrase}. Redirecting to {location}"
    return text_answer(status, text, {"Location": location, **(headers or {})})


def file_answer(request: Request, content: Content, headers: Mapping[str, str]) -> Answer:
    """The file or the part of it that was asked for; `headers` may hold the `ETag` that If-Range is compared with."""
    described = {"Content-Type": "application/octet-stream", "Accept-Ranges": "bytes", **headers}
    wanted = _wanted_range(request, content.size, headers.get("ETag"))
    if wanted is None:
        return Answer(200, described, content.chunks(), content.size)
    start, stop = wanted
    if start >= stop:
        return text_answer(416, "Range Not Satisfiable", {"Content-Range": f"bytes */{content.size}"})
    described["Content-Range"] = f"bytes {start}-{stop - 1}/{content.size}"
    return Answer(206, described, content.chunks(start, stop), stop - start, start)


def gzip_answer(answer: Answer) -> Answer:
    """The same body compressed, as a CDN does it: chunked, because the size is not known beforehand."""
    headers = {**answer.headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Answer(answer.status, headers, gzipped(answer.body), framing="chunked")


def gzipped(body: Iterable[Chunk]) -> Iterator[bytes]:
    gzip = zlib.compressobj(wbits=31)
    for chunk in body:
        yield gzip.compress(chunk)
    yield gzip.flush()


def _wanted_range(request: Request, size: int, etag: str | None) -> tuple[int, int] | None:
    """First byte and end of the range that was asked for; None is the whole file, an empty one cannot be satisfied."""
    match = SINGLE_RANGE.fullmatch((request.header("Range") or "").replace(" ", ""))
    if request.method != "GET" or match is None or not _if_range_holds(request, etag):
        return None
    return _bounds(match["first"], match["last"], size)


def _if_range_holds(request: Request, etag: str | None) -> bool:
    """A weak tag never holds (RFC 9110, 13.1.5)."""
    asked = request.header("If-Range")
    return asked is None or (asked == etag and not asked.startswith("W/"))


def _bounds(first: str, last: str, size: int) -> tuple[int, int] | None:
    if first:
        if last and int(last) < int(first):
            return None  # not a valid range: to be ignored, not refused
        return int(first), min(int(last) + 1, size) if last else size
    return (max(0, size - int(last)), size) if last else None
