"""A Hugging Face hub that costs nothing: what the tests' hub answers is written down, and nginx gives it.

The tests' hub speaks the protocol to the real library (tests/contracts); asked by Python for every file it would be
half of what is measured.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from benchmarks.served import Log, far, free_ports, nginx
from tests.servers.hub import LocalHub
from tests.servers.hub_repository import Repository
from tests.servers.hub_routes import HubRoutes
from tests.servers.wire import Answer, Request

PIECE = 1_000_000
_SHOWN = ("X-Repo-Commit", "X-Linked-Size", "X-Linked-Etag", "ETag")


@dataclass(frozen=True, slots=True)
class Served:
    """A hub that is served: what `HF_ENDPOINT` is to be, and what was asked."""

    endpoint: str
    log: Log


class WrittenHub(LocalHub):
    """The tests' hub, which is only asked for what it would answer at these origins."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._origins = ("", "")
        self.page_size = 1_000_000

    @property
    def endpoint(self) -> str:
        """Of the API."""
        return self._origins[0]

    @property
    def cdn_origin(self) -> str:
        """Of large files."""
        return self._origins[1]

    @contextmanager
    def served(self, *, delay: float = 0.0) -> Iterator[Served]:
        """Serve all repositories; with a `delay`, as far away as that many seconds of a round trip."""
        api, cdn = ports = free_ports(2)
        with ExitStack() as stack:
            public = [stack.enter_context(far(port, delay)) for port in ports] if delay else ports
            self._origins = (f"http://127.0.0.1:{public[0]}", f"http://127.0.0.1:{public[1]}")
            servers = f"  server {{ listen 127.0.0.1:{api};\n{self._locations()}  }}\n{self._large(cdn)}"
            yield Served(self.endpoint, stack.enter_context(nginx(self.folder / "nginx", servers, ports)))

    def _large(self, port: int) -> str:
        blobs = self.folder / "blobs"
        place = f"location ~ ^/repos/.+/(?<digest>[0-9a-f]+)$ {{ alias {blobs}/$digest; }}"
        return f"  server {{ listen 127.0.0.1:{port}; {place} }}\n"

    def _locations(self) -> str:
        routes = HubRoutes(self)
        lines: list[str] = []
        for repository in self.repositories.values():
            lines.extend(self._of(routes, repository))
        return "".join(f"    location = {line}\n" for line in lines)

    def _of(self, routes: HubRoutes, repository: Repository) -> Iterator[str]:
        api = f"/api/models/{repository.id}"
        commit = self.head(repository.id)
        for path in (api, f"{api}/revision/main", f"{api}/revision/{commit.sha}", f"{api}/tree/{commit.sha}"):
            query = "recursive=true" if "/tree/" in path else "blobs=true"
            yield self._document(path, routes.answer_hub(Request("GET", path, "hub", {}, query=query)))
        for path, blob in commit.files.items():
            asked = f"/{repository.id}/resolve/{commit.sha}/{path}"
            answer = routes.answer_hub(Request("GET", asked, "hub", {}))
            yield f'{asked} {{ {_headers(answer)} return {answer.status} "{answer.headers["Location"]}"; }}'
            if not blob.is_lfs:
                near = str(answer.headers["Location"]).partition("?")[0]
                kept = _headers(routes.answer_hub(Request("HEAD", near, "hub", {})))
                yield f"{unquote(near)} {{ etag off; {kept} alias {self.folder}/blobs/{blob.sha256}; }}"

    def _document(self, path: str, answer: Answer) -> str:
        place = self.folder / "documents" / path.replace("/", "_")
        place.parent.mkdir(parents=True, exist_ok=True)
        document = json.loads(b"".join(map(bytes, answer.body)))
        place.write_text(json.dumps(document), encoding="utf-8")
        return f"{path} {{ default_type application/json; alias {place}; }}"


def _headers(answer: Answer) -> str:
    shown = ((name, answer.headers[name]) for name in _SHOWN if name in answer.headers)
    return " ".join(f"add_header {name} '{value}';" for name, value in shown)


def made(folder: Path, repositories: Iterable[tuple[str, Mapping[str, int]]]) -> WrittenHub:
    """A hub with these repositories, each one commit of files with so many random bytes; all lie in `folder`."""
    hub = WrittenHub(folder)
    for name, sizes in repositories:
        made_files = {path: random_file(folder / "made" / path, size) for path, size in sizes.items()}
        hub.commit(name, dict(made_files))
        for one in made_files.values():
            one.unlink()
    return hub


def library(models: int, files: int, size: int = 10_000) -> list[tuple[str, dict[str, int]]]:
    """Repositories with small files, for `made`."""
    sizes = {f"texts/{number:05}.txt": size for number in range(files)}
    return [(f"benchmarks/model-{number:03}", sizes) for number in range(models)]


def weights(files: int, size: int) -> dict[str, int]:
    """Large files of one repository, for `made`."""
    return {f"model-{number:05}.safetensors": size for number in range(files)}


def random_file(path: Path, size: int) -> Path:
    """A file of random bytes, written piece by piece: who measures the memory of children stays small."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        for start in range(0, size, PIECE):
            stream.write(os.urandom(min(PIECE, size - start)))
    return path
