"""The hub's addresses and what they answer."""

import hashlib
import re
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Protocol
from urllib.parse import parse_qs, quote, unquote, urlencode

from tests.servers import hub_documents as documents
from tests.servers import hub_errors as errors
from tests.servers.hub_repository import Blob, Commit, Repository
from tests.servers.wire import Answer, Request, file_answer, gzip_answer, json_answer, redirect_answer

REPO_ID = r"(?P<id>[^/]+(?:/(?!(?:revision|tree|refs|paths-info|resolve)(?:/|$))[^/]+)?)"
API = re.compile(rf"/api/models/{REPO_ID}(?:/(?P<verb>revision|tree|refs|paths-info)(?:/(?P<rest>.*))?)?")
RESOLVE = re.compile(rf"/{REPO_ID}/resolve/(?P<revision>[^/]+)/(?P<path>.+)")
RESOLVE_CACHE = re.compile(
    r"/api/resolve-cache/models/(?P<id>[^/]+(?:/(?![0-9a-f]{40}/)[^/]+)?)/(?P<revision>[0-9a-f]{40})/(?P<path>.+)"
)
CDN = re.compile(r"/repos/(?P<id>.+)/(?P<internal_id>[0-9a-f]{24})/(?P<sha256>[0-9a-f]{64})")
FAR_FUTURE = "4102444800"


class Hub(Protocol):
    """What the routes need to know of the hub they answer for."""

    page_size: int
    compresses: bool
    error_code_on_401: bool
    repositories: dict[str, Repository]
    tokens: dict[str, str]
    renamed: dict[str, str]

    @property
    def endpoint(self) -> str: ...

    @property
    def cdn_origin(self) -> str: ...


