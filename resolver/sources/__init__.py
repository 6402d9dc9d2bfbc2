"""Where weights come from. A new source is one file and one entry in `SOURCES`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from resolver.domain.lock import Artifact, File
from resolver.domain.ports import Finder, Source

if TYPE_CHECKING:
    from resolver.domain.caches import CacheListing
    from resolver.transport.client import Client


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """What sources need to know of the world; `token` never shows itself.

    `client` makes the connections when a source first needs them. `environment` and `home` are where package
    indexes are configured; `note` hears what is worth knowing. `hub_cache` is where the hub's own client keeps files.
    """

    project: Path
    client: "Callable[[], Client]"
    endpoint: str
    token: str | None
    environment: Mapping[str, str]
    home: Path
    note: Callable[[str], None] = lambda _: None
    hub_cache: Path | None = None

    def __repr__(self) -> str:
        return f"SourceSettings(endpoint={self.endpoint!r}, token={'…' if self.token else None})"


@dataclass(frozen=True, slots=True)
class SourceKind:
    """A kind of source: how to connect to it, the runtime of its models where none is named, and if it is far.

    `at_a_time` bounds the artifacts that are pinned at the same time: few where that reads whole files.
    `elsewhere` finds what other programs fetched from it; what lies below the given folder, our view, is not meant.
    `cached` tells which of its repositories lie in a cache folder of those programs.
    """

    connect: Callable[[SourceSettings], Source]
    default_runtime: str
    remote: bool = True
    at_a_time: int = 8
    elsewhere: Callable[[SourceSettings, Path], Finder] | None = None
    cached: "Callable[[Path], CacheListing] | None" = None


def is_remote(kind: str) -> bool:
    """Whether bytes of that kind of source come over a network."""
    return kind not in SOURCES or SOURCES[kind].remote


def elsewhere(settings: SourceSettings, view: Path) -> Finder:
    """Where on this machine, but not below `view`, files of any source may lie; nothing is looked at before asked."""
    finders: dict[str, Finder] = {}

    def find(artifact: Artifact, file: File) -> tuple[str, ...]:
        kind = SOURCES.get(artifact.kind)
        if kind is None or kind.elsewhere is None:
            return ()
        if artifact.kind not in finders:
            finders[artifact.kind] = kind.elsewhere(settings, view)
        return finders[artifact.kind](artifact, file)

    return find


def cached(folder: Path) -> "CacheListing":
    """What of any source lies in a cache folder of other programs; nobody is asked, and nothing is hashed.

    Raises:
        InputError: the folder holds more than anybody's cache would.
    """
    from resolver.domain.caches import CacheListing

    found = [kind.cached(folder) for kind in SOURCES.values() if kind.cached is not None]
    return CacheListing(
        tuple(repository for one in found for repository in one.repositories),
        tuple(passed for one in found for passed in one.passed_over),
    )


def _huggingface(settings: SourceSettings) -> Source:
    from resolver.sources.huggingface import HuggingFace

    return HuggingFace(settings.client, settings.endpoint, settings.token)


def _hub_cache(settings: SourceSettings, view: Path) -> Finder:
    from resolver.domain.ports import nowhere
    from resolver.sources.hub_cache import HubCache

    return HubCache(settings.hub_cache, view).find if settings.hub_cache else nowhere


def _in_hub_cache(folder: Path) -> "CacheListing":
    from resolver.sources.hub_listing import repositories

    return repositories(folder)


def _in_torch_cache(folder: Path) -> "CacheListing":
    from resolver.sources.torch_listing import repositories

    return repositories(folder)


def _package_index(settings: SourceSettings) -> Source:
    from resolver.sources.index_settings import read_index_settings
    from resolver.sources.package_index import PackageIndex

    configured = read_index_settings(settings.environment, settings.home)
    if configured.extra:
        settings.note("note: extra indexes are configured and never asked; name one with `index:` on a model")
    return PackageIndex(settings.client, configured)


def _github(settings: SourceSettings) -> Source:
    from resolver.sources.github import GitHub
    from resolver.sources.github_api import read_settings

    return GitHub(settings.client, *read_settings(settings.environment))


def _web(settings: SourceSettings) -> Source:
    from resolver.sources.web import Web

    return Web(settings.client)


def _spacy(settings: SourceSettings) -> Source:
    from resolver.sources.spacy import Spacy, places_from

    return Spacy(settings.client, places_from(settings.environment))


def _folder(settings: SourceSettings) -> Source:
    from resolver.sources.folder import Folder

    return Folder(settings.project)


SOURCES: Mapping[str, SourceKind] = {
    "file": SourceKind(_folder, "files", remote=False),
    "github": SourceKind(_github, "torch-hub", cached=_in_torch_cache),
    "hf": SourceKind(_huggingface, "huggingface", at_a_time=32, elsewhere=_hub_cache, cached=_in_hub_cache),
    "pypi": SourceKind(_package_index, "python"),
    "spacy": SourceKind(_spacy, "spacy"),
    "url": SourceKind(_web, "files"),
}
