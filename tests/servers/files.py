"""A plain file server on loopback for sources that are nothing but an address."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote, unquote

from tests.servers.base import LocalServer
from tests.servers.faults import Fault
from tests.servers.wire import Answer, Content, Request, file_answer, redirect_answer, text_answer

__all__ = ["Fault", "FileServer"]

Origin = Literal["files", "other"]


@dataclass(frozen=True, slots=True)
class Served:
    """A file as it stands at the moment; `etag` with its quotes, None for a server that gives none."""

    content: Content
    etag: str | None


class FileServer(LocalServer):
    """The same files at two origins, "files" and "other"; the second is there to be redirected to.

    `token` is what "files" demands as a bearer, None for nothing; "other" never demands any, so a token that turns up
    in its requests has leaked. Redirects exist at both origins. `ranges` False is a server that cannot resume.
    """

    def __init__(self, *, token: str | None = None) -> None:
        super().__init__(files=self._answer, other=self._answer)
        self.token = token
        self.ranges = True
        self._served: dict[str, Served] = {}
        self._redirects: dict[str, tuple[int, str]] = {}

    def put(self, path: str, source: bytes | Path, *, etag: str | None = "sha256") -> str:
        """Serve a file, or other bytes from now on; returns its sha256. The ETag follows the content unless given."""
        content = Content.of(source)
        sha256 = content.sha256()
        self._served[_key(path)] = Served(content, f'"{sha256[:32]}"' if etag == "sha256" else etag)
        return sha256

    def remove(self, path: str) -> None:
        del self._served[_key(path)]

    def redirect(self, path: str, to: str, status: int = 302) -> None:
        """Answer `path` with a redirect to an address, absolute or relative."""
        self._redirects[_key(path)] = (status, to)

    def url(self, path: str, origin: Origin = "files") -> str:
        return self.origin_of(origin) + quote(_key(path))

    def _answer(self, request: Request) -> Answer:
        if request.origin == "files" and self.token is not None and request.bearer() != self.token:
            return text_answer(401, "Unauthorized", {"WWW-Authenticate": "Bearer"})
        path = unquote(request.path)
        if path in self._redirects:
            return redirect_answer(*self._redirects[path])
        served = self._served.get(path)
        if served is None:
            return text_answer(404, "Not Found")
        headers = {} if served.etag is None else {"ETag": served.etag}
        if not self.ranges:
            headers["Accept-Ranges"] = "none"
            return Answer(200, headers, served.content.chunks(), served.content.size)
        return file_answer(request, served.content, headers)


def _key(path: str) -> str:
    return "/" + path.removeprefix("/")
