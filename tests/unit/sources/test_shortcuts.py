"""Where redirects lead is asked at once the next time, and given up for any other answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from resolver.domain.errors import TransientError
from resolver.domain.lock import Artifact, File
from resolver.domain.ports import WHOLE, Portion
from resolver.sources.huggingface import HuggingFace
from resolver.sources.shortcuts import LARGEST_REGULAR, Shortcuts
from resolver.transport.client import Client
from tests.bodies import taken
from tests.servers.faults import ALWAYS, Fault
from tests.servers.hub import LocalHub
from tests.unit.domain.values import sha
from tests.unit.transport.clients import Sleepless, client_with

HUB, COMMIT = "https://hub.example", "c" * 40
SMALL = {f"folder {number}/config.json": b"%d" % number * 50 for number in range(20)}
LARGE = {"model.bin": bytes(range(256)) * 100, "more.bin": b"more" * 100}


@pytest.fixture
def client() -> Iterator[Client]:
    with client_with(Sleepless()) as found:
        yield found


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LocalHub]:
    with LocalHub(tmp_path / "hub") as found:
        yield found


def locked(hub: LocalHub) -> Artifact:
    commit = hub.commit("org/name", {**SMALL, **LARGE})
    files = tuple(File(path, len(content), sha(content)) for path, content in {**SMALL, **LARGE}.items())
    return Artifact("hf:org/name@main", commit, None, files)


def content(source: HuggingFace, artifact: Artifact, path: str, portion: Portion = WHOLE) -> bytes:
    file = next(one for one in artifact.files if one.path == path)
    body = source.open(artifact, file, portion)
    found = b""
    while piece := taken(body, 1 << 16):
        found += piece
    body.close()
    return found


def test_after_the_first_small_file_each_costs_one_request(hub: LocalHub, client: Client) -> None:
    artifact, source = locked(hub), HuggingFace(lambda: client, hub.endpoint, None)
    for path, expected in SMALL.items():
        assert content(source, artifact, path) == expected
    assert len(hub.requests) == len(SMALL) + 1


def test_other_portions_of_a_large_file_are_asked_for_where_the_first_one_was(hub: LocalHub, client: Client) -> None:
    artifact, source = locked(hub), HuggingFace(lambda: client, hub.endpoint, None)
    assert content(source, artifact, "model.bin", Portion(0, 100)) == LARGE["model.bin"][:100]
    assert content(source, artifact, "model.bin", Portion(100, 200)) == LARGE["model.bin"][100:200]
    assert content(source, artifact, "model.bin", Portion(200, 300)) == LARGE["model.bin"][200:300]
    assert [one.origin for one in hub.requests] == ["hub", "cdn", "cdn", "cdn"]


def test_all_connections_that_ask_at_the_same_time_are_told_the_signed_address() -> None:
    shortcuts, artifact, weights = Shortcuts(), Artifact("hf:o/n@main", COMMIT, None, ()), File("w.bin", 5, "2" * 64)
    signed, newer = "https://cdn.example/xyz?Signature=s", "https://cdn.example/xyz?Signature=t"
    shortcuts.learn(artifact, weights, f"{HUB}/w.bin", signed)
    assert [shortcuts.address(artifact, weights, Portion(at)) for at in range(1, 8)] == [signed] * 7
    shortcuts.learn(artifact, weights, f"{HUB}/w.bin", newer)
    shortcuts.expire(artifact, weights, signed)
    assert shortcuts.address(artifact, weights, Portion(1)) == newer, "only the one that did not serve is forgotten"
    shortcuts.expire(artifact, weights, newer)
    assert shortcuts.address(artifact, weights, Portion(1)) is None


def test_a_signed_address_that_is_down_is_not_asked_again(hub: LocalHub, client: Client) -> None:
    artifact, source = locked(hub), HuggingFace(lambda: client, hub.endpoint, None)
    content(source, artifact, "model.bin", Portion(0, 100))
    hub.faults = [Fault("", "status", status=503, origin="cdn")]
    with pytest.raises(TransientError):
        content(source, artifact, "model.bin", Portion(100))
    assert content(source, artifact, "model.bin", Portion(100)) == LARGE["model.bin"][100:]
    assert [one.origin for one in hub.requests] == ["hub", "cdn", "cdn", "hub", "cdn"]


def test_an_address_that_expired_is_asked_for_again(hub: LocalHub, client: Client) -> None:
    artifact, source = locked(hub), HuggingFace(lambda: client, hub.endpoint, None)
    content(source, artifact, "model.bin", Portion(0, 100))
    hub.faults = [Fault("", "status", status=403, origin="cdn")]
    assert content(source, artifact, "model.bin", Portion(100)) == LARGE["model.bin"][100:]
    assert [one.origin for one in hub.requests] == ["hub", "cdn", "cdn", "hub", "cdn"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_shortcut_that_is_refused_costs_a_request_and_no_more(hub: LocalHub, client: Client, status: int) -> None:
    artifact, source = locked(hub), HuggingFace(lambda: client, hub.endpoint, None)
    first, second, *_ = SMALL
    content(source, artifact, first)
    hub.faults = [Fault("resolve-cache", "status", status=status)]
    assert content(source, artifact, second) == SMALL[second]
    assert len(hub.requests) == 2 + 1 + 2


@pytest.mark.parametrize("path", list(SMALL)[1:3])
def test_a_shortcut_that_serves_something_else_is_not_believed(hub: LocalHub, client: Client, path: str) -> None:
    artifact, source = locked(hub), HuggingFace(lambda: client, hub.endpoint, None)
    content(source, artifact, next(iter(SMALL)))
    hub.faults = [Fault("resolve-cache", "endless", times=1)]
    assert content(source, artifact, path) == SMALL[path]


def test_a_file_that_is_asked_for_again_takes_the_long_way(hub: LocalHub, client: Client) -> None:
    artifact, source = locked(hub), HuggingFace(lambda: client, hub.endpoint, None)
    first, second, *_ = SMALL
    content(source, artifact, first)
    content(source, artifact, second)
    hub.reset_requests()
    content(source, artifact, second)
    assert "/resolve/" in hub.requests[0].path


def test_the_token_stays_with_its_origin_on_every_way(hub: LocalHub, client: Client) -> None:
    artifact = locked(hub)
    hub.add_token("canary")
    source = HuggingFace(lambda: client, hub.endpoint, "canary")
    for path in [*list(SMALL)[:3], "model.bin"]:
        content(source, artifact, path)
    content(source, artifact, "model.bin", Portion(50))
    assert {one.header("Authorization") for one in hub.requested(origin="hub")} == {"Bearer canary"}
    assert {one.header("Authorization") for one in hub.requested(origin="cdn")} == {None}


def test_a_kind_of_file_that_lies_elsewhere_and_a_large_one_are_not_guessed_at() -> None:
    shortcuts, artifact = Shortcuts(), Artifact("hf:o/n@main", COMMIT, None, ())
    small, large = File("a.json", 5, "0" * 64), File("b.json", LARGEST_REGULAR + 1, "1" * 64)
    shortcuts.learn(artifact, small, f"{HUB}/o/n/resolve/{COMMIT}/a.json", f"{HUB}/cache/o/n/{COMMIT}/a.json?etag=x")
    weights = File("w.bin", 5, "2" * 64)
    shortcuts.learn(artifact, weights, f"{HUB}/o/n/resolve/{COMMIT}/w.bin", "https://cdn.example/xyz?Signature=s")
    assert shortcuts.address(artifact, File("c.json", 5, "3" * 64), WHOLE) == f"{HUB}/cache/o/n/{COMMIT}/c.json"
    assert shortcuts.address(artifact, large, WHOLE) is None
    assert shortcuts.address(artifact, File("v.bin", 5, "4" * 64), WHOLE) is None
    assert shortcuts.address(artifact, File("c.txt", 5, "3" * 64), WHOLE) is None, "of this kind none was seen"
    other = Artifact("hf:o/n@other", "d" * 40, None, ())
    assert shortcuts.address(other, File("c.json", 5, "3" * 64), WHOLE) is None


def test_a_redirect_that_does_not_end_in_the_path_teaches_nothing() -> None:
    shortcuts, artifact = Shortcuts(), Artifact("hf:o/n@main", COMMIT, None, ())
    shortcuts.learn(artifact, File("a", 1, "0" * 64), f"{HUB}/o/n/resolve/{COMMIT}/a", f"{HUB}/objects/1234")
    assert shortcuts.address(artifact, File("b", 1, "1" * 64), WHOLE) is None


def test_a_hub_that_is_down_is_not_asked_twice_for_one_try(hub: LocalHub, client: Client) -> None:
    artifact, source = locked(hub), HuggingFace(lambda: client, hub.endpoint, None)
    first, second, *_ = SMALL
    content(source, artifact, first)
    hub.faults = [Fault("", "status", times=ALWAYS, status=503)]
    hub.reset_requests()
    with pytest.raises(Exception, match="HTTP 503"):
        content(source, artifact, second)
    assert len(hub.requests) == 1
