"""What end-to-end tests have in common: local servers, and a project that no setting of this machine reaches."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.cli.project import Project, Result, clean_environment
from tests.servers.files import FileServer
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex

settings.register_profile("project", deadline=None)  # a machine that is busy is no failure
settings.load_profile("project")

Run = Callable[..., Result]


@pytest.fixture(scope="session")
def direct_network() -> Iterator[None]:
    """No proxy for what runs in this process; the client that an earlier test made may know one."""
    from huggingface_hub import close_session

    close_session()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "HF_TOKEN", "HF_TOKEN_PATH", "HF_HOME"):
            patch.delenv(name, raising=False)
            patch.delenv(name.lower(), raising=False)
        patch.setenv("NO_PROXY", "*")
        yield
    close_session()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LocalHub]:
    with LocalHub(tmp_path / "hub") as hub:
        yield hub


@pytest.fixture
def index() -> Iterator[PackageIndex]:
    with PackageIndex() as index:
        yield index


@pytest.fixture
def files() -> Iterator[FileServer]:
    with FileServer() as files:
        yield files


@pytest.fixture
def project(tmp_path: Path, hub: LocalHub, index: PackageIndex, direct_network: None) -> Project:  # noqa: ARG001
    """An empty project whose hub and index are the local ones."""
    folder, home, store = tmp_path / "project", tmp_path / "home", tmp_path / "store"
    folder.mkdir()
    home.mkdir()
    return Project(folder, home, store, clean_environment(home, store, hub.endpoint, index.url))


@pytest.fixture
def models(project: Project) -> Run:
    """The real process."""
    return project.models


@pytest.fixture
def run(project: Project) -> Run:
    """The same command inside this process, which is ten times faster."""
    return project.run


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any connection of this process is a mistake."""

    def refuse(*arguments: Any) -> None:
        raise AssertionError(f"a connection was made: {arguments[1:]}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that would have been waited before each further try; the tries follow at once."""
    from resolver.stages.fetch import limits
    from resolver.transport import client

    asked: list[float] = []

    def recorded(original: Callable[..., float]) -> Callable[..., float]:
        def wait(*arguments: Any) -> float:
            asked.append(original(*arguments))
            return 0.0

        return wait

    monkeypatch.setattr(client, "waiting_time", recorded(client.waiting_time))
    monkeypatch.setattr(limits.Patience, "wait", recorded(limits.Patience.wait))
    return asked
