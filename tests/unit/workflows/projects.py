"""A project that is locked against sources in memory, and what came of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from resolver.domain.lock import Artifact, Dependency
from resolver.domain.lock_report import LockReport
from resolver.domain.manifest import Request
from resolver.domain.ports import Candidate, Desk, Refusal, Source
from resolver.domain.profile import Memory as Ram
from resolver.domain.profile import OperatingSystem, Processor, Profile
from resolver.sources import SourceSettings
from resolver.store import Store
from resolver.workflows.lock import LockOptions, lock
from resolver.workflows.workspace import ConnectedSources, Workspace
from tests.scenarios.sources import Memory, Offer

AS_IT_IS = LockOptions()
LINUX = Profile(OperatingSystem("linux"), Processor("x86_64"), Ram())
COMMITS = {"main": "a1", "dev": "b2"}


class OneSource(ConnectedSources):
    """The same source for every kind."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def __getitem__(self, kind: str) -> Source:
        return self._source


@dataclass
class Heard(Memory):
    """A source that remembers whatever it is asked, not for candidates only; `taken` are the files that were pinned."""

    taken: list[str] = field(default_factory=list)

    def probe(self, source: str, candidate: Candidate, path: str | None) -> Refusal | None:
        self.asked.append(source)
        return super().probe(source, candidate, path)

    def artifact(self, key: str, request: Request, candidate: Candidate, desk: Desk) -> Artifact:
        self.asked.append(request.source)
        found = super().artifact(key, request, candidate, desk)
        self.taken += [file.path for file in found.files]
        return found


def heard(offers: Mapping[str, Offer]) -> Heard:
    """What is offered under `hf:`."""
    return Heard({f"hf:{name}": offer for name, offer in offers.items()}, {})


def no_client() -> NoReturn:
    raise AssertionError("a connection is asked for")


def workspace(root: Path, source: Source) -> Workspace:
    """A project in a folder, with a store beside it."""
    project = root / "project"
    project.mkdir(exist_ok=True)
    settings = SourceSettings(project, no_client, "https://host.invalid", None, {}, root / "home")
    return Workspace(project, Store(root / "store"), settings, lambda: OneSource(source), lambda: LINUX)


def repository(
    contents: Mapping[str, object] | None = None, files: Mapping[str, str] | None = None, gated: str = ""
) -> Offer:
    """A repository whose documents are these: texts as they are, anything else as JSON, which is YAML too."""
    texts = {path: one if isinstance(one, str) else json.dumps(one) for path, one in (contents or {}).items()}
    return Offer(branches=COMMITS, files=files or {"weights.bin": "9"}, contents=texts, gated=gated)


def adapter(base: str, revision: str | None = None) -> Offer:
    """A repository that needs another."""
    return repository({"adapter_config.json": {"base_model_name_or_path": base, "revision": revision}})


def whisper() -> Offer:
    """A multilingual model of faster-whisper that has no tokenizer."""
    return repository({"vocabulary.txt": "x\n\n"}, {"model.bin": "9", "config.json": "9"})


@dataclass(frozen=True, slots=True)
class Locked:
    """What a lock told, whom it asked, and the bytes of models.lock."""

    report: LockReport
    asked: tuple[str, ...]
    text: bytes

    @property
    def keys(self) -> list[str]:
        return list(self.report.lock.artifacts)

    def edges(self, key: str) -> tuple[Dependency, ...]:
        return self.report.lock.artifacts[key].dependencies

    def needs(self, key: str) -> list[str]:
        return [edge.artifact for edge in self.edges(key)]

    def paths(self, key: str) -> list[str]:
        return [file.path for file in self.report.lock.artifacts[key].files]


def locked(
    root: Path,
    models: str,
    offers: Mapping[str, Offer],
    options: LockOptions = AS_IT_IS,
    source: Heard | None = None,
) -> Locked:
    """Lock models, one a line, with what is offered under `hf:`; the lock of an earlier call is there still."""
    asked = source or heard(offers)
    around = workspace(root, asked)
    around.manifest_path.write_text("version: 1\nmodels:\n" + "".join(f"  {one}\n" for one in models.splitlines()))
    report = lock(around, options)
    return Locked(report, tuple(asked.asked), around.lock_path.read_bytes() if around.lock_path.exists() else b"")
