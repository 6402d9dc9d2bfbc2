"""A repository of GitHub that tests of its source pin and read."""

from resolver.domain.lock import Artifact, File
from resolver.domain.manifest import Request
from resolver.domain.ports import Desk, Portion
from resolver.sources.github import GitHub
from resolver.transport.client import Client
from resolver.transport.origins import Credential
from tests.bodies import taken
from tests.servers.github import LocalGitHub
from tests.unit.sources.shelves import desk

NAME = "snakers4/silero-vad"
SOURCE = f"github:{NAME}"
WEIGHTS = b"weights" * 50_000
FILES = {"hubconf.py": b"dependencies = []\n", "README.md": b"# VAD\n", "files/silero.jit": WEIGHTS}
REQUEST = Request(SOURCE)
KEY = f"{SOURCE}@main"


def connected(server: LocalGitHub, client: Client, token: str | None = None) -> GitHub:
    return GitHub(lambda: client, server.api, Credential(server.api, f"Bearer {token}") if token else None)


def pinned(github: GitHub, at: Desk | None = None, request: Request = REQUEST) -> Artifact:
    return github.artifact(KEY, request, github.candidates(request)[0], at or desk())


def content_of(github: GitHub, artifact: Artifact, path: str, offset: int = 0, piece: int = 1 << 16) -> bytes:
    file = next((one for one in artifact.files if one.path == path), File(path, 1, "0" * 64))
    body = github.open(artifact, file, Portion(offset))
    found = b""
    while part := taken(body, piece):
        found += part
    body.close()
    return found
