"""A project that is locked and not fetched, and mirrors of what its lock names."""

from pathlib import Path

from tests.cli.offers import CONFIG, REPO, sha256, weights
from tests.cli.project import Project, Result
from tests.servers.files import FileServer

LARGE = weights(3_000_000, 1)
FILES = {"config.json": CONFIG, "model.bin": LARGE}
MODEL = sha256(LARGE)


def blob(content: bytes) -> str:
    """Where a mirror has some bytes."""
    digest = sha256(content)
    return f"blobs/sha256/{digest[:2]}/{digest}"


def fill(server: FileServer, *contents: bytes) -> str:
    """Let a web server serve blobs; its location."""
    for content in contents or FILES.values():
        server.put(blob(content), content)
    return server.origin_of("files")


def fill_folder(folder: Path, *contents: bytes) -> str:
    """Let a folder hold blobs; its location."""
    for content in contents or FILES.values():
        place = folder / blob(content)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return str(folder)


def is_right(project: Project, result: Result) -> None:
    assert result.code == 0, result.text
    assert project.snapshot(REPO) == FILES
    assert project.staged() == []
