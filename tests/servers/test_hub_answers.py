"""The local hub's answers as they are on the wire, for what the real client hides."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.client import fetch
from tests.servers.hub import LocalHub
from tests.servers.hub_repository import git_sha1, lfs_pointer

REPO = "org/name"
CONFIG = b'{"model_type": "whisper"}\n'
WEIGHTS = bytes(range(256)) * 1000
FILES = {"config.json": CONFIG, "model.bin": WEIGHTS, "voices/one.json": b"1", "voices/two.json": b"2"}
SHA256 = hashlib.sha256(WEIGHTS).hexdigest()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LocalHub]:
    with LocalHub(tmp_path) as hub:
        hub.commit(REPO, FILES)
        yield hub


def test_a_regular_file_redirects_relatively_to_the_cache(hub: LocalHub) -> None:
    commit = hub.head(REPO).sha
    head, nothing = fetch(f"{hub.endpoint}/{REPO}/resolve/main/config.json", "HEAD")
    location = head.headers["Location"]
    assert (head.status, nothing) == (307, b"")
    assert location.startswith(f"/api/resolve-cache/models/{REPO}/{commit}/config.json?")
    assert head.headers["X-Repo-Commit"] == commit
    assert head.headers["X-Linked-Etag"] == f'"{git_sha1("blob", CONFIG)}"'
    response, body = fetch(hub.endpoint + location, Range="bytes=2-11")
    assert (response.status, body) == (206, CONFIG[2:12])
    assert response.headers["Content-Range"] == f"bytes 2-11/{len(CONFIG)}"
    assert response.headers["ETag"] == f'"{git_sha1("blob", CONFIG)}"'
    assert response.headers["X-Repo-Commit"] == commit
    assert fetch(f"{hub.endpoint}/api/resolve-cache/models/{REPO}/main/config.json")[0].status == 400


def test_an_lfs_file_redirects_to_another_origin(hub: LocalHub) -> None:
    response, _ = fetch(f"{hub.endpoint}/{REPO}/resolve/main/model.bin")
    location = response.headers["Location"]
    assert response.status == 302
    assert location.startswith(hub.cdn_origin)
    assert hub.cdn_origin != hub.endpoint
    assert response.headers["X-Linked-Etag"] == f'"{SHA256}"'
    assert response.headers["X-Linked-Size"] == str(len(WEIGHTS))
    assert response.headers["ETag"] == f'"{git_sha1("blob", lfs_pointer(SHA256, len(WEIGHTS)))}"'
    assert not [name for name in response.headers if "xet" in name.lower()]
    whole, body = fetch(location)
    assert body == WEIGHTS
    assert SHA256 not in whole.headers["ETag"]
    assert fetch(location.partition("?")[0])[0].status == 403


@pytest.mark.parametrize(
    ("asked", "first", "stop"),
    [
        ("bytes=0-", 0, len(WEIGHTS)),
        ("bytes=100-", 100, len(WEIGHTS)),
        ("bytes=5-5", 5, 6),
        ("bytes=10-99999999", 10, len(WEIGHTS)),
        ("bytes=-7", len(WEIGHTS) - 7, len(WEIGHTS)),
    ],
)
def test_the_cdn_serves_ranges(hub: LocalHub, asked: str, first: int, stop: int) -> None:
    location = fetch(f"{hub.endpoint}/{REPO}/resolve/main/model.bin")[0].headers["Location"]
    response, body = fetch(location, Range=asked)
    assert (response.status, body) == (206, WEIGHTS[first:stop])
    assert response.headers["Content-Range"] == f"bytes {first}-{stop - 1}/{len(WEIGHTS)}"
    same, _ = fetch(location, Range=asked, If_Range=response.headers["ETag"])
    changed, everything = fetch(location, Range=asked, If_Range='"another"')
    assert (same.status, changed.status, everything) == (206, 200, WEIGHTS)


@pytest.mark.parametrize("asked", [f"bytes={len(WEIGHTS)}-", "bytes=-0"])
def test_a_range_behind_the_end_is_refused(hub: LocalHub, asked: str) -> None:
    location = fetch(f"{hub.endpoint}/{REPO}/resolve/main/model.bin")[0].headers["Location"]
    response, _ = fetch(location, Range=asked)
    assert (response.status, response.headers["Content-Range"]) == (416, f"bytes */{len(WEIGHTS)}")


def test_the_next_page_is_an_absolute_link(hub: LocalHub) -> None:
    hub.page_size = 3
    response, body = fetch(f"{hub.endpoint}/api/models/{REPO}/tree/main?recursive=true")
    link = response.headers["Link"]
    assert link.startswith(f"<{hub.endpoint}/api/models/{REPO}/tree/main?")
    assert link.endswith('>; rel="next"')
    last, rest = fetch(link[1:].partition(">")[0])
    assert "Link" not in last.headers
    assert len(json.loads(body) + json.loads(rest)) == len(FILES) + 1


def test_an_anonymous_401_can_come_without_a_code(hub: LocalHub) -> None:
    hub.error_code_on_401 = False
    response, body = fetch(f"{hub.endpoint}/api/models/org/absent")
    assert (response.status, response.headers["X-Error-Code"]) == (401, None)
    assert json.loads(body) == {"error": "Invalid username or password."}


def test_a_listing_of_many_files_is_quick(hub: LocalHub) -> None:
    hub.commit("org/many", {f"shard/{number % 10}/{number:05}.txt": b"" for number in range(5000)})
    address = f"{hub.endpoint}/api/models/org/many/tree/main?recursive=true"
    entries = []
    while address:
        response, body = fetch(address)
        entries += json.loads(body)
        address = (response.headers["Link"] or "")[1:].partition(">")[0]
    assert len(entries) == 5011
    assert len(hub.requests) == 6


def test_every_answer_names_the_rate_limit(hub: LocalHub) -> None:
    listed, _ = fetch(f"{hub.endpoint}/api/models/{REPO}")
    resolved, _ = fetch(f"{hub.endpoint}/{REPO}/resolve/main/absent", "HEAD")
    assert listed.headers["RateLimit-Policy"] == '"fixed window";"api";q=500;w=300'
    assert resolved.headers["RateLimit-Policy"] == '"fixed window";"resolvers";q=3000;w=300'
    assert (resolved.status, resolved.headers["X-Error-Code"]) == (404, "EntryNotFound")
