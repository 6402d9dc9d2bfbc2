"""A kill, a full disk and a failing disk at every call that a small sync makes on its files."""

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.offers import CONFIG, REPO, weights
from tests.cli.project import Project
from tests.faults.figures import figure
from tests.faults.scale import scale
from tests.faults.stage import Order, Stage
from tests.faults.strikes import Strike, calls, strike
from tests.faults.whole import contents, nothing_wrong
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel

FAULTS = ("KILL", "ENOSPC", "EIO")
READS = {"newfstatat", "lseek", "read", "getdents64", "access", "readlink", "statfs", "statx"}
"""Calls that no full disk refuses."""
SAMPLE = 24
MET = 0.9
"""Threads take turns as they like, so that some faults strike where they were not meant to, and some nowhere."""


@pytest.fixture
def small(project: Project, hub: LocalHub, index: PackageIndex) -> Project:
    """Two files of a hub and one of a wheel with its papers, locked; nothing of it is there."""
    hub.commit(REPO, {"config.json": CONFIG, "one.bin": weights(300_000, 1)}, license="mit")
    index.add("pack", "1.0", make_wheel("pack", "1.0", {"pack/a.bin": weights(20_000, 2)}))
    project.manifest("models: {asr: {source: hf:org/name}, vad: {source: pypi:pack}}\n")
    assert project.run("lock").code == 0
    project.forget_store()
    return project


@pytest.fixture
def stage(small: Project, tmp_path: Path) -> Iterator[Stage]:
    """The stage, which has run one sync; what that left is gone."""
    with Stage(tmp_path / "stage") as stage:
        assert stage.perform(Order(small, ("sync",), forked=False)).code == 0
        forget(small)
        yield stage


def forget(project: Project) -> None:
    """As before the first sync."""
    for folder in (project.store, project.view):
        shutil.rmtree(folder, ignore_errors=True)


def test_no_fault_at_any_call_leaves_wrong_bytes_or_junk(small: Project, stage: Stage) -> None:
    found = calls(stage, small, "sync")
    wanted = contents(small)
    strikes = [Strike(*call, fault) for call in found for fault in FAULTS if fault != "ENOSPC" or call[0] not in READS]
    dice = random.Random(13)  # noqa: S311 - repeatable, not secret
    chosen = sorted(dice.sample(strikes, scale(SAMPLE, len(strikes))), key=strikes.index)
    met: Counter[str] = Counter()
    for one in chosen:
        forget(small)
        met[one.fault] += struck_and_healed(small, stage, one, wanted)
    assert met.total() >= MET * len(chosen), f"{met} of {len(chosen)} met a file"
    figure(
        "crash, full disk, failing disk at any point",
        "kill, EIO, and where bytes are written ENOSPC, at every call of a small sync on its files: 0 corrupt, 0 junk",
        f"{len(found)} calls; {', '.join(f'{met[one]} {one}' for one in FAULTS)}: 0 corrupt, 0 junk, exit 0 or 3",
    )


def struck_and_healed(project: Project, stage: Stage, one: Strike, wanted: dict[str, bytes]) -> bool:
    """Whether the fault met a file of ours; whatever it met, nothing is wrong and the same command goes on."""
    struck = strike(stage, project, one, "sync")
    result = struck.result
    allowed = (0, 3, -9) if one.fault == "KILL" else (0, 3)
    assert result.code in allowed, f"{one}: exit {result.code}: {result.text}"
    assert "Traceback" not in result.text, f"{one}: {result.text}"
    nothing_wrong(project)
    again = stage.perform(Order(project, ("sync",)))
    assert again.code == 0, f"after {one}: {again.text}"
    assert contents(project) == wanted, f"after {one} other files are there"
    nothing_wrong(project)
    return struck.met
