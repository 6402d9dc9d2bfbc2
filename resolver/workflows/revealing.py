"""What artifacts need besides: told by the runtimes, by the artifacts' own documents."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from resolver.documents.constraints import judged_specifiers, revision
from resolver.documents.kinds import WrongTextError
from resolver.documents.source import source
from resolver.domain.errors import InputError, UnsafeContentError
from resolver.domain.lock import Artifact, Dependency, File, files_passing, stated_by
from resolver.domain.manifest import Manifest, Request
from resolver.domain.ports import Need, Reader, Runtime
from resolver.runtimes import RUNTIMES
from resolver.sources import SOURCES
from resolver.stages.resolve import Demand, Use, settled
from resolver.workflows.asking import Pins
from resolver.workflows.contents import reader
from resolver.workflows.together import together
from resolver.workflows.workspace import Workspace

Edges = dict[str, tuple[Dependency, ...]]


class Needs:
    """What was found, by artifact and use, and warnings on what is left out upstream."""

    def __init__(self, workspace: Workspace, manifest: Manifest) -> None:
        self.warnings: dict[str, None] = {}
        self._workspace = workspace
        self._stated = stated_by(manifest.models)
        self._direct = {
            (variant.artifact, Use(variant.runtime, variant.files))
            for model in manifest.models
            for variant in model.variants
        }
        self._requested = frozenset(manifest.requests)
        self._found: dict[tuple[str, Use], dict[Dependency, bool]] = {}

    @property
    def dispensable(self) -> frozenset[str]:
        """What only libraries ask for that may do without: keys that no essential need leads to."""
        told = [(edge.artifact, essential) for edges in self._found.values() for edge, essential in edges.items()]
        essential = {key for key, needed in told if needed}
        return frozenset(key for key, _ in told) - essential - self._requested

    def edges(self, demands: Collection[Demand], pins: Pins) -> Edges:
        """The edges of each artifact, by all its uses; while a gate is closed, nothing has to be whole.

        Raises:
            InputError: what is needed cannot be told, or a filter of the manifest leaves out what a library opens.
        """
        asked = [(one.key, use) for one in demands for use in one.uses if (one.key, use) not in self._found]
        look = self._told_so_far if pins.refusals else self._told
        self._found |= together(asked, lambda pair: look(pins, *pair))
        return {
            one.key: tuple(dict.fromkeys(edge for use in one.uses for edge in self._found[one.key, use]))
            for one in demands
        }

    def _told_so_far(self, pins: Pins, key: str, use: Use) -> dict[Dependency, bool]:
        try:
            return self._needed(_used(pins.artifacts[key], use), use)
        except InputError:
            return {}

    def _told(self, pins: Pins, key: str, use: Use) -> dict[Dependency, bool]:
        artifact = _used(pins.artifacts[key], use)
        if (key, use) in self._direct:
            self._check(artifact, use, pins.listed.get(key, frozenset()))
        return self._needed(artifact, use)

    def _check(self, artifact: Artifact, use: Use, listed: frozenset[str]) -> None:
        """What a filter of the manifest leaves out is refused; what the source itself lacks is only worth knowing."""
        runtime, read = RUNTIMES[use.runtime], reader(self._workspace, artifact)
        try:
            runtime.check(artifact, read)
        except InputError as error:
            left_out = listed - {file.path for file in artifact.files}
            if left_out and _could_be_whole(runtime, artifact, left_out, read):
                raise
            self.warnings[error.message] = None

    def _needed(self, artifact: Artifact, use: Use) -> dict[Dependency, bool]:
        needs = RUNTIMES[use.runtime].needs(artifact, reader(self._workspace, artifact))
        return {_edge(artifact.key, need, self._stated): need.essential for need in needs}


def _could_be_whole(runtime: Runtime, artifact: Artifact, left_out: frozenset[str], read: Reader) -> bool:
    """Whether it would be with what is left out. Nothing of that can be read: what is tried counts as not there."""
    tried: set[str] = set()

    def noted(path: str) -> object:
        tried.add(path)
        return read(path)

    more = tuple(File(path, 0, "") for path in sorted(left_out))
    try:
        runtime.check(replace(artifact, files=artifact.files + more), noted)
    except InputError:
        unread = left_out & tried
        return bool(unread) and _could_be_whole(runtime, artifact, left_out - unread, read)
    return True


def _used(whole: Artifact, use: Use) -> Artifact:
    return replace(whole, files=files_passing(whole, [use.files]))


def _edge(key: str, need: Need, stated: Mapping[str, str]) -> Dependency:
    """The edge to what is needed. Names in files come from outside: they pass the rules of the manifest."""
    asked = need.request
    try:
        request = Request(
            source(asked.source, SOURCES),
            revision=None if asked.revision is None else revision(asked.revision),
            version=None if asked.version is None else judged_specifiers(asked.version),
        )
    except WrongTextError as error:
        raise UnsafeContentError(
            f"{key}: {need.because} names what cannot be: {error.message}", hint=error.hint
        ) from error
    return settled(Dependency("", need.because, need.files), request, stated)


def without(edges: Mapping[str, Iterable[Dependency]], absent: Collection[str]) -> Edges:
    """The edges less those to what no source has."""
    return {key: tuple(edge for edge in some if edge.artifact not in absent) for key, some in edges.items()}


def absence(edges: Mapping[str, Iterable[Dependency]], absent: Collection[str]) -> list[str]:
    """A sentence on each edge that leads to nothing."""
    return [
        f"{key}  {edge.because}; {edge.artifact} is not there, and the lock goes without it"
        for key, some in sorted(edges.items())
        for edge in some
        if edge.artifact in absent
    ]
