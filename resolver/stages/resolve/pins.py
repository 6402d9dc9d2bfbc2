"""Which pins and edges of the old lock stay."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from packaging.specifiers import SpecifierSet

from resolver.domain.lock import Artifact, Dependency, Lock, asked_by, key_for, source_of, stated_by
from resolver.domain.manifest import Request
from resolver.domain.ports import Candidate
from resolver.stages.resolve.artifacts import with_licence
from resolver.stages.resolve.demands import Demand, Use, revealed_by, uses_in
from resolver.stages.resolve.versions import pep440, wants_pre_releases


@dataclass(frozen=True, slots=True)
class Pin:
    """How a demand is met without asking anybody which candidate: whole, or by its pin, to be listed again.

    `listed` are all paths that the old lock knows of what is met whole, wanted or not.
    """

    artifact: Artifact | None = None
    candidate: Candidate | None = None
    listed: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The lock that was there before: how its artifacts were opened, which there are of a source, what was stated.

    Of the `doubtful` keys only the pin is believed: git may have merged their files from two commits.
    """

    lock: Lock
    doubtful: frozenset[str] = frozenset()
    uses: Mapping[str, frozenset[Use]] = field(init=False)
    of_source: Mapping[str, Mapping[str, Artifact]] = field(init=False)
    stated: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        of_source: dict[str, dict[str, Artifact]] = {}
        for key, artifact in self.lock.artifacts.items():
            of_source.setdefault(artifact.source, {})[key] = artifact
        object.__setattr__(self, "uses", uses_in(self.lock))
        object.__setattr__(self, "of_source", of_source)
        object.__setattr__(self, "stated", stated_by(self.lock.models))

    def pin(self, demand: Demand) -> Pin:
        """What is settled of a demand: a pin stays while its request is unchanged or its version still fits."""
        for artifact in self._candidates(demand):
            if _still_meant(demand.request, artifact):
                return self._whole(demand, artifact) or Pin(candidate=Candidate(artifact.version, artifact.commit))
        return Pin()

    def _candidates(self, demand: Demand) -> list[Artifact]:
        """What the pin can be taken from: the same key, else what the same models had of the same source."""
        same = self.of_source.get(demand.request.source, {})
        if demand.key in same or not same:
            return [same[demand.key]] if same else []
        names = {*demand.models, *demand.dependants}
        variants = (variant for model in self.lock.models if model.name in names for variant in model.variants)
        had = {key for variant in variants for key in self.lock.closure(variant.artifact)}
        return [one for key, one in same.items() if key in had]

    def _whole(self, demand: Demand, artifact: Artifact) -> Pin | None:
        """The pin with all that the old lock says of it, if that is everything and nothing too much."""
        uses = self.uses.get(artifact.key, frozenset())
        filters = {use.files for use in uses}
        known = (demand.filters <= filters or None in filters) and not _license_unknown(demand.request, artifact)
        known = known and artifact.key not in self.doubtful
        files = tuple(file for file in artifact.files if demand.wants(file.path))
        # Whose the flags are is not written down: where files go, what is left has to be looked at once more.
        flagged = artifact.flags and len(files) < len(artifact.files) and (artifact.commit or artifact.version)
        # What a filter left out is not written down either, and another library may miss it.
        unseen = None not in filters and not demand.uses <= uses and (artifact.commit or artifact.version)
        if not known or flagged or unseen:
            return None
        whole = replace(artifact, key=demand.key, files=files, dependencies=())
        listed = frozenset(file.path for file in artifact.files)
        return Pin(artifact=with_licence(whole, demand.request), listed=listed)

    def edges(self, key: str) -> tuple[Dependency, ...]:
        """What the artifact was found to need."""
        return revealed_by(self.lock, key)

    def still_tells(self, demand: Demand, stated: Mapping[str, str]) -> bool:
        """Whether its edges are those that would be found again.

        They are while it is opened in the same ways, and while the same revisions are stated of what they lead to.
        """
        sources = {source_of(edge.artifact) for edge in revealed_by(self.lock, demand.key)}
        decided = all(self.stated.get(source) == stated.get(source) for source in sources)
        return self.uses.get(demand.key) == demand.uses and decided


def settled(edge: Dependency, request: Request, stated: Mapping[str, str]) -> Dependency:
    """The edge to what a request means: a model's own revision decides where the request states none (`stated_by`)."""
    key = key_for(request)
    default = key == key_for(Request(request.source))
    return replace(edge, artifact=stated.get(request.source, key) if default else key)


def _license_unknown(request: Request, artifact: Artifact) -> bool:
    return artifact.license_stated and request.license is None


def _still_meant(request: Request, artifact: Artifact) -> bool:
    if request.index != artifact.index:
        return False
    if request.kind == "url" and not _same_download(request, artifact):
        return False
    if artifact.request == asked_by(request):
        return True
    if request.version is None or artifact.version is None:
        return False
    specifier, version = SpecifierSet(request.version), pep440(artifact.version)
    return version is not None and specifier.contains(version, prereleases=wants_pre_releases(specifier))


def _same_download(request: Request, artifact: Artifact) -> bool:
    if request.unpack != (artifact.archive is not None):
        return False
    whole = artifact.archive or next(iter(artifact.files), None)
    return request.sha256 is None or (whole is not None and whole.sha256 == request.sha256)
