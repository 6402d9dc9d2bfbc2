"""A Hugging Face hub on loopback that speaks the real HTTP contract to the real client.

`tests/contracts/test_hub_contract.py` holds the two together. Where the real service's behaviour was not documented, it
was taken from recorded answers; the differences that remain are the error code on an anonymous 401 (see
`error_code_on_401`) and what is not here at all: xet, search, uploads, data sets.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypedDict, Unpack

from tests.servers.base import LocalServer
from tests.servers.faults import Fault
from tests.servers.hub_repository import Commit, Gate, Repository, internal_id, make_blob
from tests.servers.hub_routes import HubRoutes
from tests.servers.wire import Answer, Request

__all__ = ["Fault", "LocalHub"]


class PageChanges(TypedDict, total=False):
    """What belongs to a repository's page rather than to a commit."""

    license: str | None
    gated: Gate
    private: bool
    library: str | None
    card_tags: tuple[str, ...]


class LocalHub(LocalServer):
    """Repositories in memory; origin "hub" answers the API, origin "cdn" serves the bytes of LFS files.

    Attributes that a test may change: `page_size` (entries in a page of a tree), `compresses` (gzip for text files when
    the client accepts it, as the real CDN does), `error_code_on_401` (False: the bare 401 of the real hub).
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(hub=self._answer_hub, cdn=self._answer_cdn)
        self.folder = folder
        self.page_size = 1000
        self.compresses = True
        self.error_code_on_401 = True
        self.repositories: dict[str, Repository] = {}
        self.tokens: dict[str, str] = {}
        self.renamed: dict[str, str] = {}
        self._generations: dict[str, int] = {}
        self._hub_routes = HubRoutes(self)

    @property
    def endpoint(self) -> str:
        """What `HF_ENDPOINT` would be."""
        return self.origin_of("hub")

    @property
    def cdn_origin(self) -> str:
        return self.origin_of("cdn")

    def commit(
        self,
        repo: str,
        files: Mapping[str, bytes | Path] | None = None,
        *,
        branch: str = "main",
        delete: Iterable[str] = (),
        lfs: Iterable[str] | None = None,
        tags: Iterable[str] = (),
        **page: Unpack[PageChanges],
    ) -> str:
        """Add a commit to a branch, creating repository and branch as needed; returns its 40 hex digits.

        The hash depends on the files and the parent only. `tags` are git tags for the new commit. `lfs` names the paths
        that git-lfs keeps (default: by suffix, or above 10 MiB). What belongs to the page (`license`, `gated`,
        `private`, `library`, `card_tags`) stays as it was unless given.
        """
        repository = self.repositories.get(repo) or self._new(repo)
        chosen = None if lfs is None else set(lfs)
        blobs = {path: make_blob(path, source, self.folder / "blobs", chosen) for path, source in (files or {}).items()}
        commit = repository.add(branch, blobs, set(delete))
        repository.tags |= dict.fromkeys(tags, commit.sha)
        repository.card = replace(repository.card, **page)
        self.renamed.pop(repo, None)
        self.repositories[repo] = repository
        return commit.sha

    def tag(self, repo: str, name: str, commit: str) -> None:
        """Create a git tag or move it."""
        self.repositories[repo].tags[name] = self.repositories[repo].commits[commit].sha

    def move_branch(self, repo: str, branch: str, commit: str) -> None:
        """Create a branch or move it, forwards or back."""
        self.repositories[repo].branches[branch] = self.repositories[repo].commits[commit].sha

    def delete_revision(self, repo: str, revision: str) -> None:
        """A branch, a tag, or a commit with every name that points to it."""
        self.repositories[repo].forget(revision)

    def delete_repository(self, repo: str) -> None:
        """A later commit under this name creates another repository with another `_id`."""
        del self.repositories[repo]

    def recreate(self, repo: str) -> str:
        """The same name and commits, owned by somebody else: returns the new `_id`. Grants are gone."""
        reborn = self.repositories[repo].reborn(self._next_id(repo))
        self.repositories[repo] = reborn
        return reborn.internal_id

    def rename(self, old: str, new: str) -> None:
        """The old name answers 307 with the new one, as after a real move."""
        repository = self.repositories.pop(old)
        repository.id = new
        self.repositories[new] = repository
        self.renamed[old] = new

    def add_token(self, token: str, user: str = "reader") -> None:
        """A valid token without access to anything special."""
        self.tokens[token] = user

    def grant(self, repo: str, token: str) -> None:
        """Access to a gated or private repository; makes the token valid."""
        self.tokens.setdefault(token, "reader")
        self.repositories[repo].granted.add(token)

    def head(self, repo: str, branch: str = "main") -> Commit:
        """The commit a branch points to, with its files' hashes."""
        return self.repositories[repo].commits[self.repositories[repo].branches[branch]]

    def _new(self, repo: str) -> Repository:
        return Repository(repo, self._next_id(repo))

    def _next_id(self, repo: str) -> str:
        self._generations[repo] = self._generations.get(repo, 0) + 1
        return internal_id(repo, self._generations[repo])

    def _answer_hub(self, request: Request) -> Answer:
        return self._hub_routes.answer_hub(request)

    def _answer_cdn(self, request: Request) -> Answer:
        return self._hub_routes.answer_cdn(request)
