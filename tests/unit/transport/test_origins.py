"""Who may see a credential, and which proxy a request takes."""

import pytest

from resolver.transport.origins import Credential, is_loopback, is_read_alike, origin_of, proxy_for, without_userinfo

CANARY = "Bearer hf_canary"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://models.example/a?b", ("https", "models.example", 443)),
        ("HTTPS://Models.Example", ("https", "models.example", 443)),
        ("http://models.example", ("http", "models.example", 80)),
        ("https://models.example:8443/", ("https", "models.example", 8443)),
        ("https://user:word@models.example/", ("https", "models.example", 443)),
        ("http://[::1]:8000/", ("http", "::1", 8000)),
        ("ftp://models.example/", ("ftp", "models.example", None)),
        ("nothing", ("", "", None)),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, origin: tuple[str, str, int | None]) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://models.example/a/b?c", True),
        ("https://models.example:443/", True),
        ("HTTPS://MODELS.EXAMPLE/", True),
        ("https://other@models.example/", True),
        ("http://models.example/", False),
        ("http://models.example:443/", False),
        ("https://models.example:444/", False),
        ("https://models.example.evil/", False),
        ("https://evil.models.example/", False),
        ("https://models.example@evil/", False),
        ("https://evil/models.example", False),
        ("https://evil/?https://models.example", False),
        ("https://models.examp1e/", False),
        ("//models.example/", False),
        ("models.example", False),
        ("", False),
    ],
)
def test_a_credential_goes_to_its_exact_origin(url: str, sent: bool) -> None:  # noqa: FBT001
    credential = Credential("https://models.example/api", CANARY)
    assert credential.header_for(url) == (CANARY if sent else None)


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://127.9.9.9", True),
        ("http://localhost:8000", True),
        ("http://[::1]:8000", True),
        ("http://models.example", False),
        ("http://10.0.0.1", False),
        ("http://localhost.evil", False),
        ("http://127.0.0.1.evil", False),
        ("http://0.0.0.0", False),
        ("ftp://models.example", False),
    ],
)
def test_without_encryption_a_credential_stays_on_this_machine(url: str, sent: bool) -> None:  # noqa: FBT001
    assert Credential(url, CANARY).header_for(f"{url}/path") == (CANARY if sent else None)


def test_a_credential_never_shows_itself() -> None:
    credential = Credential("https://models.example", CANARY)
    assert "canary" not in f"{credential!r} {credential!s} {[credential]}"


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("localhost", True), ("127.0.0.1", True), ("::1", True), ("128.0.0.1", False), ("::2", False), ("", False)],
)
def test_loopback_is_this_machine_whatever_a_name_server_says(host: str, loopback: bool) -> None:  # noqa: FBT001
    assert is_loopback(host) is loopback


def test_an_address_is_shown_without_user_and_password() -> None:
    assert without_userinfo("https://user:word@host:1/a?b#c") == "https://host:1/a?b#c"
    assert without_userinfo("https://user:w@rd@host/a@b") == "https://host/a@b"
    assert without_userinfo("https://host/a") == "https://host/a"


PROXIES = {"http": "http://plain:1", "https": "http://secure:2", "no": ".internal,exact.example,10.0.0.7:8443"}


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("http://models.example/", "http://plain:1"),
        ("https://models.example/", "http://secure:2"),
        ("HTTPS://models.example/", "http://secure:2"),
        ("https://exact.example/", None),
        ("https://a.exact.example/", None),
        ("https://notexact.example/", "http://secure:2"),
        ("https://a.internal/", None),
        ("https://10.0.0.7:8443/", None),
        ("https://10.0.0.7/", "http://secure:2"),
        ("http://127.0.0.1:8000/", None),
        ("http://localhost/", None),
        ("http://[::1]/", None),
    ],
)
def test_a_proxy_is_chosen_by_scheme_and_host(url: str, proxy: str | None) -> None:
    assert proxy_for(url, PROXIES) == proxy


def test_one_proxy_may_serve_all_schemes_and_the_special_one_wins() -> None:
    assert proxy_for("https://models.example/", {"all": "http://all:3"}) == "http://all:3"
    assert proxy_for("https://models.example/", {"all": "http://all:3", "https": "http://s:2"}) == "http://s:2"
    assert proxy_for("https://models.example/", {"http": "http://plain:1"}) is None
    assert proxy_for("https://models.example/", {}) is None


def test_a_star_needs_no_proxy_at_all() -> None:
    assert proxy_for("https://models.example/", {"https": "http://s:2", "no": "*"}) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://h",
        "https://h/x?y#z",
        "http://h:80/x",
        "https://h:8443",
        "http://user:word@h/x",
        "http://H.example./x",
        "http://127.0.0.1:1/x",
        "http://[::FFFF:127.0.0.1]:8/x",
        "https://m\u00fcnchen.example/x",
        "https://h/x\\@y",
    ],
)
def test_an_address_is_mostly_read_alike(url: str) -> None:
    assert is_read_alike(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://one\\@two/",
        "http://one:1\\@two:2/",
        "http://one\\.two/",
        "http://two\\one",
        "https://one\\@m\u00fcnchen.example/",
    ],
)
def test_who_reads_an_address_in_another_way_is_not_sent_there(url: str) -> None:
    assert not is_read_alike(url)
