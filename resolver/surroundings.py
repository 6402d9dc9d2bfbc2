"""What the process's surroundings say: variables, home, current folder. Read here, once, and passed on as values."""

import json
import os
import string
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from resolver import __version__
from resolver.domain.errors import ModelsError, UsageError

if TYPE_CHECKING:
    from resolver.domain.ports import Reporter
    from resolver.domain.profile import Profile
    from resolver.transport.client import Client
    from resolver.workflows.workspace import Workspace

T = TypeVar("T")

DEFAULT_ENDPOINT = "https://huggingface.co"
LONGEST_TOKEN = 1 << 12
_TRUE = frozenset({"1", "true", "yes", "on"})
_SECRETS = ("HF_TOKEN", "hf_token", "pyannote_token")


def surroundings() -> "Surroundings":
    """Those of this process."""
    home = os.path.expanduser("~")  # noqa: PTH111  # Path.home() raises where nobody has a home
    return Surroundings(dict(os.environ), Path(home if home != "~" else "/"), Path.cwd())  # noqa: TID251  # the one place that may


@dataclass(frozen=True)
class Surroundings:
    """Variables, home and current folder."""

    environment: Mapping[str, str]
    home: Path
    folder: Path
    stop: threading.Event = field(default_factory=threading.Event)

    def flag(self, name: str) -> bool:
        """Whether a variable says yes."""
        return self.environment.get(name, "").strip().lower() in _TRUE

    def number(self, name: str) -> int | None:
        """A variable as a whole number above zero.

        Raises:
            UsageError: it is set and is none.
        """
        text = self.environment.get(name)
        if not text:
            return None
        if not text.isascii() or not text.isdigit() or len(text) > 6 or int(text) < 1:
            raise UsageError(f"{name} must be a whole number above zero, is {text!r}")
        return int(text)

    @property
    def forbidding(self) -> tuple[str, ...]:
        """The variables that forbid the network."""
        return tuple(name for name in ("MODELS_OFFLINE", "HF_HUB_OFFLINE") if self.flag(name))

    @property
    def cores(self) -> int:
        """Cores that this process may use."""
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    @property
    def store(self) -> Path:
        """The store's folder: `MODELS_STORE`, else in the user's cache folder."""
        named = self.environment.get("MODELS_STORE")
        if named:
            return self._expanded(named)
        if sys.platform == "linux":  # what platformdirs answers, without the time of its import
            return Path(self.environment.get("XDG_CACHE_HOME") or self.home / ".cache") / "models-lock"
        import platformdirs

        return Path(platformdirs.user_cache_dir("models-lock", appauthor=False))

    @property
    def link_modes(self) -> tuple[str, ...]:
        """How blobs get their names: the one that `MODELS_LINK_MODE` names, else each in turn.

        Raises:
            UsageError: the variable names none.
        """
        from resolver.files.links import LINK_MODES

        mode = self.environment.get("MODELS_LINK_MODE")
        if mode and mode not in LINK_MODES:
            raise UsageError(f"MODELS_LINK_MODE must be one of {', '.join(LINK_MODES)}, is {mode!r}")
        return (mode,) if mode else LINK_MODES

    def project(self, named: str | None) -> Path:
        """The project's folder: the named one, else the nearest above the current one that has a manifest or lock.

        Raises:
            UsageError: the named folder does not exist.
        """
        if named is not None:
            folder = (self.folder / named).resolve()
            if not folder.is_dir():
                raise UsageError(f"--project {named}: there is no such folder")
            return folder
        from resolver.workflows.workspace import LOCK, MANIFEST

        above = (self.folder, *self.folder.parents)
        return next((one for one in above if (one / MANIFEST).is_file() or (one / LOCK).is_file()), self.folder)

    def token(self, project: Path, token_file: str | None) -> str | None:
        """The Hub's token, in the order of product.md.

        Raises:
            UsageError: a file that is named holds none, or what was found cannot be a token. It is never shown.
        """
        if token_file is not None:
            found = _secret_text(self.folder / token_file)
            if not found:
                raise UsageError(f"--token-file {token_file}: no token there")
            return _checked(found, f"--token-file {token_file}")
        named = self.environment.get("HF_TOKEN_PATH")
        saved = self._expanded(named) if named else self._hugging_face_home / "token"
        places: tuple[tuple[str, Callable[[], str | None]], ...] = (
            ("HF_TOKEN", lambda: self.environment.get("HF_TOKEN", "").strip()),
            (str(saved), lambda: _secret_text(saved)),
            (str(self._hugging_face_home / "token"), lambda: _secret_text(self._hugging_face_home / "token")),
            ("config/secrets.json", lambda: _secret(project / "config" / "secrets.json")),
        )
        for place, look in places:
            found = look()
            if found:
                return _checked(found, place)
        return None

    @property
    def endpoint(self) -> str:
        """The Hub's address: `HF_ENDPOINT`, else the public one.

        Raises:
            UsageError: it is no http address.
        """
        named = (self.environment.get("HF_ENDPOINT") or DEFAULT_ENDPOINT).rstrip("/")
        try:
            parts = urlsplit(named)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise UsageError("HF_ENDPOINT is no http address", hint="write it like https://hub.example.org")
        return named

    @property
    def hub_cache(self) -> Path:
        """The Hub's own cache, where its client of version 2.4 looks (its constants.py); an empty variable is none."""
        named = self.environment.get("HF_HUB_CACHE") or self.environment.get("HUGGINGFACE_HUB_CACHE")
        return self._expanded(self._filled_in(named)) if named else self._hugging_face_home / "hub"

    def _filled_in(self, text: str) -> str:
        """The text with `$NAME` and `${NAME}` replaced, as that client does."""
        return string.Template(text).safe_substitute(self.environment)

    @property
    def _hugging_face_home(self) -> Path:
        cache = Path(self.environment.get("XDG_CACHE_HOME") or self.home / ".cache")
        named = self.environment.get("HF_HOME")
        return self._expanded(self._filled_in(named)) if named else cache / "huggingface"

    def _expanded(self, path: str) -> Path:
        """A path of a variable: `~/` is the home, anything relative is seen from the current folder."""
        return self.home / path[2:] if path.startswith("~/") else self.folder / path

    @cached_property
    def proxies(self) -> dict[str, str]:
        """Proxies by scheme, `no` for hosts that need none; lower-case variables win, as everywhere."""
        found: dict[str, str] = {}
        for scheme in ("http", "https", "all", "no"):
            name = f"{scheme}_proxy"
            value = self.environment.get(name) or self.environment.get(name.upper())
            if value:
                found[scheme] = value
        return found

    def workspace(self, request: "WorkspaceRequest", reporter: "Reporter") -> "Workspace":
        """Everything that a workflow may touch."""
        from resolver.sources import SourceSettings
        from resolver.store import Store
        from resolver.workflows.workspace import ConnectedSources, Workspace

        project = self.project(request.project)
        offline = request.offline or bool(self.forbidding)
        store = Store(self.store, self.stop, reporter.note)
        settings = SourceSettings(
            project=project,
            client=_once(lambda: self._client(offline=offline)),
            endpoint=self.endpoint,
            note=reporter.note,
            token=self.token(project, request.token_file),
            environment=self.environment,
            home=self.home,
            hub_cache=self.hub_cache,
        )
        return Workspace(
            project=project,
            store=store,
            settings=settings,
            sources=_once(lambda: ConnectedSources(settings)),
            detect=_once(lambda: self._detect(store.root, project)),
            reporter=reporter,
            stop=self.stop,
            link_modes=self.link_modes,
            offline=offline,
            folder=self.folder,
        )

    def _client(self, *, offline: bool) -> "Client":
        from resolver.transport.client import Client, NetworkSettings

        _quiet_libraries()
        settings = NetworkSettings(
            agent=f"models-lock/{__version__}",
            proxies=self.proxies,
            certificates=self.environment.get("SSL_CERT_FILE") or None,
            offline=offline,
        )
        return Client(settings, self.stop)

    def _detect(self, store: Path, project: Path) -> "Profile":
        from resolver.hardware import detect, this_machine

        return detect(this_machine(self.environment, store, project))


