"""Row 12: a Hugging Face cache that is on the disk already is hashed and linked, not downloaded again."""

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.hub import Served, made, weights
from benchmarks.measure import Comparison, Contender, Outcome, compare, positive
from benchmarks.peers import Hf, openssl_pass
from benchmarks.projects import Project, emptied
from benchmarks.report import Row, Target, arguments, known, room

REPOSITORY = "benchmarks/forty"
OURS, OPENSSL, HF = "models sync", "openssl speed, all cores", "hf download, again"
SMALL_CHANGE = 1 << 22
"""Bytes that a process writes without copying any weights: the record, stamps."""


def main() -> None:
    """Measure with a warm page cache."""
    parser = arguments("adopt", __doc__, runs=3)
    parser.add_argument("--size", type=positive, default=1 << 32, help="bytes of all files (default %(default)s)")
    parser.add_argument("--files", type=positive, default=40, help="(default %(default)s)")
    asked = parser.parse_args()
    found = known()
    each = asked.size // asked.files
    with (
        room(asked.folder) as place,
        made(place / "hub", [(REPOSITORY, weights(asked.files, each))]).served() as served,
    ):
        compared = Bench(place, served, each * asked.files).compared(asked.runs)
    ours = compared.of(OURS)
    targets = [
        Target("no bytes fetched", ours.facts["bytes_fetched"], 0),
        Target("one hash pass: bytes read at most 1.05 x the bytes there are", ours.facts["read_share"], 1.05),
        Target("no copy: at most 4 MiB written", ours.facts["bytes_written"], SMALL_CHANGE),
    ]
    work = f"{asked.files} files, {each * asked.files:,} bytes in the cache of `hf`; an empty store, an empty view."
    Row(12, "Adopt a cache", work, [compared], targets, asked.runs).publish(asked.json, found)


@dataclass(frozen=True, slots=True)
class Bench:
    """A cache that `hf` filled, and a project whose store is empty before each run."""

    place: Path
    served: Served
    size: int

    def compared(self, runs: int) -> Comparison:
        """All in turn."""
        project = Project(self.place / "project", self.place / "home", self.served.endpoint)
        project.manifest([f"hf:{REPOSITORY}"])
        project.lock()
        filled = Hf(self.place / "filled", self.served.endpoint)
        filled.home.mkdir()
        filled.download(REPOSITORY)
        self.served.log.since()
        again = Hf(self.place / "again", self.served.endpoint)
        contenders = [
            Contender(OURS, partial(self._ours, project, filled.home / "hf" / "hub"), project.forget),
            Contender(OPENSSL, partial(openssl_pass, self.size, os.cpu_count() or 1)),
            Contender(HF, partial(self._hf, again), partial(emptied, again.home)),
        ]
        found = compare("adopt", contenders, runs)
        project.check()
        return found

    def _ours(self, project: Project, cache: Path) -> Outcome:
        ended = project.sync("--frozen", HF_HUB_CACHE=str(cache))
        fetched = self.served.log.since().bytes
        text = f"{fetched:,} bytes fetched, {ended.read:,} read, {ended.written:,} written"
        share = ended.read / self.size
        return ended.outcome(text, bytes_fetched=fetched, read_share=share, bytes_written=ended.written)

    def _hf(self, hf: Hf) -> Outcome:
        ended = hf.download(REPOSITORY)
        fetched = self.served.log.since().bytes
        emptied(hf.home)
        return ended.outcome(f"{fetched:,} bytes fetched", bytes_fetched=fetched)


if __name__ == "__main__":
    main()
