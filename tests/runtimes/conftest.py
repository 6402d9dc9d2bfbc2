"""What tests with real libraries have in common: models out of recipes, made once, and a project that has them."""

import functools
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.project import Project
from tests.runtimes import offers
from tests.runtimes.environment import Opened, Workshop, run_program
from tests.runtimes.offers import Made, Upstream
from tests.servers.github import LocalGitHub
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex
from tests.servers.releases import SpacyReleases

Opens = Callable[..., Opened]
Pin = Callable[[str], Project]


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run of the tests share."""
    mine = tmp_path_factory.getbasetemp()
    folder = (mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def made(shared: Path) -> Made:
    """Makes a model by its recipe."""
    return Workshop(shared)


@pytest.fixture
def upstream(hub: LocalHub, index: PackageIndex) -> Iterator[Upstream]:
    """Everything that may be asked, on loopback."""
    with SpacyReleases() as releases, LocalGitHub() as github:
        yield Upstream(hub, index, releases, github)


@pytest.fixture
def project(project: Project, upstream: Upstream) -> Project:
    """An empty project that knows where all of it is."""
    return replace(project, environment={**project.environment, **upstream.environment})


@pytest.fixture
def pin(project: Project, upstream: Upstream, made: Made) -> Pin:
    """Lock and place the first release of what `OFFERS` has by that name, and let upstream move on to the second."""

    def pinned(name: str) -> Project:
        offers.pin(project, upstream, made, name)
        return project

    return pinned


@pytest.fixture
def opens(project: Project) -> Opens:
    """Run a program of `programs` in the project."""
    return functools.partial(run_program, project)
