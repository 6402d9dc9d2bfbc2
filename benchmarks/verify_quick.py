"""Row 6: verify by size, time and inode against the record."""

from functools import partial

from benchmarks.commands import Command, run
from benchmarks.hub import library, made
from benchmarks.measure import Contender, Outcome, compare, positive
from benchmarks.peers import environment, python_pass
from benchmarks.projects import Project
from benchmarks.report import Row, Target, arguments, known, room

OURS, EVERY_BYTE, PYTHON = "models verify --quick", "models verify, every byte", "python -c pass"


def main() -> None:
    """Measure the whole process."""
    parser = arguments("verify_quick", __doc__)
    parser.add_argument("--models", type=positive, default=50, help="repositories (default %(default)s)")
    parser.add_argument("--files", type=positive, default=200, help="of each repository (default %(default)s)")
    asked = parser.parse_args()
    found = known()
    with room(asked.folder) as place:
        repositories = library(asked.models, asked.files, size=500)
        with made(place / "hub", repositories).served() as served:
            project = Project(place / "project", place / "home", served.endpoint)
            project.manifest(f"hf:{name}" for name, _ in repositories)
            project.lock()
            project.sync()
            project.check()
        python = Command(python_pass(), place, environment(place / "home"))
        contenders = [
            Contender(OURS, partial(_verify, project, "--quick")),
            Contender(EVERY_BYTE, partial(_verify, project)),
            Contender(PYTHON, lambda: run(python).outcome()),
        ]
        compared = compare("nothing changed", contenders, asked.runs)
    work = f"{asked.models * asked.files:,} files of {asked.models} models, none of them changed; the whole process."
    targets = [Target("at most 0.3 s", compared.of(OURS).median, 0.3)]
    Row(6, "Verify --quick", work, [compared], targets, asked.runs).publish(asked.json, found)


def _verify(project: Project, *words: str) -> Outcome:
    return project.models("verify", *words).outcome()


if __name__ == "__main__":
    main()
