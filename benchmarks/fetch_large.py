"""Row 1: one large file, near: checked and synced by us, unchecked by curl, with a checksum by aria2c."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import peers
from benchmarks.commands import Ended, FailedError
from benchmarks.engine import engine
from benchmarks.hub import Served, made
from benchmarks.measure import Comparison, Contender, Outcome, compare, positive
from benchmarks.projects import Project, emptied
from benchmarks.report import MEMORY, Row, Target, arguments, known, room

REPOSITORY, FILE = "benchmarks/large", "model.safetensors"
OURS, ENGINE = "models sync", "its engine alone, in process"
CURL, CURL_SYNC, HF, ARIA = (
    "curl, unchecked",
    "curl, unchecked, and sync",
    "hf download, unchecked",
    "aria2c -x16, checksum",
)
DISK, IN_MEMORY = "on disk", "in memory"


def main() -> None:
    """Measure on disk and in memory."""
    parser = arguments("fetch_large", __doc__)
    parser.add_argument("--size", type=positive, default=1 << 30, help="bytes (default %(default)s)")
    asked = parser.parse_args()
    found = known("urllib3")
    comparisons = []
    for work, folder in ((DISK, asked.folder), (IN_MEMORY, MEMORY)):
        with room(MEMORY) as served_from, room(folder) as place:
            hub = made(served_from, [(REPOSITORY, {FILE: asked.size})])
            with hub.served() as served:
                sha256 = hub.head(REPOSITORY).files[FILE].sha256
                bench = Bench(place, served, f"{hub.cdn_origin}/repos/{REPOSITORY}/{sha256}", sha256, asked.size)
                comparisons.append(compare(work, bench.contenders(), asked.runs))
                bench.project.check()
    work = f"One file of {asked.size:,} bytes from nginx on this machine, which has it in memory."
    Row(1, "One large file, near", work, comparisons, _targets(comparisons), asked.runs).publish(asked.json, found)


@dataclass(frozen=True, slots=True)
class Bench:
    """The contenders, each of which fetches the same bytes into an empty folder of the same disk."""

    place: Path
    served: Served
    url: str
    sha256: str
    size: int

    @property
    def project(self) -> Project:
        """Ours."""
        return Project(self.place / "project", self.place / "home", self.served.endpoint)

    def contenders(self) -> Sequence[Contender]:
        """Ours first."""
        self.project.manifest([f"hf:{REPOSITORY}"])
        self.project.lock()
        curl = peers.curl("fetched.bin")
        synced = ["sh", "-c", f"{' '.join(curl)} $0 && sync fetched.bin"]
        return [
            Contender(OURS, self._ours, self._clear_all),
            Contender(ENGINE, partial(engine, self.url, self.sha256, self._target, self.size), self._clear),
            Contender(CURL, partial(self._peer, curl), self._clear),
            Contender(CURL_SYNC, partial(self._peer, synced), self._clear),
            Contender(HF, self._hf, self._clear),
            Contender(ARIA, partial(self._peer, peers.aria2c("fetched.bin", 16, self.sha256)), self._clear),
        ]

    @property
    def _target(self) -> Path:
        return self.place / "target"

    def _clear(self) -> None:
        emptied(self._target)

    def _clear_all(self) -> None:
        self.project.forget()
        self._clear()

    def _ours(self) -> Outcome:
        return self.project.sync("--frozen").outcome()

    def _peer(self, words: Sequence[str]) -> Outcome:
        return peers.fetched_by(words, self.url, self._target).outcome()

    def _hf(self) -> Outcome:
        ended: Ended = peers.Hf(self._target, self.served.endpoint).download(REPOSITORY)
        if not any(self._target.rglob(FILE)):
            raise FailedError("hf download left no file")
        return ended.outcome()


def _targets(comparisons: Sequence[Comparison]) -> list[Target]:
    found = []
    for one in comparisons:
        most = 1.0 if one.work == DISK else 1.1
        for name in (OURS, ENGINE):
            median, label = one.of(name).median, f"{one.work}, {name}"
            found += [
                Target(f"{label}: at most {most} x curl, unchecked", median / one.of(CURL).median, most),
                Target(f"{label}: at least 3 x as fast as hf", one.of(HF).median / median, 3, at_least=True),
                Target(f"{label}: at least 4 x as fast as aria2c", one.of(ARIA).median / median, 4, at_least=True),
            ]
    return found


if __name__ == "__main__":
    main()
