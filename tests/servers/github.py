"""A GitHub on loopback: the part of its REST API that reads repositories, and archives that differ each time."""

import hashlib
import io
import itertools
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypedDict, Unpack
from urllib.parse import unquote

from tests.servers.base import LocalServer
from tests.servers.wire import Answer, Request, json_answer, redirect_answer

LINK = 0o120777 << 16
"""How `git archive` marks a link among a zip's external attributes."""
STARTS = (1980, 1999)


class CommitOptions(TypedDict, total=False):
    """`links` maps paths to what they point to; `license` is an SPDX identifier, which the repository keeps."""

    branch: str
    tags: Iterable[str]
    links: Mapping[str, str]
    license: str | None


@dataclass(slots=True)
class Repository:
    """A repository: files by commit, commits by branch and by tag."""

    name: str
    number: int
    license: str | None = None
    private: bool = False
    default_branch: str = "main"
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    links: dict[str, dict[str, str]] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def resolved(self, revision: str) -> str | None:
        """The commit that a name means: branch, tag, or the beginning of a commit."""
        named = self.branches.get(revision) or self.tags.get(revision)
        begun = (commit for commit in self.commits if len(revision) >= 7 and commit.startswith(revision))
        return named or next(begun, None)


class LocalGitHub(LocalServer):
    """Origin "api" is the API, origin "codeload" serves archives and must never see a token.

    `tokens` are accepted; with `limit_reset` set, every answer is that of an exhausted limit, with `limit_status`.
    `archives` are zips that are served instead of the right ones, by commit.
    """

    def __init__(self) -> None:
        super().__init__(api=self._answer_api, codeload=self._answer_archive)
        self.repositories: dict[str, Repository] = {}
        self.tokens: set[str] = set()
        self.limit_reset: int | None = None
        self.limit_status = 403
        self.page_size = 100
        self.archives: dict[str, bytes] = {}
        self._moved: dict[str, str] = {}
        self._numbers = itertools.count(1001)
        self._variants = itertools.count()

    @property
    def api(self) -> str:
        """What MODELS_GITHUB_API would be."""
        return self.origin_of("api")

    @property
    def environment(self) -> dict[str, str]:
        return {"MODELS_GITHUB_API": self.api}

    def commit(self, name: str, files: Mapping[str, bytes], **options: Unpack[CommitOptions]) -> str:
        """A commit with exactly these files on a branch; its sha."""
        repository = self.repositories.setdefault(name.lower(), Repository(name, next(self._numbers)))
        links = dict(options.get("links", {}))
        content = (len(repository.commits), sorted(files.items()), sorted(links.items()))
        sha = hashlib.sha1(repr(content).encode()).hexdigest()  # noqa: S324 - git's
        repository.commits[sha], repository.links[sha] = dict(files), links
        repository.branches[options.get("branch", "main")] = sha
        repository.tags |= dict.fromkeys(options.get("tags", ()), sha)
        repository.license = options.get("license", repository.license)
        return sha

    def repository(self, name: str) -> Repository:
        return self.repositories[name.lower()]

    def delete(self, name: str) -> None:
        del self.repositories[name.lower()]

    def rename(self, name: str, new: str) -> None:
        """The old name answers with a redirect, as GitHub does."""
        repository = self.repositories.pop(name.lower())
        repository.name = new
        self.repositories[new.lower()] = repository
        self._moved[name.lower()] = new.lower()

    def recreate(self, name: str) -> None:
        """Somebody else has the name now, and pushed the same commits."""
        self.repository(name).number = next(self._numbers)

    def _answer_api(self, request: Request) -> Answer:
        if self.limit_reset is not None:
            headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(self.limit_reset)}
            return json_answer({"message": "API rate limit exceeded"}, self.limit_status, headers)
        if request.header("Authorization") and request.bearer() not in self.tokens:
            return json_answer({"message": "Bad credentials"}, 401)
        parts = request.path.strip("/").split("/")
        if parts[0] == "repositories":
            found = next((one for one in self.repositories.values() if str(one.number) == parts[1]), None)
            return self._answer_about(request, found, parts[2:])
        name = "/".join(parts[1:3]).lower()
        if name in self._moved:
            number = self.repositories[self._moved[name]].number
            return redirect_answer(301, "/".join((self.api, "repositories", str(number), *parts[3:])))
        return self._answer_about(request, self.repositories.get(name), parts[3:])

    def _answer_about(self, request: Request, repository: Repository | None, what: list[str]) -> Answer:
        if repository is None or (repository.private and request.bearer() not in self.tokens):
            return json_answer({"message": "Not Found"}, 404)
        if what == ["tags"]:
            return self._tags(request, repository)
        if what and what[0] in ("commits", "zipball"):
            return self._at(repository, what[0], unquote("/".join(what[1:])))
        return json_answer({"message": "Not Found"}, 404) if what else json_answer(_document(repository))

    def _at(self, repository: Repository, what: str, revision: str) -> Answer:
        if not repository.commits:
            return json_answer({"message": "Git Repository is empty."}, 409)
        commit = repository.resolved(revision)
        if commit is None:
            return json_answer({"message": f"No commit found for SHA: {revision}"}, 404 if what == "zipball" else 422)
        if what == "commits":
            return json_answer({"sha": commit, "files": []})
        place = f"{self.origin_of('codeload')}/{repository.name}/legacy.zip/{commit}"
        return redirect_answer(302, f"{place}?token=TEMPORARY" if repository.private else place)

    def _tags(self, request: Request, repository: Repository) -> Answer:
        names = sorted(repository.tags, reverse=True)
        page, size = int(request.parameter("page") or 1), min(self.page_size, int(request.parameter("per_page") or 30))
        shown = names[(page - 1) * size : page * size]
        headers = {}
        if page * size < len(names):
            place = f"{self.api}/repositories/{repository.number}/tags?per_page={size}&page="
            headers["Link"] = f'<{place}{page + 1}>; rel="next", <{place}{-(-len(names) // size)}>; rel="last"'
        commits = [{"name": one, "commit": {"sha": repository.tags[one]}} for one in shown]
        return json_answer(commits, headers=headers)

    def _answer_archive(self, request: Request) -> Answer:
        owner, name, _, commit = request.path.strip("/").split("/")
        repository = self.repositories[f"{owner}/{name}".lower()]
        body = self.archives.get(commit) or make_archive(repository, commit, next(self._variants))
        headers = {"Content-Type": "application/zip", "ETag": f'W/"{commit}"'}
        return Answer(200, headers, (body,), len(body), framing="chunked")