@dataclass(frozen=True, slots=True)
class WorkspaceRequest:
    """What the flags say of where to work."""

    project: str | None = None
    token_file: str | None = None
    offline: bool = False


def _once(make: Callable[[], T]) -> Callable[[], T]:
    """The same value every time, made when it is first asked for, whoever asks first."""
    lock = threading.Lock()
    made: list[T] = []

    def get() -> T:
        with lock:
            if not made:
                made.append(make())
            return made[0]

    return get


def _quiet_libraries() -> None:
    """Libraries log what we report ourselves; without a handler Python would print it."""
    import logging

    for name in ("urllib3", "huggingface_hub", "httpx2"):
        logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False


def _secret_text(path: Path) -> str | None:
    from resolver.files.atomic import read_if_there

    content = read_if_there(path)
    if content is None or len(content) > LONGEST_TOKEN:
        return None
    return content.decode("utf-8", "replace").strip() or None


def _checked(token: str, place: str) -> str:
    """A token travels in a header: visible ASCII, one word."""
    if not all("!" <= character <= "~" for character in token):
        raise UsageError(f"{place}: what is there is no token", hint="a token is one word of letters and digits")
    return token


def _secret(path: Path) -> str | None:
    from resolver.files.atomic import read_if_there

    try:
        document = json.loads(read_if_there(path) or b"{}")
    except (ValueError, RecursionError, ModelsError):
        return None
    if not isinstance(document, dict):
        return None
    found = next((document[name] for name in _SECRETS if document.get(name)), None)
    return found.strip() or None if isinstance(found, str) else None
