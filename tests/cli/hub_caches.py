"""A cache of the Hub's own client, made by that client, and what a user could find changed in it."""

from pathlib import Path

from huggingface_hub import snapshot_download

from tests.cli.offers import ASR, REPO, WEIGHTS, flipped
from tests.cli.project import Project, Result
from tests.servers.hub import LocalHub


def download(hub: LocalHub, cache: Path) -> None:
    snapshot_download(REPO, cache_dir=cache, endpoint=hub.endpoint, token=False)


def locked(project: Project, hub: LocalHub, manifest: str = ASR) -> None:
    """As in a fresh clone: the lock is there, the bytes are not."""
    project.manifest(manifest)
    assert project.run("lock").code == 0
    project.forget_store()
    hub.reset_requests()


def blob(repository: Path, content: bytes = WEIGHTS) -> Path:
    """The client's blob of that content."""
    return next(one for one in (repository / "blobs").iterdir() if one.read_bytes() == content)


def flip(path: Path, at: int) -> None:
    """Somebody writes into a file: the same inode, another byte."""
    content = path.read_bytes()
    path.chmod(0o644)
    with path.open("r+b") as stream:
        stream.write(flipped(content, at))


def looks(folder: Path) -> dict[str, tuple[bytes | str, int, int]]:
    """All that a user could find changed in a folder: bytes, modes, times."""
    found: dict[str, tuple[bytes | str, int, int]] = {}
    for path in sorted(folder.rglob("*")):
        seen = path.lstat()
        content: bytes | str = "folder"
        if path.is_symlink():
            content = str(path.readlink())
        elif path.is_file():
            content = path.read_bytes()
        found[str(path.relative_to(folder))] = (content, seen.st_mode, seen.st_mtime_ns)
    return found


def model(result: Result) -> tuple[str, int, str | None]:
    """What the document says of the only model."""
    (one,) = result.document["models"]
    return one["state"], one["bytes_fetched"], one["reason"]
