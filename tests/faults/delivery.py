"""One file from a server into a store, by the real client and the real fetch: what a thousand tries can afford."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from resolver.concurrency import Limits
from resolver.domain.lock import Artifact, File
from resolver.domain.plan import Download
from resolver.domain.ports import Silence
from resolver.sources.web import Web
from resolver.stages.fetch import Fetched, Places, fetch
from resolver.store import Store
from resolver.transport.client import Client
from tests.cli.offers import sha256
from tests.unit.transport.clients import Sleepless, client_with


@dataclass(frozen=True, slots=True)
class Delivery:
    """A store of its own, and a client that never sleeps; `stop.waits` are the seconds that it wanted to."""

    store: Store
    client: Client
    stop: Sleepless

    def bring(self, url: str, content: bytes, limits: Limits | None = None) -> Fetched:
        """Fetch what lies at the address, if it is the content."""
        file = File("model.bin", len(content), sha256(content))
        artifact = Artifact(key=f"url:{url}", commit=None, version=None, files=(file,))
        download = Download(artifact.key, file, ("model",))
        chosen = limits or Limits(stop=self.stop)
        places = Places({}, {"url": Web(lambda: self.client)})
        (found,) = fetch([(download, artifact)], places, self.store, chosen, Silence())
        return found

    def published(self) -> list[Path]:
        """Every blob of the store."""
        return sorted(one for one in self.store.root.joinpath("blobs").rglob("*") if one.is_file())


def code_of(found: Fetched) -> int:
    """What a sync would end with."""
    return 0 if found.error is None else found.error.exit_code


@contextmanager
def delivering(folder: Path) -> Iterator[Delivery]:
    """A delivery into a store in this folder."""
    stop = Sleepless()
    with client_with(stop) as client:
        yield Delivery(Store(folder), client, stop)
