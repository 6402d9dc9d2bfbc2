"""What was resolved: models.lock as values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from resolver.domain.facts import Facts
from resolver.domain.globs import FileFilter, wanted_by_any
from resolver.domain.manifest import DEFAULT_CACHE, MAIN, Model, Policy, Request, Variant
from resolver.domain.selector import Mismatch


@dataclass(frozen=True, slots=True)
class File:
    """One file: a relative POSIX path, its size in bytes, its sha256 in hexadecimal."""

    path: str
    size: int
    sha256: str


MANIFEST_SAYS = "models.yaml: "
"""How the reason of an edge begins that the manifest states."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """An edge to another artifact, what says that it is needed, and which of its files (None: all)."""

    artifact: str
    because: str
    files: FileFilter | None = None

    @property
    def revealed(self) -> bool:
        """Whether a file or a library says so, and not the manifest."""
        return not self.because.startswith(MANIFEST_SAYS)


@dataclass(frozen=True, slots=True)
class Artifact:
    """Everything pinned of one request.

    `commit` for sources with revisions, `version` for those with releases or tags; `archive` is the wheel or archive
    that `files` are members of; `index` only where the manifest names one for the model; `license_stated` where the
    manifest states the licence. `requires` are the Python requirements that the artifact's own metadata states.
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
    requires: tuple[str, ...] = ()

    @property
    def digests(self) -> frozenset[str]:
        """The sha256 of its files, and of its archive."""
        return frozenset(one.sha256 for one in (*self.files, self.archive) if one is not None)

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


# What the key of an artifact says where the manifest says nothing: a branch, or nothing; else any version.
_UNSAID = {"file": "", "github": MAIN, "hf": MAIN, "url": ""}
_ANY_VERSION = "*"
_COMPARISON = tuple("<>=!~")


def asked_by(request: Request) -> str:
    """What a request asks for, as the key says it."""
    return request.version or request.revision or _UNSAID.get(request.kind, _ANY_VERSION)


def key_for(request: Request) -> str:
    """The key of the artifact that a request asks for."""
    return key_of(request.source, asked_by(request))


def request_in(key: str) -> Request:
    """The request that a key says; what was left unsaid stays so."""
    source, asked = _split(key)
    if asked == _UNSAID.get(source.partition(":")[0], _ANY_VERSION):
        return Request(source)
    if asked.startswith(_COMPARISON):
        return Request(source, version=asked)
    return Request(source, revision=asked)


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


def stated_by(models: Iterable[Model]) -> dict[str, str]:
    """By source, the key of the one request that states a revision or version, where a variant of a model is that.

    It decides for every dependency on the same source that states none. Writing the default counts as stating nothing.
    """
    found: dict[str, set[str]] = {}
    for key in {variant.artifact for model in models for variant in model.variants}:
        request = request_in(key)
        if request.revision or request.version:
            found.setdefault(request.source, set()).add(key)
    return {source: next(iter(keys)) for source, keys in found.items() if len(keys) == 1}


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

    @property
    def digests(self) -> frozenset[str]:
        """The sha256 of everything that it names: files and archives, of variants for other machines too."""
        return frozenset[str]().union(*(one.digests for one in self.artifacts.values()))

    def closure(self, key: str) -> tuple[str, ...]:
        """The artifact and everything it needs, each once, itself first."""
        return tuple(self.ways(key))

    def ways(self, key: str) -> dict[str, tuple[Dependency, ...]]:
        """Everything that an artifact needs, itself first, each with the edges of the shortest way there."""
        found: dict[str, tuple[Dependency, ...]] = {key: ()}
        waiting = [key]
        for current in waiting:
            for edge in self.artifacts[current].dependencies:
                if edge.artifact not in found:
                    found[edge.artifact] = (*found[current], edge)
                    waiting.append(edge.artifact)
        return found

    def wanted(self, *variants: Variant) -> dict[str, tuple[File, ...]]:
        """What variants bring together: their artifacts and all that these need, with the files wanted of each."""
        filters: dict[str, set[FileFilter | None]] = {}
        for variant in variants:
            filters.setdefault(variant.artifact, set()).add(variant.files)
            for key in self.closure(variant.artifact):
                for edge in self.artifacts[key].dependencies:
                    filters.setdefault(edge.artifact, set()).add(edge.files)
        return {key: files_passing(self.artifacts[key], several) for key, several in filters.items()}

    def size_of(self, *variants: Variant) -> int:
        """Bytes that variants bring together; a file that several want counts once."""
        return sum(file.size for files in self.wanted(*variants).values() for file in files)


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


def files_passing(artifact: Artifact, filters: Iterable[FileFilter | None]) -> tuple[File, ...]:
    """The files that at least one of the filters lets pass."""
    several = tuple(filters)
    return tuple(file for file in artifact.files if wanted_by_any(file.path, several))
