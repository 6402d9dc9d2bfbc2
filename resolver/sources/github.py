"""`github:`, a torch.hub repository at a commit, by GitHub's REST API.

Its archive is not byte-stable, so the commit is pinned and every file of it; torch.hub unpacks the same archive.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from resolver.domain.errors import (
    AccessRefusedError,
    MismatchError,
    NotFoundUpstreamError,
    UnsafeContentError,
)
from resolver.domain.lock import Artifact, File, request_in
from resolver.domain.manifest import MAIN, Request
from resolver.domain.names import objections
from resolver.domain.ports import Body, Candidate, Desk, Portion, Refusal
from resolver.domain.upstream import Offer, Standing
from resolver.files.archives import Member
from resolver.sources.github_api import GitHubApi, Repository
from resolver.sources.github_archive import Archive, Archives
from resolver.transport.client import Client
from resolver.transport.origins import Credential

MASTER = "master"
SHORTEST_COMMIT = 7
"""Digits of a commit that somebody may write; what is shorter is a branch or tag that looks like one."""


class GitHub:
    """Repositories of one address, with at most one token, which only that address sees."""

    def __init__(self, client: Callable[[], Client], address: str, credential: Credential | None) -> None:
        self._api = GitHubApi(client, address, credential)
        self._archives = Archives(self._api.fetch_archive)
        self._known: dict[str, Repository] = {}
        self._lock = threading.Lock()

    def candidates(self, request: Request) -> Sequence[Candidate]:
        """The tags, for a version; else the commit that the branch, tag or commit means now."""
        repository = self._repository(request.name)
        if request.version is not None:
            return [Candidate(version=tag, commit=commit) for tag, commit in self._api.tags(request.name).items()]
        if request.revision is not None:
            return [Candidate(commit=self._api.commit(request.name, request.revision))]
        return [Candidate(commit=self._unasked(request.name, repository.default_branch))]

    def probe(self, source: str, candidate: Candidate, path: str | None) -> Refusal | None:
        """One GET of the repository, unless it was asked for before."""
        del candidate, path
        try:
            self._repository(source.partition(":")[2])
        except AccessRefusedError as error:
            return Refusal(source, error.message.removeprefix(f"{source}: "))
        return None

    def artifact(self, key: str, request: Request, candidate: Candidate, desk: Desk) -> Artifact:
        """Every wanted file of the commit's archive, kept in the shelf: nobody fetches it again."""
        commit = str(candidate.commit)
        repository = self._repository(request.name)
        archive = self._archives.of(request.name, commit)
        _refuse_unsafe(request.source, archive, desk)
        wanted = [(path, archive.members[path]) for path in sorted(archive.members) if desk.wanted(path)]
        pinned = [_pinned(path, archive, member, desk) for path, member in wanted]
        return Artifact(
            key=key,
            commit=commit,
            version=candidate.version,
            files=tuple(file for file, _ in pinned),
            license=repository.license,
            upstream_id=repository.upstream_id,
            flags=tuple(sorted({flag for _, flags in pinned for flag in flags})),
        )

    def open(self, artifact: Artifact, file: File, portion: Portion) -> Body:
        """One file out of the archive of the locked commit, which is fetched once."""
        try:
            return self._archives.of(artifact.name, str(artifact.commit)).open(file.path, portion.offset)
        except UnsafeContentError as error:
            raise MismatchError(error.message, hint="try again; a proxy may alter what passes it") from error

    def standing(self, artifact: Artifact, wanted: Callable[[str], bool]) -> Standing:
        """Where the request leads now; whether the commit is still there is only asked where nothing leads to it."""
        del wanted
        request, pin = request_in(artifact.key), str(artifact.commit)
        try:
            repository = self._repository(request.name)
        except NotFoundUpstreamError as error:
            return Standing("content", gone=error.message.removeprefix(f"{artifact.source}: "))
        found = self._meant(request, pin, repository)
        known = {found.points_to, found.head and found.head.commit, *(one.commit for one in found.offers)}
        there = pin in known or self._commit(request.name, pin) is not None
        gone = None if there else f"it has no commit {pin[:8]} any more"
        return replace(found, upstream_id=repository.upstream_id, gone=gone)

    def _meant(self, request: Request, pin: str, repository: Repository) -> Standing:
        """What a version, branch, tag or commit means now."""
        name, revision = request.name, request.revision
        if request.version is not None:
            return Standing("range", offers=self._offers(name))
        if revision is None:
            return Standing("branch", points_to=self._commit(name, MAIN) or self._commit(name, MASTER))
        if len(revision) >= SHORTEST_COMMIT and pin.startswith(revision):
            head = self._commit(name, repository.default_branch)
            return Standing("commit", head=Offer(repository.default_branch, head) if head else None)
        offers = self._offers(name)
        tag = next((one.commit for one in offers if one.name == revision), None)
        if tag == pin:
            return Standing("tag", points_to=tag, offers=offers)
        now = self._commit(name, revision)
        return Standing("tag" if tag is not None and tag == now else "branch", points_to=now, offers=offers)

    def _offers(self, name: str) -> tuple[Offer, ...]:
        return tuple(Offer(tag, commit) for tag, commit in self._api.tags(name).items())

    def _commit(self, name: str, revision: str) -> str | None:
        """The commit that a revision of a repository that is there means; None if it has no such revision."""
        try:
            return self._api.commit(name, revision)
        except NotFoundUpstreamError:
            return None

    def _unasked(self, name: str, default: str) -> str:
        """What torch.hub means where a program names no ref: `main`, and if there is none, `master`."""
        for branch in (MAIN, MASTER):
            try:
                return self._api.commit(name, branch)
            except NotFoundUpstreamError:
                continue
        raise NotFoundUpstreamError(
            f"github:{name}: it has neither a branch '{MAIN}' nor '{MASTER}'", hint=f"write `revision: {default}`"
        )

    def _repository(self, name: str) -> Repository:
        with self._lock:
            known = self._known.get(name)
        if known is None:
            known = self._api.repository(name)
            with self._lock:
                self._known[name] = known
        return known


def _refuse_unsafe(source: str, archive: Archive, desk: Desk) -> None:
    """Names as strict as of any repository; a link only where it is wanted, for nobody can place it everywhere."""
    unsafe = objections(archive.members)
    if unsafe:
        raise UnsafeContentError(f"{source}: {len(unsafe)} names are not safe on every system", details=unsafe[:20])
    wanted = [
        f"{path!r} {one.objection}" for path, one in archive.members.items() if one.objection and desk.wanted(path)
    ]
    if wanted:
        raise UnsafeContentError(
            f"{source}: {len(wanted)} of its files cannot be placed on every system",
            hint="leave them out: `files: {exclude: [...]}`",
            details=wanted[:20],
        )


def _pinned(path: str, archive: Archive, member: Member, desk: Desk) -> tuple[File, frozenset[str]]:
    sha256, size = desk.shelf.keep(archive.chunks(member))
    with desk.shelf.open(sha256) as stream:
        return File(path, size, sha256), desk.inspect(path, stream)
