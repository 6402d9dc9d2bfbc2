"""Debian's tinyproxy on loopback: a real proxy, which speaks CONNECT and wants a password."""

import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers.certificates import tool

PATIENCE = 10


class TinyProxy:
    """`user` and `password` are what it wants; `asked` is what it was asked for."""

    user, password = "someone", "pr0xycanary"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self._folder / "tinyproxy.log"

    def url(self, password: str = password) -> str:
        """What HTTPS_PROXY would be."""
        return f"http://{self.user}:{password}@127.0.0.1:{self._port}"

    def asked(self) -> list[str]:
        """The first line of every request."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [line.partition("): ")[2] for line in lines if "): CONNECT " in line or "): GET " in line]

    def __enter__(self) -> Self:
        settings = self._folder / "tinyproxy.conf"
        settings.write_text(
            f"Port {self._port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 50\nLogLevel Connect\n"
            f'LogFile "{self.log}"\nBasicAuth {self.user} {self.password}\n'
        )
        command = [tool("tinyproxy", "apt-get install tinyproxy-bin"), "-d", "-c", str(settings)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait()

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._port), 1).close()
            except OSError:
                assert time.monotonic() < end, "tinyproxy does not listen"
                time.sleep(0.02)
            else:
                return
