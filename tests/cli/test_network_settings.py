"""What the environment says of the network: proxies, endpoints, the place of the store."""

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from tests.cli.offers import ASR, CONFIG, KEY, REPO, WEIGHTS, offer
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.base import LocalServer
from tests.servers.hub import LocalHub
from tests.servers.wire import Answer, Request


def proxy_to(hub: LocalHub) -> LocalServer:
    """A proxy that knows one host, which is the hub; every other request is answered with the weights."""

    def route(request: Request) -> Answer:
        address = urlsplit(request.path)
        if address.hostname == "hub.invalid":
            return hub.answer(replace(request, path=address.path, origin="hub"))
        return Answer(200, {}, (WEIGHTS,), len(WEIGHTS))

    return LocalServer(proxy=route)


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_is_used(project: Project, run: Run, hub: LocalHub, variable: str) -> None:
    project.manifest('models: {voice: {source: "url:http://files.invalid/model.bin"}}\n')
    with proxy_to(hub) as proxy:
        assert run("sync", **{variable: proxy.origin_of("proxy")}).code == 0
        assert {request.path for request in proxy.requests} == {"http://files.invalid/model.bin"}
    assert project.placed() == {"files/voice/model.bin": WEIGHTS}


def test_a_host_that_needs_no_proxy_gets_none(project: Project, run: Run, hub: LocalHub, waits: list[float]) -> None:
    project.manifest('models: {voice: {source: "url:http://files.invalid/model.bin"}}\n')
    with proxy_to(hub) as proxy:
        result = run("lock", HTTP_PROXY=proxy.origin_of("proxy"), NO_PROXY="other.invalid,files.invalid")
        assert proxy.requests == []
    assert result.code == 3
    assert "files.invalid" in result.stderr
    assert waits


def test_this_machine_is_never_asked_for_through_a_proxy(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    project.manifest(ASR)
    with proxy_to(hub) as proxy:
        assert run("sync", HTTP_PROXY=proxy.origin_of("proxy"), HTTPS_PROXY=proxy.origin_of("proxy")).code == 0
        assert proxy.requests == []


def test_the_hub_is_reached_through_a_proxy_without_the_token(project: Project, models: Run, hub: LocalHub) -> None:
    """Over plain http a token would show itself to the proxy."""
    commit = hub.commit(REPO, {"config.json": CONFIG}, license="mit")
    project.manifest(ASR)
    with proxy_to(hub) as proxy:
        environment = {"HTTP_PROXY": proxy.origin_of("proxy"), "HF_ENDPOINT": "http://hub.invalid"}
        result = models("sync", **environment, HF_TOKEN="hf_canary")
        assert result.code == 0, result.text
        assert proxy.requests
        assert {request.header("Authorization") for request in proxy.requests} == {None}
    assert hub.requests == []
    assert project.pin(KEY) == commit


@pytest.mark.parametrize("ending", ["", "/", "//"])
def test_the_endpoint_may_end_in_a_slash(project: Project, run: Run, hub: LocalHub, ending: str) -> None:
    offer(hub)
    project.manifest(ASR)
    assert run("sync", HF_ENDPOINT=hub.endpoint + ending).code == 0


@pytest.mark.parametrize(
    "endpoint", ["nonsense", "http://", "ftp://127.0.0.1", "http://[::1", "http://127.0.0.1:99999"]
)
def test_an_endpoint_that_is_none_is_no_bug(project: Project, run: Run, endpoint: str, waits: list[float]) -> None:
    project.manifest(ASR)
    for environment in ({"HF_ENDPOINT": endpoint}, {"HF_ENDPOINT": endpoint, "HF_TOKEN": "hf_canary"}):
        result = run("lock", **environment)
        assert result.code in (2, 3), result.text
        assert "HF_ENDPOINT" in result.stderr
    assert len(waits) < 12


@pytest.mark.parametrize(
    "address", ["nonsense", "http://", "ftp://127.0.0.1", "http://[::1", "http://127.0.0.1:99999/"]
)
def test_an_index_that_is_none_is_no_bug(project: Project, run: Run, address: str, waits: list[float]) -> None:
    project.manifest("models: {vad: {source: pypi:pack}}\n")
    result = run("lock", PIP_INDEX_URL=address)
    assert result.code in (2, 3), result.text
    assert "index" in result.stderr
    assert len(waits) < 6


@pytest.mark.parametrize("proxy", ["nonsense", "http://", "ftp://127.0.0.1:1", "http://[::1", "http://127.0.0.1:1"])
def test_a_proxy_that_is_none_is_no_bug(project: Project, run: Run, proxy: str, waits: list[float]) -> None:
    project.manifest('models: {voice: {source: "url:http://files.invalid/model.bin"}}\n')
    result = run("lock", HTTP_PROXY=proxy)
    assert result.code in (2, 3), result.text
    assert len(waits) < 6


@pytest.mark.parametrize("certificates", ["absent.pem", "models.yaml"])
def test_certificates_that_are_none_are_no_riddle(
    project: Project, run: Run, hub: LocalHub, certificates: str, waits: list[float]
) -> None:
    offer(hub)
    project.manifest(ASR)
    result = run("sync", SSL_CERT_FILE=str(project.folder / certificates))
    assert result.code in (2, 3), result.text
    assert "SSL_CERT_FILE" in result.stderr
    assert waits == []


def test_without_a_named_store_it_lies_in_the_users_cache(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    project.manifest(ASR)
    assert run("sync", MODELS_STORE="").code == 0
    assert list(project.home.rglob("blobs"))
    assert not project.store.exists()
    assert run("sync", MODELS_STORE="", XDG_CACHE_HOME=str(project.home / "other")).code == 0
