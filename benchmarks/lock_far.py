"""Row 8: lock many repositories of a hub that is 50 ms away."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from benchmarks.commands import Command, run
from benchmarks.hub import Served, made
from benchmarks.measure import Comparison, Contender, Outcome, compare, positive
from benchmarks.peers import environment
from benchmarks.projects import Project
from benchmarks.report import Row, Target, arguments, known, room

DELAY = 0.05
FRESH, AGAIN, MODEL_INFO = "models lock", "models lock, unchanged", "HfApi.model_info, one after another"
FAR, NEAR = "50 ms away", "on this machine"
SMALL = ("config.json.txt", "notes.txt")
"""Regular files: the hub tells no sha256 of them, so they have to be fetched."""
_ASK = """
import sys
from huggingface_hub import HfApi

for one in sys.argv[1:]:
    HfApi().model_info(one, files_metadata=True)
"""


def main() -> None:
    """Measure far away, and the same on this machine: the difference is what the distance costs."""
    parser = arguments("lock_far", __doc__)
    parser.add_argument("--models", type=positive, default=50, help="repositories (default %(default)s)")
    asked = parser.parse_args()
    found = known("urllib3")
    with room(asked.folder) as place:
        sizes = {**dict.fromkeys(SMALL, 500), "model.safetensors": 100_000}
        hub = made(place / "hub", [(f"benchmarks/model-{one:03}", sizes) for one in range(asked.models)])
        comparisons = []
        for work, delay in ((FAR, DELAY), (NEAR, 0.0)):
            with hub.served(delay=delay) as served:
                bench = Bench(place / work.replace(" ", "-"), served, tuple(hub.repositories))
                comparisons.append(compare(work, bench.contenders(), asked.runs))
    work = f"{asked.models} repositories, {len(SMALL)} small files and a large one in each."
    targets = _targets(comparisons, asked.models)
    Row(8, "Lock, far away", work, comparisons, targets, asked.runs).publish(asked.json, found)


@dataclass(frozen=True, slots=True)
class Bench:
    """A project that is locked anew each time, and one whose lock is there."""

    place: Path
    served: Served
    names: Sequence[str]

    @property
    def fresh(self) -> Project:
        """Loses its lock and its store before each run."""
        return Project(self.place / "fresh", self.place / "home", self.served.endpoint)

    @property
    def locked(self) -> Project:
        """Keeps its lock."""
        return replace(self.fresh, folder=self.place / "locked", home=self.place / "home-locked")

    def contenders(self) -> Sequence[Contender]:
        """Ours first."""
        for project in (self.fresh, self.locked):
            project.manifest(f"hf:{name}" for name in self.names)
        self.locked.models("lock")
        self.served.log.since()
        return [
            Contender(FRESH, partial(self._lock, self.fresh), self._forget),
            Contender(AGAIN, partial(self._lock, self.locked)),
            Contender(MODEL_INFO, self._ask),
        ]

    def _forget(self) -> None:
        self.fresh.forget()
        (self.fresh.folder / "models.lock").unlink(missing_ok=True)

    def _lock(self, project: Project) -> Outcome:
        ended = project.models("lock")
        if len(project.locked()) != len(self.names) * (len(SMALL) + 1):
            raise AssertionError("not every file was locked")
        count = self.served.log.since().count
        return ended.outcome(f"{count} requests", requests=count)

    def _ask(self) -> Outcome:
        words = [sys.executable, "-c", _ASK, *self.names]
        ended = run(Command(words, self.place, environment(self.place / "hf", self.served.endpoint)))
        count = self.served.log.since().count
        return ended.outcome(f"{count} requests", requests=count)


def _targets(comparisons: Sequence[Comparison], models: int) -> list[Target]:
    far, near = comparisons
    alone = far.of(FRESH).median - near.of(FRESH).median
    requests = (far.of(FRESH).facts["requests"] - models * len(SMALL)) / models
    return [
        Target("at most 8 round trips of wall time, whole process", far.of(FRESH).median / DELAY, 8),
        Target("at most 8 round trips more than the same on this machine", alone / DELAY, 8),
        Target("at most 2 requests a repository, besides one for each small file", requests, 2),
        Target("unchanged: at most 1 request a repository", far.of(AGAIN).facts["requests"] / models, 1),
    ]


if __name__ == "__main__":
    main()
