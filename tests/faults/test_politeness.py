"""What a server may expect of us: few connections, fewer when it asks for that, and no more bytes than are allowed."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, Lock

import pytest

from resolver.concurrency import Limits
from tests.cli.offers import CONFIG, weights
from tests.cli.project import Project
from tests.faults.delivery import code_of, delivering
from tests.faults.figures import figure
from tests.faults.scale import scale
from tests.servers.faults import ALWAYS, Fault
from tests.servers.files import FileServer
from tests.servers.hub import LocalHub
from tests.servers.wire import Answer, Chunk, Request, text_answer

MOST = 8
MOST_OF_A_LOCK = 32
"""Questions of some hundred bytes."""
LARGE = 64_000_000
RATE = 16_000_000


@pytest.fixture
def many(project: Project, hub: LocalHub) -> Project:
    """Twelve repositories with small files, and a large one."""
    names = [f"org/name{number}" for number in range(12)]
    for seed, name in enumerate(names):
        texts = {f"{number}.json": CONFIG + b" " * number for number in range(6)}
        hub.commit(name, {**texts, "model.bin": weights(50_000, seed)})
    hub.commit(names[0], {"large.bin": weights(LARGE, 99)})
    models = (f"  m{number}: {{source: hf:{name}}}\n" for number, name in enumerate(names))
    project.manifest("models:\n" + "".join(models))
    return project


@pytest.mark.parametrize("workers", ["3", "8"][: scale(1, 2)])
def test_a_sync_never_has_more_than_eight_connections_to_a_host(many: Project, hub: LocalHub, workers: str) -> None:
    hub.faults = [
        Fault("large.bin", "slow", times=ALWAYS, bytes_per_second=RATE, origin="cdn"),
        Fault(".json", "slow", times=ALWAYS, bytes_per_second=2000),
    ]
    assert many.models("lock").code == 0
    locking = max(hub.most_connections(name) for name in ("hub", "cdn"))
    many.forget_store()
    hub.reset_requests()
    assert many.models("sync", "--max-workers", workers).code == 0
    most = max(hub.most_connections(name) for name in ("hub", "cdn"))
    assert 3 < most <= MOST
    assert locking <= MOST_OF_A_LOCK
    found = f"sync --max-workers {workers}: {most}; lock of 12 repositories: {locking}"
    figure("politeness", f"at most {MOST} connections to a host while fetching", found)


def test_a_lock_that_has_to_read_whole_files_reads_eight_at_a_time(project: Project) -> None:
    with FileServer() as server:
        names = [f"{number}.bin" for number in range(2 * MOST)]
        for seed, name in enumerate(names):
            server.put(name, weights(20_000, seed))
        server.faults = [Fault(".bin", "slow", times=ALWAYS, bytes_per_second=40_000)]
        models = (f"  m{number}: {{source: 'url:{server.url(name)}'}}\n" for number, name in enumerate(names))
        project.manifest("models:\n" + "".join(models))
        assert project.models("lock").code == 0
        assert 3 < server.most_connections("files") <= MOST


@dataclass
class Crowd:
    """How many answers are on their way at the same time; `moments` has their number whenever one begins."""

    now: int = 0
    moments: list[tuple[float, int]] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def count(self, change: int) -> None:
        with self.lock:
            self.now += change
            self.moments.append((time.monotonic(), self.now))


class BusyServer(FileServer):
    """Answers 429 to whoever comes while `most` others are served."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.crowd = Crowd()
        self.refused: list[float] = []
        self._most = most

    def answer(self, request: Request) -> Answer:
        """Refuse, or serve and count."""
        if self.crowd.now >= self._most:
            self.refused.append(time.monotonic())
            return text_answer(429, "too many", {"Retry-After": "1"})
        return _counted(super().answer(request), self.crowd)


def _counted(answer: Answer, crowd: Crowd) -> Answer:
    def body() -> Iterator[Chunk]:
        crowd.count(1)
        try:
            yield from answer.body
        finally:
            crowd.count(-1)

    return replace(answer, body=body())


def test_a_server_that_is_asked_too_often_is_asked_by_fewer(tmp_path: Path) -> None:
    """Half as many, and no attempt at more for as long as it says, and half a minute at least."""
    content = weights(LARGE, 1)
    with BusyServer(4) as server, delivering(tmp_path) as delivery:
        server.put("model.bin", content)
        server.faults = [Fault("model.bin", "slow", times=ALWAYS, bytes_per_second=RATE // 2)]
        found = delivery.bring(server.url("model.bin"), content, Limits(stop=Event()))
        assert code_of(found) == 0
        assert server.refused, "more than four were tried"
        assert len(server.refused) <= 2 * MOST, "who is refused does not try again"
        after = [count for moment, count in server.crowd.moments if moment > server.refused[-1] + 0.5]
        assert 0 < max(after, default=0) < MOST
    figure(
        "politeness",
        "429 on ranges: fewer connections",
        f"8 wanted, {len(server.refused)} answered 429, then at most {max(after)}; every byte right",
    )


@pytest.mark.parametrize("what", ["several files", "ranges"])
def test_a_limit_of_the_rate_holds_over_everything(project: Project, hub: LocalHub, what: str) -> None:
    """A lower bound on the time: a busy machine only takes longer."""
    megabytes = scale(5, 12)
    rate = 2 if what == "several files" else 10 * megabytes // 3
    if what == "several files":
        sizes = {f"{number}.bin": megabytes * 100_000 * (4 if number == 0 else 1) for number in range(7)}
    else:
        sizes = {"large.bin": 10 * megabytes * 1_000_000}
    hub.commit("org/name", {name: weights(size, len(name)) + name.encode() for name, size in sizes.items()})
    project.manifest("models: {asr: {source: hf:org/name}}\n")
    assert project.run("lock").code == 0
    started = time.monotonic()
    assert project.run("sync", "--limit-rate", f"{rate}MB/s").code == 0
    reached = sum(sizes.values()) / 1e6 / (time.monotonic() - started)
    assert reached <= rate * 1.15
    figure(
        "politeness", "--limit-rate holds over all connections", f"{what}: {rate} MB/s allowed, {reached:.2f} reached"
    )
