"""A package index on loopback: the Simple API in JSON (PEP 691, 700) and HTML (PEP 503), and the files."""

import base64
import hashlib
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack
from urllib.parse import quote, unquote

from tests.servers.base import LocalServer
from tests.servers.faults import Fault
from tests.servers.wheels import make_bomb, make_broken_wheel, make_wheel, wheel_filename
from tests.servers.wire import Answer, Content, Request, file_answer, json_answer, redirect_answer, text_answer

__all__ = ["Fault", "PackageIndex", "make_bomb", "make_broken_wheel", "make_wheel", "wheel_filename"]

JSON_TYPE = "application/vnd.pypi.simple.v1+json"
HTML_TYPE = "application/vnd.pypi.simple.v1+html"
HTML_TYPES = (HTML_TYPE, "text/html")


@dataclass(frozen=True, slots=True)
class Listed:
    """One file of a project. `sha256` is empty where the index gives none."""

    filename: str
    version: str
    content: Content
    etag: str
    sha256: str
    yanked: bool | str
    requires_python: str | None


class ListingOptions(TypedDict, total=False):
    """`filename` defaults to that of a pure wheel; `hashes` False leaves the digest out of the listing."""

    filename: str
    yanked: bool | str
    requires_python: str
    hashes: bool


class PackageIndex(LocalServer):
    """Origin "index" lists and serves, origin "files" serves only and needs no password.

    `password` is `user:password` or None; `absolute_urls` makes the listing point to the second origin;
    `serves_json` False is an index from before PEP 691. All three may be changed by a test.
    """

    def __init__(self, *, password: str | None = None, absolute_urls: bool = False) -> None:
        super().__init__(index=self._answer_index, files=self._answer_file)
        self.password = password
        self.absolute_urls = absolute_urls
        self.serves_json = True
        self.projects: dict[str, list[Listed]] = {}

    @property
    def url(self) -> str:
        """What `--index-url` would be."""
        return self.origin_of("index") + "/simple/"

    @property
    def url_with_password(self) -> str:
        return self.url.replace("//", f"//{self.password}@", 1)

    @property
    def files_origin(self) -> str:
        return self.origin_of("files")

    def add(self, name: str, version: str, body: bytes, **options: Unpack[ListingOptions]) -> str:
        """List a file; one of the same name is replaced. Returns its sha256."""
        sha256 = hashlib.sha256(body).hexdigest()
        listed = Listed(
            options.get("filename", wheel_filename(name, version)),
            version,
            Content.of(body),
            f'"{sha256[:32]}"',
            sha256 if options.get("hashes", True) else "",
            options.get("yanked", False),
            options.get("requires_python"),
        )
        self.remove(name, listed.filename)
        self.projects.setdefault(normalized(name), []).append(listed)
        return sha256

    def remove(self, name: str, filename: str | None = None) -> None:
        """Take one file, or the whole project, off the index."""
        left = [listed for listed in self.projects.pop(normalized(name), []) if listed.filename != filename]
        if filename is not None and left:
            self.projects[normalized(name)] = left

    def file_url(self, name: str, filename: str) -> str:
        """The absolute address of a file, on the origin that the listing points to."""
        origin = self.files_origin if self.absolute_urls else self.origin_of("index")
        return f"{origin}/files/{normalized(name)}/{quote(filename)}"

    def _answer_index(self, request: Request) -> Answer:
        if self.password is not None and request.header("Authorization") != _basic(self.password):
            return text_answer(401, "Authentication required", {"WWW-Authenticate": 'Basic realm="index"'})
        parts = unquote(request.path).split("/")
        if parts[1] == "files":
            return self._answer_file(request)
        if parts[1] != "simple" or len(parts) > 4:
            return text_answer(404, "Not Found")
        if parts[-1]:
            return redirect_answer(301, request.path + "/")
        return self._listing(request, parts[2] if len(parts) == 4 else "")

    def _listing(self, request: Request, name: str) -> Answer:
        if name != normalized(name):
            return redirect_answer(301, f"/simple/{normalized(name)}/")
        if name and name not in self.projects:
            return text_answer(404, "404 Not Found")
        content_type = self._best_type(request.header("Accept") or "*/*")
        if content_type is None:
            return text_answer(406, "Not Acceptable")
        headers = {"Content-Type": content_type, "Vary": "Accept"}
        if content_type == JSON_TYPE:
            return json_answer(self._project(name) if name else self._root(), headers=headers)
        return text_answer(200, self._page(name), headers | {"Content-Type": f"{content_type}; charset=utf-8"})

    def _root(self) -> dict[str, Any]:
        return {"meta": {"api-version": "1.1"}, "projects": [{"name": name} for name in sorted(self.projects)]}

    def _project(self, name: str) -> dict[str, Any]:
        listed = self.projects[name]
        return {
            "meta": {"api-version": "1.1"},
            "name": name,
            "versions": sorted({file.version for file in listed}),
            "files": [self._file_document(name, file) for file in listed],
        }

    def _file_document(self, name: str, file: Listed) -> dict[str, Any]:
        return {
            "filename": file.filename,
            "url": self._link(name, file),
            "hashes": {"sha256": file.sha256} if file.sha256 else {},
            "requires-python": file.requires_python,
            "size": file.content.size,
            "yanked": file.yanked,
        }

    def _page(self, name: str) -> str:
        if not name:
            links = [f'<a href="/simple/{project}/">{project}</a>' for project in sorted(self.projects)]
        else:
            links = [self._anchor(name, file) for file in self.projects[name]]
        meta = '<meta name="pypi:repository-version" content="1.1">'
        body = "<br/>\n".join(links)
        return f"<!DOCTYPE html>\n<html><head>{meta}</head><body>\n{body}\n</body></html>\n"

    def _anchor(self, name: str, file: Listed) -> str:
        attributes = {"href": self._link(name, file) + (f"#sha256={file.sha256}" if file.sha256 else "")}
        if file.requires_python is not None:
            attributes["data-requires-python"] = file.requires_python
        if file.yanked:
            attributes["data-yanked"] = file.yanked if isinstance(file.yanked, str) else ""
        spelled = " ".join(f'{attribute}="{html.escape(value)}"' for attribute, value in attributes.items())
        return f"<a {spelled}>{html.escape(file.filename)}</a>"

    def _link(self, name: str, file: Listed) -> str:
        if self.absolute_urls:
            return self.file_url(name, file.filename)
        return f"../../files/{name}/{quote(file.filename)}"

    def _answer_file(self, request: Request) -> Answer:
        name, _, filename = unquote(request.path).removeprefix("/files/").partition("/")
        for listed in self.projects.get(name, []):
            if listed.filename == filename:
                return file_answer(request, listed.content, {"ETag": listed.etag})
        return text_answer(404, "404 Not Found")

    def _best_type(self, accept: str) -> str | None:
        """The acceptable type with the highest `q`; at equal `q` JSON before HTML."""
        offered = (JSON_TYPE, *HTML_TYPES) if self.serves_json else HTML_TYPES
        wishes = _wishes(accept)
        ranked = [(wishes.get(kind, wishes.get("*/*", 0.0)), -place, kind) for place, kind in enumerate(offered)]
        quality, _, best = max(ranked)
        return best if quality > 0 else None


def normalized(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _wishes(accept: str) -> Mapping[str, float]:
    """An Accept header as type to quality."""
    wishes = {}
    for item in accept.split(","):
        kind, _, parameters = item.partition(";")
        quality = re.search(r"\bq=([0-9.]+)", parameters)
        wishes[kind.strip()] = float(quality[1]) if quality else 1.0
    return wishes


def _basic(password: str) -> str:
    return "Basic " + base64.b64encode(password.encode()).decode()
