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
from tests.servers.github import LocalGitHub
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel, wheel_filename
from tests.servers.releases import SpacyReleases, make_pipeline

MODEL = weights(200_000)
FILES = {"pack/config.json": CONFIG, "pack/model.bin": MODEL}
WHEEL = make_wheel("pack", "1.0", FILES, compress=False)


@dataclass(frozen=True, slots=True)
class Around:
    """A project and the local servers that sources are asked of."""

    project: Project
    hub: LocalHub
    index: PackageIndex
    files: FileServer
    releases: SpacyReleases
    github: LocalGitHub


@dataclass(frozen=True, slots=True)
class Case:
    """What one source is asked for. `opened` is what `open` gives by path; `members` what the artifact must list.

    `environment` says where the server is, for a source that learns it from variables of its own.
    """

    request: Request
    missing: tuple[Request, ...]
    members: Mapping[str, bytes]
    opened: Mapping[str, bytes]
    vanish: Callable[[], None]
    server: LocalServer | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


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


def hub_case(around: Around) -> Case:
    hub = around.hub
    hub.commit("org/name", FILES, license="mit", tags=["v1.0"])
    missing = Request("hf:org/absent"), Request("hf:org/name", revision="v9"), Request("hf:org/absent", version=">=1")
    return Case(Request("hf:org/name"), missing, FILES, FILES, lambda: hub.delete_repository("org/name"), hub)


def index_case(around: Around) -> Case:
    index = around.index
    index.add("pack", "1.0", WHEEL)
    archive = {wheel_filename("pack", "1.0"): WHEEL}
    return Case(Request("pypi:pack"), (Request("pypi:absent"),), FILES, archive, lambda: index.remove("pack"), index)


def web_case(around: Around) -> Case:
    files = around.files
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


def folder_case(around: Around) -> Case:
    project = around.project
    for path, content in FILES.items():
        place = project.folder / "own" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)

    def vanish() -> None:
        project.folder.joinpath("own").rename(project.folder / "gone")

    return Case(Request("file:./own"), (Request("file:./absent"),), FILES, FILES, vanish)


def spacy_case(around: Around) -> Case:
    releases = around.releases
    inside = {f"en_{path}": content for path, content in FILES.items()}
    wheel = make_pipeline("en_pack", "1.0.0", inside, compress=False)
    releases.add("en_pack", "1.0.0", wheel)
    archive = {wheel_filename("en_pack", "1.0.0"): wheel}
    return Case(
        Request("spacy:en_pack"),
        (Request("spacy:en_absent"),),
        inside,
        archive,
        lambda: releases.remove("en_pack", "1.0.0"),
        releases,
        releases.environment,
    )


def github_case(around: Around) -> Case:
    github = around.github
    github.commit("org/name", FILES, license="MIT")
    missing = (
        Request("github:org/absent"),
        Request("github:org/name", revision="v9"),
        Request("github:org/absent", version=">=1"),
    )
    return Case(
        Request("github:org/name"),
        missing,
        FILES,
        FILES,
        lambda: github.delete("org/name"),
        github,
        github.environment,
    )


CASES: dict[str, Callable[[Around], Case]] = {
    "github": github_case,
    "hf": hub_case,
    "pypi": index_case,
    "url": web_case,
    "file": folder_case,
    "spacy": spacy_case,
}
