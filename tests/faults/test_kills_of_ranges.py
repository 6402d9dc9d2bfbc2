"""kill -9 while several connections bring one file: what was noted is there, and the same command goes on."""

import random
import time

from tests.cli.offers import CONFIG, REPO, weights
from tests.cli.project import Project
from tests.faults.whole import nothing_wrong, until
from tests.servers.faults import ALWAYS, Fault
from tests.servers.hub import LocalHub

LARGE = weights(64_000_000, 5)
RATE = 1_000_000
"""Bytes a second for each connection: slow enough for others to be called."""
KILLS = 5
AGAIN = 1 << 20
"""Bytes that may be fetched again for each kill (threats.md)."""


def noted(project: Project) -> int:
    """Bytes that a journal says are there."""
    lines = [line for path in project.store.rglob("*.part.map") for line in path.read_text().splitlines()]
    return sum(int(end, 16) - int(start, 16) for start, _, end in (line.partition("-") for line in lines))


def test_kills_while_ranges_come_cost_little_and_spoil_nothing(project: Project, hub: LocalHub) -> None:
    hub.commit(REPO, {"config.json": CONFIG, "large.bin": LARGE}, license="mit")
    project.manifest("models: {asr: {source: hf:org/name}}\n")
    assert project.run("lock").code == 0
    hub.reset_requests()
    hub.faults = [Fault(".bin", "slow", times=ALWAYS, bytes_per_second=RATE, origin="cdn")]
    moments = random.Random(11)  # noqa: S311 - repeatable, not secret
    for _ in range(KILLS):
        before = noted(project)
        process = project.start("sync")
        until(lambda before=before: noted(project) > before + RATE)  # type: ignore[misc]  # bound at once
        time.sleep(moments.uniform(0.0, 0.5))
        process.kill()
        process.communicate()
        nothing_wrong(project)
    assert len({one.header("range") for one in hub.requested(origin="cdn")}) > KILLS, "ranges were asked for"
    hub.faults = []
    assert project.models("sync").code == 0
    nothing_wrong(project)
    assert project.snapshot(REPO) == {"config.json": CONFIG, "large.bin": LARGE}
    assert project.staged() == []
    assert hub.bytes_sent(origin="cdn") <= len(LARGE) + KILLS * AGAIN
