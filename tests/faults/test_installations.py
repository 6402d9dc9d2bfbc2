"""A kill, a full disk and a failing disk at every call that an installation into another environment makes there."""

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.environments import PACK, Environment, make_environment
from tests.cli.project import Project
from tests.faults.figures import figure
from tests.faults.scale import scale
from tests.faults.stage import Order, Stage
from tests.faults.strikes import Strike, calls, strike
from tests.faults.test_injections import FAULTS, READS
from tests.servers.index import PackageIndex, make_wheel

SYNC = ("sync", "--python", "venv")
SAMPLE = 24


@pytest.fixture
def synced(project: Project, index: PackageIndex) -> Project:
    """A project whose wheel is in the view, and in its folder an environment with an older version from pip."""
    index.add("pack", "1.0", make_wheel("pack", "1.0", PACK))
    project.manifest("models: {vad: {source: pypi:pack, allow: [remote_code]}}\n")
    assert project.run("sync").code == 0
    make_environment(project.folder / "venv", pip=False)
    return project


@pytest.fixture
def stage(synced: Project, tmp_path: Path) -> Iterator[Stage]:
    """The stage, which has installed once."""
    with Stage(tmp_path / "stage") as stage:
        assert stage.perform(Order(synced, SYNC, forked=False)).code == 0
        yield stage


def older(project: Project) -> Environment:
    """The environment as it was before."""
    venv = Environment(project.folder / "venv")
    for place in [*venv.packages.glob("pack*"), *venv.packages.glob(".*.models-lock"), *venv.folder.glob("bin/pack*")]:
        shutil.rmtree(place) if place.is_dir() else place.unlink()
    venv.put("pack/__init__.py", "old\n")
    venv.put("pack/old/w.bin", "old weights")
    venv.installed("pack", "0.9", "pack/__init__.py,,\npack/old/w.bin,,\n")
    return venv


def test_no_fault_at_any_call_leaves_wrong_bytes_or_junk(synced: Project, stage: Stage) -> None:
    venv = older(synced)
    found = [call for call in calls(stage, synced, *SYNC) if call[2]]
    wanted = venv.contents()
    strikes = [Strike(*call, fault) for call in found for fault in FAULTS if fault != "ENOSPC" or call[0] not in READS]
    dice = random.Random(13)  # noqa: S311 - repeatable, not secret
    chosen = sorted(dice.sample(strikes, min(len(strikes), scale(SAMPLE, len(strikes)))), key=strikes.index)
    met: Counter[str] = Counter()
    for one in chosen:
        older(synced)
        met[one.fault] += struck_and_healed(synced, stage, one, wanted)
    assert met.total() >= len(chosen) * 3 // 4, f"{met} of {len(chosen)} met a file"
    figure(
        "crash, full disk, failing disk while wheels are installed",
        "kill, EIO, and where bytes are written ENOSPC, at every call of a `sync --python` that replaces a version:"
        " the same command makes it right",
        f"{len(found)} calls; {', '.join(f'{met[one]} {one}' for one in FAULTS)}: 0 wrong, 0 junk, exit 0 or 3",
    )


def struck_and_healed(project: Project, stage: Stage, one: Strike, wanted: dict[str, bytes]) -> bool:
    """Whether the fault met a file of ours; whatever it met, the same command makes it right."""
    struck = strike(stage, project, one, *SYNC)
    result = struck.result
    allowed = (0, 3, -9) if one.fault == "KILL" else (0, 3)
    is_mute = result.code == 2 and "no Python answers there" in result.text  # whether it may be run cannot be seen
    assert result.code in allowed or is_mute, f"{one}: exit {result.code}: {result.text}"
    assert "Traceback" not in result.text, f"{one}: {result.text}"
    again = stage.perform(Order(project, SYNC))
    assert again.code == 0, f"after {one}: {again.text}"
    assert Environment(project.folder / "venv").contents() == wanted, f"after {one} other files are there"
    return struck.met
