"""GitHub on loopback and who talks to it, without ever sleeping."""

from collections.abc import Iterator

import pytest

from resolver.sources.github import GitHub
from resolver.transport.client import Client
from tests.servers.github import LocalGitHub
from tests.unit.sources.github_repository import connected
from tests.unit.transport.clients import client_with


@pytest.fixture
def hosted() -> Iterator[LocalGitHub]:
    with LocalGitHub() as server:
        yield server


@pytest.fixture
def sleepless() -> Iterator[Client]:
    with client_with() as client:
        yield client


@pytest.fixture
def github(hosted: LocalGitHub, sleepless: Client) -> GitHub:
    return connected(hosted, sleepless)
