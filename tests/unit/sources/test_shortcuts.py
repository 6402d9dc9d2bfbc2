"""Where redirects lead is asked at once the next time, and given up for any other answer."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from resolver.domain.errors import TransientError
from resolver.domain.lock import Artifact, File
from resolver.domain.ports import WHOLE, Portion
from resolver.sources.huggingface import HuggingFace
from resolver.sources.shortcuts import LARGEST_REGULAR, Place, Shortcuts
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


def place(path: str, repository: str = "o/n", commit: str = COMMIT) -> Place:
    return Place(repository, commit, path)


def asked(one: Place) -> str:
    return f"{HUB}/{one.repository}/resolve/{one.commit}/{one.path}"


def test_all_connections_that_ask_at_the_same_time_are_told_the_signed_address() -> None:
    shortcuts, weights = Shortcuts(), place("w.bin")
    signed, newer = "https://cdn.example/xyz?Signature=s", "https://cdn.example/xyz?Signature=t"
    shortcuts.learn(weights, asked(weights), signed)
    assert [shortcuts.address(weights, 5, Portion(at)) for at in range(1, 8)] == [signed] * 7
    shortcuts.learn(weights, asked(weights), newer)
    shortcuts.expire(weights, signed)
    assert shortcuts.address(weights, 5, Portion(1)) == newer, "only the one that did not serve is forgotten"
    shortcuts.expire(weights, newer)
    assert shortcuts.address(weights, 5, Portion(1)) is None


def test_what_is_fetched_begins_at_the_hub_and_what_is_only_looked_into_need_not() -> None:
    shortcuts, weights = Shortcuts(), place("w.bin")
    shortcuts.learn(weights, asked(weights), "https://cdn.example/xyz?Signature=s")
    assert shortcuts.address(weights, 5, WHOLE) is None
    assert shortcuts.signed(weights) == "https://cdn.example/xyz?Signature=s"


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
    shortcuts = Shortcuts()
    shortcuts.learn(place("a.json"), asked(place("a.json")), f"{HUB}/cache/o/n/{COMMIT}/a.json?etag=x")
    shortcuts.learn(place("w.bin"), asked(place("w.bin")), "https://cdn.example/xyz?Signature=s")
    assert shortcuts.address(place("c.json"), 5, WHOLE) == f"{HUB}/cache/o/n/{COMMIT}/c.json"
    assert shortcuts.address(place("b.json"), LARGEST_REGULAR + 1, WHOLE) is None
    assert shortcuts.address(place("v.bin"), 5, WHOLE) is None
    assert shortcuts.address(place("c.txt"), 5, WHOLE) is None, "of this kind none was seen"
    assert shortcuts.address(place("c.json", commit="d" * 40), 5, WHOLE) is None
    assert shortcuts.address(place("in/c.json"), 5, WHOLE) is None, "how folders are written was not seen"


def test_where_small_files_are_is_known_of_every_repository_once_it_is_of_one() -> None:
    shortcuts, other = Shortcuts(), place("c.txt", "p/q", "d" * 40)
    assert shortcuts.regular(place("b.json")) is None
    shortcuts.learn(place("a.json"), asked(place("a.json")), f"{HUB}/cache/o/n/{COMMIT}/a.json?etag=x")
    assert shortcuts.regular(other) == f"{HUB}/cache/p/q/{'d' * 40}/c.txt"
    assert shortcuts.regular(other) is None, "a guess is made once"
    assert shortcuts.regular(place("in/c.txt")) is None


@pytest.mark.parametrize("slash", ["/", "%2F"])
def test_the_slashes_of_a_path_are_written_as_the_hub_writes_them(slash: str) -> None:
    shortcuts, nested = Shortcuts(), place("in/a b.json")
    shortcuts.learn(nested, asked(nested), f"{HUB}/cache/o/n/{COMMIT}/in{slash}a%20b.json")
    assert shortcuts.regular(place("of/c.txt")) == f"{HUB}/cache/o/n/{COMMIT}/of{slash}c.txt"
    assert shortcuts.regular(place("c.txt")) is None


def test_a_wrong_guess_ends_those_for_files_like_this_one_only() -> None:
    shortcuts = Shortcuts()
    shortcuts.learn(place("a.json"), asked(place("a.json")), f"{HUB}/cache/o/n/{COMMIT}/a.json")
    shortcuts.forget(place("b.json"), f"{HUB}/cache/o/n/{COMMIT}/b.json")
    assert shortcuts.regular(place("c.json")) is None
    assert shortcuts.address(place("d.json"), 5, WHOLE) is None
    assert shortcuts.regular(place("c.txt")) == f"{HUB}/cache/o/n/{COMMIT}/c.txt"
    assert shortcuts.regular(place("c.json", "p/q")) == f"{HUB}/cache/p/q/{COMMIT}/c.json"


def test_a_signed_address_that_is_refused_says_nothing_of_small_files() -> None:
    shortcuts, signed = Shortcuts(), "https://cdn.example/xyz?Signature=s"
    shortcuts.learn(place("a.json"), asked(place("a.json")), f"{HUB}/cache/o/n/{COMMIT}/a.json")
    shortcuts.learn(place("large.json"), asked(place("large.json")), signed)
    shortcuts.forget(place("large.json"), signed)
    assert shortcuts.signed(place("large.json")) is None
    assert shortcuts.regular(place("b.json")) == f"{HUB}/cache/o/n/{COMMIT}/b.json"


def test_a_redirect_that_does_not_end_in_the_path_teaches_nothing() -> None:
    shortcuts = Shortcuts()
    shortcuts.learn(place("a"), asked(place("a")), f"{HUB}/objects/1234")
    assert shortcuts.address(place("b"), 5, WHOLE) is shortcuts.regular(place("c")) is None


def test_the_first_small_file_is_asked_for_alone_and_the_others_then_together() -> None:
    shortcuts, inside, begun = Shortcuts(), [], threading.Barrier(4)

    def ask(one: Place) -> None:
        with shortcuts.turn(one):
            inside.append(one)
            begun.wait(10)

    with shortcuts.turn(place("first")):
        threads = [threading.Thread(target=ask, args=[place(str(number))]) for number in range(3)]
        for thread in threads:
            thread.start()
        with shortcuts.turn(place("in/first")):
            pass
        assert inside == []
    begun.wait(10)
    for thread in threads:
        thread.join()
    assert len(inside) == 3


def test_who_waited_goes_on_when_the_first_one_failed() -> None:
    shortcuts = Shortcuts()
    with pytest.raises(TransientError), shortcuts.turn(place("first")):
        raise TransientError("no")
    with shortcuts.turn(place("second")), shortcuts.turn(place("third")):
        pass


def test_a_hub_that_is_down_is_not_asked_twice_for_one_try(hub: LocalHub, client: Client) -> None:
    artifact, source = locked(hub), HuggingFace(lambda: client, hub.endpoint, None)
    first, second, *_ = SMALL
    content(source, artifact, first)
    hub.faults = [Fault("", "status", times=ALWAYS, status=503)]
    hub.reset_requests()
    with pytest.raises(Exception, match="HTTP 503"):
        content(source, artifact, second)
    assert len(hub.requests) == 1
