"""What was resolved: models.lock as values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from resolver.domain.facts import Facts
from resolver.domain.globs import wanted_by_any
from resolver.domain.manifest import DEFAULT_CACHE, Model, Policy, Variant
from resolver.domain.selector import Mismatch


@dataclass(frozen=True, slots=True)
class File:
    """One file: a relative POSIX path, its size in bytes, its sha256 in hexadecimal."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Dependency:
    """An edge to another artifact, and what says that it is needed."""

    artifact: str
    because: str


@dataclass(frozen=True, slots=True)
class Artifact:
    """Everything pinned of one request.

    `commit` for sources with revisions, `version` for those with releases or tags; `archive` is the wheel or archive
    that `files` are members of; `index` only where the manifest names one for the model; `license_stated` where the
    manifest states the licence.
    """

    key: str
    commit: str | None
    version: str | None
    files: tuple[File, ...]
    license: str | None = None
    license_stated: bool = False
    gated: bool = False
    upstream_id: str | None = None
    flags: tuple[str, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    archive: File | None = None
    index: str | None = None

    @property
    def source(self) -> str:
        """The source without the request: `hf:org/name`."""
        return source_of(self.key)

    @property
    def kind(self) -> str:
        """The source's kind: `hf`."""
        return self.key.partition(":")[0]

    @property
    def name(self) -> str:
        """The source's name: `org/name`."""
        return self.source.partition(":")[2]

    @property
    def request(self) -> str:
        """The request as written: `main`, `>=5,<7`; empty where the source has none."""
        return request_of(self.key)


def key_of(source: str, request: str) -> str:
    """The key of an artifact: the source and the request as written; a source without requests is its own key."""
    return f"{source}@{request}" if request else source


def _split(key: str) -> tuple[str, str]:
    if key.startswith(("url:", "file:")):
        return key, ""
    source, _, request = key.partition("@")
    return source, request


def source_of(key: str) -> str:
    """The source in an artifact's key."""
    return _split(key)[0]


def request_of(key: str) -> str:
    """The request in an artifact's key; empty where the source has none."""
    return _split(key)[1]


@dataclass(frozen=True, slots=True)
class Skipped:
    """An optional model that has no feasible variant on a machine, with what ruled out its last hope."""

    because: tuple[Mismatch, ...]


Choice = str | Skipped
"""The name of the chosen variant, or why there is none."""


@dataclass(frozen=True, slots=True)
class LockedProfile:
    """A declared machine: its facts and what was selected for it, by model in manifest order."""

    facts: Facts
    selection: Mapping[str, Choice]


@dataclass(frozen=True, slots=True)
class Lock:
    """models.lock. Models keep the manifest's order; artifacts are by key."""

    models: tuple[Model, ...]
    artifacts: Mapping[str, Artifact]
    policy: Policy = Policy()
    budget: Mapping[str, int] = field(default_factory=dict)
    cache: str = DEFAULT_CACHE
    profiles: Mapping[str, LockedProfile] = field(default_factory=dict)

    def closure(self, key: str) -> tuple[str, ...]:
        """The artifact and everything it needs, each once, itself first."""
        found: dict[str, None] = {}
        waiting = [key]
        while waiting:
            current = waiting.pop(0)
            if current not in found:
                found[current] = None
                waiting.extend(edge.artifact for edge in self.artifacts[current].dependencies)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Selected:
    """A model's chosen variant on one machine."""

    model: Model
    variant: Variant


@dataclass(frozen=True, slots=True)
class Selection:
    """What one machine gets, in manifest order: a chosen variant, or a reason."""

    chosen: tuple[Selected, ...]
    skipped: Mapping[str, Skipped]

    def choices(self, models: Iterable[Model]) -> dict[str, Choice]:
        """The form that the lock keeps."""
        names = {one.model.name: one.variant.name for one in self.chosen}
        return {model.name: names.get(model.name) or self.skipped[model.name] for model in models}


def files_for(artifact: Artifact, variants: Iterable[Variant]) -> tuple[File, ...]:
    """The files of an artifact that these variants want; one that comes in as a dependency is wanted whole."""
    filters = [variant.files if variant.artifact == artifact.key else None for variant in variants]
    return tuple(file for file in artifact.files if wanted_by_any(file.path, filters))
