"""Where else the same bytes can be had, by their sha256. A new mirror is one file and one entry in `MIRRORS`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from resolver.domain.ports import Mirror

if TYPE_CHECKING:
    from resolver.transport.client import Client


@dataclass(frozen=True, slots=True)
class MirrorSettings:
    """What mirrors need to know of the world; `token` is the hub's at `endpoint`, and never shows itself.

    Folders are seen from `project`. `client` makes the connections when a mirror first needs them.
    """

    project: Path
    client: "Callable[[], Client]"
    endpoint: str
    token: str | None

    def __repr__(self) -> str:
        return f"MirrorSettings(endpoint={self.endpoint!r}, token={'…' if self.token else None})"


@dataclass(frozen=True, slots=True)
class MirrorKind:
    """A kind of mirror: how to connect to the one at a location, and whether it is far."""

    connect: Callable[[MirrorSettings, str], Mirror]
    remote: bool = True


def kind_of(location: str) -> str:
    """The kind of a judged location: what stands before its first colon."""
    return location.partition(":")[0]


def _folder(settings: MirrorSettings, location: str) -> Mirror:
    from resolver.mirrors.folder import FolderMirror

    return FolderMirror(settings.project / location.partition(":")[2])


def _hub(settings: MirrorSettings, location: str) -> Mirror:
    from resolver.mirrors.hub import HubMirror
    from resolver.transport.origins import Credential, origin_of

    endpoint = location.partition(":")[2]
    # Elsewhere not even a redirect back to the configured endpoint takes the token along.
    ours = settings.token is not None and origin_of(endpoint) == origin_of(settings.endpoint)
    return HubMirror(settings.client, endpoint, Credential(endpoint, f"Bearer {settings.token}") if ours else None)


def _web(settings: MirrorSettings, location: str) -> Mirror:
    from resolver.mirrors.http import HttpMirror

    return HttpMirror(settings.client, location)


MIRRORS: Mapping[str, MirrorKind] = {
    "file": MirrorKind(_folder, remote=False),
    "hf": MirrorKind(_hub),
    "http": MirrorKind(_web),
    "https": MirrorKind(_web),
}
