"""The hub's JSON, field by field as the real API spells it."""

import base64
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode

from tests.servers.hub_repository import Blob, Commit, Repository, tree_sha1
from tests.servers.wire import Answer, Request, json_answer

FIRST_COMMIT = datetime(2024, 1, 1, tzinfo=UTC)
EXPANDED_PAGE = 50

Document = dict[str, Any]


class Page(NamedTuple):
    """The absolute address of a listing and how many entries it shows at once."""

    url: str
    size: int


def moment(number: int) -> str:
    """A commit's number as a time: one hour each."""
    return (FIRST_COMMIT + timedelta(hours=number)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def model_info(repository: Repository, commit: Commit, request: Request) -> Document:
    """`?blobs=true` adds sizes and hashes to the siblings, `?expand=` keeps only what it names."""
    with_blobs = request.parameter("blobs").lower() in {"true", "1"}
    card = repository.card
    document = {
        "_id": repository.internal_id,
        "id": repository.id,
        "modelId": repository.id,
        "author": repository.id.rpartition("/")[0] or None,
        "sha": commit.sha,
        "private": card.private,
        "gated": card.gated,
        "disabled": False,
        "library_name": card.library,
        "tags": _tags(repository),
        "downloads": 0,
        "likes": 0,
        "cardData": {"license": card.license} if card.license else {},
        "lastModified": moment(commit.number),
        "createdAt": moment(0),
        "siblings": [_sibling(path, blob, with_blobs=with_blobs) for path, blob in commit.files.items()],
        "spaces": [],
        "usedStorage": sum(blob.content.size for blob in repository.lfs.values()),
    }
    wanted = set(parse_qs(request.query).get("expand", []))
    return {name: value for name, value in document.items() if not wanted or name in wanted | {"_id", "id"}}


def refs(repository: Repository, request: Request) -> Document:
    document: Document = {
        "branches": _references(repository.branches, "refs/heads/"),
        "converts": [],
        "tags": _references(repository.tags, "refs/tags/"),
    }
    return document | ({"pullRequests": []} if request.parameter("include_prs") else {})


def tree_page(repository: Repository, commit: Commit, paths: list[str], request: Request, page: Page) -> Answer:
    """One page of a listing, with `Link: <…>; rel="next"` if there is another. The cursor means nothing to a client."""
    expand = request.parameter("expand").lower() == "true"
    limit = min(int(request.parameter("limit") or page.size), page.size, EXPANDED_PAGE if expand else page.size)
    cursor = request.parameter("cursor")
    start = int(base64.urlsafe_b64decode(cursor)) if cursor else 0
    stop = start + max(1, limit)
    headers = {}
    if stop < len(paths):
        kept = {name: values[-1] for name, values in parse_qs(request.query).items()}
        following = kept | {"limit": str(limit), "cursor": base64.urlsafe_b64encode(str(stop).encode()).decode()}
        headers["Link"] = f'<{page.url}?{urlencode(following)}>; rel="next"'
    return json_answer(path_documents(repository, commit, paths[start:stop], expand=expand), headers=headers)


def path_documents(repository: Repository, commit: Commit, paths: Iterable[str], *, expand: bool) -> list[Document]:
    """What tree and paths-info say of each path; paths that do not exist are left out."""
    found = []
    for path in paths:
        document = _path_document(commit, path)
        if document and expand:
            document |= _history(repository.last_change(commit, path))
        found.extend([document] if document else [])
    return found


def _path_document(commit: Commit, path: str) -> Document:
    blob = commit.files.get(path)
    if blob is not None:
        lfs = {"oid": blob.sha256, "size": blob.content.size, "pointerSize": blob.pointer_size}
        document = {"type": "file", "oid": blob.git_sha1, "size": blob.content.size, "path": path}
        return document | ({"lfs": lfs} if blob.is_lfs else {})
    inside = {name.removeprefix(f"{path}/"): blob for name, blob in commit.files.items() if name.startswith(f"{path}/")}
    if inside:
        return {"type": "directory", "oid": tree_sha1(inside), "size": 0, "path": path}
    return {}


def _history(commit: Commit) -> Document:
    scan = {"status": "safe", "avScan": {"virusFound": False, "virusNames": None}, "pickleImportScan": None}
    last = {"id": commit.sha, "title": f"Commit {commit.number}", "date": moment(commit.number)}
    return {"lastCommit": last, "securityFileStatus": scan}


def _sibling(path: str, blob: Blob, *, with_blobs: bool) -> Document:
    if not with_blobs:
        return {"rfilename": path}
    document: Document = {"rfilename": path, "blobId": blob.git_sha1, "size": blob.content.size}
    lfs = {"sha256": blob.sha256, "size": blob.content.size, "pointerSize": blob.pointer_size}
    return document | ({"lfs": lfs} if blob.is_lfs else {})


def _references(names: Mapping[str, str], prefix: str) -> list[Document]:
    return [{"name": name, "ref": prefix + name, "targetCommit": sha} for name, sha in sorted(names.items())]


def _tags(repository: Repository) -> list[str]:
    card = repository.card
    return [
        *([card.library] if card.library else []),
        *card.card_tags,
        *([f"license:{card.license}"] if card.license else []),
        "region:us",
    ]