class HubRoutes:
    """Stateless but for the hub it reads."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    def answer_hub(self, request: Request) -> Answer:
        try:
            answer = self._routed(request)
        except errors.RefusedError as refused:
            answer = refused.answer(request)
        return replace(answer, headers=_rate_limit(request) | dict(answer.headers))

    def answer_cdn(self, request: Request) -> Answer:
        """Only what the hub signed, and nothing of it depends on a token."""
        match = CDN.fullmatch(unquote(request.path))
        if match is None or request.parameter("Signature") != _signature(match["sha256"]):
            return errors.RefusedError(403, None, "Access denied").answer(request)
        repository = self.hub.repositories.get(match["id"])
        if repository is None or repository.internal_id != match["internal_id"]:
            return errors.RefusedError(404, None, "No such object").answer(request)
        blob = repository.lfs.get(match["sha256"])
        if blob is None:
            return errors.RefusedError(404, None, "No such object").answer(request)
        disposition = request.parameter("response-content-disposition")
        return file_answer(request, blob.content, {"ETag": f'"{blob.cdn_etag}"', "Content-Disposition": disposition})

    def _routed(self, request: Request) -> Answer:
        if request.path == "/api/whoami-v2":
            return self._whoami(request)
        if match := RESOLVE_CACHE.fullmatch(request.path):
            return self._resolve_cache(request, *map(unquote, match.group("id", "revision", "path")))
        if request.path.startswith("/api/resolve-cache/"):
            raise errors.RefusedError(400, None, "Not a commit")
        if match := API.fullmatch(request.path):
            return self._api(request, match)
        if match := RESOLVE.fullmatch(request.path):
            return self._resolve(request, *map(unquote, match.group("id", "revision", "path")))
        raise errors.RefusedError(404, None, "Sorry, we can't find the page you are looking for.")

    def _whoami(self, request: Request) -> Answer:
        user = self.hub.tokens.get(request.bearer() or "")
        if user is None:
            raise (
                errors.invalid_token()
                if request.bearer()
                else errors.RefusedError(401, None, "Invalid username or password.")
            )
        token = {"displayName": "test", "role": "read"}
        return json_answer({"type": "user", "id": "0" * 24, "name": user, "fullname": user, "orgs": [],
                            "auth": {"type": "access_token", "accessToken": token}})  # fmt: skip

    def _api(self, request: Request, match: re.Match[str]) -> Answer:
        repo_id, verb, rest = unquote(match["id"]), match["verb"], match["rest"] or ""
        if repo_id in self.hub.renamed:
            return self._moved(request, repo_id)
        repository = self._visible(request, repo_id)
        self._refuse_wrong_token(request)
        if verb == "refs":
            return json_answer(documents.refs(repository, request))
        revision, _, path = rest.partition("/")
        commit = self._commit(repository, unquote(revision) or "main")
        if verb == "tree":
            return self._tree(request, repository, commit, unquote(revision), unquote(path).strip("/"))
        if verb == "paths-info":
            form = parse_qs(request.body.decode())
            expand = form.get("expand", [""])[-1].lower() == "true"
            return json_answer(documents.path_documents(repository, commit, form.get("paths", []), expand=expand))
        return json_answer(documents.model_info(repository, commit, request))

    def _tree(self, request: Request, repository: Repository, commit: Commit, revision: str, folder: str) -> Answer:
        recursive = request.parameter("recursive").lower() in {"true", "1"}
        paths = repository.listing(commit, folder, recursive=recursive)
        if folder and not paths:
            raise errors.folder_not_found(folder, revision)
        page = documents.Page(self.hub.endpoint + request.path, self.hub.page_size)
        return documents.tree_page(repository, commit, paths, request, page)

    def _resolve(self, request: Request, repo_id: str, revision: str, path: str) -> Answer:
        """Text goes on to a relative address, weights to the CDN; what is not public is served from here."""
        if repo_id in self.hub.renamed:
            return self._moved(request, repo_id)
        repository, commit, blob = self._file(request, repo_id, revision, path)
        etag = blob.sha256 if blob.is_lfs else blob.git_sha1
        headers = {"X-Repo-Commit": commit.sha, "Accept-Ranges": "bytes"}
        headers |= {"X-Linked-Size": str(blob.content.size), "X-Linked-Etag": f'"{etag}"'}
        if blob.is_lfs:
            return redirect_answer(
                302, self._cdn_address(repository, path, blob), {"ETag": f'"{blob.git_sha1}"'} | headers
            )
        if repository.card.private or repository.card.gated:
            return self._text(request, commit, path, blob)
        query = f"{quote(unquote(request.path), safe='')}=&etag=%22{etag}%22"
        address = f"/api/resolve-cache/models/{repo_id}/{commit.sha}/{quote(path, safe='')}"
        return redirect_answer(307, f"{address}?{query}", headers)

    def _resolve_cache(self, request: Request, repo_id: str, revision: str, path: str) -> Answer:
        _, commit, blob = self._file(request, repo_id, revision, path)
        return self._text(request, commit, path, blob)

    def _text(self, request: Request, commit: Commit, path: str, blob: Blob) -> Answer:
        headers = {"X-Repo-Commit": commit.sha, "Content-Type": "text/plain; charset=utf-8"}
        headers |= {"ETag": f'"{blob.git_sha1}"', "Content-Disposition": _disposition(path)}
        accepts_gzip = "gzip" in (request.header("Accept-Encoding") or "")
        if accepts_gzip and self.hub.compresses and request.method == "GET":
            whole = Answer(200, headers | {"ETag": f'W/"{blob.git_sha1}"'}, blob.content.chunks())
            return gzip_answer(whole)
        return file_answer(request, blob.content, headers)

    def _file(self, request: Request, repo_id: str, revision: str, path: str) -> tuple[Repository, Commit, Blob]:
        repository = self._visible(request, repo_id)
        token = request.bearer()
        gate = repository.card.gated
        if gate and token not in repository.granted:
            page = f"{self.hub.endpoint}/{repo_id}"
            raise errors.gated(repo_id, gate, page, known_reader=token in self.hub.tokens)
        self._refuse_wrong_token(request)
        commit = self._commit(repository, revision)
        blob = commit.files.get(path)
        if blob is None:
            raise errors.entry_not_found(commit.sha)
        return repository, commit, blob

    def _visible(self, request: Request, repo_id: str) -> Repository:
        repository = self.hub.repositories.get(repo_id)
        token = request.bearer()
        if repository is None or (repository.card.private and token not in repository.granted):
            known = token in self.hub.tokens
            raise errors.repository_not_found(known_reader=known, with_code=self.hub.error_code_on_401)
        return repository

    def _refuse_wrong_token(self, request: Request) -> None:
        token = request.bearer()
        if token is not None and token not in self.hub.tokens:
            raise errors.invalid_token()

    def _commit(self, repository: Repository, revision: str) -> Commit:
        commit = repository.resolve(revision)
        if commit is None:
            raise errors.revision_not_found(revision)
        return commit

    def _moved(self, request: Request, repo_id: str) -> Answer:
        path = unquote(request.path).replace(repo_id, self.hub.renamed[repo_id], 1)
        return redirect_answer(307, quote(path) + (f"?{request.query}" if request.query else ""))

    def _cdn_address(self, repository: Repository, path: str, blob: Blob) -> str:
        """Signed, so that it needs no token; `file` is there for the rules of tests to find it by."""
        query = {
            "file": path,
            "response-content-disposition": _disposition(path),
            "Expires": FAR_FUTURE,
            "Signature": _signature(blob.sha256),
        }
        return f"{self.hub.cdn_origin}/repos/{repository.id}/{repository.internal_id}/{blob.sha256}?{urlencode(query)}"


def _disposition(path: str) -> str:
    name = quote(PurePosixPath(path).name)
    return f"inline; filename*=UTF-8''{name}; filename=\"{name}\";"


def _signature(sha256: str) -> str:
    return hashlib.sha256(f"signed {sha256}".encode()).hexdigest()[:32]


def _rate_limit(request: Request) -> dict[str, str]:
    """On every answer, refused or not; a real 429 has `r=0` here and no Retry-After."""
    bucket, quota = ("resolvers", 3000) if "/resolve" in request.path else ("api", 500)
    return {
        "RateLimit": f'"{bucket}";r={quota - 1};t=300',
        "RateLimit-Policy": f'"fixed window";"{bucket}";q={quota};w=300',
    }
