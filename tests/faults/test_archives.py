"""Wheels that inflate, escape or hold links: refused, and next to nothing is written."""

import subprocess
import sys

from tests.cli.project import Project, Result, finished
from tests.faults.figures import figure
from tests.faults.scale import scale
from tests.servers.index import PackageIndex, make_bomb, make_broken_wheel
from tests.servers.wheels import FLAWS

MANIFEST = "models: {vad: {source: pypi:broken}}\n"
BLOCKS = 4096
"""Of 512 bytes: no file may grow beyond 2 MiB while a bomb is looked at."""


def with_limit(project: Project) -> Result:
    """A sync in which no file grows beyond the blocks."""
    command = f'ulimit -f {BLOCKS}; exec "{sys.executable}" -m resolver sync'
    environment = {**project.environment, "PYTHONPATH": str(project.root)}
    process = subprocess.Popen(
        ["sh", "-c", command],  # noqa: S607 - the shell of the system
        cwd=project.folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    return finished(process)


def written(project: Project) -> int:
    """Bytes of every file of the project and store."""
    found = [one for folder in (project.folder, project.store) for one in folder.rglob("*") if one.is_file()]
    return sum(one.stat().st_size for one in found)


def test_a_bomb_is_refused_and_writes_next_to_nothing(project: Project, index: PackageIndex) -> None:
    size = scale(1 << 26, 1 << 30)
    bomb = make_bomb("broken", "1.0", size)
    assert len(bomb) < size // 500
    index.add("broken", "1.0", bomb)
    project.manifest(MANIFEST)
    before = written(project)
    result = with_limit(project)
    assert result.code in (2, 4), result.text
    more = written(project) - before
    assert more <= len(bomb) + (1 << 20)
    figure(
        "archives that inflate",
        "a wheel of 1 MB that inflates to 1 GB: refused, at most 1 MiB written",
        f"{len(bomb) / 1e6:.1f} MB that inflate to {size / 1e9:.2f} GB: refused, {more / 1e3:.0f} kB written",
    )


def test_what_is_wrong_with_an_archive_is_refused_and_nothing_is_placed(project: Project, index: PackageIndex) -> None:
    codes = {}
    for flaw in (one for one in FLAWS if one != "record_missing"):
        name = flaw.replace("_", "-")
        index.add(name, "1.0", make_broken_wheel(flaw, name))
        project.manifest(f"models: {{vad: {{source: pypi:{name}}}}}\n")
        around = {one.name for one in project.folder.parent.iterdir()}
        result = project.run("sync")
        assert result.code in (2, 4), f"{flaw}: {result.text}"
        assert project.placed() == {}
        assert {one.name for one in project.folder.parent.iterdir()} <= {*around, "store"}
        codes[flaw] = f"{name} exit {result.code}"
    figure(
        "archives that escape, link or lie",
        "`..`, links, duplicates, digests and sizes that are wrong: refused, nothing placed",
        f"{', '.join(codes.values())}: 0 files placed",
    )
