"""Requests: redirects under our own rules, proxies, certificates, retries with jitter and Retry-After."""

import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import unquote, urljoin, urlsplit

import tenacity
import urllib3
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from resolver.domain.errors import InterruptedByUserError, NetworkError, OfflineError, StalledError, TransientError
from resolver.domain.ports import WHOLE, Portion
from resolver.transport.answer import STALL_SECONDS, Answer
from resolver.transport.errors import StatusError, connection_error
from resolver.transport.origins import Credential, is_read_alike, origin_of, proxy_for, shown
from resolver.transport.waits import retry_after
from resolver.transport.watch import expect, watching

T = TypeVar("T")

CONNECT_SECONDS = 10.0
MOST_REDIRECTS = 10
LONGEST_WAIT = 30.0
LONGEST_RETRY_AFTER = 300.0
REQUEST_ATTEMPTS = 5
WORTH_READING = 1 << 16
WORTH_WAITING = 2.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """What the environment says of the network; `certificates` is a file of authorities instead of the system's."""

    agent: str
    proxies: Mapping[str, str] = field(default_factory=dict)
    certificates: str | None = None
    offline: bool = False


class Client:
    """Connections kept alive and shared by threads; `stop` ends every wait."""

    def __init__(self, settings: NetworkSettings, stop: threading.Event) -> None:
        self._settings = settings
        self.stop = stop
        self._pools: dict[str | None, urllib3.PoolManager] = {}
        self._lock = threading.Lock()

    def get(
        self, url: str, *, limit: int, headers: Mapping[str, str] | None = None, credential: Credential | None = None
    ) -> Answer:
        """The answer with its whole body read, at most `limit` bytes; see `body`."""

        def attempt() -> Answer:
            answer = self.open(url, headers=headers, credential=credential)
            answer.body = answer.read_all(limit)
            return answer

        return self.patiently(attempt)

    def head(self, url: str, *, credential: Credential | None = None, attempts: int = REQUEST_ATTEMPTS) -> Answer:
        """The headers of the first answer that leads nowhere else on this origin; one that leads away is a yes."""

        def attempt() -> Answer:
            answer = self._ask("HEAD", url, {}, credential, 0)
            answer.close()
            return answer

        return self.patiently(attempt, attempts=attempts)

    def open(
        self,
        url: str,
        *,
        portion: Portion = WHOLE,
        headers: Mapping[str, str] | None = None,
        credential: Credential | None = None,
    ) -> Answer:
        """One GET, tried once. For less than the whole it asks for that range, if its `validator` still holds.

        A server that has nothing at that offset is asked for the whole: the caller sees that it is another one.

        Raises:
            TransientError: worth another try.
            StatusError: the server refuses.
        """
        try:
            return self._ask("GET", url, dict(headers or {}) | _range(portion), credential, portion.offset)
        except StatusError as error:
            if error.status != 416 or not portion.offset:
                raise
        return self._ask("GET", url, dict(headers or {}), credential, 0)

    def patiently(self, attempt: Callable[[], T], *, attempts: int = REQUEST_ATTEMPTS) -> T:
        """Try again what failed in passing, with growing, jittered waits or as long as the server asks."""
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(TransientError),
            wait=waiting_time,
            stop=StalledAgain() | tenacity.stop_after_attempt(attempts) | tenacity.stop_when_event_set(self.stop),
            sleep=tenacity.sleep_using_event(self.stop),
            reraise=True,
        )
        return retrying(attempt)

    def admit(self, url: str) -> None:
        """Refuse what may not go out, also for a library that speaks to the network itself.

        Raises:
            OfflineError: the network may not be used.
            InterruptedByUserError: the stop event was set.
        """
        if self._settings.offline:
            raise OfflineError(
                f"{shown(url)} is needed and the network may not be used",
                hint="run it without --offline, MODELS_OFFLINE and HF_HUB_OFFLINE",
            )
        if self.stop.is_set():
            raise InterruptedByUserError("interrupted")

    def _ask(
        self, method: str, url: str, headers: dict[str, str], credential: Credential | None, offset: int
    ) -> Answer:
        for _ in range(MOST_REDIRECTS + 1):
            response = self._once(method, url, headers, credential)
            location = response.headers.get("Location")
            if response.status not in _REDIRECTS or not location:
                return self._judged(response, url, offset)
            _discard(response)
            target = _redirected(url, location)
            if method == "HEAD" and origin_of(target) != origin_of(url):
                return Answer(response, url, offset, self.stop)
            url = target
        raise NetworkError(f"{shown(url)}: more than {MOST_REDIRECTS} redirects")

    def _once(self, method: str, url: str, headers: dict[str, str], credential: Credential | None) -> BaseHTTPResponse:
        self.admit(url)
        if not url.startswith(("http://", "https://")):
            raise NetworkError(f"{url[:80] or 'an empty address'}: no http address")
        sent = {"User-Agent": self._settings.agent, "Accept-Encoding": "identity", **headers}
        authorization = credential and credential.header_for(url)
        if authorization:
            sent["Authorization"] = authorization
        try:
            if not is_read_alike(url):
                raise NetworkError(f"{shown(url)}: the address can be read in two ways, and is not asked")
            return self._pool(url).urlopen(
                method, url, headers=sent, redirect=False, retries=False, preload_content=False, assert_same_host=False
            )
        except (HTTPError, OSError, ValueError) as error:
            raise connection_error(url, error) from error

    def _pool(self, url: str) -> urllib3.PoolManager:
        proxy = proxy_for(url, self._settings.proxies)
        with self._lock:
            if proxy not in self._pools:
                self._pools[proxy] = self._new_pool(proxy)
            return self._pools[proxy]

    def _new_pool(self, proxy: str | None) -> urllib3.PoolManager:
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=STALL_SECONDS)
        context = _context(self._settings.certificates)
        if proxy is None:
            return watching(urllib3.PoolManager(num_pools=32, maxsize=32, timeout=timeout, ssl_context=context))
        address = proxy if "://" in proxy else f"http://{proxy}"
        user = urlsplit(address).netloc.rpartition("@")[0]
        sent = urllib3.make_headers(proxy_basic_auth=unquote(user)) if user else None
        pools = urllib3.ProxyManager(
            address, proxy_headers=sent, num_pools=32, maxsize=32, timeout=timeout, ssl_context=context
        )
        return watching(pools)

    def _judged(self, response: BaseHTTPResponse, url: str, offset: int) -> Answer:
        name = shown(url)
        if response.status in (200, 206):
            try:
                return Answer(response, url, offset, self.stop)
            except NetworkError:
                response.close()
                response.release_conn()
                raise
        headers = {field.lower(): value for field, value in response.headers.items()}
        _discard(response)
        if response.status in _TRANSIENT:
            raise TransientError(f"{name}: HTTP {response.status}", retry_after=retry_after(headers))
        raise StatusError(f"{name}: HTTP {response.status}", status=response.status, headers=headers)

    def close(self) -> None:
        """Close every connection."""
        for pool in self._pools.values():
            pool.clear()


