"""Row 11: what a sync takes in memory, whatever the size of the file."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks.hub import Served, made
from benchmarks.measure import Comparison, Contender, Outcome, compare, positive
from benchmarks.peers import Hf
from benchmarks.projects import Project, emptied
from benchmarks.report import Row, Target, arguments, known, room

REPOSITORY, FILE = "benchmarks/large", "model.safetensors"
OURS, HF = "models sync", "hf download"


def main() -> None:
    """Measure each size."""
    parser = arguments("memory", __doc__, runs=3)
    parser.add_argument("--sizes", type=positive, nargs="+", default=[1 << 30, 1 << 32], help="bytes of the file")
    asked = parser.parse_args()
    found = known("urllib3")
    comparisons = []
    for size in asked.sizes:
        with room(asked.folder) as place, made(place / "hub", [(REPOSITORY, {FILE: size})]).served() as served:
            comparisons.append(_compared(f"{size / (1 << 30):.2g} GiB", place, served, asked.runs))
    work = "One file; the largest of all runs of the whole process."
    Row(11, "Memory of a sync", work, comparisons, _targets(comparisons), asked.runs).publish(asked.json, found)


def _compared(work: str, place: Path, served: Served, runs: int) -> Comparison:
    project = Project(place / "project", place / "home", served.endpoint)
    project.manifest([f"hf:{REPOSITORY}"])
    project.lock()
    hf = Hf(place / "hf", served.endpoint)
    contenders = [
        Contender(OURS, partial(_ours, project), project.forget),
        Contender(HF, partial(_hf, hf), partial(emptied, hf.home)),
    ]
    compared = compare(work, contenders, runs)
    project.check()
    return compared


def _ours(project: Project) -> Outcome:
    return project.sync("--frozen").outcome()


def _hf(hf: Hf) -> Outcome:
    ended = hf.download(REPOSITORY)
    emptied(hf.home)
    return ended.outcome()


def _targets(comparisons: Sequence[Comparison]) -> list[Target]:
    return [Target(f"{one.work}: at most 100 MB", one.of(OURS).facts["peak_bytes"] / 1e6, 100) for one in comparisons]


if __name__ == "__main__":
    main()
