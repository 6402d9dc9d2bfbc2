"""What GitHub's API answers, refuses and limits, and where its token goes."""

import gzip
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from resolver.domain.errors import AccessRefusedError, ModelsError, NetworkError, NotFoundUpstreamError, UsageError
from resolver.domain.manifest import Request
from resolver.sources import SOURCES
from resolver.sources.github_api import GitHubApi, Repository, read_settings
from resolver.transport.client import Client
from resolver.transport.origins import Credential
from tests.servers.base import LocalServer
from tests.servers.faults import ALWAYS, Fault
from tests.servers.github import LocalGitHub
from tests.servers.wire import Answer, redirect_answer
from tests.servers.wire import Request as Asked
from tests.unit.transport.clients import Sleepless, client_with

NAME = "org/name"
COMMIT = "a" * 40
TOKEN = "github_pat_canary"
REPOSITORY = {"id": 5, "default_branch": "main", "license": {"spdx_id": "MIT"}}


@pytest.fixture
def stop() -> Sleepless:
    return Sleepless()


@pytest.fixture
def client(stop: Sleepless) -> Iterator[Client]:
    with client_with(stop) as client:
        yield client


@pytest.fixture
def server() -> Iterator[LocalGitHub]:
    with LocalGitHub() as server:
        server.commit(NAME, {"a": b"a"})
        yield server


def api_at(client: Client, address: str, token: str | None = None) -> GitHubApi:
    return GitHubApi(lambda: client, address, Credential(address, f"Bearer {token}") if token else None)


def test_without_settings_it_is_the_public_api_and_nobodys_token() -> None:
    for environment in ({}, {"MODELS_GITHUB_API": "", "GITHUB_TOKEN": " "}):
        assert read_settings(environment) == ("https://api.github.com", None)


def test_address_and_token_come_from_the_environment() -> None:
    address, credential = read_settings({"MODELS_GITHUB_API": "https://ghe.example/api/v3/", "GITHUB_TOKEN": "t0k\n"})
    assert address == "https://ghe.example/api/v3"
    assert credential is not None
    assert credential.header_for("https://ghe.example/api/v3/repos/o/n") == "Bearer t0k"
    for stranger in ("http://ghe.example/api", "https://ghe.example:444/", "https://codeload.example/", "https://x/"):
        assert credential.header_for(stranger) is None
    _, plain = read_settings({"MODELS_GITHUB_API": "http://ghe.example", "GITHUB_TOKEN": "t0k"})
    assert plain is not None
    assert plain.header_for("http://ghe.example/repos") is None


WRONG = ["x", "file:///x", "ftp://h", "http://[", "http://h:99999", "http://h:0", "https://", "https://u:p@h"]


@pytest.mark.parametrize("address", [*WRONG, "https://h/?a", "https://h/#a", "https://h/a b", "https://hé/"])
def test_an_address_that_is_none_is_wrong_usage(address: str) -> None:
    with pytest.raises(UsageError, match="MODELS_GITHUB_API") as caught:
        read_settings({"MODELS_GITHUB_API": address})
    assert "api/v3" in str(caught.value.hint)


@pytest.mark.parametrize("token", ["two words", "söcret", "line\nline", "\x7f"])
def test_a_token_that_is_none_is_wrong_usage_and_not_shown(token: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_settings({"GITHUB_TOKEN": token})
    assert "GITHUB_TOKEN" in caught.value.message
    assert token not in f"{caught.value.message}{caught.value.hint}"


def test_what_is_asked_is_the_documented_version_and_media_type(server: LocalGitHub, client: Client) -> None:
    api_at(client, server.api).repository(NAME)
    (asked,) = server.requests
    assert asked.header("accept") == "application/vnd.github+json"
    assert asked.header("x-github-api-version") == "2022-11-28"
    assert asked.header("authorization") is None


@pytest.mark.parametrize("status", [403, 429])
def test_an_exhausted_limit_asks_for_a_token_and_never_waits_it_out(
    server: LocalGitHub, client: Client, stop: Sleepless, status: int
) -> None:
    server.limit_reset, server.limit_status = 1_900_000_000, status
    asked: tuple[Callable[[GitHubApi], object], ...] = (
        lambda api: api.repository(NAME),
        lambda api: api.commit(NAME, "main"),
        lambda api: api.tags(NAME),
        lambda api: api.fetch_archive(NAME, COMMIT, io.BytesIO()),
    )
    for question in asked:
        with pytest.raises(NetworkError) as caught:
            question(api_at(client, server.api))
        assert "GITHUB_TOKEN" in str(caught.value.hint)
        assert "org/name" in caught.value.message
    assert sum(stop.waits) < 200


def test_a_limit_says_until_when_and_asks_for_no_token_that_is_there(server: LocalGitHub, client: Client) -> None:
    server.limit_reset = 1_900_000_000
    server.tokens.add(TOKEN)
    with pytest.raises(NetworkError, match="no more requests for now") as caught:
        api_at(client, server.api, TOKEN).repository(NAME)
    assert caught.value.hint == "try again after 17:46 UTC"


@pytest.mark.parametrize("reset", ["", "x", "-1", "1" * 12, "٣", "1.5"])
def test_a_limit_without_a_time_is_one_all_the_same(server: LocalGitHub, client: Client, reset: str) -> None:
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset.encode().decode("latin-1")}
    server.faults = [Fault("", "status", times=ALWAYS, status=403, headers=headers)]
    with pytest.raises(NetworkError) as caught:
        api_at(client, server.api).repository(NAME)
    assert str(caught.value.hint).endswith("or try again later")


