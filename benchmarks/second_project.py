"""Row 13: a second project that needs what the store has."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from shutil import copy, rmtree

from benchmarks.hub import Served, library, made
from benchmarks.measure import Comparison, Contender, Outcome, compare, positive
from benchmarks.peers import Hf
from benchmarks.projects import Project, emptied
from benchmarks.report import Row, Target, arguments, known, room

OURS, HF = "models sync, second project", "hf download, one repository of them"
SMALL_CHANGE = 1 << 20
"""Bytes that a process writes without copying any weights: the record."""


def main() -> None:
    """Measure the whole process."""
    parser = arguments("second_project", __doc__, runs=7)
    parser.add_argument("--models", type=positive, default=50, help="repositories (default %(default)s)")
    parser.add_argument("--files", type=positive, default=20, help="of each repository (default %(default)s)")
    asked = parser.parse_args()
    found = known()
    with room(asked.folder) as place:
        repositories = library(asked.models, asked.files)
        with made(place / "hub", repositories).served() as served:
            compared = _compared(place, served, [name for name, _ in repositories], asked.runs)
    work = f"{asked.models} models, {asked.models * asked.files:,} files that another project has; the whole process."
    ours = compared.of(OURS)
    targets = [
        Target("at most 0.2 s", ours.median, 0.2),
        Target("nothing copied: at most 1 MiB written", ours.facts["bytes_written"], SMALL_CHANGE),
        Target("no requests", ours.facts["requests"], 0),
    ]
    Row(13, "A second project", work, [compared], targets, asked.runs).publish(asked.json, found)


def _compared(place: Path, served: Served, names: list[str], runs: int) -> Comparison:
    first = Project(place / "first", place / "home", served.endpoint)
    first.manifest(f"hf:{name}" for name in names)
    first.lock()
    first.sync()
    second = replace(first, folder=place / "second")
    hf = Hf(place / "hf", served.endpoint)
    served.log.since()
    contenders = [
        Contender(OURS, partial(_ours, second, served), partial(_begin, first, second)),
        Contender(HF, partial(_hf, hf, names[0], served), partial(emptied, hf.home)),
    ]
    compared = compare("the same models", contenders, runs)
    second.check()
    return compared


def _begin(first: Project, second: Project) -> None:
    rmtree(second.folder, ignore_errors=True)
    second.folder.mkdir()
    for name in ("models.yaml", "models.lock"):
        copy(first.folder / name, second.folder)


def _ours(project: Project, served: Served) -> Outcome:
    ended = project.sync()
    count = served.log.since().count
    text = f"{count} requests, {ended.written:,} bytes written"
    return ended.outcome(text, requests=count, bytes_written=ended.written)


def _hf(hf: Hf, name: str, served: Served) -> Outcome:
    ended = hf.download(name)
    count = served.log.since().count
    return ended.outcome(f"{count} requests", requests=count)


if __name__ == "__main__":
    main()
