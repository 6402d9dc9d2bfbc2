"""A project whose lock is written and whose weights are large enough to be caught on their way."""

import pytest

from tests.cli.offers import CONFIG, REPO
from tests.cli.project import Project
from tests.faults.whole import ONE, TWO
from tests.servers.hub import LocalHub


@pytest.fixture
def locked(project: Project, hub: LocalHub) -> Project:
    hub.commit(REPO, {"config.json": CONFIG, "one.bin": ONE, "two.bin": TWO}, license="mit")
    project.manifest("models: {asr: {source: hf:org/name}}\n")
    assert project.run("lock").code == 0
    hub.reset_requests()
    return project
