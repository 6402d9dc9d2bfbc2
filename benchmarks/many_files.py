"""Row 2: many small files of one repository, near and 50 ms away, and how many requests they take."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.hub import Served, WrittenHub, library, made
from benchmarks.measure import Comparison, Contender, Outcome, compare, positive
from benchmarks.peers import Hf
from benchmarks.projects import Project, emptied
from benchmarks.report import MEMORY, Row, Target, arguments, known, room

REPOSITORY = "benchmarks/many"
DELAY, FAR_RUNS = 0.05, 2
OURS, HF = "models sync", "hf download"


def main() -> None:
    """Measure on disk and in memory, and far away."""
    parser = arguments("many_files", __doc__)
    parser.add_argument("--files", type=positive, default=2000, help="(default %(default)s)")
    parser.add_argument("--size", type=positive, default=50_000, help="bytes of each (default %(default)s)")
    asked = parser.parse_args()
    found = known("urllib3")
    _, sizes = library(1, asked.files, asked.size)[0]
    ways = (
        ("on disk", asked.folder, 0.0, asked.runs),
        ("in memory", MEMORY, 0.0, asked.runs),
        ("50 ms away", MEMORY, DELAY, min(FAR_RUNS, asked.runs)),
    )
    comparisons = []
    for work, folder, delay, runs in ways:
        with room(folder) as place:
            hub = made(place / "hub", [(REPOSITORY, sizes)])
            project = _locked(place, hub)
            with hub.served(delay=delay) as served:
                comparisons.append(_compared(work, replace(project, endpoint=served.endpoint), served, runs))
    size = f"{asked.files:,} files of {asked.size:,} bytes from one repository, into an empty store or cache."
    work = f"{size} At a distance in memory, and {FAR_RUNS} runs at most."
    row = Row(2, "Many small files", work, comparisons, _targets(comparisons, asked.files), asked.runs)
    row.publish(asked.json, found)


def _locked(place: Path, hub: WrittenHub) -> Project:
    with hub.served() as served:
        project = Project(place / "project", place / "home", served.endpoint)
        project.manifest([f"hf:{REPOSITORY}"])
        project.lock()
    return project


def _compared(work: str, project: Project, served: Served, runs: int) -> Comparison:
    hf = Hf(project.home.parent / "hf", served.endpoint)
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
    return ended.outcome(f"{count:,} requests", requests=count)


def _hf(hf: Hf, served: Served) -> Outcome:
    ended = hf.download(REPOSITORY)
    count = served.log.since().count
    return ended.outcome(f"{count:,} requests", requests=count)


def _targets(comparisons: Sequence[Comparison], files: int) -> list[Target]:
    requests = max(one.of(OURS).facts["requests"] for one in comparisons)
    faster = [Target(f"{one.work}: at least 5 times as fast as hf", one.ratio(one.of(HF)), 5, at_least=True)
              for one in comparisons]  # fmt: skip
    return [Target("at most 1.05 requests a file", requests / files, 1.05), *faster]


if __name__ == "__main__":
    main()
