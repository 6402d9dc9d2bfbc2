"""Where the bytes that are missing may be asked for: mirrors in their order, then their sources, or never these."""

from collections.abc import Mapping, Sequence

from resolver.domain.errors import UnknownNameError, UsageError
from resolver.domain.lock import Artifact
from resolver.domain.names import did_you_mean
from resolver.domain.plan import Download
from resolver.domain.ports import Mirror, Sources
from resolver.files.atomic import read_if_there
from resolver.mirrors import MIRRORS, MirrorSettings, kind_of
from resolver.sources import SOURCES, is_remote
from resolver.stages.fetch.places import Places
from resolver.workflows.route import Route
from resolver.workflows.workspace import MANIFEST, Workspace


def places_for(workspace: Workspace, route: Route) -> Places:
    """The places for what is to be fetched; only for that is the manifest read, so nobody asks who fetches nothing.

    Raises:
        UsageError: no place is left to ask.
        ManifestError: the manifest's mirrors are wrong.
    """
    manifest = _of_manifest(workspace) if route.manifest else ()
    locations = (*route.mirrors, *manifest)
    if not route.origin and not locations:
        raise UsageError(
            "--no-origin without a mirror leaves no place to fetch from",
            hint="name one with --mirror, or under `mirrors:` in models.yaml, which --frozen does not read",
        )
    return Places(_connected(workspace, locations), _sources(workspace, route))


def unreachable(
    downloads: Sequence[Download], artifacts: Mapping[str, Artifact], places: Places
) -> tuple[Download, ...]:
    """What cannot be had without a network: neither its source nor one of the mirrors is on this machine."""
    return tuple(
        one
        for one in downloads
        if is_remote(artifacts[one.artifact].kind) and not places.mirrored(artifacts[one.artifact], one.file)
    )


def _of_manifest(workspace: Workspace) -> tuple[str, ...]:
    from resolver.documents.locations import locations_in

    content = read_if_there(workspace.manifest_path)
    return () if content is None else locations_in(content, MANIFEST, MIRRORS)


def _connected(workspace: Workspace, locations: Sequence[str]) -> dict[str, Mirror]:
    """Without a network, only those that need none."""
    settings = MirrorSettings(
        project=workspace.project,
        client=workspace.settings.client,
        endpoint=workspace.settings.endpoint,
        token=workspace.settings.token,
    )
    found: dict[str, Mirror] = {}
    for location in locations:
        kind = kind_of(location)
        if kind not in MIRRORS:
            raise UnknownNameError(f"no mirror '{kind}:'", hint=did_you_mean(kind, sorted(MIRRORS)))
        if not (workspace.offline and MIRRORS[kind].remote):
            found[location.removeprefix("file:")] = MIRRORS[kind].connect(settings, location)
    return found


def _sources(workspace: Workspace, route: Route) -> Sources:
    """All of them; without an origin those in the project itself, which nobody else would have."""
    connected = workspace.sources()
    return connected if route.origin else {kind: connected[kind] for kind in SOURCES if not is_remote(kind)}
