"""GitHub's REST API (docs.github.com/rest, version 2022-11-28): asked through our own door, bounded and judged."""

import contextlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO, TypeVar
from urllib.parse import quote, urlsplit

from resolver.domain.errors import (
    AccessRefusedError,
    ModelsError,
    NetworkError,
    NotFoundUpstreamError,
    TransientError,
    UsageError,
)
from resolver.sources.answers import as_commit, as_list, as_mapping, as_text, next_page
from resolver.sources.reading import translated
from resolver.transport.client import Client
from resolver.transport.errors import StatusError
from resolver.transport.origins import Credential, origin_of

T = TypeVar("T")

DEFAULT_ADDRESS = "https://api.github.com"
HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
LARGEST_ANSWER = 1 << 24
"""Bytes: a page of a hundred tags has 50 kB; a commit's page has at most one file with its patch."""
LARGEST_ARCHIVE = 1 << 32
"""Bytes: GitHub asks for repositories below 5 GB with their history, and refuses regular files above 100 MiB."""
MOST_PAGES = 1000
LONGEST_WAIT = 60.0
"""Seconds that a request waits because the server asks for it; GitHub's own limits last up to an hour."""
_NO_REVISION = (404, 409, 422)
"""No such commit, an empty repository, no such name of a commit."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository; `upstream_id` stays when it is renamed and differs when another takes its name."""

    upstream_id: str
    license: str | None
    default_branch: str


def read_settings(environment: Mapping[str, str]) -> tuple[str, Credential | None]:
    """The address of the API (`MODELS_GITHUB_API`) and the token that it alone sees (`GITHUB_TOKEN`).

    Raises:
        UsageError: one of them is none. A token is never shown.
    """
    address = (environment.get("MODELS_GITHUB_API") or DEFAULT_ADDRESS).rstrip("/")
    if not _is_address(address):
        raise UsageError(
            "MODELS_GITHUB_API is no plain http address", hint="write it like https://github.example.org/api/v3"
        )
    token = environment.get("GITHUB_TOKEN", "").strip()
    if not all("!" <= character <= "~" for character in token):
        raise UsageError("GITHUB_TOKEN: what is there is no token", hint="a token is one word of letters and digits")
    return address, Credential(address, f"Bearer {token}") if token else None


def _is_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    plain = re.fullmatch(r"[!-~]+", address) and not (parts.query or parts.fragment or "@" in parts.netloc)
    return bool(plain and parts.scheme in ("http", "https") and parts.hostname and port != 0)


