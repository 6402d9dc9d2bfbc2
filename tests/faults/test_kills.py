"""kill -9 at any moment: the same command goes on from there."""

import random
import time

import pytest

from tests.cli.offers import weights
from tests.cli.project import Project
from tests.faults.whole import ONE, TWO, is_whole, nothing_wrong, until_sent
from tests.servers.faults import ALWAYS, Fault
from tests.servers.files import FileServer
from tests.servers.hub import LocalHub

KILLS = 10
AGAIN = 1 << 20
"""Bytes that may be fetched again for each kill (threats.md)."""


def test_kills_at_random_moments_cost_little_and_spoil_nothing(locked: Project, hub: LocalHub) -> None:
    hub.faults = [Fault(".bin", "slow", times=ALWAYS, bytes_per_second=1_000_000, origin="cdn")]
    moments = random.Random(7)  # noqa: S311 - repeatable, not secret
    for _ in range(KILLS):
        process = locked.start("sync")
        time.sleep(moments.uniform(0.1, 0.9))
        process.kill()
        process.communicate()
        nothing_wrong(locked)
    hub.faults = []
    assert locked.models("sync").code == 0
    is_whole(locked)
    assert hub.bytes_sent(origin="cdn") <= len(ONE) + len(TWO) + KILLS * AGAIN


def test_a_kill_of_a_lock_in_the_middle_of_a_download_leaves_no_junk(project: Project, files: FileServer) -> None:
    files.put("model.bin", weights(1_000_000))
    files.faults = [Fault("model.bin", "slow", times=1, bytes_per_second=200_000)]
    project.manifest(f'models: {{voice: {{source: "url:{files.url("model.bin")}"}}}}\n')
    process = project.start("lock")
    until_sent(files, "model.bin", 50_000)
    process.kill()
    process.communicate()
    assert not project.lock_path.exists()
    assert project.models("sync").code == 0
    assert project.run("verify").code == 0
    assert project.staged() == []


@pytest.mark.parametrize("spoiled", ["cut", "zeros", "longer", "other"])
def test_a_part_that_a_crash_left_in_any_state_is_no_harm(locked: Project, hub: LocalHub, spoiled: str) -> None:
    """After a power failure a part may hold anything: its bytes are hashed before they are believed."""
    hub.faults = [Fault("one.bin", "slow", times=ALWAYS, bytes_per_second=1_000_000, origin="cdn")]
    process = locked.start("sync")
    until_sent(hub, "one.bin", 600_000)
    process.kill()
    process.communicate()
    for part in locked.store.joinpath("staging").glob("*.part"):
        size = part.stat().st_size
        content = {
            "cut": part.read_bytes()[: size // 2],
            "zeros": bytes(size),
            "longer": part.read_bytes() + bytes(5_000_000),
            "other": weights(size, 9),
        }[spoiled]
        part.write_bytes(content)
    hub.faults = []
    assert locked.run("sync").code == 0
    is_whole(locked)


def test_a_part_that_is_a_link_is_never_written_through(locked: Project) -> None:
    digest = next(file["sha256"] for file in locked.lock["artifacts"]["hf:org/name@main"]["files"][1:])
    outside = locked.folder.parent / "outside"
    outside.write_bytes(b"theirs")
    part = locked.store / "staging" / f"{digest}.part"
    part.parent.mkdir(parents=True, exist_ok=True)
    part.symlink_to(outside)
    assert locked.run("sync").code in (0, 3)
    assert outside.read_bytes() == b"theirs"
    nothing_wrong(locked)
