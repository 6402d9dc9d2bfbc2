"""A file server, and a client that talks to it without ever sleeping."""

from collections.abc import Iterator

import pytest

from resolver.transport.client import Client
from tests.servers.files import FileServer
from tests.unit.transport.clients import Sleepless, client_with


@pytest.fixture
def server() -> Iterator[FileServer]:
    with FileServer() as server:
        yield server


@pytest.fixture
def stop() -> Sleepless:
    return Sleepless()


@pytest.fixture
def client(stop: Sleepless) -> Iterator[Client]:
    with client_with(stop) as client:
        yield client
