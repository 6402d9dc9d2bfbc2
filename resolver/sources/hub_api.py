"""What the Hub's API says of a repository: asked through our own door, bounded and judged; types of huggingface_hub."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin

from resolver.domain.digests import is_commit, is_sha256
from resolver.domain.errors import NetworkError
from resolver.sources.answers import as_commit, as_list, as_mapping, as_text, next_page
from resolver.transport.client import Client
from resolver.transport.origins import Credential

if TYPE_CHECKING:
    from huggingface_hub.hf_api import ModelInfo

LARGEST_ANSWER = 1 << 26
MOST_PAGES = 10_000
LISTING_RELIABLE_UP_TO = 50_000
"""Above this many files the short listing may be cut and the paged tree is read, as huggingface_hub does."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A file of a listing: its size in bytes if told, the git blob id of a regular file, the sha256 of a large one."""

    path: str
    size: int | None
    blob_id: str | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Repository:
    """One revision of a repository; `upstream_id` is the endpoint's internal id."""

    commit: str
    files: tuple[Listed, ...]
    license: str | None
    gated: bool
    upstream_id: str | None


@dataclass(frozen=True, slots=True)
class Head:
    """What a revision is, without its files."""

    commit: str
    upstream_id: str | None


@dataclass(frozen=True, slots=True)
class Refs:
    """The branches and tags of a repository with the commit that each leads to."""

    branches: Mapping[str, str]
    tags: Mapping[str, str]


class HubApi:
    """The API of one endpoint."""

    def __init__(self, client: Client, endpoint: str, credential: Credential | None) -> None:
        self._client = client
        self._endpoint = endpoint
        self._credential = credential

    def repository(self, name: str, revision: str) -> Repository:
        """A revision with its files.

        Raises:
            StatusError: the Hub refuses.
            NetworkError: the answer is none that the API gives.
        """
        document, _ = self._asked(f"{self._revision(name, revision)}?blobs=true")
        try:
            return self._judged(name, document)
        except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
            raise _no_answer(name, error) from error

    def head(self, name: str, revision: str) -> Head:
        """The commit that a revision means, asked for without its files; raises as `repository`."""
        document, _ = self._asked(f"{self._revision(name, revision)}?expand=sha")
        try:
            fields = as_mapping(document)
            return Head(as_commit(fields["sha"]), _internal_id(fields))
        except (TypeError, ValueError, KeyError) as error:
            raise _no_answer(name, error) from error

    def refs(self, name: str) -> Refs:
        """Branches and tags; raises as `repository`."""
        document, _ = self._asked(f"{self._endpoint}/api/models/{quote(name)}/refs")
        try:
            fields = as_mapping(document)
            return Refs(_references(fields.get("branches") or []), _references(fields["tags"]))
        except (TypeError, ValueError, KeyError) as error:
            raise NetworkError(f"hf:{name}: the endpoint's list of tags is not what the Hub's API gives") from error

    def _revision(self, name: str, revision: str) -> str:
        return f"{self._endpoint}/api/models/{quote(name)}/revision/{quote(revision, safe='')}"

    def _judged(self, name: str, document: object) -> Repository:
        from huggingface_hub.hf_api import ModelInfo

        fields = as_mapping(document)
        info = ModelInfo(**fields)  # type: ignore[no-untyped-call]  # the library leaves its constructor untyped
        commit = as_commit(info.sha)
        files = [_listed(one) for one in as_list(fields.get("siblings") or [])]
        if len(files) >= LISTING_RELIABLE_UP_TO or any(one.blob_id is None and one.sha256 is None for one in files):
            files = self._tree(name, commit)
        return Repository(
            commit=commit,
            files=tuple(files),
            license=_license(info),
            gated=bool(info.gated),
            upstream_id=_internal_id(fields),
        )

    def _tree(self, name: str, commit: str) -> list[Listed]:
        url: str | None = f"{self._endpoint}/api/models/{quote(name)}/tree/{commit}?recursive=true"
        files: list[Listed] = []
        for _ in range(MOST_PAGES):
            if url is None:
                return files
            page, following = self._asked(url)
            files += [_listed(one) for one in map(as_mapping, as_list(page)) if one.get("type") == "file"]
            url = urljoin(url, following) if following else None
        raise ValueError("its list of files has no end")

    def _asked(self, url: str) -> tuple[object, str | None]:
        answer = self._client.get(url, limit=LARGEST_ANSWER, credential=self._credential)
        try:
            return json.loads(answer.body), next_page(answer.headers.get("link", ""))
        except (ValueError, RecursionError) as error:
            raise NetworkError(
                f"{answer.url}: the answer is not JSON", hint="is HF_ENDPOINT right, and no login page in between?"
            ) from error


def _no_answer(name: str, error: Exception) -> NetworkError:
    return NetworkError(
        f"hf:{name}: the endpoint's answer is not what the Hub's API gives ({error})",
        hint="is HF_ENDPOINT right, and no login page in between?",
    )


def _internal_id(fields: Mapping[str, object]) -> str | None:
    internal = fields.get("_id")
    return None if internal is None else as_text(internal)


def _references(value: object) -> dict[str, str]:
    return {as_text(one["name"]): as_commit(one["targetCommit"]) for one in map(as_mapping, as_list(value))}


def _listed(value: object) -> Listed:
    """A sibling of a revision or an entry of a tree; they name the same facts differently."""
    fields = as_mapping(value)
    path = fields.get("rfilename", fields.get("path"))
    lfs = as_mapping(fields.get("lfs") or {})
    sha256 = lfs.get("sha256", lfs.get("oid"))
    blob_id = fields.get("blobId", fields.get("oid"))
    size = lfs.get("size", fields.get("size"))
    if not isinstance(path, str) or not path:
        raise ValueError("a file has no name")
    if sha256 is not None and not (isinstance(sha256, str) and is_sha256(sha256)):
        raise ValueError("a file has no sha256 that is one")
    if blob_id is not None and not (isinstance(blob_id, str) and is_commit(blob_id)):
        raise ValueError("a file has no git blob id that is one")
    if (sha256 or size is not None) and (
        not isinstance(size, int) or isinstance(size, bool) or not 0 <= size < 1 << 63
    ):
        raise ValueError("a file has no size that is one")
    return Listed(path, size if isinstance(size, int) else None, blob_id, sha256 if isinstance(sha256, str) else None)


def _license(info: "ModelInfo") -> str | None:
    """The licence of the model card, else of the tags; of several all hold."""
    stated = info.card_data.get("license") if info.card_data else None
    several = stated if isinstance(stated, list) else [stated] if stated else []
    tagged = [tag.partition(":")[2] for tag in info.tags or () if tag.startswith("license:")]
    found = [as_text(one).lower() for one in several or tagged]
    return " and ".join(dict.fromkeys(found)) or None
