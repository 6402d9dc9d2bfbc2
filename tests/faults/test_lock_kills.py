"""A lock is the old one or the new one, whenever the process that writes it dies."""

import random
import subprocess
import time
from collections import Counter

import pytest

from tests.cli.offers import CONFIG, REPO, weights
from tests.cli.project import Project
from tests.faults.figures import figure
from tests.faults.scale import scale
from tests.faults.stage import Order, Stage
from tests.faults.strikes import Strike, calls, strike
from tests.servers.hub import LocalHub

OLD = "models: {asr: {source: hf:org/name}}\n"
NEW = "models: {asr: {source: hf:org/name, optional: true}}\n"


@pytest.fixture
def versions(project: Project, hub: LocalHub) -> tuple[bytes, bytes]:
    """The old lock, which is in place with the manifest of the new one, and the new one."""
    hub.commit(REPO, {"config.json": CONFIG, "model.bin": weights(100_000)}, license="mit")
    written = []
    for text in (OLD, NEW):
        project.manifest(text)
        assert project.run("lock").code == 0
        written.append(project.lock_path.read_bytes())
    project.lock_path.write_bytes(written[0])
    assert written[0] != written[1]
    return written[0], written[1]


def test_a_lock_that_is_killed_at_any_moment_is_old_or_new(project: Project, versions: tuple[bytes, bytes]) -> None:
    began = time.monotonic()
    assert project.models("lock").code == 0
    life = time.monotonic() - began
    moments = random.Random(17)  # noqa: S311 - repeatable, not secret
    seen: Counter[bool] = Counter()
    kills = scale(5, 40)
    for _ in range(kills):
        project.lock_path.write_bytes(versions[0])
        process = project.start("lock")
        try:
            process.wait(moments.uniform(0, life))
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
        seen[whole_version(project, versions)] += 1
    assert project.models("lock").code == 0
    assert whole_version(project, versions)
    assert nothing_left(project)
    figure(
        "crash at any point",
        "`models lock` killed at random moments: the old lock or the new one, never half of one",
        f"{kills} kills: {seen[False]} old, {seen[True]} new, 0 others",
    )


def test_a_kill_at_each_call_of_the_writing_leaves_the_old_lock_or_the_new(
    project: Project, versions: tuple[bytes, bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with Stage(tmp_path_factory.mktemp("stage") / "stage") as stage:
        assert stage.perform(Order(project, ("lock",), forked=False)).code == 0
        project.lock_path.write_bytes(versions[0])
        writing = [one for one in calls(stage, project, "lock") if one[0] in ("write", "fsync", "rename", "chmod")]
        seen: Counter[bool] = Counter()
        for one in writing:
            project.lock_path.write_bytes(versions[0])
            assert strike(stage, project, Strike(*one, "KILL"), "lock").met
            seen[whole_version(project, versions)] += 1
            assert stage.perform(Order(project, ("lock",))).code == 0
            assert whole_version(project, versions)
            assert nothing_left(project)
    assert set(seen) == {False, True}, "before and after the rename"


def whole_version(project: Project, versions: tuple[bytes, bytes]) -> bool:
    """Whether the lock is the new one; it is the old one otherwise."""
    return bool(versions.index(project.lock_path.read_bytes()))


def nothing_left(project: Project) -> bool:
    """Whether the project holds its two files and nothing that was to become one."""
    return {one.name for one in project.folder.iterdir()} <= {"models.yaml", "models.lock", ".cache"}
