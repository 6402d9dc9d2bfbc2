"""A hub behind an authority of its own, and behind a proxy that wants a password: real TLS, the real command."""

import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.offers import CONFIG, REPO, WEIGHTS
from tests.cli.project import Project
from tests.faults.figures import figure
from tests.servers.certificates import Authority, tool
from tests.servers.hub import LocalHub
from tests.servers.tinyproxy import TinyProxy

THREAT = "proxies, private CAs"
PROMISE = "environment variables, SSL_CERT_FILE, the OS store (truststore)"
TOKEN = "hf_canary0123456789abcdef"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.new(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def tls(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    return authority.server(tmp_path_factory.mktemp("server"))


@pytest.fixture
def secure(tmp_path: Path, tls: ssl.SSLContext) -> Iterator[LocalHub]:
    """A hub over TLS at an address that no rule excepts from proxies."""
    hub = LocalHub(tmp_path / "secure")
    hub.tls, hub.host = tls, "0.0.0.0"  # noqa: S104  # reaches this machine, and is not loopback
    with hub:
        hub.commit(REPO, {"config.json": CONFIG, "model.bin": WEIGHTS}, license="mit", gated="auto")
        hub.grant(REPO, TOKEN)
        yield hub


@pytest.fixture
def wanting(project: Project, secure: LocalHub) -> Project:
    project.manifest("models: {asr: {source: hf:org/name}}\n")
    return replace(project, environment={**project.environment, "HF_ENDPOINT": secure.endpoint, "HF_TOKEN": TOKEN})


def is_right(project: Project, **environment: str) -> str:
    """What three verbs say that all went well."""
    said = ""
    for arguments in (("lock", "-v"), ("sync", "-v"), ("verify",)):
        result = project.models(*arguments, **environment)
        assert result.code == 0, result.text
        said += result.text
    assert project.snapshot(REPO) == {"config.json": CONFIG, "model.bin": WEIGHTS}
    return said


def test_a_private_authority_is_named_by_a_file(wanting: Project, authority: Authority) -> None:
    is_right(wanting, SSL_CERT_FILE=str(authority.certificate))
    figure(THREAT, PROMISE, "https hub of a private CA by SSL_CERT_FILE: lock, sync and verify exit 0")


def test_a_private_authority_may_be_in_the_store_of_the_system(
    wanting: Project, authority: Authority, tmp_path: Path
) -> None:
    """OpenSSL's own variable stands for the system's folder here: the path through truststore."""
    store = tmp_path / "certificates"
    store.mkdir()
    (store / "authority.pem").write_bytes(authority.certificate.read_bytes())
    subprocess.run([tool("openssl", "apt-get install openssl"), "rehash", str(store)], check=True, capture_output=True)
    is_right(wanting, SSL_CERT_DIR=str(store))
    figure(THREAT, PROMISE, "the same by the system's store (truststore)")


@pytest.mark.parametrize("trusted", ["nobody", "another"])
def test_an_authority_that_nobody_named_is_a_clear_error(
    wanting: Project, secure: LocalHub, tmp_path: Path, trusted: str
) -> None:
    environment = {}
    if trusted == "another":
        (tmp_path / "another").mkdir()
        environment["SSL_CERT_FILE"] = str(Authority.new(tmp_path / "another").certificate)
    result = wanting.models("lock", **environment)
    assert result.code == 3, result.text
    assert "the certificate is not trusted" in result.stderr
    assert "SSL_CERT_FILE" in result.stderr
    assert "Traceback" not in result.stderr
    assert secure.requests == []
    figure(THREAT, PROMISE, "without it: exit 3 with a hint, and no request is sent")


def test_a_proxy_carries_what_it_cannot_read(
    wanting: Project, secure: LocalHub, authority: Authority, tmp_path: Path
) -> None:
    with TinyProxy(tmp_path) as proxy:
        said = is_right(wanting, SSL_CERT_FILE=str(authority.certificate), HTTPS_PROXY=proxy.url())
        assert proxy.asked()
        assert {line.split()[0] for line in proxy.asked()} == {"CONNECT"}
        told = proxy.log.read_text()
    assert {one.bearer() for one in secure.requested(origin="hub")} == {TOKEN}
    assert {one.header("proxy-authorization") for one in secure.requests} == {None}
    assert TOKEN not in told
    assert proxy.password not in said
    figure(THREAT, PROMISE, "through tinyproxy by CONNECT, with a password: exit 0; the proxy sees no token")


def test_no_proxy_is_obeyed(wanting: Project, authority: Authority, tmp_path: Path) -> None:
    with TinyProxy(tmp_path) as proxy:
        is_right(
            wanting,
            SSL_CERT_FILE=str(authority.certificate),
            HTTPS_PROXY=proxy.url(),
            NO_PROXY="0.0.0.0",  # noqa: S104  # the hub
        )
        assert proxy.asked() == []


def test_a_proxy_that_refuses_the_password_is_a_clear_error_that_does_not_show_it(
    wanting: Project, secure: LocalHub, authority: Authority, tmp_path: Path
) -> None:
    with TinyProxy(tmp_path) as proxy:
        result = wanting.models(
            "lock", "-v", SSL_CERT_FILE=str(authority.certificate), HTTPS_PROXY=proxy.url("wrongcanary")
        )
    assert result.code == 3, result.text
    assert "wrongcanary" not in result.text
    assert TOKEN not in result.text
    assert "the proxy refuses to connect (HTTP 4" in result.stderr
    assert "HTTPS_PROXY" in result.stderr
    assert secure.requests == []