def test_a_limit_of_another_kind_says_when_to_come_back(server: LocalGitHub, client: Client) -> None:
    server.faults = [Fault("", "status", times=ALWAYS, status=403, retry_after=3600)]
    with pytest.raises(NetworkError, match="no more requests"):
        api_at(client, server.api).repository(NAME)


@pytest.mark.parametrize(("seconds", "requests"), [(61, 1), (3600, 1), (60, 5), (1, 5)])
def test_a_server_that_asks_for_a_long_wait_is_not_waited_for(
    server: LocalGitHub, client: Client, stop: Sleepless, seconds: int, requests: int
) -> None:
    server.faults = [Fault("", "status", times=ALWAYS, status=429, retry_after=seconds)]
    with pytest.raises(NetworkError) as caught:
        api_at(client, server.api).repository(NAME)
    assert "GITHUB_TOKEN" in str(caught.value.hint)
    assert len(server.requests) == requests
    assert [wait for wait in stop.waits if wait] == [seconds] * (requests - 1)


def test_what_fails_in_passing_is_tried_again(server: LocalGitHub, client: Client) -> None:
    server.faults = [Fault("", "status", times=2, status=502)]
    assert api_at(client, server.api).repository(NAME) == Repository("1001", None, "main")


def test_a_forbidden_repository_is_a_refusal_and_no_limit(server: LocalGitHub, client: Client) -> None:
    server.faults = [Fault("", "status", times=ALWAYS, status=403, headers={"x-ratelimit-remaining": "59"})]
    with pytest.raises(AccessRefusedError, match=r"org/name: access refused \(HTTP 403\)"):
        api_at(client, server.api).repository(NAME)


@pytest.mark.parametrize("status", [400, 418, 451])
def test_any_other_refusal_names_the_repository(server: LocalGitHub, client: Client, status: int) -> None:
    server.faults = [Fault("", "status", times=ALWAYS, status=status)]
    for question in (GitHubApi.repository, GitHubApi.tags):
        with pytest.raises(NetworkError, match=f"github:org/name: .*HTTP {status}"):
            question(api_at(client, server.api), NAME)


def test_a_repository_that_is_gone_is_not_found(server: LocalGitHub, client: Client) -> None:
    server.faults = [Fault("", "status", times=ALWAYS, status=410)]
    with pytest.raises(NotFoundUpstreamError, match="no such repository, or it is private"):
        api_at(client, server.api).tags(NAME)


def test_the_last_request_of_a_limit_is_answered_like_any_other(server: LocalGitHub, client: Client) -> None:
    server.faults = [Fault("", "status", times=ALWAYS, status=404, headers={"x-ratelimit-remaining": "0"})]
    with pytest.raises(NotFoundUpstreamError):
        api_at(client, server.api).repository(NAME)


def document(body: object, headers: dict[str, str] | None = None) -> Callable[[Asked], Answer]:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda _: Answer(200, headers or {}, (text,), len(text))


NO_JSON = [b"", b"{", b"<html>", b"[" * 200_000, b"\xff", gzip.compress(b"{}", mtime=0)]
NO_REPOSITORY: list[Any] = [
    None,
    [],
    "x",
    {},
    *({**REPOSITORY, "id": wrong} for wrong in (None, "5", True, 0, -1, 1 << 63, 1.5)),
    *({**REPOSITORY, "license": wrong} for wrong in ("MIT", ["MIT"], {"spdx_id": 5}, {"spdx_id": "a\nb"})),
    *({**REPOSITORY, "default_branch": wrong} for wrong in (None, "", "a\x1b[0m", "x" * 1025)),
]
NO_TAGS: list[Any] = [{}, None, [None], [{}], [{"name": "v1"}], [{"name": "v1", "commit": None}], ["v1"]]
NO_COMMIT: list[Any] = [None, "", "a" * 39, "A" * 40, "a" * 41, 5, "../" * 13 + "a"]


