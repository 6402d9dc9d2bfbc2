"""One large file: near, far away, and what it takes in memory (rows 1, 3 and 11 of the figures).

Near, `curl` checks nothing and syncs nothing; `models sync` checks, syncs and places, process start included.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.measure import RUNS, Contender, circumstances, compare
from benchmarks.show import RESULTS, circumstances_text, times, write_json, write_plot

MEGABYTE = 1_000_000
FAR = ("--delay", "0.05", "--rate", str(20 * MEGABYTE))


def main() -> None:
    """Measure, print the table, write JSON and a plot."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fetch_large", description=__doc__)
    parser.add_argument("--folder", type=Path, help="where to fetch to: a disk, or /dev/shm for memory")
    parser.add_argument("--size", type=int, default=1 << 30, help="bytes")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--only", choices=("near", "far"))
    parser.add_argument("--json", type=Path, default=RESULTS / "fetch_large.json")
    asked = parser.parse_args()
    known = circumstances("urllib3")
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        folder = Path(name)
        content, digest = _file(folder / "served.bin", asked.size)
        found = []
        for work, distance in (("near", ()), ("far", FAR)):
            if asked.only in (None, work):
                with _served(content, distance) as url:
                    bench = Bench(folder, url, digest)
                    found.append(compare(work, bench.contenders(far=bool(distance)), asked.runs))
    print(times(found))
    print(circumstances_text(known))
    write_json(asked.json, {"known": known, "work": [one.as_json() for one in found]})
    write_plot(asked.json.with_suffix(".svg"), "One large file", found)


class Bench:
    """The contenders, each of which fetches the same address into the same empty folder."""

    def __init__(self, folder: Path, url: str, digest: str) -> None:
        self._target = folder / "target"
        self._project = folder / "project"
        self._environment = {**os.environ, "MODELS_STORE": str(self._target / "store")}  # noqa: TID251  # a benchmark's own
        self._url = url
        self._project.mkdir(exist_ok=True)
        source = f"{{source: 'url:{url}', sha256: {digest}}}"
        (self._project / "models.yaml").write_text(f"version: 1\nmodels: {{big: {source}}}\n", encoding="utf-8")
        self._models("lock")

    def contenders(self, *, far: bool) -> Sequence[Contender]:
        """The peer to compare with first."""
        curl = Contender("curl, unchecked", partial(self._peer, "curl", "-s", "-o", "c.bin"), self._clear)
        aria = partial(self._peer, "aria2c", "-q", "-x8", "-s8", "-k1M", "--file-allocation=none", "-oa.bin")
        several = Contender("aria2c -x8, unchecked", aria, self._clear)
        ours = Contender("models sync", partial(self._models, "sync", "--frozen", "--no-progress"), self._clear)
        return [several, ours] if far else [curl, ours, several]

    def _clear(self) -> None:
        shutil.rmtree(self._target, ignore_errors=True)
        shutil.rmtree(self._project / ".cache", ignore_errors=True)
        self._target.mkdir()
        os.sync()

    def _peer(self, *command: str) -> str:
        subprocess.run([*command, self._url], cwd=self._target, check=True)  # noqa: S603  # the peer's own command
        return ""

    def _models(self, *arguments: str) -> str:
        process = subprocess.Popen(  # noqa: S603  # our own command
            [sys.executable, "-m", "resolver", *arguments],
            cwd=self._project,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"models {arguments[0]} ended with {process.returncode}")
        return f"{usage.ru_maxrss // 1000} MB of memory"


def _file(path: Path, size: int) -> tuple[Path, str]:
    digest = hashlib.sha256()
    with path.open("wb") as stream:
        for start in range(0, size, MEGABYTE):
            piece = os.urandom(min(MEGABYTE, size - start))
            digest.update(piece)
            stream.write(piece)
    return path, digest.hexdigest()


@contextmanager
def _served(content: Path, distance: Sequence[str]) -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.file_server", str(content), *distance]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603  # our own server
        try:
            port = server.stdout.readline().strip() if server.stdout else ""
            yield f"http://127.0.0.1:{port}/served.bin"
        finally:
            server.kill()


if __name__ == "__main__":
    main()
