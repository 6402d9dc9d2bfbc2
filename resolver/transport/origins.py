"""Who may see a credential, and which proxy a request takes."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # public, missing from the stubs

_DEFAULT_PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of a URL (RFC 6454); a credential belongs to exactly one of these."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or _DEFAULT_PORTS.get(scheme)


def is_read_alike(url: str) -> bool:
    r"""Whether the library that connects understands the same scheme, host and port as we do when we judge.

    `http://one\@two/` is host `two` by RFC 3986, and host `one` to browsers and urllib3: a redirect to such an address
    would take along a token to where it does not belong.
    """
    from urllib3.util import parse_url

    scheme, host, port = origin_of(url)
    if not host.isascii():
        host = parse_url(f"{scheme}://{host}").host or ""
    parts = parse_url(url)
    connected = (parts.host or "").removeprefix("[").removesuffix("]"), parts.port or _DEFAULT_PORTS.get(scheme)
    return (parts.scheme, *connected) == (scheme, host, port)


def is_loopback(host: str) -> bool:
    """Whether the host is this machine whatever a name server says."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Credential:
    """An Authorization header for one origin. It never shows itself."""

    url: str
    header: str

    def __repr__(self) -> str:
        return "Credential(…)"

    def header_for(self, url: str) -> str | None:
        """The header if the URL is of our origin and encrypted, or on this machine."""
        origin = origin_of(self.url)
        if origin_of(url) != origin:
            return None
        return self.header if origin[0] == "https" or is_loopback(origin[1]) else None


def without_userinfo(url: str) -> str:
    """The URL without user and password, fit to be shown."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def shown(url: str) -> str:
    """The URL as messages show it: a query may hold a signature, and userinfo a password."""
    return urlsplit(without_userinfo(url))._replace(query="", fragment="").geturl()


def proxy_for(url: str, proxies: Mapping[str, str]) -> str | None:
    """The proxy for a URL by the rules of the standard library (`NO_PROXY` as the key `no`)."""
    scheme, host, port = origin_of(url)
    proxy = proxies.get(scheme) or proxies.get("all")
    if not proxy or is_loopback(host) or proxy_bypass_environment(f"{host}:{port}", dict(proxies)):
        return None
    return proxy
