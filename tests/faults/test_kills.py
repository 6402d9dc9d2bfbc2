"""kill -9 at any moment: the same command goes on from there."""

import random
import subprocess
import time

import pytest

from tests.cli.offers import CONFIG, REPO, weights
from tests.cli.project import Project
from tests.faults.figures import figure
from tests.faults.scale import scale
from tests.faults.whole import contents, is_whole, nothing_wrong, until_sent
from tests.servers.faults import ALWAYS, Fault
from tests.servers.files import FileServer
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel

AGAIN = 1 << 20
"""Bytes that may be fetched again for each kill (threats.md). What the server sent and lay in the system's buffers when
the kill came is among them: on a busy machine more of it lies there, so that all kills together are judged."""
RATE = 3_000_000
"""Bytes a second for each connection: slow enough for a large file to get several."""
FILES = {"config.json": CONFIG, "large.bin": weights(40_000_000, 5), "small.bin": weights(400_000, 6)}
MEMBERS = {f"pack/{number}.bin": weights(20_000, number) for number in range(20)}


@pytest.fixture
def everything(project: Project, hub: LocalHub, index: PackageIndex) -> Project:
    """A file over one connection, a file over several, and a wheel to unpack, all locked and nothing fetched."""
    hub.commit(REPO, FILES, license="mit")
    index.add("pack", "1.0", make_wheel("pack", "1.0", MEMBERS))
    project.manifest("models: {asr: {source: hf:org/name}, vad: {source: pypi:pack}}\n")
    assert project.run("lock").code == 0
    project.forget_store()
    hub.faults = [Fault(".bin", "slow", times=ALWAYS, bytes_per_second=RATE, origin="cdn")]
    return project


def test_kills_at_random_moments_cost_little_and_spoil_nothing(everything: Project, hub: LocalHub) -> None:
    life, wanted = whole_life(everything)
    assert len({one.header("range") for one in hub.requested("large.bin", origin="cdn")}) > 2, "several connections"
    kills = scale(10, 200)
    moments = random.Random(7)  # noqa: S311 - repeatable, not secret
    killed, again, worst = 0, 0, 0
    while killed < kills:
        forget(everything)
        hub.reset_requests()
        here = killed_until_done(everything, moments, kills - killed, life)
        assert everything.models("sync").code == 0
        assert contents(everything) == wanted, "junk, or something is missing"
        nothing_wrong(everything)
        over = hub.bytes_sent(origin="cdn") - sum(map(len, FILES.values()))
        killed, again, worst = killed + here, again + over, max(worst, over // max(1, here))
    assert again <= killed * AGAIN
    figure(
        "crash at any point",
        "kill -9 at 200 random moments of a sync: 0 corrupt blobs, 0 junk after the next run, <= 1 MiB again a kill",
        f"{killed} kills over the whole life of the process: 0 corrupt, 0 junk, {again // killed // 1000} kB a kill, "
        f"at worst {worst // 1000} kB",
    )


def whole_life(project: Project) -> tuple[float, dict[str, bytes]]:
    """How many seconds a sync of everything takes, and what it leaves."""
    began = time.monotonic()
    assert project.models("sync").code == 0
    return time.monotonic() - began, contents(project)


def forget(project: Project) -> None:
    """As before the first sync."""
    project.forget_store()
    project.forget_view()


def killed_until_done(project: Project, moments: random.Random, most: int, life: float) -> int:
    """Kill one sync after the other, each at a moment of a whole life, until one was quicker; how many were killed."""
    for killed in range(most):
        process = project.start("sync")
        try:
            process.wait(moments.uniform(0, life))
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
        nothing_wrong(project)
        if process.returncode == 0:
            return killed
    return most


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


def test_a_project_that_a_crash_kept_from_being_registered_is_registered_by_the_next_sync(locked: Project) -> None:
    """Else its blobs could be collected although its lock needs them."""
    assert locked.run("sync").code == 0
    (registration,) = (locked.store / "projects").iterdir()
    registration.unlink()
    assert locked.run("sync").code == 0
    assert registration.is_file()