class GitHubApi:
    """The API at one address, with at most one token."""

    def __init__(self, client: Callable[[], Client], address: str, credential: Credential | None) -> None:
        self._client = client
        self._address = address
        self._credential = credential

    def repository(self, name: str) -> Repository:
        """The repository itself.

        Raises:
            NotFoundUpstreamError: there is none, or it is private.
            ModelsError: GitHub refuses, or answers what its API does not.
        """
        subject = f"github:{name}"
        try:
            document, _ = self._asked(self._url(name), subject)
            return _judged(subject, _repository, document)
        except StatusError as error:
            raise self._refused(subject, error) from error

    def commit(self, name: str, revision: str) -> str:
        """The commit that a branch, tag or commit means now; raises as `repository`."""
        subject = f"github:{name}"
        try:
            # one file to a page: a commit lists what it changed, with the patches
            document, _ = self._asked(f"{self._url(name, 'commits', revision)}?per_page=1", subject)
        except StatusError as error:
            if error.status in _NO_REVISION:
                raise NotFoundUpstreamError(
                    f"{subject}: no such revision '{revision}'", hint="see its branches and tags"
                ) from error
            raise self._refused(subject, error) from error
        return _judged(subject, lambda one: as_commit(as_mapping(one)["sha"]), document)

    def tags(self, name: str) -> dict[str, str]:
        """Every tag with the commit that it leads to; raises as `repository`."""
        subject, found = f"github:{name}", dict[str, str]()
        url: str | None = f"{self._url(name, 'tags')}?per_page=100"
        try:
            for _ in range(MOST_PAGES):
                if url is None:
                    return found
                document, url = self._asked(url, subject)
                found |= _judged(subject, _tags, document)
        except StatusError as error:
            raise self._refused(subject, error) from error
        raise NetworkError(f"{subject}: its list of tags has no end")

    def fetch_archive(self, name: str, commit: str, stream: BinaryIO) -> None:
        """The zip of a commit into a stream, from the first byte on; raises as `repository`.

        GitHub makes it anew for each request and cannot go on where a connection broke.
        """
        url, subject = self._url(name, "zipball", commit), f"github:{name}"

        def attempt() -> None:
            stream.seek(0)
            stream.truncate()
            with contextlib.closing(self._client().open(url, credential=self._credential)) as answer:
                stream.writelines(answer.pieces(LARGEST_ARCHIVE))

        try:
            self._patiently(attempt, subject)
        except StatusError as error:
            raise self._refused(f"{subject} at {commit[:12]}", error) from error

    def _url(self, name: str, *rest: str) -> str:
        return "/".join((self._address, "repos", quote(name), *(quote(one, safe="") for one in rest)))

    def _asked(self, url: str, subject: str) -> tuple[object, str | None]:
        """A document and the address of its next page. A renamed repository is followed, to nobody else's server."""
        if origin_of(url) != origin_of(self._address):
            raise NetworkError(f"{subject}: the answer leads away from {self._address}")

        def attempt() -> tuple[object, str | None]:
            answer = self._client().open(url, headers=HEADERS, credential=self._credential)
            body = answer.read_all(LARGEST_ANSWER)
            if origin_of(answer.url) != origin_of(self._address):
                raise NetworkError(f"{subject}: the answer leads away from {self._address}")
            return _judged(subject, lambda _: json.loads(body), body), next_page(answer.headers.get("link", ""))

        return self._patiently(attempt, subject)

    def _patiently(self, attempt: Callable[[], T], subject: str) -> T:
        """Try again what failed in passing; a limit that lasts is an error at once."""

        def impatient() -> T:
            try:
                return attempt()
            except TransientError as error:
                if (error.retry_after or 0) > LONGEST_WAIT:
                    raise self._limited(subject, {}) from error
                raise

        try:
            return self._client().patiently(impatient)
        except TransientError as error:
            way_out = "if GitHub limits this address (60 requests an hour without a token), set GITHUB_TOKEN"
            raise NetworkError(f"{subject}: {error.message}", hint=error.hint or way_out) from error

    def _refused(self, subject: str, error: StatusError) -> ModelsError:
        """A refusal in our words."""
        exhausted = error.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in error.headers
        if error.status in (403, 429) and exhausted:
            return self._limited(subject, error.headers)
        if error.status == 401:
            return AccessRefusedError(f"{subject}: the token is not accepted", hint="check GITHUB_TOKEN")
        if error.status in (404, 410):
            return NotFoundUpstreamError(
                f"{subject}: no such repository, or it is private",
                hint="check the name; for a private one set GITHUB_TOKEN",
            )
        hint = "a token in GITHUB_TOKEN needs to read its contents; some organisations ask for more (SAML)"
        refused = translated(error, subject, hint)
        return NetworkError(f"{subject}: {error.message}") if refused is error else refused

    def _limited(self, subject: str, headers: Mapping[str, str]) -> NetworkError:
        """GitHub's limit: docs.github.com, "Rate limits for the REST API"."""
        later = f"try again {_reset(headers.get('x-ratelimit-reset', ''))}"
        more = "set GITHUB_TOKEN: with a token GitHub answers 5000 requests an hour, without one 60; or "
        return NetworkError(
            f"{subject}: GitHub answers no more requests for now",
            hint=later if self._credential else f"{more}{later}",
        )


def _reset(seconds: str) -> str:
    if not re.fullmatch("[0-9]{1,11}", seconds):
        return "later"
    return f"after {datetime.fromtimestamp(int(seconds), UTC):%H:%M} UTC"


def _judged(subject: str, read: Callable[[object], T], document: object) -> T:
    try:
        return read(document)
    except (TypeError, ValueError, KeyError, RecursionError) as error:
        raise NetworkError(
            f"{subject}: the answer is not what GitHub's API gives ({error})",
            hint="is MODELS_GITHUB_API right, and no login page in between?",
        ) from error


def _repository(document: object) -> Repository:
    fields = as_mapping(document)
    number = fields["id"]
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 1 << 63:
        raise ValueError("an id is missing")
    stated = as_mapping(fields.get("license") or {}).get("spdx_id")
    known = stated not in (None, "", "NOASSERTION")
    return Repository(str(number), as_text(stated).lower() if known else None, as_text(fields["default_branch"]))


def _tags(document: object) -> dict[str, str]:
    return {
        as_text(one["name"]): as_commit(as_mapping(one["commit"])["sha"]) for one in map(as_mapping, as_list(document))
    }