def refused(client: Client, route: Callable[[Asked], Answer], question: Callable[[GitHubApi], object]) -> None:
    with LocalServer(api=route) as server:
        with pytest.raises(NetworkError, match="github:org/name: the answer is not what GitHub's API gives") as caught:
            question(api_at(client, server.origin_of("api")))
        assert "MODELS_GITHUB_API" in str(caught.value.hint)


@pytest.mark.parametrize("body", [*NO_JSON, *NO_REPOSITORY])
def test_a_repository_that_is_none_is_an_error_of_the_network(client: Client, body: object) -> None:
    refused(client, document(body), lambda api: api.repository(NAME))


@pytest.mark.parametrize("commit", NO_COMMIT)
def test_a_commit_that_is_none_is_an_error_of_the_network(client: Client, commit: object) -> None:
    refused(client, document({"sha": commit}), lambda api: api.commit(NAME, "main"))
    refused(client, document([{"name": "v1", "commit": {"sha": commit}}]), lambda api: api.tags(NAME))


@pytest.mark.parametrize("tags", NO_TAGS)
def test_tags_that_are_none_are_an_error_of_the_network(client: Client, tags: object) -> None:
    refused(client, document(tags), lambda api: api.tags(NAME))


def test_unknown_fields_and_a_missing_licence_are_no_error(client: Client) -> None:
    for stated in (None, {}, {"spdx_id": None}):
        with LocalServer(api=document({**REPOSITORY, "license": stated, "new": {}})) as server:
            found = api_at(client, server.origin_of("api")).repository(NAME)
            assert found == Repository("5", None, "main")


def test_an_answer_has_a_bound(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolver.sources.github_api.LARGEST_ANSWER", 50)
    with LocalServer(api=document(REPOSITORY)) as server, pytest.raises(NetworkError, match="longer than 50"):
        api_at(client, server.origin_of("api")).repository(NAME)


@pytest.mark.parametrize("link", ['<{}/t?page=2>; rel="next"', '<{}/l>; rel="last", <{}/n>; foo="x, y"; rel=next'])
def test_a_list_of_tags_without_end_ends(client: Client, monkeypatch: pytest.MonkeyPatch, link: str) -> None:
    monkeypatch.setattr("resolver.sources.github_api.MOST_PAGES", 3)
    address = ""

    def page(asked: Asked) -> Answer:
        return document([{"name": "v1", "commit": {"sha": COMMIT}}], {"Link": link.replace("{}", address)})(asked)

    with LocalServer(api=page) as server:
        address = server.origin_of("api")
        with pytest.raises(NetworkError, match="has no end"):
            api_at(client, address).tags(NAME)
        assert len(server.requests) == 3


@pytest.mark.parametrize("link", ["", "x", "<>; rel=next", '<http://x/>; rel="prev"', '<http://x/>; title="rel=next"'])
def test_what_names_no_next_page_is_the_end(client: Client, link: str) -> None:
    with LocalServer(api=document([], {"Link": link})) as server:
        assert api_at(client, server.origin_of("api")).tags(NAME) == {}


def test_no_answer_is_taken_from_another_server(client: Client) -> None:
    with LocalServer(other=document([])) as other:
        away = other.origin_of("other")
        with LocalServer(api=lambda _: redirect_answer(301, away)) as server:
            for question in (GitHubApi.repository, GitHubApi.tags):
                with pytest.raises(NetworkError, match="leads away"):
                    question(api_at(client, server.origin_of("api"), TOKEN), NAME)
        other.reset_requests()
        next_page = {"Link": f'<{away}/tags>; rel="next"'}
        with LocalServer(api=document([], next_page)) as server, pytest.raises(NetworkError, match="leads away"):
            api_at(client, server.origin_of("api"), TOKEN).tags(NAME)
        assert other.requests == []


def test_a_name_cannot_lead_to_another_question(server: LocalGitHub, client: Client) -> None:
    for name in ("org/name?x", "org/na#me", "org/na%2fme", "org/na me"):
        with pytest.raises(ModelsError):
            api_at(client, server.api).commit(name, "?x/../..#%")
    assert all("?" not in one.path for one in server.requests)
    assert server.requests[0].path == "/repos/org/name%3Fx/commits/%3Fx%2F..%2F..%23%25"


def test_the_kind_of_source_is_registered_with_its_runtime() -> None:
    assert SOURCES["github"].default_runtime == "torch-hub"
    assert SOURCES["github"].remote
    assert Request("github:o/n").kind == "github"