def make_archive(repository: Repository, commit: str, variant: int = 0) -> bytes:
    """A zip as `git archive` makes it; another variant has other bytes and the same files."""
    top = f"{repository.name.replace('/', '-')}-{commit[:7]}"
    written = io.BytesIO()
    method = (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED)[variant % 2]
    with zipfile.ZipFile(written, "w", method) as archive:
        archive.comment = commit.encode()
        date = (STARTS[variant % 2], 1, 1, 0, 0, variant % 60)
        archive.writestr(zipfile.ZipInfo(f"{top}/", date), b"")
        for path, content in repository.commits[commit].items():
            entry = zipfile.ZipInfo(f"{top}/{path}", date)
            entry.compress_type = method
            archive.writestr(entry, content)
        for path, target in repository.links[commit].items():
            entry = zipfile.ZipInfo(f"{top}/{path}", date)
            entry.create_system, entry.external_attr = 3, LINK
            archive.writestr(entry, target)
    return written.getvalue()


def _document(repository: Repository) -> dict[str, Any]:
    stated = repository.license and {"key": repository.license.lower(), "spdx_id": repository.license}
    return {
        "id": repository.number,
        "full_name": repository.name,
        "private": repository.private,
        "license": stated,
        "default_branch": repository.default_branch,
    }
