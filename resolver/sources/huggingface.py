"""`hf:`, a model repository on the Hugging Face Hub, or on any endpoint that speaks its API."""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from urllib.parse import quote, urljoin

from resolver.concurrency import in_threads
from resolver.domain.errors import (
    AccessRefusedError,
    MismatchError,
    ModelsError,
    NetworkError,
    NotFoundUpstreamError,
    TransientError,
    UnsafeContentError,
)
from resolver.domain.lock import Artifact, File
from resolver.domain.manifest import MAIN, Request
from resolver.domain.names import objections
from resolver.domain.ports import WHOLE, Body, Candidate, Desk, Portion, Refusal
from resolver.domain.upstream import Standing
from resolver.files.digest import git_blob_id
from resolver.sources.hub_api import Head, HubApi, Listed, Refs, Repository
from resolver.sources.hub_standing import standing
from resolver.sources.reading import spanned, translated
from resolver.sources.shortcuts import Place, Shortcuts
from resolver.transport.answer import Answer
from resolver.transport.client import Client
from resolver.transport.errors import StatusError
from resolver.transport.origins import Credential

FILES_AT_A_TIME = 8
QUESTIONS_AT_A_TIME = 32
"""Of a lock, to this endpoint and where it leads, each of some hundred bytes; what a sync fetches has other bounds."""
LARGEST_REGULAR_FILE = 1 << 28


