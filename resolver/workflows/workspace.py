"""Where a verb works: the project, its two files, the store, the sources, the machine, and who is told."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from resolver.domain.errors import InputError, LockError, MissingLockError, OfflineError, UnknownNameError
from resolver.domain.lock import Lock
from resolver.domain.manifest import Manifest
from resolver.domain.names import did_you_mean
from resolver.domain.ports import Reporter, Silence, Source
from resolver.domain.profile import Profile
from resolver.files.atomic import read_if_there
from resolver.files.links import LINK_MODES
from resolver.sources import SOURCES, SourceSettings, is_remote
from resolver.store import Store

MANIFEST = "models.yaml"
LOCK = "models.lock"


@dataclass(frozen=True, slots=True)
class Workspace:
    """Everything a workflow may touch: `detect` asks the machine, `stop` ends waits, `folder` is the current one."""

    project: Path
    store: Store
    settings: SourceSettings
    sources: "Callable[[], ConnectedSources]"
    detect: Callable[[], Profile]
    reporter: Reporter = field(default_factory=Silence)
    stop: threading.Event = field(default_factory=threading.Event)
    link_modes: tuple[str, ...] = LINK_MODES
    offline: bool = False
    folder: Path = Path()

    @property
    def manifest_path(self) -> Path:
        """models.yaml."""
        return self.project / MANIFEST

    @property
    def lock_path(self) -> Path:
        """models.lock."""
        return self.project / LOCK

    def view_root(self, lock: Lock) -> Path:
        """The folder that the view lies in.

        Raises:
            InputError: a link leads it out of the project, where nothing is ours.
        """
        root = self.project / lock.cache
        if not root.resolve().is_relative_to(self.project.resolve()):
            raise InputError(
                f"{lock.cache} leads out of the project, to {root.resolve()}",
                hint="remove the link; to keep the bytes on another disk, set MODELS_STORE",
            )
        return root


class ConnectedSources(Mapping[str, Source]):
    """The sources by kind."""

    def __init__(self, settings: SourceSettings) -> None:
        self._settings = settings
        self._connected: dict[str, Source] = {}
        self._lock = threading.Lock()

    def __getitem__(self, kind: str) -> Source:
        if kind not in SOURCES:
            raise UnknownNameError(f"no source '{kind}:'", hint=did_you_mean(kind, sorted(SOURCES)))
        with self._lock:
            if kind not in self._connected:
                self._connected[kind] = SOURCES[kind].connect(self._settings)
            return self._connected[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(SOURCES)

    def __len__(self) -> int:
        return len(SOURCES)


def manifest_bytes(workspace: Workspace) -> bytes:
    """The text of models.yaml.

    Raises:
        InputError: there is none.
    """
    content = read_if_there(workspace.manifest_path)
    if content is None:
        raise InputError(
            f"there is no {MANIFEST} in {workspace.project}",
            hint="`models init` writes one; or name the project's folder with `--project DIR`",
        )
    return content


def load_manifest(workspace: Workspace) -> Manifest:
    """models.yaml, judged.

    Raises:
        ManifestError: it is wrong; every problem is named.
    """
    return manifest_in(manifest_bytes(workspace))


def manifest_in(content: bytes) -> Manifest:
    """The manifest that a text is.

    Raises:
        ManifestError: it is wrong; every problem is named.
    """
    from resolver.documents.manifest import read_manifest
    from resolver.mirrors import MIRRORS
    from resolver.runtimes import RUNTIMES

    defaults = {kind: source.default_runtime for kind, source in SOURCES.items()}
    return read_manifest(content, MANIFEST, defaults, RUNTIMES, MIRRORS)


def load_lock(workspace: Workspace) -> Lock:
    """models.lock.

    Raises:
        MissingLockError: there is none.
        LockError: it cannot be read, or holds git conflict markers.
    """
    content = read_if_there(workspace.lock_path)
    if content is None:
        raise MissingLockError(f"there is no {LOCK} in {workspace.project}", hint="run `models lock`")
    return lock_in(content)


def lock_in(content: bytes) -> Lock:
    """The lock that the bytes of models.lock hold.

    Raises:
        LockError: it cannot be read, or holds git conflict markers.
    """
    from resolver.documents.conflicts import sides
    from resolver.documents.lock_reader import read_lock

    if sides(content):
        raise LockError(f"{LOCK} holds git conflict markers", hint="`models lock` settles them; then commit the result")
    return read_lock(content)


def check_names(names: frozenset[str], known: Mapping[str, object], what: str = "model") -> None:
    """Refuse names that do not exist.

    Raises:
        UnknownNameError: with the nearest name that does.
    """
    for name in sorted(names):
        if name not in known:
            raise UnknownNameError(f"no {what} '{name}'", hint=did_you_mean(name, list(known)))


def check_network(workspace: Workspace, kinds: Iterable[str]) -> None:
    """That sources of these kinds may be asked, said before any is.

    Raises:
        OfflineError: one of them is not on this machine, and the network may not be used.
    """
    if workspace.offline and any(is_remote(kind) for kind in kinds):
        raise OfflineError(
            "the sources have to be asked, and the network may not be used",
            hint="run it without --offline, MODELS_OFFLINE and HF_HUB_OFFLINE",
        )
