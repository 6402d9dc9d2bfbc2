"""How a request can fail; all of it is a NetworkError to those who do not care how."""

import re
import ssl
from collections.abc import Mapping
from typing import TypeVar

import urllib3

from resolver.domain.errors import NetworkError, StalledError, TransientError
from resolver.transport.origins import origin_of, shown
from resolver.transport.watch import DripError

E = TypeVar("E", bound=BaseException)

_REFUSED_BY_PROXY = re.compile(r"Tunnel connection failed: (4[0-9]{2})")
"""How the standard library says what became of CONNECT."""
_OF_A_DATE = frozenset({9, 10})
"""X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED (OpenSSL, x509_vfy.h)."""


class StatusError(NetworkError):
    """The server answered, and the answer is a refusal: `status`, and the headers in lower case."""

    def __init__(self, message: str, *, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers

    @property
    def code(self) -> str | None:
        """The Hub's own word for it (`X-Error-Code`)."""
        return self.headers.get("x-error-code")


def connection_error(url: str, error: Exception) -> NetworkError:
    """What kept an answer from coming, in our words."""
    name = shown(url)
    if isinstance(error, ValueError) and not isinstance(error, OSError):
        return NetworkError(f"{name}: the address or the proxy is none", hint="check HF_ENDPOINT and HTTPS_PROXY")
    secrecy = found_in(error, ssl.SSLError) or found_in(error, urllib3.exceptions.SSLError)
    if isinstance(secrecy, ssl.SSLCertVerificationError):
        return NetworkError(f"{name}: the certificate is not trusted ({secrecy})", hint=_trust_hint(secrecy))
    if secrecy is not None and not _in_passing(secrecy):
        return NetworkError(
            f"{name}: no encrypted connection can be made ({secrecy})", hint="does it, or the proxy, speak https?"
        )
    refusal = _REFUSED_BY_PROXY.search(str(found_in(error, urllib3.exceptions.ProxyError) or ""))
    if refusal:
        return NetworkError(
            f"{name}: the proxy refuses to connect (HTTP {refusal[1]})",
            hint="does it want a user (HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT), or is NO_PROXY meant?",
        )
    if found_in(error, DripError):
        return StalledError(f"{name}: the head of the answer only drips")
    host = origin_of(url)[1]
    return TransientError(
        f"{name}: cannot be reached ({type(error).__name__})",
        hint=f"is {host} reachable, and right (HF_ENDPOINT, PIP_INDEX_URL, MODELS_SPACY_DOWNLOADS, MODELS_GITHUB_API)? "
        "HTTPS_PROXY and NO_PROXY are obeyed",
    )


def found_in(error: BaseException | None, kind: type[E]) -> E | None:
    """The first error of a kind among an error and what led to it."""
    while error is not None and not isinstance(error, kind):
        error = error.__cause__ or error.__context__
    return error


def _in_passing(error: Exception) -> bool:
    """A connection that was cut, or a record that was altered on its way."""
    cut = isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError))
    return cut or "BAD_RECORD_MAC" in str(getattr(error, "reason", ""))


def _trust_hint(error: ssl.SSLCertVerificationError) -> str:
    if getattr(error, "verify_code", None) in _OF_A_DATE:
        return "is the clock of this machine right? Else the server needs a new certificate"
    return "for a private authority set SSL_CERT_FILE or add it to the system's store"