class StalledAgain(tenacity.stop.stop_base):
    """An attempt dripped as the one before it did."""

    def __init__(self) -> None:
        self._stalled = False

    def __call__(self, retry_state: tenacity.RetryCallState) -> bool:
        """Whether to give up."""
        before = self._stalled
        self._stalled = isinstance(retry_state.outcome and retry_state.outcome.exception(), StalledError)
        return before and self._stalled


def _range(portion: Portion) -> dict[str, str]:
    """The headers that ask for a portion."""
    if not portion.offset and portion.end is None:
        return {}
    end = "" if portion.end is None else str(portion.end - 1)
    condition = {"If-Range": portion.validator} if portion.validator else {}
    return {"Range": f"bytes={portion.offset}-{end}", **condition}


def waiting_time(state: tenacity.RetryCallState) -> float:
    """Seconds until the next try: what the server asks for, else doubling with full jitter."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, TransientError) and error.retry_after is not None:
        return min(error.retry_after, LONGEST_RETRY_AFTER)
    return float(tenacity.wait_random_exponential(multiplier=0.5, max=LONGEST_WAIT)(state))


def _discard(response: BaseHTTPResponse) -> None:
    """Read a short body to its end, so that the connection serves again; a long or slow one is not worth it."""
    length = response.headers.get("Content-Length", "")
    try:
        if length.isdecimal() and int(length[:20]) <= WORTH_READING:
            _hurry(response)
            response.drain_conn()
        else:
            response.close()
    except (HTTPError, OSError, ValueError):
        response.close()
    response.release_conn()


def _hurry(response: BaseHTTPResponse) -> None:
    """What is left of the body may take a moment, and no longer."""
    expect(response, WORTH_WAITING)
    connection = getattr(response.connection, "sock", None)
    if connection is not None:
        connection.settimeout(WORTH_WAITING)


def _redirected(url: str, location: str) -> str:
    try:
        target = urljoin(url, location)
        scheme = origin_of(target)[0]
    except ValueError as error:
        raise NetworkError(f"{shown(url)}: redirected to an address that is none") from error
    if scheme not in ("http", "https"):
        raise NetworkError(f"{shown(url)}: redirected to a {scheme or 'nameless'} address")
    if scheme == "http" and origin_of(url)[0] == "https":
        raise NetworkError(f"{shown(url)}: redirected from https to http, which is never followed")
    return target


def _context(certificates: str | None) -> ssl.SSLContext:
    if certificates:
        try:
            return ssl.create_default_context(cafile=certificates)
        except (OSError, ssl.SSLError) as error:
            raise NetworkError(f"SSL_CERT_FILE {certificates}: no certificates can be read there") from error
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
