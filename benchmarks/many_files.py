"""Row 2: many small files of one repository, and how many requests they take."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks.hub import Served, library, made
from benchmarks.measure import Comparison, Contender, Outcome, compare, positive
from benchmarks.peers import Hf
from benchmarks.projects import Project, emptied
from benchmarks.report import MEMORY, Row, Target, arguments, known, room

REPOSITORY = "benchmarks/many"
OURS, HF = "models sync", "hf download"


def main() -> None:
    """Measure on disk and in memory."""
    parser = arguments("many_files", __doc__)
    parser.add_argument("--files", type=positive, default=2000, help="(default %(default)s)")
    parser.add_argument("--size", type=positive, default=50_000, help="bytes of each (default %(default)s)")
    asked = parser.parse_args()
    found = known("urllib3")
    comparisons = []
    for work, folder in (("on disk", asked.folder), ("in memory", MEMORY)):
        with room(folder) as place:
            _, sizes = library(1, asked.files, asked.size)[0]
            hub = made(place / "hub", [(REPOSITORY, sizes)])
            with hub.served() as served:
                comparisons.append(_compared(work, place, served, asked.runs))
    work = f"{asked.files:,} files of {asked.size:,} bytes from one repository, into an empty store or cache."
    row = Row(2, "Many small files", work, comparisons, _targets(comparisons, asked.files), asked.runs)
    row.publish(asked.json, found)


def _compared(work: str, place: Path, served: Served, runs: int) -> Comparison:
    project = Project(place / "project", place / "home", served.endpoint)
    project.manifest([f"hf:{REPOSITORY}"])
    project.lock()
    hf = Hf(place / "hf", served.endpoint)
    contenders = [
        Contender(OURS, partial(_ours, project, served), project.forget),
        Contender(HF, partial(_hf, hf, served), partial(emptied, hf.home)),
    ]
    served.log.since()
    compared = compare(work, contenders, runs)
    project.check()
    return compared


def _ours(project: Project, served: Served) -> Outcome:
    ended = project.sync("--frozen")
    count = served.log.since().count
    return ended.outcome(f"{count:,} requests", requests=count, processor_seconds=ended.processor_seconds)


def _hf(hf: Hf, served: Served) -> Outcome:
    ended = hf.download(REPOSITORY)
    count = served.log.since().count
    return ended.outcome(f"{count:,} requests", requests=count, processor_seconds=ended.processor_seconds)


def _targets(comparisons: Sequence[Comparison], files: int) -> list[Target]:
    requests = max(one.of(OURS).facts["requests"] for one in comparisons)
    faster = [Target(f"{one.work}: at least 5 times as fast as hf", one.ratio(one.of(HF)), 5, at_least=True)
              for one in comparisons]  # fmt: skip
    return [Target("at most 1.05 requests a file", requests / files, 1.05), *faster]


if __name__ == "__main__":
    main()
