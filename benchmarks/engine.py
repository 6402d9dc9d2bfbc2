"""The fetch engine without the command around it: a child process that fetches one address and says its own seconds.

The clock begins when all is imported and connected to nothing yet, and ends when the blob has its final name.
"""

import sys
import threading
import time
from pathlib import Path

from benchmarks.commands import Command, run
from benchmarks.measure import Outcome
from benchmarks.peers import environment


def main() -> None:
    """Fetch `URL SHA256 SIZE FOLDER` and print the seconds."""
    from resolver.concurrency import Limits
    from resolver.domain.lock import Artifact, File
    from resolver.domain.plan import Download
    from resolver.domain.ports import Silence
    from resolver.sources.web import Web
    from resolver.stages.fetch import Places, fetch
    from resolver.store import Store
    from resolver.transport.client import Client, NetworkSettings

    url, sha256, size, folder = sys.argv[1:]
    file = File("fetched.bin", int(size), sha256)
    artifact = Artifact(key=f"url:{url}", commit=None, version=None, files=(file,))
    client = Client(NetworkSettings("models-benchmark"), threading.Event())
    store = Store(Path(folder) / "store")
    download = Download(artifact.key, file, ("one",))
    begin = time.perf_counter()
    places = Places({}, {"url": Web(lambda: client)})
    (fetched,) = fetch([(download, artifact)], places, store, Limits(), Silence())
    seconds = time.perf_counter() - begin
    if fetched.error is not None or not store.has(file):
        raise SystemExit(f"not fetched: {fetched.error}")
    print(seconds)


def engine(url: str, sha256: str, folder: Path, size: int) -> Outcome:
    """Run the child; its own clock counts."""
    words = [sys.executable, "-m", "benchmarks.engine", url, sha256, str(size), str(folder)]
    ended = run(Command(words, folder, environment(folder / "home")))
    return Outcome(f"{ended.peak / 1e6:.0f} MB of memory", float(ended.stdout), {"peak_bytes": ended.peak})


if __name__ == "__main__":
    main()
