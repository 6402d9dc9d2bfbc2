"""Several syncs at once, and a network that fails every third time."""

import pytest

from tests.cli.offers import CONFIG, REPO, weights
from tests.cli.project import Project, finished
from tests.conftest import Run
from tests.faults.figures import figure
from tests.faults.scale import scale
from tests.faults.whole import SIZE, is_whole, nothing_wrong
from tests.servers.faults import ALWAYS, Fault
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel

PROCESSES = scale(4, 16)


@pytest.mark.parametrize("where", ["one project", "projects of their own"])
def test_processes_at_once_are_all_right_and_fetch_once(locked: Project, hub: LocalHub, where: str) -> None:
    hub.faults = [Fault(".bin", "slow", times=ALWAYS, bytes_per_second=8_000_000, origin="cdn")]
    projects = [locked] * PROCESSES
    if where != "one project":
        projects = [locked, *(locked.beside(f"other{number}") for number in range(1, PROCESSES))]
    started = [project.start("sync") for project in projects]
    for result in [finished(process) for process in started]:
        assert result.code == 0, result.text
    sent = hub.bytes_sent(origin="cdn")
    assert sent <= 1.05 * 2 * SIZE
    for project in projects:
        is_whole(project)
    figure(
        "several syncs at once",
        "16 processes: 0 corrupt, at most 1.05 x the bytes over the wire",
        f"{PROCESSES} processes in {where}: exit 0 each, 0 corrupt, {sent / (2 * SIZE):.3f} x the bytes",
    )


def test_processes_that_unpack_one_wheel_at_once_are_all_right(project: Project, index: PackageIndex) -> None:
    files = {f"pack/{number}.bin": weights(20_000, number) for number in range(30)}
    wheel = make_wheel("pack", "1.0", files)
    index.add("pack", "1.0", wheel)
    project.manifest("models: {vad: {source: pypi:pack}}\n")
    assert project.run("lock").code == 0
    index.reset_requests()
    started = [project.start("sync") for _ in range(PROCESSES)]
    for result in [finished(process) for process in started]:
        assert result.code == 0, result.text
    sent = index.bytes_sent(".whl")
    assert sent <= 1.05 * len(wheel)
    assert project.run("verify").code == 0
    assert project.staged() == []
    figure(
        "several syncs at once",
        "16 processes: 0 corrupt, at most 1.05 x the bytes over the wire",
        f"{PROCESSES} processes unpack one wheel: exit 0 each, 0 corrupt, {sent / len(wheel):.3f} x the bytes",
    )


def test_locks_at_once_write_one_lock(project: Project, hub: LocalHub) -> None:
    hub.commit(REPO, {"config.json": CONFIG, "model.bin": weights(100_000)})
    project.manifest("models: {asr: {source: hf:org/name}}\n")
    started = [project.start("lock") for _ in range(PROCESSES)]
    assert [finished(process).code for process in started] == [0] * PROCESSES
    assert project.run("lock", "--check").code == 0
    assert not [path for path in project.folder.iterdir() if path.name.endswith(".tmp")]


def test_a_verify_beside_a_sync_never_sees_wrong_bytes(locked: Project) -> None:
    process = locked.start("sync")
    kinds = set()
    while process.poll() is None:
        found = locked.run("verify", "--json")
        assert found.code in (0, 1), found.text
        kinds |= {one["kind"] for one in found.document["findings"]}
    assert finished(process).code == 0
    assert kinds <= {"missing"}
    is_whole(locked)


def test_a_network_that_fails_every_third_time_gives_right_bytes_or_says_so(
    project: Project, run: Run, hub: LocalHub, waits: list[float]
) -> None:
    files = {f"part{number}.bin": weights(60_000, number) for number in range(25)}
    hub.commit(REPO, files)
    project.manifest("models: {asr: {source: hf:org/name}}\n")
    hub.faults = [
        Fault("", "status", times=ALWAYS, chance=0.1),
        Fault("", "drop", times=ALWAYS, chance=0.06),
        Fault("", "reset", times=ALWAYS, chance=0.06, after_bytes=20_000),
        Fault("", "truncate", times=ALWAYS, chance=0.06, after_bytes=30_000),
        Fault("", "wrong_range", times=ALWAYS, chance=0.05),
        Fault("", "ignore_range", times=ALWAYS, chance=0.05),
    ]
    codes: list[int] = []
    while 0 not in codes and len(codes) < 10:
        result = run("sync")
        codes.append(result.code)
        nothing_wrong(project)
    assert set(codes) <= {0, 3}
    assert codes[-1] == 0
    hub.faults = []
    assert run("verify").code == 0
    assert project.snapshot(REPO) == files
    assert project.staged() == []
    assert len(waits) > 5