class HuggingFace:
    """Repositories of one endpoint, with at most one token, which only that endpoint sees."""

    def __init__(self, client: Callable[[], Client], endpoint: str, token: str | None) -> None:
        self._client = client
        self._endpoint = endpoint.rstrip("/")
        self._credential = Credential(self._endpoint, f"Bearer {token}") if token else None
        self._shortcuts = Shortcuts()
        self._room = threading.BoundedSemaphore(QUESTIONS_AT_A_TIME)
        self._known: dict[tuple[str, str], Repository] = {}
        self._lock = threading.Lock()

    def candidates(self, request: Request) -> Sequence[Candidate]:
        """The tags, for a version; else the commit that the branch, tag or commit means now."""
        if request.version is None:
            return [Candidate(commit=self._repository(request.name, request.revision or MAIN).commit)]
        try:
            tags = self._api().refs(request.name).tags
        except StatusError as error:
            raise self._refused(request.name, error) from error
        return [Candidate(version=tag, commit=commit) for tag, commit in tags.items()]

    def probe(self, source: str, candidate: Candidate, path: str | None) -> Refusal | None:
        """One HEAD of one file: gates answer listings and refuse content (facts.md)."""
        name, commit = source.partition(":")[2], str(candidate.commit)
        if path is None:
            files = self._repository(name, commit).files
            path = min(files, key=lambda one: (one.sha256 is None, one.path)).path if files else None
        if path is None:
            return None
        place = Place(name, commit, path)
        try:
            with self._room:
                answer = self._client().head(self._address(place), credential=self._credential)
            self._shortcuts.learn(place, self._address(place), _led_to(answer))
        except StatusError as error:
            if error.status not in (401, 403) or self._is_absent(error):
                raise self._refused(name, error) from error
            gated = error.code == "GatedRepo" or error.status == 403
            url = f"{self._endpoint}/{name}" if gated else None
            return Refusal(source, "gated" if gated else "the token is not accepted", url)
        return None

    def artifact(self, key: str, request: Request, candidate: Candidate, desk: Desk) -> Artifact:
        """Every wanted file; regular ones are fetched, checked against their git blob id and hashed."""
        repository = self._repository(request.name, str(candidate.commit))
        unsafe = objections(file.path for file in repository.files)
        if unsafe:
            raise UnsafeContentError(
                f"{request.source}: {len(unsafe)} names are not safe on every system", details=unsafe[:20]
            )
        wanted = [file for file in repository.files if desk.wanted(file.path)]
        futures = in_threads(
            wanted, lambda one: self._pinned(request.name, repository.commit, one, desk), FILES_AT_A_TIME
        )
        pinned = [future.result() for future in futures]
        return Artifact(
            key=key,
            commit=repository.commit,
            version=candidate.version,
            files=tuple(file for file, _ in pinned),
            license=repository.license,
            gated=repository.gated,
            upstream_id=repository.upstream_id,
            flags=tuple(sorted({flag for _, flags in pinned for flag in flags})),
        )

    def open(self, artifact: Artifact, file: File, portion: Portion) -> Body:
        """A portion of the file at the pinned commit."""
        place = Place(artifact.name, str(artifact.commit), file.path)
        shortcut = self._shortcuts.address(place, file.size, portion)
        answer = self._taken(shortcut, place, file.size, portion) if shortcut else None
        try:
            return answer or self._asked(place, portion)
        except StatusError as error:
            raise self._refused(artifact.name, error, file.path) from error

    def standing(self, artifact: Artifact, wanted: Callable[[str], bool]) -> Standing:
        """Where the request leads now, and whether the pinned commit is still there; a commit has the files it has."""
        del wanted
        return standing(artifact, partial(self._head, artifact.name), partial(self._refs, artifact.name))

    def _head(self, name: str, revision: str) -> Head | None:
        """What a revision of a repository that is there means; None if it has no such revision."""
        try:
            with self._room:
                return self._api().head(name, revision)
        except StatusError as error:
            if error.code == "RevisionNotFound":
                return None
            raise self._refused(name, error, f"revision '{revision}'") from error

    def _refs(self, name: str) -> Refs:
        """The names of a repository that is known to be there."""
        try:
            with self._room:
                return self._api().refs(name)
        except StatusError as error:
            if error.status in (401, 403):
                raise self._refused(name, error) from error
            raise NetworkError(f"hf:{name}: the endpoint does not tell its branches and tags") from error

    def _asked(self, place: Place, portion: Portion) -> Answer:
        url = self._address(place)
        answer = self._client().open(url, portion=portion, credential=self._credential)
        self._shortcuts.learn(place, url, answer.landed)
        return answer

    def _taken(self, url: str, place: Place, size: int | None, portion: Portion) -> Answer | None:
        """What a shortcut answers, if it is what the hub's own address would: that many bytes, from there on."""
        try:
            answer = self._client().open(url, portion=portion, credential=self._credential)
        except TransientError:
            self._shortcuts.expire(place, url)
            raise
        except NetworkError:
            self._shortcuts.forget(place, url)
            return None
        if answer.total == size and answer.offset == portion.offset:
            return answer
        answer.close()
        self._shortcuts.forget(place, url)
        return None

    def _api(self) -> HubApi:
        return HubApi(self._client(), self._endpoint, self._credential)

    def _repository(self, name: str, revision: str) -> Repository:
        with self._lock:
            known = self._known.get((name, revision))
        if known is None:
            try:
                with self._room:
                    known = self._api().repository(name, revision)
            except StatusError as error:
                raise self._refused(name, error, f"revision '{revision}'") from error
            with self._lock:
                self._known[name, revision] = self._known[name, known.commit] = known
        return known

    def _refused(self, name: str, error: StatusError, what: str = "") -> ModelsError:
        """A refusal of the Hub in our words."""
        if self._is_absent(error) or (error.status in (404, 410) and error.code in (None, "RepoNotFound")):
            return NotFoundUpstreamError(
                f"hf:{name}: no such repository, or it is private",
                hint="check the name; for a private one set HF_TOKEN",
            )
        if error.code == "RevisionNotFound":
            return NotFoundUpstreamError(f"hf:{name}: no such {what or 'revision'}", hint="see its branches and tags")
        if error.status == 401 and error.code is None:
            return AccessRefusedError(f"hf:{name}: the token is not accepted", hint="check HF_TOKEN")
        subject = f"hf:{name}: {what}" if what else f"hf:{name}"
        return translated(error, subject, self._way_in(name))

    def _is_absent(self, error: StatusError) -> bool:
        """Whether a refusal means that there is nothing: the Hub answers 401 to strangers for what does not exist."""
        shown = self._credential and self._credential.header_for(self._endpoint)
        return error.code == "RepoNotFound" or (error.status == 401 and error.code is None and not shown)

    def _way_in(self, name: str) -> str:
        return f"accept the conditions at {self._endpoint}/{name}, then set HF_TOKEN or run `hf auth login`"

    def _address(self, place: Place) -> str:
        return f"{self._endpoint}/{quote(place.repository)}/resolve/{place.commit}/{quote(place.path)}"

    def _pinned(self, name: str, commit: str, file: Listed, desk: Desk) -> tuple[File, frozenset[str]]:
        place = Place(name, commit, file.path)
        try:
            if file.sha256 is None or file.size is None:
                return self._pinned_regular(place, file, desk)
            with self._room:
                return File(file.path, file.size, file.sha256), self._inspected(place, file.size, desk)
        except StatusError as error:
            raise self._refused(name, error, file.path) from error

    def _inspected(self, place: Place, size: int, desk: Desk) -> frozenset[str]:
        def portion_of(portion: Portion) -> Answer:
            shortcut = self._shortcuts.signed(place)
            answer = self._taken(shortcut, place, size, portion) if shortcut else None
            return answer or self._asked(place, portion)

        return desk.inspect(place.path, spanned(self._client(), size, portion_of))

    def _pinned_regular(self, place: Place, file: Listed, desk: Desk) -> tuple[File, frozenset[str]]:
        content = self._client().patiently(lambda: self._regular(place, file))
        if git_blob_id(content) != file.blob_id:
            raise MismatchError(
                f"{self._address(place)}: the bytes are not those of git blob {file.blob_id}",
                hint="try again; a proxy may alter them",
            )
        sha256, size = desk.shelf.keep([content])
        with desk.shelf.open(sha256) as stream:
            return File(file.path, size, sha256), desk.inspect(file.path, stream)

    def _regular(self, place: Place, file: Listed) -> bytes:
        """Its bytes, from where such files were found before if these are right, else from the hub's own address."""
        gated = self._repository(place.repository, place.commit).gated  # serves its files itself: nothing to guess
        with self._shortcuts.turn(place), self._room:
            shortcut = None if gated else self._shortcuts.regular(place)
            answer = self._taken(shortcut, place, file.size, WHOLE) if shortcut else None
            if shortcut and answer:
                content = answer.read_all(LARGEST_REGULAR_FILE)
                if git_blob_id(content) == file.blob_id:
                    return content
                self._shortcuts.forget(place, shortcut)
            return self._asked(place, WHOLE).read_all(LARGEST_REGULAR_FILE)


def _led_to(answer: Answer) -> str:
    """Where the answer of a HEAD came from, or where it leads away to."""
    return urljoin(answer.landed, answer.headers["location"]) if answer.status in range(300, 400) else answer.landed
