"""From a manifest, what sources offer, and the old lock: which pins stay, which candidate wins, the new lock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from resolver.domain.errors import InputError, NotFoundUpstreamError, VersionError
from resolver.domain.globs import FileFilter, wanted_by_any
from resolver.domain.lock import Artifact, Dependency, Lock, LockedProfile, source_of
from resolver.domain.manifest import Manifest, Model, Request
from resolver.domain.ports import Candidate

SHOWN = 12


@dataclass(frozen=True, slots=True)
class Demand:
    """What a manifest wants of one artifact: the request, and the filters of all who want it (None: everything).

    `models` are those whose variants are this artifact, `dependants` those that only need it.
    """

    key: str
    request: Request
    filters: frozenset[FileFilter | None]
    models: tuple[str, ...] = ()
    dependants: tuple[str, ...] = ()

    def wants(self, path: str) -> bool:
        """Whether anybody wants the file."""
        return wanted_by_any(path, self.filters)


@dataclass(frozen=True, slots=True)
class Pin:
    """How a demand is met without asking anybody which candidate: whole, or by its pin, to be listed again."""

    artifact: Artifact | None = None
    candidate: Candidate | None = None


def demands(manifest: Manifest) -> dict[str, Demand]:
    """Every artifact that any variant of any model wants, by key."""
    filters = _filters(manifest.models)
    models: dict[str, dict[str, None]] = {}
    dependants: dict[str, dict[str, None]] = {}
    for model in manifest.models:
        for variant in model.variants:
            models.setdefault(variant.artifact, {})[model.name] = None
            for key in variant.depends:
                dependants.setdefault(key, {})[model.name] = None
    return {
        key: Demand(key, request, filters[key], tuple(models.get(key, ())), tuple(dependants.get(key, ())))
        for key, request in manifest.requests.items()
        if key in filters
    }


def _filters(models: Iterable[Model]) -> dict[str, frozenset[FileFilter | None]]:
    found: dict[str, set[FileFilter | None]] = {}
    for model in models:
        for variant in model.variants:
            found.setdefault(variant.artifact, set()).add(variant.files)
            for key in variant.depends:
                found.setdefault(key, set()).add(None)
    return {key: frozenset(filters) for key, filters in found.items()}


def kept(demand: Demand, old: Lock) -> Pin:
    """What the old lock settles of a demand: a pin stays while its request is unchanged or its version still fits."""
    filters = _filters(old.models)
    for artifact in _same_source(demand, old):
        if not _still_meant(demand.request, artifact):
            continue
        known = filters.get(artifact.key, frozenset())
        if (demand.filters <= known or None in known) and not _license_unknown(demand.request, artifact):
            files = tuple(file for file in artifact.files if demand.wants(file.path))
            return Pin(
                artifact=_stated(replace(artifact, key=demand.key, files=files, dependencies=()), demand.request)
            )
        return Pin(candidate=Candidate(version=artifact.version, commit=artifact.commit))
    return Pin()


def _license_unknown(request: Request, artifact: Artifact) -> bool:
    return artifact.license_stated and request.license is None


def _same_source(demand: Demand, old: Lock) -> list[Artifact]:
    same = [one for key, one in old.artifacts.items() if source_of(key) == demand.request.source]
    return sorted(same, key=lambda one: one.key != demand.key)


def _still_meant(request: Request, artifact: Artifact) -> bool:
    if request.index != artifact.index:
        return False
    if request.kind == "url" and not _same_download(request, artifact):
        return False
    if artifact.request == _asked(request):
        return True
    if request.version is None or artifact.version is None:
        return False
    specifier, version = SpecifierSet(request.version), _pep440(artifact.version)
    return version is not None and specifier.contains(version, prereleases=_wants_pre_releases(specifier))


def _same_download(request: Request, artifact: Artifact) -> bool:
    if request.unpack != (artifact.archive is not None):
        return False
    whole = artifact.archive or next(iter(artifact.files), None)
    return request.sha256 is None or (whole is not None and whole.sha256 == request.sha256)


def _asked(request: Request) -> str:
    return request.version or request.revision or {"hf": "main", "pypi": "*"}.get(request.kind, "")


def _stated(artifact: Artifact, request: Request) -> Artifact:
    if request.license is None:
        return artifact
    return replace(artifact, license=request.license, license_stated=True)


def choose(request: Request, candidates: Sequence[Candidate]) -> Candidate:
    """The candidate that a request means: the highest version that satisfies it, else the only one there is.

    Pre-releases and yanked releases count only where the specifier names one (PEP 440, PEP 592).

    Raises:
        VersionError: no version satisfies, or two equal ones are different commits.
        NotFoundUpstreamError: the source offers nothing.
    """
    if not candidates:
        raise NotFoundUpstreamError(f"{request.source}: nothing to pin", hint="it has no release, tag or usable wheel")
    if request.version is None and candidates[0].version is None:
        return candidates[0]
    specifier = SpecifierSet(request.version or "")
    versions = [(version, one) for one in candidates if (version := _pep440(str(one.version))) is not None]
    usable = [(version, one) for version, one in versions if not one.yanked or _names(specifier, version)]
    found = [version for version, _ in usable]
    allowed = set(specifier.filter(found, prereleases=_wants_pre_releases(specifier)))
    fitting = [(version, one) for version, one in usable if version in allowed]
    if not fitting:
        raise _no_version(request, versions)
    highest = max(version for version, _ in fitting)
    best = [one for version, one in fitting if version == highest]
    if len({one.commit for one in best}) > 1:
        tags = ", ".join(sorted(str(one.version) for one in best))
        raise VersionError(
            f"{request.source}: {tags} are the same version on different commits", hint="name one with `revision:`"
        )
    return best[0]


def _wants_pre_releases(specifier: SpecifierSet) -> bool:
    """Whether the specifier names a pre-release; without that none counts, not even as the only one there is."""
    return bool(specifier.prereleases)


def _names(specifier: SpecifierSet, version: Version) -> bool:
    exact = [one for one in specifier if one.operator in ("==", "===")]
    return any(_pep440(one.version) == version for one in exact)


def _pep440(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def _no_version(request: Request, versions: Sequence[tuple[Version, Candidate]]) -> VersionError:
    existing = [f"{one.version}{' (yanked)' if one.yanked else ''}" for _, one in sorted(versions, key=lambda x: x[0])]
    shown = existing[-SHOWN:]
    return VersionError(
        f"{request.source}: no version satisfies '{request.version or '*'}'",
        hint=f"there are: {', '.join(shown)}" if shown else "it has no version at all; use `revision:`",
    )


def complete(artifact: Artifact, demand: Demand) -> Artifact:
    """A source's artifact as the lock keeps it: with the licence that the manifest states.

    Raises:
        InputError: a filter leaves nothing.
    """
    for one in demand.filters:
        if not any(wanted_by_any(file.path, [one]) for file in artifact.files):
            raise InputError(
                f"{demand.key}: `files` leaves nothing of it" if one else f"{demand.key}: it holds no file",
                hint="globs are case-sensitive and cover the whole path; `**` crosses folders",
            )
    return _stated(artifact, demand.request)


def assemble(manifest: Manifest, artifacts: Mapping[str, Artifact], profiles: Mapping[str, LockedProfile]) -> Lock:
    """The new lock: the manifest's requirements and what each request was pinned to."""
    edges: dict[str, set[Dependency]] = {}
    for model in manifest.models:
        for variant in model.variants:
            for key in variant.depends:
                edges.setdefault(variant.artifact, set()).add(Dependency(key, f"models.yaml: {model.name}.depends"))
    ordered = {
        key: replace(
            artifacts[key],
            dependencies=tuple(sorted(edges.get(key, ()), key=lambda edge: (edge.artifact, edge.because))),
        )
        for key in sorted(artifacts)
    }
    return Lock(
        models=manifest.models,
        artifacts=ordered,
        policy=manifest.policy,
        budget=manifest.budget,
        cache=manifest.cache,
        profiles=profiles,
    )
