"""What a lock asks a hub: no file's address twice, and no more at a time than is polite."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from resolver.concurrency import in_threads
from resolver.domain.errors import MismatchError
from resolver.domain.lock import Artifact
from resolver.domain.manifest import Request
from resolver.domain.ports import Desk
from resolver.sources.huggingface import QUESTIONS_AT_A_TIME, HuggingFace
from resolver.transport.client import Client
from tests.servers.faults import ALWAYS, Fault
from tests.servers.hub import LocalHub
from tests.unit.domain.values import sha
from tests.unit.sources.shelves import MemoryShelf, flags_by_content
from tests.unit.transport.clients import Sleepless, client_with

WEIGHTS = os.urandom(300_000)
FILES = {
    "model.safetensors": WEIGHTS,
    **{f"{number}.json": b"%d" % number for number in range(4)},
    **{f"folder {number}/a.txt": b"text %d" % number for number in range(3)},
}
SMALL = len(FILES) - 1
FOUND = {path: sha(content) for path, content in FILES.items()}


@pytest.fixture
def client() -> Iterator[Client]:
    with client_with(Sleepless()) as found:
        yield found


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LocalHub]:
    with LocalHub(tmp_path / "hub") as found:
        yield found


def locked(source: HuggingFace, name: str) -> Artifact:
    request = Request(f"hf:{name}")
    (candidate,) = source.candidates(request)
    assert source.probe(request.source, candidate, None) is None
    desk = Desk(lambda _: True, MemoryShelf(), flags_by_content)
    return source.artifact(f"hf:{name}@main", request, candidate, desk)


def digests(artifact: Artifact) -> dict[str, str]:
    return {file.path: file.sha256 for file in artifact.files}


def looks(hub: LocalHub) -> int:
    return len(hub.requested(origin="cdn"))


def test_a_repository_costs_a_listing_a_gate_a_request_for_each_small_file_and_the_looks(
    hub: LocalHub, client: Client
) -> None:
    source = HuggingFace(lambda: client, hub.endpoint, None)
    for number, name in enumerate(("org/first", "org/second", "other")):
        hub.commit(name, FILES)
        hub.reset_requests()
        assert digests(locked(source, name)) == FOUND
        to_learn = 0 if number else len({"in no folder", "in a folder"})
        assert len(hub.requests) - looks(hub) == 2 + SMALL + to_learn
    assert looks(hub) == -(-len(WEIGHTS) // (1 << 16)), "each block of the weights once, at its address"


def test_nothing_is_guessed_of_a_gated_repository_which_serves_its_files_itself(hub: LocalHub, client: Client) -> None:
    hub.commit("org/first", FILES)
    hub.commit("org/gated", FILES, gated="auto")
    hub.add_token("canary")
    hub.grant("org/gated", "canary")
    source = HuggingFace(lambda: client, hub.endpoint, "canary")
    locked(source, "org/first")
    hub.reset_requests()
    assert digests(locked(source, "org/gated")) == FOUND
    assert hub.requested("resolve-cache") == []
    assert len(hub.requests) - looks(hub) == 2 + SMALL


@pytest.mark.parametrize("kind", ["flip", "truncate"])
def test_a_shortcut_that_has_other_bytes_is_not_believed(hub: LocalHub, client: Client, kind: str) -> None:
    source = HuggingFace(lambda: client, hub.endpoint, None)
    hub.commit("org/first", FILES)
    hub.commit("org/second", FILES)
    locked(source, "org/first")
    hub.faults = [Fault("resolve-cache", kind)]  # type: ignore[arg-type]  # a parameter is any text
    assert digests(locked(source, "org/second")) == FOUND


def test_bytes_that_are_wrong_wherever_they_are_asked_for_are_refused(hub: LocalHub, client: Client) -> None:
    source = HuggingFace(lambda: client, hub.endpoint, None)
    hub.commit("org/first", FILES)
    hub.commit("org/second", FILES)
    locked(source, "org/first")
    hub.faults = [Fault("resolve-cache", "flip", times=ALWAYS)]
    with pytest.raises(MismatchError, match="not those of git blob"):
        locked(source, "org/second")


@pytest.mark.parametrize("status", [403, 404, 503])
def test_a_signed_address_that_does_not_serve_is_asked_for_again(hub: LocalHub, client: Client, status: int) -> None:
    hub.commit("org/name", FILES)
    hub.faults = [Fault("", "status", status=status, origin="cdn")]
    assert digests(locked(HuggingFace(lambda: client, hub.endpoint, None), "org/name")) == FOUND
    assert len(hub.requested("model.safetensors", origin="hub", method="GET")) == 1


def test_the_token_goes_to_the_hub_only(hub: LocalHub, client: Client) -> None:
    hub.commit("org/name", FILES)
    hub.add_token("canary")
    locked(HuggingFace(lambda: client, hub.endpoint, "canary"), "org/name")
    assert {one.header("Authorization") for one in hub.requested(origin="hub")} == {"Bearer canary"}
    assert {one.header("Authorization") for one in hub.requested(origin="cdn")} == {None}


def test_however_many_repositories_are_locked_few_questions_are_open_at_a_time(hub: LocalHub, client: Client) -> None:
    names = [f"org/name{number}" for number in range(3 * QUESTIONS_AT_A_TIME // 2)]
    for name in names:
        hub.commit(name, {f"{number}.json": b"%d" % number for number in range(3)})
    hub.faults = [Fault(".json", "slow", times=ALWAYS, bytes_per_second=10)]
    source = HuggingFace(lambda: client, hub.endpoint, None)
    futures = in_threads(names, lambda name: locked(source, name), len(names))
    assert Counter(len(future.result().files) for future in futures) == {3: len(names)}
    assert 8 < hub.most_connections("hub") <= QUESTIONS_AT_A_TIME == 32
