"""The machine of the pages, made once, and a copy of it for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pages.world import World, make_world
from tests.servers.files import FileServer
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex
from tests.servers.releases import SpacyReleases


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, direct_network: None) -> Iterator[World]:  # noqa: ARG001
    folder = tmp_path_factory.mktemp("world")
    with LocalHub(folder / "hub") as hub, PackageIndex() as index, SpacyReleases() as releases, FileServer() as files:
        yield make_world(folder / "machine", hub, index, releases, files)


@pytest.fixture
def world(made: World, tmp_path: Path) -> World:
    return made.copied(tmp_path / "machine")
