"""The weights that faults strike, and what must be true once the same command has run to its end."""

import hashlib
import time
from collections.abc import Callable

from resolver.domain.digests import is_sha256
from tests.cli.offers import CONFIG, REPO, weights
from tests.cli.project import Project
from tests.servers.base import LocalServer

SIZE = 4_000_000
ONE, TWO = weights(SIZE, 1), weights(SIZE, 2)
PATIENCE = 20


def is_whole(project: Project) -> None:
    """Every byte is right, and nothing lies about that nobody needs."""
    right = {"config.json": CONFIG, "one.bin": ONE, "two.bin": TWO}
    assert project.snapshot(REPO) == right, "the view holds other bytes"
    found = project.run("verify")
    assert found.code == 0, found.text
    nothing_wrong(project)
    assert project.staged() == [], f"left in staging: {project.staged()}"
    leftovers = [*project.folder.rglob("*.placing"), *project.folder.rglob("*.tmp")]
    assert leftovers == [], f"left in the project: {leftovers}"


def nothing_wrong(project: Project) -> None:
    """No blob, and no note of what blobs are called, bears a name that is not its digest."""
    notes = [one for one in project.store.glob("names/*") if is_sha256(one.name)]
    for named in (*project.blobs(), *notes):
        assert hashlib.sha256(named.read_bytes()).hexdigest() == named.name


def contents(project: Project) -> dict[str, bytes]:
    """Every file of the project and its store; of what the machine writes for itself only the name.

    Of stamps and of what blobs are called nothing: what is missing costs one hash, or a name.
    """
    found = {}
    for folder in (project.folder, project.store):
        for path in (one for one in folder.rglob("*") if one.is_file() and not {"stamps", "names"} & set(one.parts)):
            ours = path.name == "models-record.json" or "agreements" in path.parts
            found[path.relative_to(folder.parent).as_posix()] = b"" if ours else path.read_bytes()
    return found


def until_sent(server: LocalServer, match: str, count: int = 1) -> None:
    """Wait until so many bytes of a body are on their way."""
    until(lambda: server.bytes_sent(match) >= count)


def until(happened: Callable[[], bool]) -> None:
    """Wait for something that is about to happen."""
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)
