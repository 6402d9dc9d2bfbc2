"""A speech pipeline for tests that look at a terminal."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.cli.project import Project
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex
from tests.servers.releases import SpacyReleases
from tests.terminal.pipeline import TOKEN, Pipeline


@pytest.fixture
def releases() -> Iterator[SpacyReleases]:
    with SpacyReleases() as releases:
        yield releases


@pytest.fixture
def pipeline(project: Project, hub: LocalHub, index: PackageIndex, releases: SpacyReleases) -> Pipeline:
    """A manifest and everything that it names; not yet locked."""
    environment = {**project.environment, **releases.environment, "HF_TOKEN": TOKEN}
    pipeline = Pipeline(replace(project, environment=environment), hub, index, releases)
    pipeline.offer()
    return pipeline


@pytest.fixture
def locked(pipeline: Pipeline) -> Pipeline:
    result = pipeline.project.run("lock")
    assert result.code == 0, result.text
    pipeline.hub.reset_requests()
    return pipeline
