"""nginx as a process beside the contenders: files with sendfile, answers written beforehand, every request counted."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.commands import tool

ROOT = Path(__file__).resolve().parents[1]
READY_SECONDS = 10.0
SETTLE_SECONDS = 0.05
"""A line of the log may be written after its answer was read."""

_CONFIGURATION = """\
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 1024; }}
http {{
  log_format counted '$request_method $status $body_bytes_sent $request_uri';
  access_log {folder}/access.log counted;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  default_type application/octet-stream;
  sendfile on; sendfile_max_chunk 1m; tcp_nopush on; etag on; absolute_redirect off;
  keepalive_requests 1000000; keepalive_timeout 300s;
{servers}}}
"""


@dataclass(frozen=True, slots=True)
class Requested:
    """Requests that were answered, and bytes of their bodies."""

    count: int
    bytes: int


@dataclass(slots=True)
class Log:
    """The log of a running nginx; `since` says what came since the last time."""

    path: Path
    _seen: int = 0

    def since(self) -> Requested:
        """What was asked since this was called last."""
        time.sleep(SETTLE_SECONDS)
        with self.path.open("rb") as stream:
            stream.seek(self._seen)
            lines = stream.read().splitlines()
            self._seen = stream.tell()
        return Requested(len(lines), sum(int(line.split(b" ", 3)[2]) for line in lines))


@contextmanager
def nginx(folder: Path, servers: str, ports: Sequence[int]) -> Iterator[Log]:
    """Serve what the text of `servers` says, on these ports, until the context ends; `folder` is nginx's own."""
    program = tool("nginx", "apt-get install nginx-light", Path("/usr/sbin"))
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "nginx.conf"
    configuration.write_text(_CONFIGURATION.format(folder=folder, servers=servers), encoding="utf-8")
    log = folder / "access.log"
    log.touch()
    words = [program, "-p", str(folder), "-c", str(configuration), "-e", str(folder / "error.log")]
    process = subprocess.Popen([*words, "-g", "daemon off; master_process off;"])
    try:
        for port in ports:
            _wait_for(port, process)
        yield Log(log)
    finally:
        _end(process)


@contextmanager
def far(port: int, delay: float) -> Iterator[int]:
    """A port that leads to `port` over a link with a round trip of `delay` seconds."""
    words = [sys.executable, "-m", "benchmarks.distance", str(port), "--delay", str(delay)]
    with _spoken(words) as spoken:
        yield int(spoken)


@contextmanager
def one_file(path: Path, *options: str) -> Iterator[str]:
    """The address of a file that `file_server` serves, with its options."""
    words = [sys.executable, "-m", "benchmarks.file_server", str(path), *options]
    with _spoken(words) as port:
        yield f"http://127.0.0.1:{port}/{path.name}"


@contextmanager
def _spoken(words: Sequence[str]) -> Iterator[str]:
    """The first line of a process that serves until it is killed."""
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip() if process.stdout else ""
        finally:
            process.kill()


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on at this moment."""
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in held]


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise SystemExit(f"nginx does not answer on port {port}; see its error.log")


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)
        return
    os.kill(process.pid, 9)
    process.wait()
