"""Clients for tests: they never sleep, and say how long they would have slept."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from resolver.transport.client import Client, NetworkSettings


class Sleepless(threading.Event):
    """A stop event that is never waited for; `waits` are the seconds that somebody wanted to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout or 0.0)
        return self.is_set()


@contextmanager
def client_with(
    stop: threading.Event | None = None, proxies: Mapping[str, str] | None = None, *, offline: bool = False
) -> Iterator[Client]:
    """A client for one test."""
    settings = NetworkSettings("tests/1", proxies or {}, offline=offline)
    client = Client(settings, stop or Sleepless())
    try:
        yield client
    finally:
        client.close()
