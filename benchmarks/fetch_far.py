"""Row 3: one large file, far away: 50 ms for a round trip, 20 MB/s for each connection."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import peers
from benchmarks.hub import random_file
from benchmarks.measure import Comparison, Contender, Outcome, compare, positive
from benchmarks.projects import Project, emptied, sha256_of
from benchmarks.report import MEMORY, Row, Target, arguments, known, room
from benchmarks.served import one_file

DELAY, RATE = 0.05, 20_000_000
OURS, ARIA, ARIA_CHECKED = "models sync", "aria2c -x8, unchecked", "aria2c -x8, checksum"
CURL = "curl, one stream, unchecked"


def main() -> None:
    """Measure over the emulated link."""
    parser = arguments("fetch_far", __doc__)
    parser.add_argument("--size", type=positive, default=1 << 30, help="bytes (default %(default)s)")
    asked = parser.parse_args()
    found = known("urllib3")
    with room(MEMORY) as served_from, room(asked.folder) as place:
        content = random_file(served_from / "served.bin", asked.size)
        with one_file(content, "--delay", str(DELAY), "--rate", str(RATE)) as url:
            bench = Bench(place, url, sha256_of(content))
            compared = compare("far away", bench.contenders(), asked.runs)
            bench.project.check()
    work = f"One file of {asked.size:,} bytes, {DELAY * 1000:.0f} ms a round trip, {RATE / 1e6:.0f} MB/s a connection."
    row = Row(3, "One large file, far away", f"{work} curl runs once.", [compared], _targets(compared), asked.runs)
    row.publish(asked.json, found)


@dataclass(frozen=True, slots=True)
class Bench:
    """The contenders, each of which fetches the same address into an empty folder."""

    place: Path
    url: str
    sha256: str

    @property
    def project(self) -> Project:
        """Ours."""
        return Project(self.place / "project", self.place / "home", "")

    def contenders(self) -> Sequence[Contender]:
        """Ours first."""
        self.project.manifest([f"url:{self.url}"])
        manifest = self.project.folder / "models.yaml"
        stated = manifest.read_text("utf-8").replace("'}", f"', sha256: {self.sha256}}}")
        manifest.write_text(stated, encoding="utf-8")
        self.project.lock()
        checked = peers.aria2c("fetched.bin", 8, self.sha256)
        return [
            Contender(OURS, self._ours, self._clear_all),
            Contender(ARIA, partial(self._peer, peers.aria2c("fetched.bin", 8)), self._clear),
            Contender(ARIA_CHECKED, partial(self._peer, checked), self._clear),
            Contender(CURL, partial(self._peer, peers.curl("fetched.bin")), self._clear, most_runs=1),
        ]

    def _clear(self) -> None:
        emptied(self.place / "target")

    def _clear_all(self) -> None:
        self.project.forget()
        self._clear()

    def _ours(self) -> Outcome:
        return self.project.sync("--frozen").outcome()

    def _peer(self, words: Sequence[str]) -> Outcome:
        return peers.fetched_by(words, self.url, self.place / "target").outcome()


def _targets(compared: Comparison) -> list[Target]:
    speed = compared.of(ARIA).median / compared.of(OURS).median
    return [Target("at least 0.95 x the speed of aria2c -x8, unchecked", speed, 0.95, at_least=True)]


if __name__ == "__main__":
    main()
