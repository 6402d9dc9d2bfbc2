"""Row 4: a sync that finds everything in place."""

from functools import partial
from pathlib import Path

from benchmarks.commands import Command, run
from benchmarks.hub import Served, library, made
from benchmarks.measure import Comparison, Contender, Outcome, compare, positive
from benchmarks.peers import Hf, environment, python_pass
from benchmarks.projects import Project
from benchmarks.report import Row, Target, arguments, known, room

OURS, HF, PYTHON = "models sync", "hf download, one warm repository", "python -c pass"


def main() -> None:
    """Measure the whole process."""
    parser = arguments("nothing_to_do", __doc__, runs=11)
    parser.add_argument("--models", type=positive, default=50, help="repositories (default %(default)s)")
    parser.add_argument("--files", type=positive, default=20, help="of each repository (default %(default)s)")
    asked = parser.parse_args()
    found = known()
    with room(asked.folder) as place:
        repositories = library(asked.models, asked.files)
        with made(place / "hub", repositories).served() as served:
            compared = _compared(place, served, [name for name, _ in repositories], asked.runs)
    work = f"{asked.models} models, {asked.models * asked.files:,} files, all in place; the whole process."
    targets = [
        Target("at most 0.15 s", compared.of(OURS).median, 0.15),
        Target("no requests", compared.of(OURS).facts["requests"], 0),
    ]
    Row(4, "Sync with nothing to do", work, [compared], targets, asked.runs).publish(asked.json, found)


def _compared(place: Path, served: Served, names: list[str], runs: int) -> Comparison:
    project = Project(place / "project", place / "home", served.endpoint)
    project.manifest(f"hf:{name}" for name in names)
    project.lock()
    project.sync()
    project.sync()
    hf = Hf(place / "hf", served.endpoint)
    hf.home.mkdir()
    hf.download(names[0])
    served.log.since()
    python = Command(python_pass(), place, environment(place / "home"))
    contenders = [
        Contender(OURS, partial(_ours, project, served)),
        Contender(HF, partial(_hf, hf, names[0], served)),
        Contender(PYTHON, lambda: run(python).outcome()),
    ]
    compared = compare("nothing to do", contenders, runs)
    project.check()
    return compared


def _ours(project: Project, served: Served) -> Outcome:
    ended = project.sync()
    count = served.log.since().count
    return ended.outcome(f"{count} requests", requests=count)


def _hf(hf: Hf, name: str, served: Served) -> Outcome:
    ended = hf.download(name)
    count = served.log.since().count
    return ended.outcome(f"{count} requests", requests=count)


if __name__ == "__main__":
    main()
