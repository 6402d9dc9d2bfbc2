"""Servers that send a byte a second, or nothing: the real command gives up in time."""

import time
from collections.abc import Iterable
from itertools import chain

import pytest

from tests.cli.offers import weights
from tests.cli.project import Project, Result, finished
from tests.faults.figures import figure
from tests.faults.whole import nothing_wrong
from tests.servers.faults import ALWAYS, Fault
from tests.servers.files import FileServer
from tests.servers.raw import RawServer

PROMISED = 30
GENEROUS = 60
"""Seconds: this machine may be busy with other tests."""
OK = b"HTTP/1.1 200 OK\r\n"
HEAD = OK + b"Content-Length: 300000\r\n"
CHUNKS = OK + b"Transfer-Encoding: chunked\r\n\r\n"
LEAVING = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n"


def bytewise(content: bytes) -> Iterable[bytes]:
    return (content[at : at + 1] for at in range(len(content)))


DRIPS = {
    "head": lambda: bytewise(HEAD),
    "fields": lambda: chain([HEAD], bytewise(b"X-Padding: " + b"y" * 1000)),
    "chunk": lambda: chain([CHUNKS], bytewise(b"0" * 1000)),
    "redirect": lambda: bytewise(LEAVING),
}


def wanting(project: Project, files: FileServer, name: str) -> Project:
    """A project that has locked one file of that name, which is not there yet."""
    folder = project.beside(name)
    files.put(name, weights(300_000, sum(name.encode())))
    folder.manifest(f'models: {{voice: {{source: "url:{files.url(name)}"}}}}\n')
    result = folder.run("lock")
    assert result.code == 0, result.text
    return folder


def raced(projects: dict[str, Project], *arguments: str) -> dict[str, tuple[float, Result]]:
    """How long a sync of each takes, all at once, and what it says."""
    started = time.monotonic()
    running = {name: project.start("sync", *arguments) for name, project in projects.items()}
    ended: dict[str, float] = {}
    while len(ended) < len(running) and time.monotonic() - started < GENEROUS:
        ended |= {
            name: time.monotonic() - started
            for name, process in running.items()
            if name not in ended and process.poll() is not None
        }
        time.sleep(0.05)
    return {name: (ended.get(name, float(GENEROUS)), finished(process)) for name, process in running.items()}


def test_a_byte_a_second_is_given_up_in_thirty_seconds(project: Project, files: FileServer) -> None:
    projects = {name: wanting(project, files, name) for name in ("body", *DRIPS)}
    project.forget_store()
    files.faults = [Fault("body", "slow", times=ALWAYS, bytes_per_second=1)]
    servers = {name: RawServer(speech, 1.0) for name, speech in DRIPS.items()}
    with servers["head"], servers["fields"], servers["chunk"], servers["redirect"]:
        for name, server in servers.items():
            files.redirect(name, f"{server.url}/{name}")
        found = raced(projects)
    for name, (seconds, result) in found.items():
        assert result.code == 3, (name, result.text)
        assert "Traceback" not in result.stderr
        assert seconds < GENEROUS, name
        nothing_wrong(projects[name])
    assert {len(server.heads) for server in servers.values()} == {2}, "one more try, and no other"
    slowest = max(seconds for seconds, _ in found.values())
    figure(
        "slow loris",
        f"1 B/s is given up in {PROMISED} s: in the body, the head, a chunk's size, a redirect",
        f"given up after {slowest:.0f} s",
    )


@pytest.mark.parametrize("kind", ["silent", "stall"])
def test_silence_is_given_up_after_the_timeout(
    project: Project, files: FileServer, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that says nothing is asked again until --timeout is over: by then, one try may be on its way."""
    monkeypatch.setattr("resolver.transport.client.STALL_SECONDS", 1.0)
    wants = wanting(project, files, "model.bin")
    project.forget_store()
    files.faults = [Fault("model.bin", kind, times=ALWAYS, after_bytes=1000)]  # type: ignore[arg-type]  # one of its kinds
    started = time.monotonic()
    result = wants.run("sync", "--timeout", "2")
    assert result.code == 3
    seconds = time.monotonic() - started
    assert 2 <= seconds < GENEROUS
    assert 1 <= len(files.requested("model.bin")) - 1 <= 4
    figure(
        "slow loris, stall", "a deadline without progress (--timeout)", f"--timeout 2: given up after {seconds:.0f} s"
    )
