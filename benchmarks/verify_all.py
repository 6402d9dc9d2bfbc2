"""Row 5: verify that reads and hashes every byte, beside what openssl hashes on all cores without reading anything."""

import os
from functools import partial
from pathlib import Path

from benchmarks.hub import Served, made, weights
from benchmarks.measure import Comparison, Contender, Outcome, compare, positive
from benchmarks.peers import Hf, openssl_pass
from benchmarks.projects import Project
from benchmarks.report import Row, Target, arguments, known, room

REPOSITORY = "benchmarks/forty"
OURS, OPENSSL, HF = "models verify", "openssl speed, all cores", "hf cache verify"


def main() -> None:
    """Measure with a warm page cache."""
    parser = arguments("verify_all", __doc__)
    parser.add_argument("--size", type=positive, default=1 << 32, help="bytes of all files (default %(default)s)")
    parser.add_argument("--files", type=positive, default=40, help="(default %(default)s)")
    asked = parser.parse_args()
    found = known()
    each = asked.size // asked.files
    with (
        room(asked.folder) as place,
        made(place / "hub", [(REPOSITORY, weights(asked.files, each))]).served() as served,
    ):
        compared = _compared(place, served, each * asked.files, asked.runs)
    work = f"{asked.files} files, {each * asked.files:,} bytes in the page cache; process start included."
    share = compared.of(OPENSSL).median / compared.of(OURS).median
    targets = [Target("at least 0.9 x the rate of openssl on all cores", share, 0.9, at_least=True)]
    Row(5, "Verify every byte", work, [compared], targets, asked.runs).publish(asked.json, found)


def _compared(place: Path, served: Served, size: int, runs: int) -> Comparison:
    project = Project(place / "project", place / "home", served.endpoint)
    project.manifest([f"hf:{REPOSITORY}"])
    project.lock()
    project.sync()
    project.check()
    hf = Hf(place / "hf", served.endpoint)
    hf.home.mkdir()
    hf.download(REPOSITORY)
    contenders = [
        Contender(OURS, partial(_ours, project, size)),
        Contender(OPENSSL, partial(openssl_pass, size, os.cpu_count() or 1)),
        Contender(HF, partial(_hf, hf, size)),
    ]
    return compare("every byte", contenders, runs)


def _ours(project: Project, size: int) -> Outcome:
    ended = project.models("verify")
    return ended.outcome(f"{size / ended.seconds / 1e9:.2f} GB/s")


def _hf(hf: Hf, size: int) -> Outcome:
    ended = hf.run("cache", "verify", REPOSITORY)
    return ended.outcome(f"{size / ended.seconds / 1e9:.2f} GB/s, asks the hub")


if __name__ == "__main__":
    main()
