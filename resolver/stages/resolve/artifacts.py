"""Artifacts as the lock keeps them, and the lock that is made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from resolver.domain.errors import InputError
from resolver.domain.globs import FileFilter, wanted_by_any
from resolver.domain.lock import MANIFEST_SAYS, Artifact, Dependency, Lock, LockedProfile
from resolver.domain.manifest import Manifest, Request
from resolver.stages.resolve.demands import Demand, Edges


def with_licence(artifact: Artifact, request: Request) -> Artifact:
    """The artifact with the licence that the manifest states, if it does."""
    if request.license is None:
        return artifact
    return replace(artifact, license=request.license, license_stated=True)


def complete(artifact: Artifact, demand: Demand) -> Artifact:
    """A source's artifact as the lock keeps it: with the licence that the manifest states.

    Raises:
        InputError: a filter leaves nothing.
    """
    for one in demand.filters:
        if not any(wanted_by_any(file.path, [one]) for file in artifact.files):
            raise _nothing_left(demand, one)
    return with_licence(artifact, demand.request)


def _nothing_left(demand: Demand, files: FileFilter | None) -> InputError:
    if files is None:
        return InputError(f"{demand.key}: it holds no file", hint="pin another revision of it")
    if not demand.models:
        return InputError(
            f"{demand.key}: it has no file like {', '.join(files.include)}, which {demand.dependants[0]} needs of it",
            hint="ask whoever publishes what names it, or pin another revision of that",
        )
    return InputError(
        f"{demand.key}: `files` leaves nothing of it",
        hint="globs are case-sensitive and cover the whole path; `**` crosses folders",
    )


def assemble(
    manifest: Manifest, artifacts: Mapping[str, Artifact], edges: Edges, profiles: Mapping[str, LockedProfile]
) -> Lock:
    """The new lock: the manifest's requirements, what each request was pinned to, and why each artifact is needed."""
    together: dict[str, set[Dependency]] = {key: set(edges.get(key, ())) for key in artifacts}
    for model in manifest.models:
        for variant in model.variants:
            for key in variant.depends:
                together[variant.artifact].add(Dependency(key, f"{MANIFEST_SAYS}{model.name}.depends"))
    return Lock(
        models=manifest.models,
        artifacts={
            key: replace(artifacts[key], dependencies=_in_order(tuple(together[key]))) for key in sorted(artifacts)
        },
        policy=manifest.policy,
        budget=manifest.budget,
        cache=manifest.cache,
        profiles=profiles,
    )


def _in_order(edges: Sequence[Dependency]) -> tuple[Dependency, ...]:
    def key(edge: Dependency) -> tuple[str, ...]:
        files = (*edge.files.include, "\0", *edge.files.exclude) if edge.files else ()
        return edge.artifact, edge.because, *files

    return tuple(sorted(edges, key=key))
