"""A proxy is asked in its own way, with its own password, and never sees the token of an origin it is not."""

from collections.abc import Iterator

import pytest

from resolver.domain.errors import NetworkError
from resolver.transport.client import Client
from resolver.transport.origins import Credential
from tests.servers.base import LocalServer
from tests.servers.raw import RawServer
from tests.servers.wire import Answer, Request, text_answer
from tests.unit.transport.clients import client_with


def relay(request: Request) -> Answer:
    return text_answer(200, f"{request.path} of {request.header('host')}")


@pytest.fixture
def proxy() -> Iterator[LocalServer]:
    with LocalServer(proxy=relay) as server:
        yield server


def test_a_request_goes_to_the_proxy_by_its_whole_address(proxy: LocalServer) -> None:
    with client_with(proxies={"http": proxy.origin_of("proxy")}) as client:
        answer = client.get("http://models.example/weights", limit=100)
    assert answer.body == b"http://models.example/weights of models.example"


def test_a_proxy_gets_the_user_and_password_of_its_address(proxy: LocalServer) -> None:
    address = proxy.origin_of("proxy").replace("//", "//someone:secret%21@")
    with client_with(proxies={"http": address}) as client:
        client.get("http://models.example/weights", limit=100)
    assert proxy.requests[0].header("proxy-authorization") == "Basic c29tZW9uZTpzZWNyZXQh"


def test_a_proxy_may_be_named_without_a_scheme(proxy: LocalServer) -> None:
    address = proxy.origin_of("proxy").removeprefix("http://")
    with client_with(proxies={"http": address}) as client:
        assert client.get("http://models.example/weights", limit=100).status == 200


def test_a_token_is_not_shown_to_a_proxy_in_the_clear(proxy: LocalServer) -> None:
    credential = Credential("http://models.example", "Bearer hf_canary")
    with client_with(proxies={"http": proxy.origin_of("proxy")}) as client:
        client.get("http://models.example/weights", limit=100, credential=credential)
    assert "canary" not in repr(proxy.requests[0].headers)


def test_this_machine_needs_no_proxy(proxy: LocalServer) -> None:
    with client_with(proxies={"http": "http://127.0.0.1:9"}) as client:
        assert client.get(proxy.origin_of("proxy"), limit=100).status == 200


def test_what_no_proxy_names_is_asked_directly(proxy: LocalServer, client: Client) -> None:
    port = proxy.origin_of("proxy").rpartition(":")[2]
    del client
    with client_with(proxies={"all": "http://127.0.0.1:9", "no": "localhost"}) as direct:
        answer = direct.get(f"http://localhost:{port}/weights", limit=100)
    assert answer.body == f"/weights of localhost:{port}".encode()


@pytest.mark.parametrize(("status", "tries"), [(403, 1), (407, 1), (502, 5)])
def test_a_proxy_that_refuses_to_connect_is_asked_once(status: int, tries: int) -> None:
    refusal = f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode()
    with RawServer(lambda: [refusal]) as proxy, client_with(proxies={"https": proxy.url}) as client:
        with pytest.raises(NetworkError) as caught:
            client.get("https://models.example/weights", limit=1)
        assert len(proxy.heads) == tries
    assert ("the proxy refuses" in caught.value.message) is (tries == 1)
    assert "PROXY" in str(caught.value.hint)
