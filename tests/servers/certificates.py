"""A certificate authority of our own, and servers that it vouches for. Needs the `openssl` command."""

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

EXTENSIONS = """\
subjectAltName=DNS:localhost,IP:127.0.0.1,IP:0.0.0.0
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
"""


@dataclass(frozen=True, slots=True)
class Authority:
    """`certificate` is what a client has to trust."""

    certificate: Path
    key: Path

    @classmethod
    def new(cls, folder: Path) -> "Authority":
        """An authority whose files lie in the folder."""
        authority = cls(folder / "authority.pem", folder / "authority.key")
        _openssl(
            *("req", "-x509", *_new_key(authority.key), "-subj", "/CN=tests", "-out", str(authority.certificate)),
            *("-days", "30", "-addext", "basicConstraints=critical,CA:TRUE"),
            *("-addext", "keyUsage=critical,keyCertSign,cRLSign"),
        )
        return authority

    def server(self, folder: Path, days: int = 30) -> ssl.SSLContext:
        """What a server on this machine speaks TLS with."""
        key, asked, signed, names = (folder / f"server.{kind}" for kind in ("key", "csr", "pem", "names"))
        names.write_text(EXTENSIONS)
        _openssl("req", "-new", *_new_key(key), "-subj", "/CN=server", "-out", str(asked))
        _openssl(
            *("x509", "-req", "-in", str(asked), "-CA", str(self.certificate), "-CAkey", str(self.key)),
            *("-CAcreateserial", "-days", str(days), "-extfile", str(names), "-out", str(signed)),
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(signed, key)
        return context


def _new_key(path: Path) -> tuple[str, ...]:
    return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(path))


def _openssl(*arguments: str) -> None:
    subprocess.run([tool("openssl", "apt-get install openssl"), *arguments], check=True, capture_output=True)


def tool(name: str, install: str) -> str:
    """Where a command is that a test cannot do without."""
    found = shutil.which(name)
    assert found, f"this test needs `{name}`: {install}"
    return found
